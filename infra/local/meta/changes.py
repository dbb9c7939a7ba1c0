"""What customers change: a message that was said, or how they stand to the business."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from infra.local.meta import ids, page_said, page_webhooks, whatsapp_said, whatsapp_webhooks
from infra.local.meta.accounts import INSTAGRAM, WHATSAPP
from infra.local.meta.deeds import InvalidOrder
from infra.local.meta.orders import Order
from infra.local.meta.records import Customer, Message
from infra.local.meta.store import Store

_MOST_EDITS: Final = 5
_WRITTEN: Final = frozenset({"text", "image", "video", "document"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the application is told, and the id of what was changed (on WhatsApp, of the change)."""

    body: Mapping[str, Any]
    message_id: str


class Changes:
    """The changes, over the store; `media_url` tells where a file can be fetched."""

    def __init__(self, store: Store, *, media_url: Callable[[str], str]) -> None:
        self._store = store
        self._media_url = media_url

    def make(self, order: Order, customer: Customer) -> Done:
        """
        Change what an order names; the caller has a transaction open.

        Raises:
            InvalidOrder: it is not there, not the customer's own, or cannot be changed so.
        """
        if order.deed == "reaction":
            return self._react(order, customer)
        if order.deed == "edit":
            return self._edit(order, customer)
        if order.deed == "unsend":
            return self._unsend(order, customer)
        if order.channel == WHATSAPP:
            return self._whatsapp(order, customer)
        if order.deed in {"opt_in", "opt_out"}:
            stops = order.deed == "opt_out"
            said = page_said.optin(customer.contact, stops=stops, at=order.at)
        elif order.deed == "feedback":
            said = page_said.feedback(order.what)
        else:
            said = page_said.referral(order.along["referral"])
        return self._page(order, said, message_id="")

    def _react(self, order: Order, customer: Customer) -> Done:
        message = self._message(order)
        reactions = dict(message.details.get("reactions", {}))
        before, emoji = reactions.pop("customer", ""), order.what["emoji"]
        if not emoji and not before:
            raise InvalidOrder("there is no reaction to take back")
        if emoji:
            reactions["customer"] = emoji
        self._store.amend(message.id, reactions=reactions)
        if order.channel == WHATSAPP:
            return self._said(order, customer, whatsapp_said.reaction(message.id, emoji=emoji))
        said = page_said.reaction(message.id, emoji=emoji, before=before, channel=order.channel)
        return self._page(order, said, message_id=message.id)

    def _edit(self, order: Order, customer: Customer) -> Done:
        message, text = self._own(order), order.what["text"]
        count = message.details.get("edits", 0) + 1
        if message.type != "comment" and message.type not in _WRITTEN:
            raise InvalidOrder("only what was written can be edited")
        if count > _MOST_EDITS:
            raise InvalidOrder(f"a message can be edited {_MOST_EDITS} times")
        self._store.amend(message.id, text=text, edits=count)
        if message.type == "comment":
            return self._commented(order, customer, replace(message, text=text), verb="edited")
        if order.channel == WHATSAPP:
            return self._said(order, customer, self._edited(replace(message, text=text)))
        said = page_said.edit(message.id, text=text, count=count, channel=order.channel)
        return self._page(order, said, message_id=message.id)

    def _unsend(self, order: Order, customer: Customer) -> Done:
        message = self._own(order)
        self._store.amend(message.id, text="", deleted=True)
        if message.type == "comment":
            return self._commented(order, customer, message, verb="remove")
        if order.channel == WHATSAPP:
            return self._said(order, customer, whatsapp_said.unsent(message.id))
        return self._page(order, page_said.unsent(message.id), message_id=message.id)

    def _whatsapp(self, order: Order, customer: Customer) -> Done:
        message_id = ids.message_id(WHATSAPP, customer.contact)
        if order.deed in {"opt_in", "opt_out"}:
            stops = order.deed == "opt_out"
            body = whatsapp_webhooks.preference(customer, stops=stops, at=order.at)
            return Done(body=body, message_id="")
        name = customer.name or customer.contact
        if order.deed == "new_identity":
            what = {"type": "customer_identity_changed", "body": f"{name} may have a new phone"}
        else:
            bsuid = ids.another_bsuid()
            number = order.what if order.deed == "new_number" else customer.number
            self._store.set_names(customer, bsuid=bsuid, number=number)
            what = {"user_id": bsuid, "previous_user_id": customer.bsuid}
            if order.deed == "new_number":
                told = f"{name} changed from {customer.phone or customer.bsuid} to {number}"
                what |= {"type": "user_changed_number", "body": told, "wa_id": number}
            else:
                what |= {"type": "user_changed_user_id", "body": f"{name} has a new user id"}
        body = whatsapp_webhooks.system(customer, what, message_id=message_id, at=order.at)
        return Done(body=body, message_id=message_id)

    def _edited(self, message: Message) -> Mapping[str, Any]:
        media = self._store.media(message.media)
        url = self._media_url(media.id) if media else ""
        said = whatsapp_said.said(message, media=media, media_url=url)
        return whatsapp_said.edit(message.id, said=said)

    def _message(self, order: Order) -> Message:
        found = self._store.message(order.what["message_id"])
        if found is None or (found.channel, found.contact) != (order.channel, order.contact):
            raise InvalidOrder("there is no such message in this conversation")
        if found.details.get("deleted"):
            raise InvalidOrder("the message was taken back")
        return found

    def _own(self, order: Order) -> Message:
        found = self._message(order)
        if found.outgoing:
            raise InvalidOrder("the message is the business's")
        return found

    def _commented(self, order: Order, customer: Customer, message: Message, *, verb: str) -> Done:
        if order.channel == INSTAGRAM:
            raise InvalidOrder("instagram tells nobody that a comment was changed")
        author = {"id": customer.contact, "name": customer.name or customer.contact}
        body = page_webhooks.comment(message, author, verb=verb, at=order.at)
        return Done(body=body, message_id=message.id)

    def _said(self, order: Order, customer: Customer, said: Mapping[str, Any]) -> Done:
        message_id = ids.message_id(WHATSAPP, customer.contact)
        body = whatsapp_webhooks.from_customer(customer, said, message_id=message_id, at=order.at)
        return Done(body=body, message_id=message_id)

    def _page(self, order: Order, said: Mapping[str, Any], *, message_id: str) -> Done:
        body = page_webhooks.from_customer(order.channel, order.contact, said, at=order.at)
        return Done(body=body, message_id=message_id)
