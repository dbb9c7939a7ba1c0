"""A deployment whose channels are the real ones, for webhooks as Meta sends them."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.changes import Claim
from chalicelib.domain.contact import AliasKind
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.ports import Channel
from chalicelib.pipeline.channel_events import AS_TICKETS, COMMENTS
from chalicelib.storage import rows
from tests.channels import APP_SECRETS, channel, signature
from tests.fakes.deployment import DESK
from tests.fakes.world import World


class _AnyAccount(dict[AccountRef, Account]):
    """Every account is configured, and wants public comments as tickets."""

    def get(self, ref: AccountRef, default: Any = None) -> Account:
        """Return the account, made when it is first asked for."""
        del default
        options = {COMMENTS: AS_TICKETS}
        return self.setdefault(ref, Account(ref=ref, desk=DESK, options=options))


class MetaWorld(World):
    """Takes signed webhooks of any channel, and says what became of them."""

    def __init__(self) -> None:
        super().__init__()
        self.directory.accounts = _AnyAccount()

    def take(self, name: str, body: bytes) -> None:
        """Receive a body as Meta signs it, and do everything that can be done at once."""
        headers = {"x-hub-signature-256": signature(body, APP_SECRETS[0])}
        source = f"channel:{name}"
        self.receiver.receive(self._channel(name), source=source, body=body, headers=headers)
        self.work()

    def take_json(self, name: str, body: Any) -> None:
        """Receive a body; see `take`."""
        self.take(name, json.dumps(body).encode())

    def claims(self) -> list[Claim]:
        """Return the books."""
        return [rows.to_claim(row) for row in self.table.scan() if row["sk"] == "CLAIM"]

    def conversations(self) -> list[Conversation]:
        """Return every conversation."""
        return [rows.to_conversation(row) for row in self.table.scan() if row["sk"] == "CONV"]

    def texts_of(self, conversation: Conversation) -> str:
        """Return everything that is stored of what was said in a conversation, as one text."""
        return "\n".join(
            f"{kept.message.content.text} {kept.message.content.parts}"
            for kept in self.store.said(conversation.id)
        )

    def named(self, *values: str) -> list[Conversation]:
        """Return the conversations of whoever has one of these names."""
        return [
            each
            for each in self.conversations()
            if any(
                a.value in values for a in each.contact.aliases if a.kind is not AliasKind.THREAD
            )
        ]

    def _channel(self, name: str) -> Channel:  # type: ignore[override]
        return channel(name)
