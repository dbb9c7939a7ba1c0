"""The Graph API's calls: who may send what to whom, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Final

from infra.local import credentials
from infra.local.meta import errors, ids, page_rules, whatsapp_rules
from infra.local.meta.accounts import INSTAGRAM, MESSENGER, NODES, WHATSAPP
from infra.local.meta.faults import Fault, Faults, Kind
from infra.local.meta.ladder import Ladder
from infra.local.meta.send import Send
from infra.local.meta.store import Customer, Media, Message, Store

_ME: Final = "me"  #: the node that the token belongs to: the page


class Manner(Enum):
    """How an answer gets to the caller."""

    AT_ONCE = auto()
    CUT = auto()  #: the connection breaks in the middle of it
    HELD = auto()  #: it takes longer than anybody waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call is answered."""

    body: Mapping[str, Any]
    http: int = HTTPStatus.OK
    manner: Manner = Manner.AT_ONCE


class Graph:
    """The Graph API over the store; every refusal is raised as GraphError."""

    def __init__(self, store: Store, ladder: Ladder, faults: Faults) -> None:
        self._store = store
        self._ladder = ladder
        self._faults = faults

    def messages(self, node: str, body: Mapping[str, Any], *, file: Media | None) -> Answer:
        """Answer `POST /{node}/messages`, with the file that came along or its link led to."""
        business = NODES.get(credentials.PAGE_ID if node == _ME else node)
        if business is None:
            raise errors.no_such_node(node)
        if business.channel == WHATSAPP:
            return self._whatsapp(body, file)
        return self._page(business.channel, body, file)

    def upload(self, node: str, fields: Mapping[str, str], *, file: Media | None) -> Answer:
        """Answer `POST /{node}/media`: keep a file to be sent later; faults are for sends alone."""
        business = NODES.get(node)
        if business is None or business.channel != WHATSAPP:
            raise errors.no_such_node(node)
        media = whatsapp_rules.check_upload(fields, file)
        self._store.add_media(media)
        return Answer(body={"id": media.id})

    def node(self, node: str, *, fields: str, media_url: str) -> Mapping[str, Any]:
        """Answer `GET /{node}`: an account, a customer, or a WhatsApp file found at `media_url`."""
        business = NODES.get(credentials.PAGE_ID if node == _ME else node)
        if business:
            return business.profile
        if node == credentials.WHATSAPP_BUSINESS_ID:
            return {"id": node, "name": "The shop"}
        media = self._store.media(node)
        if media and media.channel == WHATSAPP:
            return {
                "messaging_product": WHATSAPP,
                "url": media_url,
                "mime_type": media.mime,
                "sha256": media.digest,
                "file_size": str(len(media.content)),
                "id": media.id,
            }
        # Real ids are of one channel; the phones here may have the same one on both. Only on
        # Instagram people have a `username`.
        first, second = MESSENGER, INSTAGRAM
        if "username" in fields.split(","):
            first, second = second, first
        customer = self._store.customer(first, node) or self._store.customer(second, node)
        if customer is None:
            raise errors.no_such_node(node)
        return _profile(customer)

    def _page(self, channel: str, body: Mapping[str, Any], file: Media | None) -> Answer:
        name = page_rules.recipient(body)
        customer = self._store.customer(channel, name)
        if customer is None and channel == MESSENGER:
            # With Facebook Login, Instagram is written to through the page as well.
            customer = self._store.customer(INSTAGRAM, name)
            channel = INSTAGRAM if customer else MESSENGER
        if page_rules.is_action(body):
            if customer is None:
                raise errors.no_such_user(channel)
            return Answer(body={"recipient_id": name})
        fault = self._faults.take(channel, frozenset({name}))
        if held := _refusal(fault, channel):
            return held
        if customer is None:
            raise errors.no_such_user(channel)
        sent = self._perform(page_rules.check(channel, body, customer, file=file), fault)
        return _answer(page_rules.answer(customer, sent.id), fault)

    def _whatsapp(self, body: Mapping[str, Any], file: Media | None) -> Answer:
        if receipt := whatsapp_rules.read_receipt(body):
            if self._store.message(receipt) is None:
                raise errors.of_code(WHATSAPP, 131009)
            return Answer(body={"success": True})
        address = whatsapp_rules.address(body)
        customer = self._store.customer(WHATSAPP, address.name) if address.name else None
        names = {address.name, *((customer.contact, customer.bsuid) if customer else ())}
        fault = self._faults.take(WHATSAPP, frozenset(names))
        if held := _refusal(fault, WHATSAPP):
            return held
        if upload := whatsapp_rules.media_id(body):
            file = self._uploaded(upload)
        send = whatsapp_rules.check(body, address, customer, file=file)
        if address.name:
            message_id = self._perform(send, fault).id
        else:
            # A user id in `to` is answered like any send, and never heard of again.
            message_id = ids.message_id(WHATSAPP, address.input)
        return _answer(whatsapp_rules.answer(address, customer, message_id, kind=send.type), fault)

    def _uploaded(self, media_id: str) -> Media | None:
        found = self._store.media(media_id)
        return found if found and found.channel == WHATSAPP else None

    def _perform(self, send: Send, fault: Fault | None) -> Message:
        late = fault.fate if fault and fault.kind is Kind.LATE_FAILURE else 0
        message = Message(
            seq=ids.tick(),
            id=ids.message_id(send.channel, send.contact),
            channel=send.channel,
            contact=send.contact,
            outgoing=True,
            type=send.type,
            text=send.text,
            media=send.file.id if send.file else "",
            tracking=send.tracking,
            at=ids.now_ms(),
            status="accepted",
            fate=late or send.fate,
        )
        with self._store.transaction():
            if send.file:
                self._store.add_media(replace(send.file, channel=send.channel))
            self._store.add_message(message)
        self._ladder.start(message)
        return message


def _refusal(fault: Fault | None, channel: str) -> Answer | None:
    if fault and fault.kind is Kind.ERROR:
        raise fault.error(channel)
    if fault and fault.kind is Kind.TIMEOUT:
        error = fault.error(channel)
        return Answer(body=error.body(), http=error.http, manner=Manner.HELD)
    return None


def _answer(body: Mapping[str, Any], fault: Fault | None) -> Answer:
    lost = fault is not None and fault.kind is Kind.LOST_ANSWER
    return Answer(body=body, manner=Manner.CUT if lost else Manner.AT_ONCE)


def _profile(customer: Customer) -> Mapping[str, Any]:
    name = customer.name or customer.contact
    if customer.channel == INSTAGRAM:
        return {"id": customer.contact, "name": name, "username": name.lower().replace(" ", ".")}
    first, _, last = name.partition(" ")
    return {"id": customer.contact, "name": name, "first_name": first, "last_name": last}
