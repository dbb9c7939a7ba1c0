"""The pipeline in memory, hearing WhatsApp's own webhooks: what it says is read by the real channel."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.domain.account import Account, AccountRef, Desk
from chalicelib.domain.envelope import Item
from chalicelib.domain.events import ChannelEvent
from tests import channels
from tests.fakes.channel import SIGNED, FakeChannel
from tests.fakes.deployment import DESK
from tests.fakes.directory import MemoryDirectory
from tests.fakes.world import World

NUMBER: Final = "106540352242922"
BUSINESS: Final = "102290129340398"
_NAME: Final = "whatsapp"


class HearingChannel(FakeChannel):
    """Sends as the fake does, and hears as WhatsApp."""

    def __init__(self) -> None:
        super().__init__(_NAME)
        self._real = channels.channel(_NAME)

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """See `ports.Webhook`."""
        return self._real.split(body)

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> ChannelEvent:
        """See `ports.Channel`."""
        return self._real.parse(raw, received_at=received_at)


class WhatsAppWorld(World):
    """A deployment with one number on WhatsApp; the business account above it is not configured."""

    def __init__(self) -> None:
        super().__init__()
        self.channel = HearingChannel()
        self.account = Account(ref=AccountRef(_NAME, NUMBER), desk=DESK)
        self.directory = MemoryDirectory([self.account], [Desk(id=DESK, helpdesk="fake", url="")])
        self.start()

    def hear_body(self, body: Mapping[str, Any]) -> None:
        """Receive a webhook as the platform writes it."""
        self.receiver.receive(
            self.channel,
            source=f"channel:{_NAME}",
            body=json.dumps(body).encode(),
            headers=SIGNED,
        )

    def hear_fields(self, *told: tuple[str, Mapping[str, Any]]) -> None:
        """Receive one webhook with a change for each field and value."""
        self.hear_body(webhook(*told))

    def _channel(self, name: str) -> FakeChannel:
        assert name == _NAME
        return self.channel


def webhook(*told: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the body of a webhook with a change for each field and value."""
    changes = [{"field": topic, "value": value(inside)} for topic, inside in told]
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": BUSINESS, "changes": changes}],
    }


def value(inside: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of a change about the number."""
    about = {"display_phone_number": "15550783881", "phone_number_id": NUMBER}
    return {"messaging_product": "whatsapp", "metadata": about, **inside}
