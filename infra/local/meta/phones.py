"""What the customers do with their phones: write to the business, with files and without."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from infra.local.meta import deeds, ids, page_webhooks, whatsapp_webhooks, wire
from infra.local.meta.accounts import INSTAGRAM, MESSENGER, WHATSAPP
from infra.local.meta.changes import Changes
from infra.local.meta.delivery import Delivery, Kind, News, lane_in
from infra.local.meta.orders import Order
from infra.local.meta.postman import worth_another
from infra.local.meta.records import Customer, Media, Message
from infra.local.meta.store import Store

#: One point, as good a picture of a thumb as any.
_THUMB: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
#: What opens no window: it is said in public, or by telephone.
_OPENS_NONE: Final = frozenset({"comment"})


class Phones:
    """The customers' phones; files are offered under `base`, the simulated Meta's own address."""

    def __init__(self, store: Store, delivery: Delivery, *, base: str) -> None:
        self._store = store
        self._delivery = delivery
        self._base = base
        self._changes = Changes(store, media_url=self.media_url)

    async def send(self, order: Order) -> tuple[int | None, str]:
        """
        Do what a customer does.

        Returns what the application answered (None where it was not told yet, NO_ANSWER where it
        never is) and the id of the message, or of the one that it changes.

        Raises:
            InvalidOrder: what it is about is not there, or cannot be changed so.
        """
        if order.deed in deeds.DONE or not (order.deed or order.text or order.file):
            with self._store.transaction():
                done = self._changes.make(order, self._customer(order))
            return await self._tell(order, done.body), done.message_id
        media = _stored(order)
        message = _message(order, media)
        with self._store.transaction():
            customer = self._customer(order)
            self._store.add_message(message)
            if media:
                self._store.add_media(media)
        bodies = self._bodies(message, customer, media)
        status = await self._tell(order, bodies[0], message_id=message.id)
        for body in bodies[1:]:
            await self._tell(order, body)
        return status, message.id

    def media_url(self, media_id: str) -> str:
        """Return where a file can be fetched."""
        return f"{self._base}/media/{media_id}"

    def _customer(self, order: Order) -> Customer:
        is_written = bool(order.text or order.file)
        opens = is_written or order.deed == "reaction" or bool(order.along)
        opens = opens or (order.deed in deeds.SAID and order.deed not in _OPENS_NONE)
        return self._store.note_customer(
            order.channel,
            order.contact,
            name=order.name,
            bsuid=ids.bsuid_of(order.contact) if order.channel == WHATSAPP else "",
            at=order.at if opens else 0,
            number=order.number,
        )

    def _bodies(
        self, message: Message, customer: Customer, media: Media | None
    ) -> list[Mapping[str, Any]]:
        url = self.media_url(media.id) if media else ""
        quoted = self._store.message(message.details.get("reply_to", ""))
        if message.type == "comment":
            author = {
                "id": customer.contact,
                "name": customer.name or customer.contact,
                "username": customer.username,
            }
            return [page_webhooks.comment(message, author, verb="add", at=message.at)]
        if message.channel != WHATSAPP:
            is_own = quoted is not None and not quoted.outgoing
            return [page_webhooks.inbound(message, media_url=url, is_own=is_own)]
        if message.type == "call":
            return [whatsapp_webhooks.call(message, customer, ends=ends) for ends in (False, True)]
        return [
            whatsapp_webhooks.inbound(message, customer, media=media, media_url=url, quoted=quoted)
        ]

    async def _tell(
        self, order: Order, body: Mapping[str, Any], *, message_id: str = ""
    ) -> int | None:
        if not order.webhook:
            return wire.NO_ANSWER
        return await self._delivery.tell_now(
            News(
                channel=order.channel,
                contact=order.contact,
                kind=Kind.SAID,
                body=body,
                lane=lane_in(order.channel, order.contact),
                message_id=message_id,
            )
        )


def told(store: Store, message_id: str, status: int) -> None:
    """Remember what the application answered to a customer's message."""
    if status == HTTPStatus.OK:
        outcome = "received"
    else:
        outcome = "waiting" if worth_another(status) else "refused"
    store.set_status(message_id, outcome, code=status)


def _stored(order: Order) -> Media | None:
    if order.deed == "like" and order.channel == MESSENGER:
        name, content = "thumb.png", _THUMB
    elif order.file is None:
        return None
    else:
        name, content = order.file.filename, order.file.content
    mime, _ = mimetypes.guess_type(name)
    return Media(
        id=ids.media_id(),
        channel=order.channel,
        filename=name,
        mime=mime or "application/octet-stream",
        content=content,
    )


def _message(order: Order, media: Media | None) -> Message:
    details = {**order.along, **({order.deed: order.what} if order.deed else {})}
    message = Message(
        seq=ids.tick(),
        id=ids.message_id(order.channel, order.contact),
        channel=order.channel,
        contact=order.contact,
        outgoing=False,
        type=_type(order),
        text=order.text,
        media=media.id if media else "",
        tracking="",
        at=order.at,
        status="waiting",
        fate=0,
        details=details,
    )
    if order.deed in {"quick_reply", "button"}:
        return replace(message, text=order.what["title"])
    if order.deed == "comment":
        about = {**order.what, "post": ids.post_id(order.channel, order.what["post"])}
        return replace(
            message,
            id=ids.comment_id(order.channel, about["post"]),
            text=about.pop("text"),
            details={"comment": about},
        )
    return replace(message, id=ids.call_id()) if order.deed == "call" else message


def _type(order: Order) -> str:
    if order.deed:
        return "like_heart" if order.deed == "like" and order.channel == INSTAGRAM else order.deed
    kind = order.file.kind if order.file else "text"
    return "document" if order.channel == WHATSAPP and kind == "file" else kind
