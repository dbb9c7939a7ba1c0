"""How the two sides of a conversation stand: who types, what was seen, and who may answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from infra.local.meta.store import Store

#: Who answers: our application, or another one (Meta's inbox, an automated agent).
OURS: Final = "app"
OTHER: Final = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """
    How the business stands to a customer.

    It types until `typing_until` (ms), and has seen what has a `seq` up to `seen`, each 0 for
    never; `owner` is who answers.
    """

    typing_until: int = 0
    seen: int = 0
    owner: str = OURS


class Presences:
    """The presence of the business in each conversation."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, channel: str, contact: str) -> Presence:
        """Return how the business stands to a customer."""
        rows = self._store.rows(
            "SELECT typing_until, seen, owner FROM presence WHERE channel = ? AND contact = ?",
            *(channel, contact),
        )
        if not rows:
            return Presence()
        typing_until, seen, owner = rows[0]
        return Presence(typing_until=typing_until, seen=seen, owner=owner)

    def types(self, channel: str, contact: str, *, until: int) -> None:
        """Say until when (ms) the business types; 0 for not any more."""
        self._note(channel, contact)
        self._store.run(
            "UPDATE presence SET typing_until = ? WHERE channel = ? AND contact = ?",
            *(until, channel, contact),
        )

    def sees(self, channel: str, contact: str, *, until: int) -> None:
        """Say that the business has seen everything with a `seq` up to a number."""
        self._note(channel, contact)
        self._store.run(
            "UPDATE presence SET seen = max(seen, ?) WHERE channel = ? AND contact = ?",
            *(until, channel, contact),
        )

    def give(self, channel: str, contact: str, *, owner: str) -> None:
        """Say who answers from now on."""
        self._note(channel, contact)
        self._store.run(
            "UPDATE presence SET owner = ? WHERE channel = ? AND contact = ?",
            *(owner, channel, contact),
        )

    def _note(self, channel: str, contact: str) -> None:
        self._store.run(
            "INSERT INTO presence VALUES (?, ?, 0, 0, ?) ON CONFLICT DO NOTHING",
            *(channel, contact, OURS),
        )
