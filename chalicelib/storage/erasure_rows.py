"""What is kept of those who were erased as rows of the table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.domain.erasure import (
    DeletionRequest,
    Erasure,
    Grave,
    HeldTicket,
    RequestState,
)
from chalicelib.storage.lives import LIVES

_GRAVE_LIFE = LIVES.sent  #: seconds; as long as anything may be told of what was before
_RECEIPT_LIFE = 5 * 366 * 86400  #: seconds; that a request was met may have to be shown
_MS = 1000

Row = Mapping[str, Any]


def from_grave(grave: Grave) -> dict[str, Any]:
    """Return the row of a grave."""
    ttl = grave.at // _MS + _GRAVE_LIFE
    return {"at": grave.at, "erasure": grave.erasure, "ttl": ttl}


def to_grave(row: Row) -> Grave:
    """Return the grave of a row."""
    return Grave(at=row["at"], erasure=row["erasure"])


def from_erasure(erasure: Erasure) -> dict[str, Any]:
    """Return the row of a receipt."""
    ttl = erasure.started_at // _MS + _RECEIPT_LIFE
    return {**asdict(erasure), "ttl": ttl}


def to_erasure(row: Row) -> Erasure:
    """Return the receipt of a row."""
    return Erasure(
        id=row["id"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        conversations=tuple(row["conversations"]),
        tickets=tuple(HeldTicket(*ticket) for ticket in row["tickets"]),
        rows=row["rows"],
        files=row["files"],
        bodies=row["bodies"],
    )


def from_request(request: DeletionRequest) -> dict[str, Any]:
    """Return the row of a request for deletion."""
    ttl = request.requested_at // _MS + _RECEIPT_LIFE
    return {**asdict(request), "ttl": ttl}


def to_request(row: Row) -> DeletionRequest:
    """Return the request for deletion of a row."""
    return DeletionRequest(
        code=row["code"],
        user=row["user"],
        requested_at=row["requested_at"],
        state=RequestState(row["state"]),
        ended_at=row["ended_at"],
    )
