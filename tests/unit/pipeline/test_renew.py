"""Tokens that end by themselves are renewed in time, and only those."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from chalicelib.domain import rotation
from chalicelib.domain.account import Account, AccountRef
from chalicelib.errors import Refused, TransientError, Unauthorised, UnknownIntegration
from chalicelib.pipeline.renew import Renewer
from tests.fakes.clock import VirtualClock
from tests.fakes.keyring import MemoryKeyring
from tests.fakes.log import RecordingLog
from tests.fakes.onboarding import DAY, FakeOnboarding
from tests.fakes.secrets import MemorySecrets

OWN = Account(ref=AccountRef("instagram", "1"), desk="local", options={"login": "instagram"})
PAGE = Account(ref=AccountRef("messenger", "2"), desk="local")
SECRET = "accounts/instagram/1"


@dataclass
class World:
    clock: VirtualClock = field(default_factory=VirtualClock)
    log: RecordingLog = field(default_factory=RecordingLog)
    platform: FakeOnboarding = field(default_factory=FakeOnboarding)
    keyring: MemoryKeyring = field(
        default_factory=lambda: MemoryKeyring(MemorySecrets({SECRET: {"access_tokens": ("old",)}}))
    )

    def __post_init__(self) -> None:
        self.platform.ends_by_itself.add("1")

    @property
    def renewer(self) -> Renewer:
        return Renewer(
            onboarding=lambda _channel: self.platform,
            keyring=self.keyring,
            clock=self.clock,
            log=self.log,
        )

    @property
    def tokens(self) -> tuple[str, ...]:
        return self.keyring.read(SECRET)["access_tokens"]


@pytest.fixture
def world() -> World:
    return World()


def test_a_token_whose_end_nobody_knows_is_renewed_and_its_end_kept(world):
    assert world.renewer.renew([PAGE, OWN]) == 1
    assert world.tokens == ("new-token-1", "old")
    ends = rotation.end_of(world.keyring.read(SECRET))
    assert ends == world.clock() + 60 * DAY


@pytest.mark.parametrize(("days", "renewed"), [(60, 0), (11, 0), (9, 1), (1, 1)])
def test_it_is_renewed_ten_days_before_its_end(world, days, renewed):
    rotation.add(world.keyring, SECRET, {"access_tokens": "t"}, ends=world.clock() + days * DAY)
    assert world.renewer.renew([OWN]) == renewed
    assert (world.tokens[0] == "new-token-1") is bool(renewed)


def test_an_operator_can_have_it_renewed_at_once(world):
    rotation.add(world.keyring, SECRET, {"access_tokens": "t"}, ends=world.clock() + 60 * DAY)
    assert world.renewer.renew([OWN], whether_due=False) == 1


def test_a_token_that_was_just_made_is_too_young_and_no_alarm(world):
    world.platform.trouble = Refused("invalid_request")
    assert world.renewer.renew([OWN]) == 0
    assert world.log.alarms() == []
    assert world.tokens == ("old",)


@pytest.mark.parametrize(
    "trouble", [Refused("invalid_request"), TransientError("down"), Unauthorised("HTTP 401")]
)
def test_what_fails_is_an_alarm_and_leaves_the_old_token(world, trouble):
    rotation.add(world.keyring, SECRET, {"access_tokens": "old"}, ends=world.clock() + DAY)
    world.keyring.secrets.put(SECRET, rotation.ENDS, str(world.clock() + DAY))
    world.platform.trouble = trouble
    assert world.renewer.renew([OWN]) == 0
    assert world.tokens == ("old",)
    (alarm,) = world.log.alarms()
    assert alarm == "token not renewed"


def test_a_channel_that_tells_nothing_of_its_accounts_has_nothing_to_renew(world):
    class Missing:
        def __call__(self, channel):
            if channel == "messenger":
                raise UnknownIntegration("no such integration")
            return world.platform

    renewer = Renewer(onboarding=Missing(), keyring=world.keyring, clock=world.clock, log=world.log)
    assert renewer.renew([PAGE, OWN]) == 1
    assert world.log.alarms() == []


def test_a_secret_that_cannot_be_read_is_an_alarm(world):
    world.keyring.secrets.down = True
    assert world.renewer.renew([OWN]) == 0
    assert world.log.alarms() == ["token not renewed"]


def test_no_token_is_ever_logged(world):
    world.renewer.renew([OWN])
    assert "new-token" not in str(world.log.lines)
