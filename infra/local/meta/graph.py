"""The Graph API's calls: who may send what to whom, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Final

from infra.local.meta import errors, ids, page_rules, threads, whatsapp_rules
from infra.local.meta.accounts import INSTAGRAM, MESSENGER, NODES, WHATSAPP
from infra.local.meta.comments import Comments
from infra.local.meta.delivery import Delivery
from infra.local.meta.faults import Fault, Faults, Kind
from infra.local.meta.ladder import Ladder, lane_of
from infra.local.meta.outside import Outside
from infra.local.meta.pace import Pace
from infra.local.meta.presence import OURS, Presences
from infra.local.meta.records import Customer, Media, Message
from infra.local.meta.send import Send
from infra.local.meta.store import Store

_TYPING_MS: Final = 20_000
_WHATSAPP_TYPING_MS: Final = 25_000


class Manner(Enum):
    """How an answer gets to the caller."""

    AT_ONCE = auto()
    CUT = auto()  #: the connection breaks in the middle of it
    HELD = auto()  #: it takes longer than anybody waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call is answered, where that is so `after` all was told of a message."""

    body: Mapping[str, Any]
    http: int = HTTPStatus.OK
    manner: Manner = Manner.AT_ONCE
    after: Message | None = None


class Graph:
    """The Graph API over the store; every refusal is raised as GraphError."""

    def __init__(
        self,
        *,
        store: Store,
        ladder: Ladder,
        faults: Faults,
        pace: Pace,
        delivery: Delivery,
        presences: Presences,
        comments: Comments,
        outside: Outside,
    ) -> None:
        self._store = store
        self._ladder = ladder
        self._faults = faults
        self._pace = pace
        self._delivery = delivery
        self._presences = presences
        self._comments = comments
        self._outside = outside

    def messages(self, node: str, body: Mapping[str, Any], *, file: Media | None) -> Answer:
        """Answer `POST /{node}/messages`, with the file that came along or its link led to."""
        business = NODES.get(node)
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

    def comment(self, node: str, edge: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer `POST /{node}/comments` and `/{node}/replies`: a public answer."""
        return self._comments.answer(node, edge, body)

    def thread(self, node: str, name: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer `POST /{node}/take_thread_control` and its like."""
        return threads.call(self._store, self._presences, node=node, name=name, body=body)

    def _page(self, channel: str, body: Mapping[str, Any], file: Media | None) -> Answer:
        comment_id = page_rules.comment_of(body)
        comment = self._comments.find(comment_id) if comment_id else None
        if comment_id and (comment is None or comment.outgoing):
            raise errors.no_such_node(comment_id)
        if comment:
            page_rules.check_private_reply(comment)
        name = comment.contact if comment else page_rules.recipient(body)
        customer = self._store.customer(comment.channel if comment else channel, name)
        if customer is None and channel == MESSENGER:
            # With Facebook Login, Instagram is written to through the page as well.
            customer = self._store.customer(INSTAGRAM, name)
        channel = customer.channel if customer else channel
        if page_rules.is_action(body):
            if customer is None:
                raise errors.no_such_user(channel)
            self._act(customer, body)
            return Answer(body={"recipient_id": name})
        fault = self._faults.take(channel, frozenset({name}))
        if held := _refusal(fault, channel):
            return held
        if customer is None:
            raise errors.no_such_user(channel)
        presence = self._presences.of(channel, name)
        page_rules.check_owner(channel, is_ours=presence.owner == OURS)
        send = page_rules.check(
            channel, body, customer, file=file, is_private_reply=comment is not None
        )
        self._pace.take(channel, name)
        sent = self._perform(send, fault)
        if comment:
            self._store.amend(comment.id, private_reply=sent.id)
        return self._answer(page_rules.answer(customer, sent.id), sent, fault)

    def _act(self, customer: Customer, body: Mapping[str, Any]) -> None:
        """Do what a sender action says; the customer's phone shows it."""
        channel, contact, now = customer.channel, customer.contact, ids.now_ms()
        if reaction := page_rules.reaction(body):
            self._react(channel, contact, *reaction)
        elif body["sender_action"] == "mark_seen":
            self._presences.sees(channel, contact, until=ids.tick())
        else:
            starts = body["sender_action"] == "typing_on"
            self._presences.types(channel, contact, until=now + _TYPING_MS if starts else 0)

    def _react(self, channel: str, contact: str, message_id: str, reaction: str) -> None:
        message = self._store.message(message_id)
        if message is None or (message.channel, message.contact) != (channel, contact):
            raise errors.of_code(channel, 131009 if channel == WHATSAPP else 100)
        reactions = {**message.details.get("reactions", {}), "business": reaction}
        self._store.amend(message.id, reactions={k: v for k, v in reactions.items() if v})

    def _whatsapp(self, body: Mapping[str, Any], file: Media | None) -> Answer:
        if receipt := whatsapp_rules.read_receipt(body):
            self._read(receipt, types=whatsapp_rules.types(body))
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
        if not address.name:
            # A user id in `to` is answered like any send, and never heard of again.
            message_id = ids.message_id(WHATSAPP, address.input)
            answer = whatsapp_rules.answer(address, customer, message_id, kind=send.type)
            return self._answer(answer, None, fault)
        self._pace.take(WHATSAPP, send.contact)
        if customer is None and not send.fate:
            self._introduce(send.contact)
        if customer:
            self._outside.take(customer)  # whoever sends has the conversation
        if (reaction := whatsapp_rules.reaction(body)) and customer:
            self._react(WHATSAPP, customer.contact, *reaction)
            message_id = ids.message_id(WHATSAPP, address.input)
            answer = whatsapp_rules.answer(address, customer, message_id, kind=send.type)
            return self._answer(answer, None, fault)
        sent = self._perform(send, fault)
        answer = whatsapp_rules.answer(address, customer, sent.id, kind=send.type)
        return self._answer(answer, sent, fault)

    def _read(self, message_id: str, *, types: bool) -> None:
        """Mark a message and all before it as read, and show that somebody types."""
        message = self._store.message(message_id)
        if message is None or message.channel != WHATSAPP or message.outgoing:
            raise errors.of_code(WHATSAPP, 131009)
        self._presences.sees(WHATSAPP, message.contact, until=message.seq)
        if types:
            until = ids.now_ms() + _WHATSAPP_TYPING_MS
            self._presences.types(WHATSAPP, message.contact, until=until)

    def _introduce(self, phone: str) -> None:
        """Let a template reach a number that nobody wrote from yet: no window is open."""
        bsuid = ids.bsuid_of(phone)
        self._store.note_customer(WHATSAPP, phone, name="", bsuid=bsuid, at=0)

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
            details=send.details,
        )
        with self._store.transaction():
            if send.file:
                self._store.add_media(replace(send.file, channel=send.channel))
            self._store.add_message(message)
            self._presences.types(send.channel, send.contact, until=0)
        self._ladder.start(message)
        return message

    def _answer(self, body: Mapping[str, Any], sent: Message | None, fault: Fault | None) -> Answer:
        is_lost = fault is not None and fault.kind is Kind.LOST_ANSWER
        is_early = sent is not None and self._delivery.is_early(sent.channel)
        return Answer(
            body=body,
            manner=Manner.CUT if is_lost else Manner.AT_ONCE,
            after=sent if is_early else None,
        )

    async def told(self, sent: Message) -> None:
        """Return when the application was told of everything that became of a message by itself."""
        await self._ladder.up(sent.id)
        await self._delivery.quiet(lane_of(sent.channel, sent.contact))


def _refusal(fault: Fault | None, channel: str) -> Answer | None:
    if fault and fault.kind is Kind.ERROR:
        raise fault.error(channel)
    if fault and fault.kind is Kind.TIMEOUT:
        error = fault.error(channel)
        return Answer(body=error.body(), http=error.http, manner=Manner.HELD)
    return None
