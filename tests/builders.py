"""Writes the items of the webhooks of the fake channel and the fake helpdesk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.fakes.channel import Arrived
from tests.fakes.clock import START

ACCOUNT = "page"
Raw = dict[str, Any]
Names = Sequence[tuple[str, str]]


def names(contact: str) -> Names:
    """Return the one name that a contact has where a test does not say otherwise."""
    return [("psid", contact)]


def body(*items: Raw) -> bytes:
    """Return the body of a webhook."""
    return json.dumps({"items": items}).encode()


def message(
    text: str,
    *,
    mid: str = "",
    contact: str = "anna",
    aliases: Names = (),
    lane: str = "",
    at: int = START,
    **more: Any,
) -> Raw:
    """Return what a customer says; without an id the text stands for it."""
    return {
        "type": "message",
        "lane": lane or contact,
        "account": ACCOUNT,
        "aliases": list(aliases or names(contact)),
        "name": contact.title(),
        "id": mid or text,
        "text": text,
        "at": at,
    } | more


def sticker(*, mid: str, contact: str = "anna") -> Raw:
    """Return something that a customer sent and that is not understood."""
    raw = message("", mid=mid, contact=contact, kind="sticker")
    del raw["text"]
    return raw


def echo(text: str, *, mid: str, delivery: str = "", contact: str = "anna", at: int = START) -> Raw:
    """Return a message to a customer that is told back."""
    return message(text, mid=mid, contact=contact, at=at, type="echo", delivery=delivery)


def echo_of(sent: Arrived, *, bare: bool = False) -> Raw:
    """Return the echo of a send; a bare one carries nothing of ours."""
    contact = sent.contact.aliases[0].value
    delivery = "" if bare else sent.reference
    return echo(sent.text, mid=sent.id, contact=contact, delivery=delivery)


def comment(text: str, *, mid: str, thread: str = "post/anna", at: int = START) -> Raw:
    """Return what somebody writes in public; `thread` is the name that they have there."""
    aliases = [("thread", thread)]
    return message(text, mid=mid, contact=thread.rpartition("/")[2], aliases=aliases, at=at)


def edit(text: str, *, of: Raw, number: int = 1, at: int = START) -> Raw:
    """Return that a message was rewritten for the `number`th time."""
    return {**of, "type": "edit", "text": text, "number": number, "at": at}


def unsend(*, of: Raw, at: int = START) -> Raw:
    """Return that a message was taken back; it no longer says what."""
    return {key: value for key, value in of.items() if key not in ("text", "files", "parts")} | {
        "type": "unsend",
        "at": at,
    }


def reaction(emoji: str, *, mid: str, contact: str = "anna", at: int = START) -> Raw:
    """Return that a customer put a sign on a message; none takes it away."""
    return about(contact, type="reaction", id=mid, emoji=emoji, at=at)


def notice(word: str, *, contact: str = "anna", at: int = START, **values: str) -> Raw:
    """Return something about a customer that agents should read."""
    return about(contact, type="notice", word=word, values=values, at=at)


def consent(*, opted_out: bool, contact: str = "anna", at: int = START) -> Raw:
    """Return that a customer no longer wants what is no answer, or wants it again."""
    return about(contact, type="consent", opted_out=opted_out, at=at)


def control(owner: str, *, summary: str = "", contact: str = "anna", at: int = START) -> Raw:
    """Return that a conversation changed hands; without an owner it is ours."""
    return about(contact, type="control", owner=owner, summary=summary, at=at)


def about(contact: str, **facts: Any) -> Raw:
    """Return an item about a customer who does not write."""
    return {
        "lane": contact,
        "account": ACCOUNT,
        "aliases": list(names(contact)),
        "name": contact.title(),
    } | facts


def ignored(*, mid: str, account: str = "0") -> Raw:
    """Return a test of the platform's own, of an account that there is not."""
    return {"type": "ignored", "lane": account, "account": account, "id": mid, "kind": "test"}


def status(word: str, *, mid: str, delivery: str = "", reason: str = "", detail: str = "") -> Raw:
    """Return a receipt of one message."""
    return {
        "type": "status",
        "lane": "receipts",
        "account": ACCOUNT,
        "id": mid,
        "status": word,
        "at": START,
        "delivery": delivery,
        "reason": reason,
        "detail": detail,
    }


def watermark(word: str, *, until: int, contact: str = "anna") -> Raw:
    """Return a receipt of everything up to a moment, in ms since the epoch."""
    return {
        "type": "watermark",
        "lane": "receipts",
        "account": ACCOUNT,
        "aliases": list(names(contact)),
        "name": "",
        "status": word,
        "until": until,
    }


def unknown(*, mid: str, kind: str = "new_kind") -> Raw:
    """Return an item that the channel's parser knows it does not know."""
    return {"type": "unknown", "lane": "page", "account": ACCOUNT, "id": mid, "kind": kind}


def poison(*, mid: str, lane: str = "anna") -> Raw:
    """Return an item that the channel's parser breaks at."""
    return {"type": "unforeseen", "lane": lane, "account": ACCOUNT, "id": mid}


def reply(
    ticket: str,
    text: str,
    *,
    comment: str = "",
    conversation: str = "",
    files: Sequence[str] = (),
    at: int = START,
    foreign: bool = False,
) -> Raw:
    """Return what an agent answers in a ticket; without an id the text stands for it."""
    return {
        "type": "reply",
        "lane": ticket,
        "ticket": ticket,
        "comment": comment or text,
        "text": text,
        "conversation": conversation,
        "files": list(files),
        "at": at,
        "foreign": foreign,
    }


def ticket_changed(ticket: str, word: str, *, at: int) -> Raw:
    """Return the news that a ticket is open, closed or gone since `at`."""
    return {"type": "ticket", "lane": ticket, "ticket": ticket, "status": word, "at": at}


def ticket_merged(ticket: str, *, into: str, at: int) -> Raw:
    """Return the news that a ticket went over into another one at `at`."""
    return {"type": "merged", "lane": ticket, "ticket": ticket, "into": into, "at": at}


def desk_noise(*, mid: str) -> Raw:
    """Return what a helpdesk tells and nobody here wants to know."""
    return {"type": "typing", "lane": "noise", "id": mid}
