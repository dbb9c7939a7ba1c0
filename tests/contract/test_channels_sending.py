"""What every channel keeps when it sends: portions, and errors that say what certainly happened."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import registry
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.content import Attachment, FileKind
from chalicelib.domain.ports import Channel
from chalicelib.domain.sending import Sending, Template
from chalicelib.domain.window import HOUR, Passage
from chalicelib.errors import Refused, TransientError, Unauthorised
from chalicelib.words import en, it
from tests.channels import channel, meta_secrets

every_channel = pytest.mark.parametrize("name", registry.channel_names())
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def octets(text: str) -> int:
    return len(text.encode())


KNOWN = Contact(aliases=tuple(Alias(kind, "10001") for kind in AliasKind if kind != "thread"))
PUBLIC = Contact(aliases=(Alias(AliasKind.THREAD, "1:2"),))
FILE = Attachment(
    kind=FileKind.IMAGE, name="a.png", mime="image/png", content=b"x", link="https://x"
)
WHAT: dict[str, dict[str, Any]] = {
    "text": {"text": "hello"},
    "as a person": {"text": "hello", "human_agent": True},
    "file": {"file": FILE},
    "template": {"template": Template(name="order", language="it")},
}
anything = pytest.mark.parametrize("what", WHAT.values(), ids=WHAT)
#: The longest text that each channel takes, and how it counts: the one thing to add for a new one.
LONGEST = {"messenger": (2000, units), "instagram": (1000, octets), "whatsapp": (4096, units)}


def speaker(name: str, *tokens: str) -> Channel:
    """Return a channel whose platform does not answer, with an account that has these tokens."""
    secrets = meta_secrets()
    secrets.put(f"accounts/{name}/1", "access_tokens", *tokens)
    return channel(name, secrets)


def sending(name: str, contact: Contact = KNOWN, **what: Any) -> Sending:
    account = Account(ref=AccountRef(name, "1"), desk="d")
    return Sending(account=account, contact=contact, reference="c.1", **what)


@every_channel
@unhurried
@given(
    words=st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=30),
    times=st.integers(1, 60),
)
def test_portions_fit_lose_nothing_but_white_space_and_are_always_the_same(
    name: str, words: list[str], times: int
) -> None:
    text = " ".join(words * times)
    longest, length = LONGEST[name]
    found = channel(name).portions(text, contact=KNOWN)
    assert all(portion.strip() and length(portion) <= longest for portion in found)
    assert "".join("".join(found).split()) == "".join(text.replace("\0", "\ufffd").split())
    assert list(found) == list(channel(name).portions(text, contact=KNOWN))


@every_channel
def test_what_is_just_short_enough_stays_whole(name: str) -> None:
    longest, _ = LONGEST[name]
    assert list(channel(name).portions("x" * longest, contact=KNOWN)) == ["x" * longest]
    assert list(channel(name).portions("x" * longest + "y", contact=KNOWN)) == ["x" * longest, "y"]


@every_channel
def test_no_portion_ends_within_an_emoji(name: str) -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
    found = channel(name).portions(family * 1000, contact=KNOWN)
    assert len(found) > 1
    assert all(portion == family * (len(portion) // len(family)) for portion in found)


@every_channel
@anything
def test_a_platform_that_is_not_reached_has_sent_nothing(name: str, what: dict[str, Any]) -> None:
    with pytest.raises((TransientError, Refused)) as failure:
        speaker(name, "token").send(sending(name, **what))
    assert not isinstance(failure.value, Unauthorised)
    assert "text" not in what or isinstance(failure.value, TransientError)


@every_channel
@anything
def test_without_a_token_an_operator_has_to_act(name: str, what: dict[str, Any]) -> None:
    with pytest.raises((Unauthorised, Refused)) as failure:
        speaker(name).send(sending(name, **what))
    assert "text" not in what or isinstance(failure.value, Unauthorised)


@every_channel
@anything
@pytest.mark.parametrize("contact", [Contact(aliases=()), PUBLIC], ids=["nobody", "public"])
def test_who_cannot_be_reached_is_refused_in_words(
    name: str, contact: Contact, what: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refusal:
        speaker(name, "token").send(sending(name, contact, **what))
    assert f"reason.{refusal.value.reason}" in en.SENTENCES
    assert f"reason.{refusal.value.reason}" in it.SENTENCES


@every_channel
@pytest.mark.parametrize("contact", [KNOWN, PUBLIC, Contact(aliases=())])
@pytest.mark.parametrize("tokens", [(), ("token",)])
def test_showing_that_a_message_was_read_raises_nothing(
    name: str, contact: Contact, tokens: tuple[str, ...]
) -> None:
    account = Account(ref=AccountRef(name, "1"), desk="d")
    speaker(name, *tokens).seen(account=account, contact=contact, message_id="m.1")


@every_channel
def test_every_channel_takes_answers_for_a_day_and_no_longer_than_it_says(name: str) -> None:
    window = channel(name).window

    def passage(hours: int) -> Passage:
        now = 1_790_000_000_000
        return window.passage(last_inbound_at=now - hours * HOUR, now=now, human_agent=True)

    assert passage(23) is Passage.OPEN
    assert passage(24) is not Passage.OPEN
    assert passage(7 * 24) is Passage.CLOSED
