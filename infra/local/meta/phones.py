"""What the customers do with their phones: write to the business, with files and without."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from infra.local.meta import ids, page_webhooks, whatsapp_webhooks, wire
from infra.local.meta.accounts import BUSINESSES, WHATSAPP
from infra.local.meta.postman import Letter, Postman, worth_another
from infra.local.meta.store import Media, Message, Store

_KINDS: Final = ("image", "video", "audio", "file", "sticker")
_WITHOUT_TEXT: Final = ("audio", "sticker")  #: on WhatsApp, which has captions for the others
_MAX_NAME: Final = 128


class InvalidOrder(ValueError):
    """What a phone was asked to do is not understood; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to send: `kind` is image, video, audio, file or sticker."""

    kind: str
    filename: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What a customer shall write; there is a text or a file or both.

    Without `webhook` the application is never told of it.
    """

    channel: str
    contact: str
    name: str
    text: str
    file: File | None
    webhook: bool = True


def parse(body: Mapping[str, Any]) -> Order:
    """
    Return what a `POST /sim/send` body orders.

    Raises:
        InvalidOrder: a field is missing or wrong.
    """
    channel, contact = parse_address(body)
    name, text = body.get("name") or "", body.get("text") or ""
    if not isinstance(name, str) or not isinstance(text, str):
        raise InvalidOrder("name and text are strings")
    attachment = body.get("attachment")
    file = None if attachment is None else _file(attachment)
    if not text and file is None:
        raise InvalidOrder("there is neither a text nor an attachment")
    if channel == WHATSAPP and text and file and file.kind in _WITHOUT_TEXT:
        raise InvalidOrder("a voice message or a sticker on WhatsApp carries no text")
    webhook = body.get("webhook", True)
    if not isinstance(webhook, bool):
        raise InvalidOrder("webhook is true or false")
    return Order(channel=channel, contact=contact, name=name, text=text, file=file, webhook=webhook)


def parse_address(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return the channel and contact of a request; raise InvalidOrder where they are not right."""
    channel, contact = body.get("channel"), body.get("contact")
    if not isinstance(channel, str) or channel not in BUSINESSES:
        raise InvalidOrder("channel is messenger, instagram or whatsapp")
    if not isinstance(contact, str) or not contact.strip():
        raise InvalidOrder("contact is a string that names the customer")
    if len(contact) > _MAX_NAME or not contact.isprintable():
        raise InvalidOrder(f"contact has at most {_MAX_NAME} printable characters")
    return channel, contact_of(channel, contact)


def contact_of(channel: str, contact: str) -> str:
    """Return a contact as the simulation names it: WhatsApp's numbers go without the plus."""
    return contact.removeprefix("+") if channel == WHATSAPP else contact


def _file(attachment: object) -> File:
    if not isinstance(attachment, dict):
        raise InvalidOrder("attachment is an object with kind, filename and content")
    kind, filename = attachment.get("kind"), attachment.get("filename")
    kind = "file" if kind == "document" else kind
    if kind not in _KINDS:
        raise InvalidOrder(f"attachment.kind is one of {', '.join(_KINDS)}")
    if not isinstance(filename, str) or not filename.isprintable() or not filename:
        raise InvalidOrder("attachment.filename is a string")
    encoded = attachment.get("content")
    if not isinstance(encoded, str):
        raise InvalidOrder("attachment.content is a string")
    try:
        content = base64.b64decode(encoded, validate=True)
    except ValueError as exc:
        raise InvalidOrder("attachment.content is Base64") from exc
    return File(kind=kind, filename=filename, content=content)


class Phones:
    """The customers' phones; files are offered under `base`, the simulated Meta's own address."""

    def __init__(self, store: Store, postman: Postman, *, base: str) -> None:
        self._store = store
        self._postman = postman
        self._base = base

    async def send(self, order: Order) -> tuple[int, str]:
        """
        Send what a customer writes; return what the application answered and the message id.

        The answer is NO_ANSWER where it is not told.
        """
        bsuid = ids.bsuid_of(order.contact) if order.channel == WHATSAPP else ""
        media = _stored(order)
        message = _message(order, media)
        with self._store.transaction():
            customer = self._store.note_customer(
                order.channel, order.contact, name=order.name, bsuid=bsuid
            )
            self._store.add_message(message)
            if media:
                self._store.add_media(media)
        if not order.webhook:
            return wire.NO_ANSWER, message.id
        url = self.media_url(media.id) if media else ""
        if order.channel == WHATSAPP:
            body = whatsapp_webhooks.inbound(message, customer, media=media, media_url=url)
        else:
            body = page_webhooks.inbound(message, media_url=url)
        letter = Letter(
            seq=message.seq,
            lane=f"in:{order.channel}:{order.contact}",
            channel=order.channel,
            body=wire.encode(body),
            message_id=message.id,
        )
        return await self._postman.send_now(letter), message.id

    def media_url(self, media_id: str) -> str:
        """Return where a file can be fetched."""
        return f"{self._base}/media/{media_id}"


def told(store: Store, message_id: str, status: int) -> None:
    """Remember what the application answered to a customer's message."""
    if status == HTTPStatus.OK:
        outcome = "received"
    else:
        outcome = "waiting" if worth_another(status) else "refused"
    store.set_status(message_id, outcome, code=status)


def _stored(order: Order) -> Media | None:
    if order.file is None:
        return None
    mime, _ = mimetypes.guess_type(order.file.filename)
    return Media(
        id=ids.media_id(),
        channel=order.channel,
        filename=order.file.filename,
        mime=mime or "application/octet-stream",
        content=order.file.content,
    )


def _message(order: Order, media: Media | None) -> Message:
    kind = order.file.kind if order.file else "text"
    if order.channel == WHATSAPP and kind == "file":
        kind = "document"
    return Message(
        seq=ids.tick(),
        id=ids.message_id(order.channel, order.contact),
        channel=order.channel,
        contact=order.contact,
        outgoing=False,
        type=kind,
        text=order.text,
        media=media.id if media else "",
        tracking="",
        at=ids.now_ms(),
        status="waiting",
        fate=0,
    )
