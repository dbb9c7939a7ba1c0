"""What people and tests see of conversations: what was sent, who wrote, and both sides of it."""

from __future__ import annotations

from typing import Any, Final

from infra.local.meta import ids, orders
from infra.local.meta.accounts import BUSINESSES
from infra.local.meta.journeys import Journeys
from infra.local.meta.presence import OURS, Presence, Presences
from infra.local.meta.records import Customer, Message
from infra.local.meta.store import Store

_LONGEST_QUOTE: Final = 120  #: characters


class Views:
    """The views, over the store."""

    def __init__(self, store: Store, journeys: Journeys, presences: Presences) -> None:
        self._store = store
        self._journeys = journeys
        self._presences = presences

    @property
    def journeys(self) -> Journeys:
        """Return the ways of the messages."""
        return self._journeys

    def outbox(self, channel: str, contact: str, *, base: str) -> list[dict[str, Any]]:
        """Return what the business sent, oldest first; empty strings narrow nothing."""
        sent = self._store.messages(
            channel=channel, contact=self._known_as(channel, contact), outgoing=True
        )
        return [{**_sent(message), **self._carried(message, base)} for message in sent]

    def contacts(self, channel: str) -> list[dict[str, Any]]:
        """Return who wrote on a channel, the last one first."""
        unread = self._store.unread(channel)
        return [
            {
                "contact": one.contact,
                "name": one.name,
                "last_inbound_at": one.last_inbound_at,
                "unread": unread.get(one.contact, 0),
            }
            for one in self._store.customers(channel)
        ]

    def thread(self, customer: Customer) -> dict[str, Any]:
        """Return what a customer and the business wrote, both directions, oldest first."""
        said = self._store.messages(channel=customer.channel, contact=customer.contact)
        presence = self._presences.of(customer.channel, customer.contact)
        return {
            "channel": customer.channel,
            "contact": customer.contact,
            "name": customer.name,
            "phone": customer.phone,
            "ticket": self._journeys.ticket(said),
            "typing_ms": max(0, presence.typing_until - ids.now_ms()),
            "answered_here": presence.owner == OURS,
            "entries": [self._entry(message, presence) for message in said],
        }

    def _known_as(self, channel: str, contact: str) -> str:
        channels = [channel] if channel else list(BUSINESSES)
        for one in channels if contact else []:
            found = self._store.customer(one, orders.contact_of(one, contact))
            if found:
                return found.contact
        return contact

    def _entry(self, message: Message, presence: Presence) -> dict[str, Any]:
        rungs = self._store.rungs(message.id)
        return {
            "id": message.id,
            "from": "business" if message.outgoing else "customer",
            "type": message.type,
            "text": message.text,
            "file": self._file(message),
            "at": message.at,
            "status": message.status,
            "code": rung.code if (rung := rungs.get(message.status)) else None,
            "seen": not message.outgoing and message.seq <= presence.seen,
            "details": message.details,
            "quote": self._quote(message),
        }

    def _quote(self, message: Message) -> dict[str, Any] | None:
        """Return what a message answers, as far as it is shown above it."""
        quoted = self._store.message(message.details.get("reply_to", ""))
        if quoted is None:
            return None
        return {
            "from": "business" if quoted.outgoing else "customer",
            "type": quoted.type,
            "text": quoted.text[:_LONGEST_QUOTE],
            "deleted": bool(quoted.details.get("deleted")),
        }

    def _file(self, message: Message) -> dict[str, str] | None:
        media = self._store.media(message.media)
        if media is None or message.details.get("deleted"):
            return None
        return {"name": media.filename, "url": f"/sim/media/{media.id}"}

    def _carried(self, message: Message, base: str) -> dict[str, str]:
        file = self._file(message)
        return {"filename": file["name"], "url": f"{base}{file['url'][1:]}"} if file else {}


def _sent(message: Message) -> dict[str, Any]:
    found = {
        "channel": message.channel,
        "account": BUSINESSES[message.channel].id,
        "recipient": message.contact,
        "type": message.type,
        "text": message.text,
        "id": message.id,
        "at": message.at,
        "status": message.status,
    }
    return {**found, "details": message.details} if message.details else found
