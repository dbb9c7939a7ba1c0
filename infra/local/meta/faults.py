"""Failures that a test or a person orders for the next sends."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from infra.local.meta import errors, ids
from infra.local.meta.accounts import BUSINESSES, WHATSAPP
from infra.local.meta.errors import GraphError
from infra.local.meta.store import Store

_DEFAULT_CODE: Final = 2  #: temporarily unavailable
_DEFAULT_FATE: Final = 131026  #: undeliverable
_STATUSES: Final = range(200, 600)


class Kind(StrEnum):
    """What goes wrong."""

    ERROR = "error"  #: refused, nothing is sent
    LOST_ANSWER = "lost_answer"  #: sent, but the connection breaks before the answer
    TIMEOUT = "timeout"  #: nothing is sent, and the answer takes a minute
    LATE_FAILURE = "late_failure"  #: accepted, and fails later


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    One order: `kind` happens to the next `remaining` sends on `channel` to `recipient`.

    Empty strings match everything; the code is None, subcode and http are 0 where the order names
    none: 0 is a code of WhatsApp's.
    """

    seq: int
    channel: str
    recipient: str
    kind: Kind
    code: int | None
    http: int
    remaining: int
    subcode: int = 0

    @property
    def fate(self) -> int:
        """Return the code that a late failure reports."""
        return self.code or _DEFAULT_FATE

    def error(self, channel: str) -> GraphError:
        """Return what a refused send on a channel is answered."""
        return errors.of_code(
            channel,
            _DEFAULT_CODE if self.code is None else self.code,
            http=self.http,
            subcode=self.subcode,
        )


class InvalidFault(ValueError):
    """The order of a fault is not understood; the text says why."""


def parse(order: Mapping[str, Any]) -> Fault:
    """
    Return the fault that a `POST /sim/faults` body orders.

    Raises:
        InvalidFault: a field is missing, unknown or of the wrong type.
    """
    unknown = order.keys() - {"match", "times", "fault", "code", "subcode", "http"}
    if unknown:
        raise InvalidFault(f"unknown field: {', '.join(sorted(unknown))}")
    match = order.get("match", {})
    if not isinstance(match, dict) or match.keys() - {"channel", "recipient"}:
        raise InvalidFault("match is an object with channel and recipient, both optional")
    channel, recipient = match.get("channel", ""), match.get("recipient", "")
    if not isinstance(channel, str) or channel not in {"", *BUSINESSES}:
        raise InvalidFault("match.channel is messenger, instagram or whatsapp")
    if not isinstance(recipient, str):
        raise InvalidFault("match.recipient is a string")
    try:
        kind = Kind(order.get("fault", ""))
    except ValueError as exc:
        raise InvalidFault(f"fault is one of {', '.join(Kind)}") from exc
    http = _number(order, "http", default=0)
    if http and http not in _STATUSES:
        raise InvalidFault("http is a status from 200 to 599")
    return Fault(
        seq=ids.tick(),
        channel=channel,
        recipient=recipient.removeprefix("+") if channel in {"", WHATSAPP} else recipient,
        kind=kind,
        code=_number(order, "code", default=0) if "code" in order else None,
        http=http,
        remaining=_number(order, "times", default=1),
        subcode=_number(order, "subcode", default=0),
    )


def _number(order: Mapping[str, Any], field: str, *, default: int) -> int:
    value = order.get(field, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidFault(f"{field} is a whole number, not below 0")
    return value


class Faults:
    """The orders that are not used up, oldest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, fault: Fault) -> None:
        """Order a fault."""
        self._store.run(
            "INSERT INTO fault VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(fault.seq, fault.channel, fault.recipient, fault.kind),
            *(fault.code, fault.http, fault.remaining, fault.subcode),
        )

    def clear(self) -> None:
        """Forget all orders."""
        self._store.run("DELETE FROM fault")

    def take(self, channel: str, recipients: frozenset[str]) -> Fault | None:
        """
        Return what shall happen to a send, and count it, or None.

        `recipients` are all the names of the one who is written to.
        """
        rows = self._store.rows(
            "SELECT * FROM fault WHERE remaining > 0 AND channel IN ('', ?) ORDER BY seq", channel
        )
        for fault in map(_fault, rows):
            if not fault.recipient or fault.recipient in recipients:
                self._store.run(
                    "UPDATE fault SET remaining = remaining - 1 WHERE seq = ?", fault.seq
                )
                return fault
        return None


def _fault(row: sqlite3.Row) -> Fault:
    seq, channel, recipient, kind, code, http, remaining, subcode = row
    return Fault(
        seq=seq,
        channel=channel,
        recipient=recipient,
        kind=Kind(kind),
        code=code,
        http=http,
        remaining=remaining,
        subcode=subcode,
    )
