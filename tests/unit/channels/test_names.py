"""What a person is called and looks like, where webhooks do not say it."""

from __future__ import annotations

import pytest

from chalicelib.channels.instagram.channel import Instagram
from chalicelib.channels.messenger.channel import Messenger
from chalicelib.channels.whatsapp.channel import WhatsApp
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.addresses import is_allowed
from chalicelib.domain.contact import Alias, AliasKind, Contact, Profile
from chalicelib.domain.content import File, FileKind
from chalicelib.errors import AmbiguousError, ScriptaError, TransientError
from chalicelib.http_client import Response
from tests.channels import SETTINGS, meta_secrets
from tests.fakes.http import FakeHttp, answered

PICTURE = "https://scontent.xx.fbcdn.net/v/ana.jpg?sig=1"
ASKED: dict[str, tuple[type[Messenger | Instagram], AliasKind]] = {
    "messenger": (Messenger, AliasKind.PSID),
    "instagram": (Instagram, AliasKind.IGSID),
}


def profile_of(
    channel: str, answer: Response | ScriptaError, **options: str
) -> tuple[Profile, FakeHttp]:
    http = FakeHttp(answer)
    secrets = meta_secrets()
    secrets.put(f"accounts/{channel}/55", "access_tokens", "newest")
    make, kind = ASKED[channel]
    speaker = make(secrets=secrets, settings=SETTINGS, http=http)
    account = Account(ref=AccountRef(channel, "55"), desk="local", options=options)
    contact = Contact(aliases=(Alias(kind, "7/1"),))
    return speaker.profile_of(account=account, contact=contact), http


@pytest.mark.parametrize(
    ("channel", "profile", "fields", "expected"),
    [
        (
            "messenger",
            {"id": "7", "first_name": "Ana", "last_name": "Bell"},
            "first_name,last_name,profile_pic",
            "Ana Bell",
        ),
        ("messenger", {"id": "7", "first_name": "Ana"}, "first_name,last_name,profile_pic", "Ana"),
        ("instagram", {"id": "7", "username": "ana.b"}, "name,username,profile_pic", "ana.b"),
        (
            "instagram",
            {"id": "7", "name": "Ana", "username": "ana.b"},
            "name,username,profile_pic",
            "Ana",
        ),
    ],
)
def test_the_platform_is_asked_for_a_persons_name_and_picture_in_one_call(
    channel, profile, fields, expected
):
    told, http = profile_of(channel, answered({**profile, "profile_pic": PICTURE}))
    assert told == Profile(name=expected, picture=PICTURE)
    (asked,) = http.asked
    assert asked.method == "GET"
    assert asked.url == f"{SETTINGS.graph_url}/{SETTINGS.graph_version}/7%2F1?fields={fields}"
    assert asked.headers["authorization"] == "Bearer newest"


@pytest.mark.parametrize("channel", ASKED)
def test_a_person_without_a_picture_or_without_a_name_is_told_as_such(channel):
    only_a_picture, _ = profile_of(channel, answered({"id": "7", "profile_pic": PICTURE}))
    assert only_a_picture == Profile(picture=PICTURE)
    odd, _ = profile_of(channel, answered({"first_name": "Ana", "name": "Ana", "profile_pic": 7}))
    assert odd == Profile(name="Ana")


@pytest.mark.parametrize("channel", ASKED)
def test_no_picture_is_asked_for_where_the_account_wants_none(channel):
    name, http = profile_of(
        channel,
        answered({"first_name": "Ana", "name": "Ana", "profile_pic": PICTURE}),
        profile_pictures="off",
    )
    assert name == Profile(name="Ana")
    assert "profile_pic" not in http.asked[0].url


@pytest.mark.parametrize("channel", ASKED)
def test_a_picture_is_fetched_from_the_platforms_hosts_without_the_token(channel):
    make, _ = ASKED[channel]
    speaker = make(secrets=meta_secrets(), settings=SETTINGS, http=FakeHttp())
    account = Account(ref=AccountRef(channel, "55"), desk="local")
    picture = File(kind=FileKind.PORTRAIT, url=PICTURE)
    located = speaker.locate(picture, account=account)
    assert located.url == PICTURE
    assert located.headers == {}
    assert is_allowed(PICTURE, hosts=located.hosts)
    assert not is_allowed("https://pictures.test/ana.jpg", hosts=located.hosts)


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
def test_a_profile_that_is_not_told_is_no_failure(channel, answer):
    assert profile_of(channel, answer)[0] == Profile()


@pytest.mark.parametrize("channel", ASKED)
def test_secrets_that_cannot_be_asked_are_no_failure(channel):
    secrets = meta_secrets()
    secrets.down = True
    make, kind = ASKED[channel]
    speaker = make(secrets=secrets, settings=SETTINGS, http=FakeHttp(TransientError("unasked")))
    account = Account(ref=AccountRef(channel, "55"), desk="local")
    assert (
        speaker.profile_of(account=account, contact=Contact(aliases=(Alias(kind, "7"),)))
        == Profile()
    )


def test_nobody_is_asked_without_a_token_or_where_webhooks_carry_the_name():
    http = FakeHttp(answered({"name": "Ana Bell"}))
    account = Account(ref=AccountRef("messenger", "no-token"), desk="local")
    contact = Contact(aliases=(Alias(AliasKind.PSID, "7"),))
    messenger = Messenger(secrets=meta_secrets(), settings=SETTINGS, http=http)
    assert messenger.profile_of(account=account, contact=contact) == Profile()
    whatsapp = WhatsApp(secrets=meta_secrets(), settings=SETTINGS, http=http)
    phone = Contact(aliases=(Alias(AliasKind.PHONE, "15550001111"),))
    assert whatsapp.profile_of(account=account, contact=phone) == Profile()
    assert http.asked == []
