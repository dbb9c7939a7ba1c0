"""What becomes of a message to a customer: sent, delivered, read or failed, and who is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from infra.local.meta import ids, page_webhooks, whatsapp_webhooks, wire
from infra.local.meta.accounts import MESSENGER, WHATSAPP
from infra.local.meta.postman import Letter, Postman
from infra.local.meta.store import Customer, Message, Store

#: Seconds from one rung to the next.
_TO_SENT: Final = 0.02
_TO_DELIVERED: Final = 0.05
_TO_FAILED: Final = 0.1


class Ladder:
    """
    Takes messages up the rungs, each in its own time, whatever the application answers.

    Each rung and the webhook that tells of it are written together; a restart goes on with both.
    Echoes say that files are under `base`, the simulated Meta's own address.
    """

    def __init__(self, store: Store, postman: Postman, *, base: str) -> None:
        self._store = store
        self._postman = postman
        self._base = base
        self._tasks: set[asyncio.Task[None]] = set()

    def resume(self) -> None:
        """Go on with what an earlier process left on its way."""
        for message in self._store.unfinished():
            self.start(message)

    def close(self) -> None:
        """Stop where everything stands."""
        for task in self._tasks:
            task.cancel()

    def start(self, message: Message) -> None:
        """Take a message that was accepted on its way, in the background."""
        task = asyncio.create_task(self._climb(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

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
            bodies = [
                whatsapp_webhooks.status(message, customer, status="read", at=now)
                for message in unread
            ]
        else:
            bodies = [page_webhooks.read(unread, at=now)]
        self._reach(unread, "read", bodies)
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

    def _webhooks(self, message: Message, status: str) -> list[Mapping[str, Any]]:
        now = ids.now_ms()
        if message.channel == WHATSAPP:
            customer = self._store.customer(WHATSAPP, message.contact)
            return [whatsapp_webhooks.status(message, customer, status=status, at=now)]
        if status == "sent":
            url = f"{self._base}/media/{message.media}" if message.media else ""
            return [page_webhooks.echo(message, media_url=url)]
        if status == "delivered" and message.channel == MESSENGER:
            return [page_webhooks.delivered(message, at=now)]
        return []  # nobody tells of a delivery on Instagram, nor of a failure on either

    def _reach(
        self, messages: Sequence[Message], status: str, bodies: Sequence[Mapping[str, Any]]
    ) -> None:
        first = messages[0]
        letters = [
            Letter(
                seq=ids.tick(),
                lane=f"out:{first.channel}:{first.contact}",
                channel=first.channel,
                body=wire.encode(body),
            )
            for body in bodies
        ]
        with self._store.transaction():
            for message in messages:
                code = message.fate if status == "failed" else 0
                self._store.set_status(message.id, status, code=code)
            for letter in letters:
                self._postman.send(letter)
