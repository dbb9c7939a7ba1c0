"""What every helpdesk keeps to, whatever it is: a new folder is tested the day it appears."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import registry
from chalicelib.domain.account import Desk
from chalicelib.domain.content import File, FileKind
from chalicelib.domain.ports import Helpdesk
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.errors import (
    InvalidSignature,
    Refused,
    Replayed,
    TransientError,
    Unauthorised,
    UnknownIntegration,
)
from tests.contract.helpdesks import (
    CHARACTERS,
    NEW,
    OLD,
    OTHER,
    SIGNERS,
    Sign,
    full_secrets,
    open_helpdesk,
)
from tests.fakes.secrets import MemorySecrets

BODY = b'{"type":"reply.send","data":{"ticket_id":"1","comment_id":"2","text":"ciao \xc3\xa8"}}'

HELLO = Entry(kind=EntryKind.COMMENT, text="Hello", author="Ana")
OPENING = Opening(
    reference="c-9.1",
    subject="WhatsApp: Ana",
    channel="whatsapp",
    account="1",
    customer=Customer(id="p-1", name="Ana", address="w@scripta.invalid"),
    entry=HELLO,
)


@pytest.fixture(params=registry.helpdesk_names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sign(name: str) -> Sign:
    return SIGNERS[name]


@pytest.fixture
def secrets() -> MemorySecrets:
    return full_secrets()


@pytest.fixture
def helpdesk(name: str, secrets: MemorySecrets) -> Helpdesk:
    return open_helpdesk(name, secrets=secrets)


def test_there_is_a_helpdesk():
    assert "django_helpdesk" in registry.helpdesk_names()


@pytest.mark.parametrize("name", ["", "nobodys", "..", "django_helpdesk.client", "os"])
def test_a_helpdesk_nobody_wrote_is_unknown(name: str):
    with pytest.raises(UnknownIntegration):
        registry.helpdesk(Desk(id="d", helpdesk=name, url="http://x"), secrets=MemorySecrets())


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_while_a_secret_is_rotated_both_are_taken(helpdesk: Helpdesk, sign: Sign, secret: str):
    helpdesk.verify(BODY, sign(BODY, secret=secret))


def test_a_retired_secret_is_not_taken(helpdesk: Helpdesk, sign: Sign, secrets: MemorySecrets):
    headers = sign(BODY, secret=OLD)
    secrets.put("desks/d", "webhook_secrets", NEW)
    with pytest.raises(InvalidSignature):
        helpdesk.verify(BODY, headers)


def test_a_garbled_secret_does_not_shut_out_a_good_one(
    helpdesk: Helpdesk, sign: Sign, secrets: MemorySecrets
):
    secrets.put("desks/d", "webhook_secrets", "", "whsec_", "whsec_è", "whsec_a", NEW)
    helpdesk.verify(BODY, sign(BODY, secret=NEW))


@pytest.mark.parametrize("values", [(), ("",), ("whsec_",), ("whsec_!!!!",)], ids=repr)
def test_without_a_secret_nothing_is_taken(
    helpdesk: Helpdesk, sign: Sign, secrets: MemorySecrets, values: tuple[str, ...]
):
    secrets.put("desks/d", "webhook_secrets", *values)
    with pytest.raises(InvalidSignature):
        helpdesk.verify(BODY, sign(BODY, secret=NEW))


def test_another_desks_secret_is_not_taken(helpdesk: Helpdesk, sign: Sign, secrets: MemorySecrets):
    secrets.put("desks/e", "webhook_secrets", OTHER)
    with pytest.raises(InvalidSignature):
        helpdesk.verify(BODY, sign(BODY, secret=OTHER))


def test_a_changed_body_is_not_taken(helpdesk: Helpdesk, sign: Sign):
    headers = sign(BODY, secret=NEW)
    for body in (BODY + b" ", BODY.replace(b"ciao", b"Ciao"), b"", b"\xff\xfe"):
        with pytest.raises(InvalidSignature):
            helpdesk.verify(body, headers)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_future_webhook_was_sent_before(helpdesk: Helpdesk, sign: Sign, minutes: int):
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    with pytest.raises(Replayed):
        helpdesk.verify(BODY, sign(BODY, secret=NEW, at=at))


def test_a_missing_header_is_not_taken(helpdesk: Helpdesk, sign: Sign):
    headers = sign(BODY, secret=NEW)
    for missing in headers:
        with pytest.raises(InvalidSignature):
            helpdesk.verify(BODY, {k: v for k, v in headers.items() if k != missing})
    with pytest.raises(InvalidSignature):
        helpdesk.verify(BODY, {})


GARBAGE = st.one_of(
    st.text(CHARACTERS, max_size=40),
    st.sampled_from(
        ["v1,", "v1,é", "v1,a,b", "v1", ",", "nan", "inf", "-1", "9" * 400, "\ud800", "v2,AAAA"]
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_garbled_header_is_not_taken_and_nothing_else_happens(
    helpdesk: Helpdesk, sign: Sign, data: st.DataObject
):
    headers = sign(BODY, secret=NEW)
    garbled = data.draw(st.sampled_from(sorted(headers)))
    value = data.draw(GARBAGE)
    if value == headers[garbled]:
        return
    with pytest.raises(InvalidSignature):
        helpdesk.verify(BODY, headers | {garbled: value})


def test_while_the_secrets_cannot_be_asked_nothing_is_decided(
    helpdesk: Helpdesk, sign: Sign, secrets: MemorySecrets
):
    headers = sign(BODY, secret=NEW)
    secrets.down = True
    with pytest.raises(TransientError):
        helpdesk.verify(BODY, headers)


def test_a_helpdesk_promises_how_long_a_look_up_lags(helpdesk: Helpdesk):
    assert 0 <= helpdesk.promise.lookup_lag <= 120


@pytest.mark.parametrize(
    "url", ["", "a.pdf", "file:///etc/passwd", "https://evil.test/a", "http://169.254.169.254/"]
)
def test_a_file_that_is_not_the_desks_is_not_fetched(helpdesk: Helpdesk, url: str):
    with pytest.raises(Refused):
        helpdesk.locate(File(kind=FileKind.DOCUMENT, url=url))


def calls(helpdesk: Helpdesk) -> list[Callable[[], object]]:
    return [
        lambda: helpdesk.create(OPENING),
        lambda: helpdesk.append("1", HELLO),
        lambda: helpdesk.find("c-9.1"),
        lambda: helpdesk.find_entry("1", after="", entry=HELLO),
        helpdesk.check,
    ]


def test_a_helpdesk_that_is_down_took_nothing(helpdesk: Helpdesk):
    for call in calls(helpdesk):
        with pytest.raises(TransientError) as raised:
            call()
        assert not isinstance(raised.value, Unauthorised)


def test_without_a_token_nothing_is_asked(helpdesk: Helpdesk, secrets: MemorySecrets):
    secrets.put("desks/d", "api_tokens")
    for call in calls(helpdesk):
        with pytest.raises(Unauthorised):
            call()
