"""What the business does elsewhere than through our application: its phone, Meta's inbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.local.meta import ids, page_webhooks, whatsapp_said, whatsapp_webhooks
from infra.local.meta.accounts import WHATSAPP
from infra.local.meta.deeds import InvalidOrder
from infra.local.meta.delivery import Delivery, Kind, News, lane_in
from infra.local.meta.ladder import Ladder, lane_of
from infra.local.meta.presence import OTHER, OURS, Presences
from infra.local.meta.records import Customer, Message
from infra.local.meta.store import Store

_OWNERS: Final = (OURS, OTHER)
_FIELDS: Final = frozenset({"channel", "contact", "text", "edit", "unsend"})


class Outside:
    """The business's other ways to its customers."""

    def __init__(
        self, store: Store, ladder: Ladder, delivery: Delivery, presences: Presences
    ) -> None:
        self._store = store
        self._ladder = ladder
        self._delivery = delivery
        self._presences = presences

    def do(self, customer: Customer, order: Mapping[str, Any]) -> str:
        """
        Do what a `POST /sim/outside` orders and return the message's id.

        It is a text, or, on the business's own phone, the edit or unsend of one.

        Raises:
            InvalidOrder: a field is missing, unknown or wrong.
        """
        if unknown := order.keys() - _FIELDS:
            raise InvalidOrder(f"unknown field: {', '.join(sorted(unknown))}")
        asked = [name for name in ("text", "edit", "unsend") if order.get(name)]
        if len(asked) != 1:
            raise InvalidOrder("there is one of text, edit and unsend")
        if asked == ["text"]:
            if not isinstance(order["text"], str):
                raise InvalidOrder("text is a string")
            return self._say(customer, order["text"])
        return self._change(customer, asked[0], order[asked[0]])

    async def give(self, customer: Customer, *, owner: object, summary: object) -> int | None:
        """
        Give a conversation to our application (`app`) or to another (`other`), and tell of it.

        Returns what the application answered, None where it was not told (yet).

        Raises:
            InvalidOrder: there is no such owner, or the summary is no string.
        """
        if owner not in _OWNERS:
            raise InvalidOrder(f"owner is {' or '.join(_OWNERS)}")
        if not isinstance(summary, str):
            raise InvalidOrder("summary is a string")
        news = self._given(customer, owner=str(owner), summary=summary)
        return await self._delivery.tell_now(news) if news else None

    def take(self, customer: Customer) -> None:
        """Let our application answer from now on, and tell of it where that is news."""
        if news := self._given(customer, owner=OURS, summary=""):
            self._delivery.tell(news)

    def _given(self, customer: Customer, *, owner: str, summary: str) -> News | None:
        """Let somebody answer from now on; return what is to be told of it, if that is news."""
        if self._presences.of(customer.channel, customer.contact).owner == owner:
            return None
        is_ours, at = owner == OURS, ids.now_ms()
        if customer.channel == WHATSAPP:
            body = whatsapp_webhooks.control(customer, is_ours=is_ours, summary=summary, at=at)
        else:
            body = page_webhooks.control(customer, is_ours=is_ours, at=at)
        self._presences.give(customer.channel, customer.contact, owner=owner)
        return _news(customer, Kind.CONTROL, body)

    def _say(self, customer: Customer, text: str) -> str:
        message = Message(
            seq=ids.tick(),
            id=ids.message_id(customer.channel, customer.contact),
            channel=customer.channel,
            contact=customer.contact,
            outgoing=True,
            type="text",
            text=text,
            media="",
            tracking="",
            at=ids.now_ms(),
            status="accepted",
            fate=0,
            details={"outside": True},
        )
        self._store.add_message(message)
        self._ladder.start(message)
        return message.id

    def _change(self, customer: Customer, name: str, order: object) -> str:
        if customer.channel != WHATSAPP:
            raise InvalidOrder(f"{customer.channel} tells nobody of the business's own changes")
        message_id = order.get("message_id") if isinstance(order, dict) else None
        found = self._store.message(str(message_id))
        if found is None or found.contact != customer.contact or not found.details.get("outside"):
            raise InvalidOrder(f"{name}.message_id is a message from the business's phone")
        if name == "unsend":
            self._store.amend(found.id, text="", deleted=True)
            said = whatsapp_said.unsent(found.id)
        else:
            text = order.get("text") if isinstance(order, dict) else None
            if not isinstance(text, str) or not text:
                raise InvalidOrder("edit.text is a string")
            self._store.amend(found.id, text=text, edits=found.details.get("edits", 0) + 1)
            changed = {"type": "text", "text": {"body": text}}
            said = whatsapp_said.edit(found.id, said=changed)
        change_id, at = ids.message_id(WHATSAPP, customer.contact), ids.now_ms()
        body = whatsapp_webhooks.echo(customer, said, message_id=change_id, at=at)
        self._delivery.tell(_news(customer, Kind.ECHO, body))
        return change_id


def _news(customer: Customer, kind: Kind, body: Mapping[str, Any]) -> News:
    # Who answers is told between what the customer says.
    is_control = kind is Kind.CONTROL
    lane = lane_of(customer.channel, customer.contact)
    return News(
        channel=customer.channel,
        contact=customer.contact,
        kind=kind,
        body=body,
        lane=lane_in(customer.channel, customer.contact) if is_control else lane,
    )
