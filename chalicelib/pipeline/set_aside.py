"""What the parked lines of the books hold, read back: an item, or a queue message as a whole."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from chalicelib.domain.changes import Claim
from chalicelib.domain.envelope import Envelope, compact
from chalicelib.errors import MalformedPayload
from chalicelib.pipeline.books import Copy
from chalicelib.pipeline.fan_out import Raw

DEAD_LETTER = "dead_letter"
NO_ENVELOPE = "no_envelope"


def place_of_body(pointer: Envelope) -> dict[str, Any]:
    """Return what is kept of a body that could not be fanned out: where it is."""
    return {"pointer": pointer.pointer, "lanes": list(pointer.lanes)}


def kept(envelope: Envelope, raw: Raw) -> str:
    """Return what the books keep of an item: itself, or where it is if no row would take it."""
    place = {"body": envelope.pointer, "item": envelope.first}
    return compact(place if envelope.pointer and envelope.origin else raw)


def is_pointer(claim: Claim) -> bool:
    """Return whether a line stands for a body that could not be fanned out."""
    return claim.reason == DEAD_LETTER and set(json.loads(claim.raw)) == {"pointer", "lanes"}


def bodies_of(claim: Claim) -> frozenset[str]:
    """Return the keys of the bodies that a line needs; empty where it holds its item itself."""
    if is_pointer(claim):
        return frozenset({json.loads(claim.raw)["pointer"]})
    if claim.reason == NO_ENVELOPE:
        try:
            pointer = Envelope.decode(json.loads(claim.raw)).pointer
        except MalformedPayload:
            return frozenset()
        return frozenset({pointer} - {""})
    raw = json.loads(claim.raw) if claim.raw else {}
    is_place = isinstance(raw, dict) and set(raw) == {"body", "item"}
    return frozenset({raw["body"]}) if is_place else frozenset()


def whole_of(claim: Claim) -> Envelope | None:
    """
    Return the queue message that a line stands for; None where it is one item's.

    Raises MalformedPayload where that still is none that can be read.
    """
    if claim.reason == NO_ENVELOPE:
        return Envelope.decode(json.loads(claim.raw))
    return replace(_empty(claim), **json.loads(claim.raw)) if is_pointer(claim) else None


def envelope_of(claim: Claim) -> Envelope:
    """Return an envelope with a line's one item in it, or with the place of it."""
    raw = json.loads(claim.raw)
    if set(raw) == {"body", "item"}:
        origin = _message_of(claim.owner)
        return replace(_empty(claim), pointer=raw["body"], first=raw["item"], origin=origin)
    return replace(_empty(claim), items=[raw])


def copy_of(claim: Claim, raw: Raw) -> Copy:
    """Return the copy that a line is the trace of, to be decided again."""
    return Copy(
        source=claim.source,
        book=claim.book,
        received_at=claim.received_at,
        raw=raw,
        kept=claim.raw,
        owner=claim.owner,
        parked=claim.key,
    )


def messages_of(claim: Claim) -> list[str]:
    """Return the queue messages that brought what a line stands for, the first one first."""
    return [_message_of(owner) for owner in (claim.owner, *sorted(claim.seen))]


def _empty(claim: Claim) -> Envelope:
    return Envelope(source=claim.source, received_at=claim.received_at, book=claim.book)


def _message_of(owner: str) -> str:
    return owner.rpartition("#")[0]
