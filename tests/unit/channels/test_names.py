"""How a person is called, where webhooks do not say it."""

from __future__ import annotations

import pytest

from chalicelib.channels.instagram.channel import Instagram
from chalicelib.channels.messenger.channel import Messenger
from chalicelib.channels.whatsapp.channel import WhatsApp
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.errors import AmbiguousError, ScriptaError, TransientError
from chalicelib.http_client import Response
from chalicelib.settings import Settings
from tests.channels import SETTINGS, meta_secrets
from tests.fakes.http import FakeHttp, answered

ASKED: dict[str, tuple[type[Messenger | Instagram], AliasKind]] = {
    "messenger": (Messenger, AliasKind.PSID),
    "instagram": (Instagram, AliasKind.IGSID),
}


def name_of(
    channel: str, answer: Response | ScriptaError, settings: Settings = SETTINGS
) -> tuple[str, FakeHttp]:
    http = FakeHttp(answer)
    secrets = meta_secrets()
    secrets.put(f"accounts/{channel}/55", "access_tokens", "newest")
    make, kind = ASKED[channel]
    speaker = make(secrets=secrets, settings=settings, http=http)
    account = Account(ref=AccountRef(channel, "55"), desk="local")
    contact = Contact(aliases=(Alias(kind, "7/1"),))
    return speaker.name_of(account=account, contact=contact), http


@pytest.mark.parametrize(
    ("channel", "profile", "fields", "expected"),
    [
        (
            "messenger",
            {"id": "7", "first_name": "Ana", "last_name": "Bell"},
            "first_name,last_name",
            "Ana Bell",
        ),
        ("messenger", {"id": "7", "first_name": "Ana"}, "first_name,last_name", "Ana"),
        ("instagram", {"id": "7", "username": "ana.b"}, "name,username", "ana.b"),
        ("instagram", {"id": "7", "name": "Ana", "username": "ana.b"}, "name,username", "Ana"),
    ],
)
def test_the_platform_is_asked_for_a_persons_name(channel, profile, fields, expected):
    name, http = name_of(channel, answered(profile))
    assert name == expected
    (asked,) = http.asked
    assert asked.method == "GET"
    assert asked.url == f"{SETTINGS.graph_url}/{SETTINGS.graph_version}/7%2F1?fields={fields}"
    assert asked.headers["authorization"] == "Bearer newest"


@pytest.mark.parametrize("channel", ASKED)
@pytest.mark.parametrize(
    "answer",
    [
        answered({"error": {"code": 190}}, status=401),
        answered({"error": {"code": 100}}, status=400),
        answered(b"<html>", status=502),
        answered({"name": ["not", "a", "name"]}),
        TransientError("refused"),
        AmbiguousError("time-out"),
    ],
    ids=["token", "unknown", "down", "odd", "refused", "time-out"],
)
def test_a_name_that_is_not_told_is_no_failure(channel, answer):
    assert name_of(channel, answer)[0] == ""


@pytest.mark.parametrize("channel", ASKED)
def test_secrets_that_cannot_be_asked_are_no_failure(channel):
    secrets = meta_secrets()
    secrets.down = True
    make, kind = ASKED[channel]
    speaker = make(secrets=secrets, settings=SETTINGS, http=FakeHttp(TransientError("unasked")))
    account = Account(ref=AccountRef(channel, "55"), desk="local")
    assert speaker.name_of(account=account, contact=Contact(aliases=(Alias(kind, "7"),))) == ""


def test_nobody_is_asked_without_a_token_or_where_webhooks_carry_the_name():
    http = FakeHttp(answered({"name": "Ana Bell"}))
    account = Account(ref=AccountRef("messenger", "no-token"), desk="local")
    contact = Contact(aliases=(Alias(AliasKind.PSID, "7"),))
    messenger = Messenger(secrets=meta_secrets(), settings=SETTINGS, http=http)
    assert messenger.name_of(account=account, contact=contact) == ""
    whatsapp = WhatsApp(secrets=meta_secrets(), settings=SETTINGS, http=http)
    phone = Contact(aliases=(Alias(AliasKind.PHONE, "15550001111"),))
    assert whatsapp.name_of(account=account, contact=phone) == ""
    assert http.asked == []
