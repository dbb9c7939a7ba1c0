"""What the application's log told of messages, by the names that its lines have for them."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, TypeVar

#: So many of each kind of fact are remembered, the last ones.
MOST: Final = 5000
_MOST_TROUBLES: Final = 5  #: of one message
_SHOWN: Final = "forward"  #: the outcome of what goes into a ticket
_SENT: Final = "deliver"  #: the outcome of what goes to a customer
_DESK: Final = "desk:"  #: how the source of an agent's answer begins
_QUIET: Final = frozenset({"INFO", "DEBUG"})
_REFUSED: Final = "send refused"  #: nobody's fault, so not loud; but the customer gets nothing

K = TypeVar("K")
V = TypeVar("V")
Place = tuple[str, int]
"""A conversation, and the sequence number of a message in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """
    An item was written into the table, at `at` (ms since the epoch).

    `queue_id` names the queue message that it came in; `place` is None where it has none.
    """

    at: int
    queue_id: str
    outcome: str
    reason: str
    place: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A message stands in a ticket since `at`; `url` is the ticket's page."""

    at: int
    ticket: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something went wrong with a message; `what` and `reason` are the log's constants."""

    at: int
    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An agent's answer; `items` are the hashed ids of the messages that it became."""

    ingested: Ingested
    items: tuple[str, ...] = ()


class _Recent(OrderedDict[K, V]):
    """The last facts of a kind."""

    def keep(self, key: K, value: V) -> None:
        self[key] = value
        self.move_to_end(key)
        if len(self) > MOST:
            self.popitem(last=False)


class Facts:
    """All that is remembered; lines that tell nothing of a message are passed over."""

    def __init__(self) -> None:
        self.count = 0  #: grows with each fact
        self.is_desk_down = False
        self._queued: _Recent[str, int] = _Recent()
        self._ingested: _Recent[str, Ingested] = _Recent()
        self._forwarded: _Recent[Place, Forwarded] = _Recent()
        self._replies: _Recent[Place, Reply] = _Recent()
        self._places: _Recent[str, Place] = _Recent()
        self._troubles: _Recent[Place, tuple[Trouble, ...]] = _Recent()
        self._tickets: _Recent[str, Forwarded] = _Recent()
        self._speakers: _Recent[str, str] = _Recent()

    def read(self, line: str) -> None:
        """Remember what a line of the log tells."""
        try:
            entry = json.loads(line)
            if isinstance(entry, dict) and "message" in entry:
                self._learn(entry, at=_ms(entry["timestamp"]))
        except (ValueError, KeyError, TypeError):
            return  # not one of the lines that are understood here: processes print others, too

    def queued_at(self, queue_id: str) -> int | None:
        """Return when a queue message was taken by the queue (ms), or None."""
        return self._queued.get(queue_id)

    def ingested(self, item: str) -> Ingested | None:
        """Return what became of the item with a hashed id, or None."""
        return self._ingested.get(item)

    def forwarded(self, place: Place) -> Forwarded | None:
        """Return in which ticket a message stands, or None."""
        return self._forwarded.get(place)

    def reply_of(self, item: str) -> Place | None:
        """Return the place of the answer that became the message with a hashed id, or None."""
        return self._places.get(item)

    @property
    def replies(self) -> Mapping[Place, Reply]:
        """Return the agents' answers, oldest first."""
        return MappingProxyType(self._replies)

    def troubles(self, place: Place) -> tuple[Trouble, ...]:
        """Return what went wrong with a message, oldest first."""
        return self._troubles.get(place, ())

    def ticket(self, conversation: str) -> Forwarded | None:
        """Return the last ticket that a conversation stands in, or None."""
        return self._tickets.get(conversation)

    def speaker(self, conversation: str) -> str:
        """Return the hashed id of the customer's last message, empty where none is known."""
        return self._speakers.get(conversation, "")

    def _learn(self, entry: Mapping[str, Any], *, at: int) -> None:
        learn = _LEARN.get(entry["message"])
        if learn is not None:
            learn(self, entry, at)
        elif "sequence" in entry:
            self._learn_trouble(entry, at)
        else:
            return
        self.count += 1

    def _learn_received(self, entry: Mapping[str, Any], at: int) -> None:
        for message in entry["messages"]:
            self._queued.keep(message["id"], at)

    def _learn_ingested(self, entry: Mapping[str, Any], at: int) -> None:
        place = _place(entry) if entry.get("conversation") and entry.get("sequence") else None
        ingested = Ingested(
            at=at,
            queue_id=str(entry["owner"]).rpartition("#")[0],
            outcome=entry["outcome"],
            reason=entry.get("reason") or "",
            place=place,
        )
        if str(entry["source"]).startswith(_DESK):
            if ingested.outcome == _SENT and place and place not in self._replies:
                self._replies.keep(place, Reply(ingested=ingested))
            return
        item = entry.get("item") or ""
        before = self._ingested.get(item)
        # What comes twice was done the first time, unless it had been set aside.
        is_shown = ingested.outcome == _SHOWN
        if item and (before is None or (is_shown and before.outcome != _SHOWN)):
            self._ingested.keep(item, ingested)
            if is_shown and place:
                self._speakers.keep(place[0], item)

    def _learn_forwarded(self, entry: Mapping[str, Any], at: int) -> None:
        forwarded = Forwarded(at=at, ticket=str(entry["ticket"]), url=str(entry["url"]))
        self._forwarded.keep(_place(entry), forwarded)
        self._tickets.keep(entry["conversation"], forwarded)

    def _learn_sent(self, entry: Mapping[str, Any], _at: int) -> None:
        place, item = _place(entry), entry["item"]
        self._places.keep(item, place)
        reply = self._replies.get(place)
        if reply and item not in reply.items:
            self._replies[place] = replace(reply, items=(*reply.items, item))

    def _learn_trouble(self, entry: Mapping[str, Any], at: int) -> None:
        if entry.get("level", "") in _QUIET and entry["message"] != _REFUSED:
            return
        place = _place(entry)
        reason = str(entry.get("reason") or entry.get("error") or "")
        trouble = Trouble(at=at, what=entry["message"], reason=reason)
        self._troubles.keep(place, (*self.troubles(place), trouble)[-_MOST_TROUBLES:])

    def _learn_outage(self, entry: Mapping[str, Any], _at: int) -> None:
        self.is_desk_down = entry["message"] != "breaker closed"


_LEARN: Final[Mapping[str, Callable[[Facts, Mapping[str, Any], int], None]]] = MappingProxyType(
    {
        "received": Facts._learn_received,  # noqa: SLF001 - of the class above
        "ingested": Facts._learn_ingested,  # noqa: SLF001
        "forwarded": Facts._learn_forwarded,  # noqa: SLF001
        "sent": Facts._learn_sent,  # noqa: SLF001
        "breaker opened": Facts._learn_outage,  # noqa: SLF001
        "desk still down": Facts._learn_outage,  # noqa: SLF001
        "breaker closed": Facts._learn_outage,  # noqa: SLF001
    }
)


def _place(entry: Mapping[str, Any]) -> Place:
    return str(entry["conversation"]), int(entry["sequence"])


def _ms(timestamp: str) -> int:
    return round(datetime.fromisoformat(timestamp).timestamp() * 1000)
