"""Every recorded webhook of Messenger and Instagram goes the whole way: signed, kept, shown."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.account import Account
from chalicelib.domain.changes import Outcome
from chalicelib.domain.ports import Channel
from tests import recorded
from tests.channels import APP_SECRETS, channel, signature
from tests.fakes.clock import START
from tests.fakes.deployment import DESK
from tests.fakes.world import World

HEARD_AT = 1_780_000_900_000
TEST_ACCOUNT = "0"
OPTIONS = [{}, {"comments": "tickets"}]


class Platform(World):
    """A world whose channel is a real one; its accounts are all that the recorded webhooks name."""

    def __init__(self, name: str, options: dict[str, str]) -> None:
        self.speaker = channel(name)
        self.name = name
        super().__init__()
        self.clock.advance((HEARD_AT - START) / 1000)
        for path in recorded.cases(name):
            for ref in {event.account for event in self.events(recorded.body(path))}:
                if ref.id != TEST_ACCOUNT:
                    self.directory.accounts[ref] = Account(ref=ref, desk=DESK, options=options)

    def _channel(self, name: str) -> Channel:  # type: ignore[override]
        assert name == self.name
        return self.speaker

    def events(self, body: dict[str, Any]) -> list[Any]:
        return [
            self.speaker.parse(item.raw, received_at=HEARD_AT) for item in self.speaker.split(body)
        ]

    def post(self, *paths: Path) -> None:
        """Have the platform send recorded webhooks, one after the other."""
        for path in paths:
            body = json.dumps(recorded.body(path)).encode()
            headers = {"x-hub-signature-256": signature(body, APP_SECRETS[0])}
            source = f"channel:{self.name}"
            self.receiver.receive(self.speaker, source=source, body=body, headers=headers)
            self.run_until_quiet()

    def shown(self) -> list[list[str]]:
        """Return what the tickets show."""
        return [ticket.texts() for ticket in self.desk.tickets]


@pytest.mark.parametrize("options", OPTIONS, ids=["counted", "tickets"])
@pytest.mark.parametrize("name", ["messenger", "instagram"])
def test_every_recorded_item_is_in_the_books_and_none_is_parked(
    name: str, options: dict[str, str]
) -> None:
    world = Platform(name, options)
    world.post(*recorded.cases(name))
    outcomes = Counter(claim.outcome for claim in world.claims())
    assert outcomes.keys() == {Outcome.FORWARD, Outcome.RECORDED, Outcome.IGNORED}
    assert set(world.log.alarms()) <= {"account news"}
    copies = sum(len(claim.seen) for claim in world.claims())
    bodies = [recorded.body(path) for path in recorded.cases(name)]
    assert sum(outcomes.values()) + copies == sum(len(world.events(body)) for body in bodies)


@pytest.mark.parametrize("name", ["messenger", "instagram"])
def test_whatever_was_sent_once_more_is_shown_once(name: str) -> None:
    world = Platform(name, OPTIONS[1])
    world.post(*recorded.cases(name))
    before = world.shown()
    world.clock.advance(600)
    world.post(*recorded.cases(name))
    assert world.shown() == before


@pytest.mark.parametrize("name", ["messenger", "instagram"])
def test_public_comments_share_no_ticket_with_private_messages(name: str) -> None:
    world = Platform(name, OPTIONS[1])
    world.post(*recorded.cases(name))
    kinds = [{alias.kind for alias in each.contact.aliases} for each in world.conversations()]
    assert all(len(kind) == 1 for kind in kinds)
    assert len({str(kind) for kind in kinds}) == 2
