"""What makes an event recognisable when it comes again, and the lanes that items ride in."""

from __future__ import annotations

import json
import zlib
from typing import Final

from chalicelib.domain.envelope import digest
from chalicelib.domain.message import Status
from chalicelib.graph_api.fields import shallow

_RECEIPT_LANES: Final = 8  #: per account: receipts are many, and only those of a message have order
#: How often a message can be edited on Messenger and Instagram, the documentation says.
_MOST_EDITS: Final = 5


def lane(channel: str, account: str, correspondent: str = "") -> str:
    """Return the lane of a correspondent; without one that of the account itself."""
    return f"{channel}:{account}:{correspondent or account}"


def receipts_lane(channel: str, account: str, subject: str) -> str:
    """Return the lane of receipts about a message or a correspondent: always the same one."""
    return f"{channel}:{account}:receipts:{zlib.crc32(subject.encode()) % _RECEIPT_LANES}"


def message(message_id: str) -> str:
    """Return the key of what a customer wrote, or chose instead of writing."""
    return f"m:{message_id}"


def echo(message_id: str) -> str:
    """Return the key of a message to a customer, told back."""
    return f"e:{message_id}"


def edited(message_id: str, number: str | int) -> str:
    """Return the key of an edit of a message: the platform's number or id of the edit."""
    return f"edit:{message_id}:{number}"


def deleted(message_id: str) -> str:
    """Return the key of a message's being taken back."""
    return f"d:{message_id}"


def traces(message_id: str) -> tuple[str, ...]:
    """Return the keys of everything that may have told what a message of a conversation said."""
    said = (message(message_id), echo(message_id))
    return (*said, *(edited(message_id, number) for number in range(1, _MOST_EDITS + 1)))


def reaction(message_id: str, *facts: str | int) -> str:
    """Return the key of a reaction, which has no id: to which message, whose, what, and when."""
    return ":".join(("react", message_id, *map(str, facts)))


def comment(comment_id: str) -> str:
    """Return the key of what somebody wrote in public."""
    return f"c:{comment_id}"


def comment_removed(comment_id: str) -> str:
    """Return the key of the removal of what somebody wrote in public."""
    return f"c:{comment_id}:removed"


def standby(key: str) -> str:
    """Return the key of what is told while another application holds the conversation."""
    return f"standby:{key}"


def call(call_id: str, step: str) -> str:
    """Return the key of a step of a call."""
    return f"call:{call_id}:{step}"


def status(message_id: str, word: Status, *, participant: str = "") -> str:
    """Return the key of a status; in a group each participant has one."""
    return ":".join(("status", message_id, word, *([participant] if participant else ())))


def watermark(word: Status, *facts: str | int) -> str:
    """Return the key of a watermark, which has no id: whose, on which account, up to where."""
    return ":".join((word, *map(str, facts)))


def raw(*context: str, item: object) -> str:
    """Return the key of what has no id of its own, out of everything that it says."""
    text = json.dumps([*context, shallow(item)], sort_keys=True, separators=(",", ":"))
    return f"raw:{digest(text)}"
