"""What becomes of a message to a customer: sent, delivered, read or failed, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.local.meta import ids, page_webhooks, whatsapp_said, whatsapp_webhooks
from infra.local.meta.accounts import MESSENGER, WHATSAPP
from infra.local.meta.delivery import Delivery, Kind, News
from infra.local.meta.records import Customer, Message
from infra.local.meta.store import Store

#: Seconds from one rung to the next.
_TO_SENT: Final = 0.02
_TO_DELIVERED: Final = 0.05
_TO_FAILED: Final = 0.1


@dataclass(frozen=True, slots=True)
class Told:
    """What the application is told of a message."""

    kind: Kind
    body: Mapping[str, Any]


class Ladder:
    """
    Takes messages up the rungs, each in its own time, whatever the application answers.

    Each rung and the webhook that tells of it are written together; a restart goes on with both.
    Echoes say that files are under `base`, the simulated Meta's own address.
    """

    def __init__(self, store: Store, delivery: Delivery, *, base: str) -> None:
        self._store = store
        self._delivery = delivery
        self._base = base
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def resume(self) -> None:
        """Go on with what an earlier process left on its way."""
        for message in self._store.unfinished():
            self.start(message)

    def close(self) -> None:
        """Stop where everything stands."""
        for task in self._tasks.values():
            task.cancel()

    def start(self, message: Message) -> None:
        """Take a message that was accepted on its way, in the background."""
        task = asyncio.create_task(self._climb(message))
        self._tasks[message.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(message.id))

    async def up(self, message_id: str) -> None:
        """Return when a message has come as far as it gets by itself."""
        if task := self._tasks.get(message_id):
            await asyncio.wait({task})

    def read(self, customer: Customer) -> int:
        """Let a customer read all that has arrived; return how many messages that was."""
        sent = self._store.messages(
            channel=customer.channel, contact=customer.contact, outgoing=True
        )
        unread = [message for message in sent if message.status == "delivered"]
        if not unread:
            return 0
        now = ids.now_ms()
        if customer.channel == WHATSAPP:
            receipts = [
                whatsapp_webhooks.status(message, customer, status="read", at=now)
                for message in unread
            ]
        else:
            receipts = [page_webhooks.read(unread, at=now)]
        self._reach(unread, "read", [Told(Kind.RECEIPT, body) for body in receipts])
        return len(unread)

    async def _climb(self, message: Message) -> None:
        if message.fate:
            await asyncio.sleep(_TO_FAILED)
            self._step(message, "failed")
            return
        if message.status == "accepted":
            await asyncio.sleep(_TO_SENT)
            self._step(message, "sent")
        await asyncio.sleep(_TO_DELIVERED)
        self._step(message, "delivered")

    def _step(self, message: Message, status: str) -> None:
        self._reach([message], status, self._webhooks(message, status))

    def _webhooks(self, message: Message, status: str) -> list[Told]:
        now = ids.now_ms()
        url = f"{self._base}/media/{message.media}" if message.media else ""
        if message.channel == WHATSAPP:
            customer = self._store.customer(WHATSAPP, message.contact)
            if status == "sent" and customer and message.details.get("outside"):
                media = self._store.media(message.media)
                said = whatsapp_said.said(message, media=media, media_url=url)
                body = whatsapp_webhooks.echo(customer, said, message_id=message.id, at=message.at)
                return [Told(Kind.ECHO, body)]
            body = whatsapp_webhooks.status(message, customer, status=status, at=now)
            return [Told(Kind.RECEIPT, body)]
        if status == "sent":
            return [Told(Kind.ECHO, page_webhooks.echo(message, media_url=url))]
        if status == "delivered" and message.channel == MESSENGER:
            return [Told(Kind.RECEIPT, page_webhooks.delivered(message, at=now))]
        return []  # nobody tells of a delivery on Instagram, nor of a failure on either

    def _reach(self, messages: Sequence[Message], status: str, told: Sequence[Told]) -> None:
        first = messages[0]
        with self._store.transaction():
            for message in messages:
                code = message.fate if status == "failed" else 0
                self._store.set_status(message.id, status, code=code)
            for one in told:
                self._delivery.tell(
                    News(
                        channel=first.channel,
                        contact=first.contact,
                        kind=one.kind,
                        body=one.body,
                        lane=lane_of(first.channel, first.contact),
                    )
                )


def lane_of(channel: str, contact: str) -> str:
    """Return the lane of what the application is told of its own messages."""
    return f"out:{channel}:{contact}"
