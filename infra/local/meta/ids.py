"""Ids and time stamps as Meta makes them."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from typing import Final

from infra.local import credentials
from infra.local.meta.accounts import INSTAGRAM, MESSENGER

#: A business-scoped user id: a country, then up to 128 letters and digits.
BSUID: Final = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")

_last_tick = 0


def now_ms() -> int:
    """Return the time in ms since the epoch."""
    return time.time_ns() // 1_000_000


def tick() -> int:
    """Return a number larger than any returned before, also by an earlier process."""
    global _last_tick  # noqa: PLW0603 - one counter for the process is what it is for
    _last_tick = max(_last_tick + 1, time.time_ns())
    return _last_tick


def message_id(channel: str, contact: str) -> str:
    """Return a new id of a message in the channel's form."""
    if channel == MESSENGER:
        return "m_" + secrets.token_urlsafe(72)
    if channel == INSTAGRAM:
        inner = f"ig_dm_item:1:IGMessageID:{credentials.INSTAGRAM_ID}:{secrets.token_hex(20)}"
        return base64.urlsafe_b64encode(inner.encode()).decode().rstrip("=")
    packed = b"\x1c\x18" + contact.encode()[:20] + b"\x15\x02\x00\x11\x18" + secrets.token_bytes(18)
    return "wamid." + base64.b64encode(packed).decode()


def media_id() -> str:
    """Return a new id of a media file: digits, which nobody guesses."""
    return str(secrets.randbelow(9 * 10**24) + 10**24)


def trace_id() -> str:
    """Return what an error body names the request by."""
    return "A" + secrets.token_urlsafe(16)


def bsuid_of(contact: str) -> str:
    """Return the business-scoped user id of a WhatsApp customer: always the same for the same."""
    if BSUID.fullmatch(contact):
        return contact
    digest = hashlib.sha256(f"{credentials.WHATSAPP_BUSINESS_ID}/{contact}".encode()).hexdigest()
    return f"US.{int(digest[:16], 16)}"


def another_bsuid() -> str:
    """Return the business-scoped user id of somebody who changed theirs."""
    return f"US.{10**17 + secrets.randbelow(9 * 10**17)}"


def call_id() -> str:
    """Return a new id of a call on WhatsApp."""
    return "wacid." + secrets.token_urlsafe(18)


def post_id(channel: str, post: str) -> str:
    """Return the id of a post that an order names: Messenger's begin with the page's."""
    if channel != MESSENGER or "_" in post:
        return post
    return f"{credentials.PAGE_ID}_{post}"


def comment_id(channel: str, post: str) -> str:
    """Return a new id of a comment under a post: Messenger's begin with the post's."""
    number = str(10**16 + secrets.randbelow(9 * 10**16))
    return f"{post.rpartition('_')[2]}_{number}" if channel == MESSENGER else number
