"""A fourth channel is one folder: found, received from, forwarded, answered, with no edit elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any, Final

import pytest

from chalicelib import channels, registry, words
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.ports import Channel
from chalicelib.errors import InvalidSignature
from tests.builders import reply
from tests.channels import SETTINGS
from tests.fakes.deployment import DESK
from tests.fakes.secrets import MemorySecrets
from tests.fakes.world import World

NAME: Final = "telegraph"
KEY: Final = "office-key"
TOYS: Final = Path(__file__).parent.parent / "toy"


class OfficeWorld(World):
    """A deployment with an office of the telegraph."""

    def __init__(self) -> None:
        super().__init__()
        self.office: Any = registry.channel(
            NAME, secrets=MemorySecrets({NAME: {"keys": (KEY,)}}), settings=SETTINGS
        )
        account = Account(ref=AccountRef(NAME, "1"), desk=DESK)
        self.directory.accounts[account.ref] = account

    def wire(self, *telegrams: dict[str, str], key: str = KEY) -> None:
        """Receive telegrams, signed by the office."""
        body = json.dumps({"telegrams": telegrams}).encode()
        told = hmac.digest(key.encode(), body, hashlib.sha256).hex()
        self.receiver.receive(
            self.office,
            source=f"channel:{NAME}",
            body=body,
            headers={"x-telegraph-signature": told},
        )
        self.run_until_quiet()

    def _channel(self, name: str) -> Channel:  # type: ignore[override]
        return self.office  # type: ignore[no-any-return]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> OfficeWorld:
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(TOYS)])
    return OfficeWorld()


def telegram(number: str, text: str, sender: str = "marconi") -> dict[str, str]:
    return {"office": "1", "number": number, "from": sender, "text": text}


def test_a_folder_among_the_channels_is_found_by_its_name(world):
    assert NAME in registry.channel_names()


def test_what_comes_in_stands_in_a_ticket_once_and_what_is_answered_goes_out(world):
    world.wire(telegram("1", "ARRIVED"), telegram("2", "SEND MONEY"))
    world.wire(telegram("2", "SEND MONEY"))
    (ticket,) = world.desk.tickets
    assert ticket.texts() == ["ARRIVED", "SEND MONEY"]
    world.hear_desk(reply(ticket.id, "HOW MUCH\n\nANSWER SOON"))
    world.run_until_quiet()
    assert world.office.wire == ["marconi: HOW MUCH STOP", "marconi: ANSWER SOON STOP"]


def test_what_somebody_else_signed_is_refused(world):
    with pytest.raises(InvalidSignature):
        world.wire(telegram("1", "TRUST ME"), key="forged")


def test_agents_read_its_name_though_no_catalogue_has_it(world):
    assert words.say("it", f"channel.{NAME}") == "Telegraph"
