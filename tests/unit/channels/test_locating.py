"""Where each channel says that a customer's file is, and who is shown the token there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.channels.instagram.channel import Instagram
from chalicelib.channels.messenger.channel import Messenger
from chalicelib.channels.whatsapp.channel import WhatsApp
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.content import File, FileKind, Location
from chalicelib.errors import (
    AmbiguousError,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from chalicelib.http_client import Response
from tests.channels import SETTINGS, meta_secrets
from tests.fakes.http import FakeHttp, answered

CHANNELS = {kind.name: kind for kind in (Messenger, Instagram, WhatsApp)}
META = (".fbcdn.net", ".fbsbx.com", ".cdninstagram.com")
TOLD = "https://scontent.xx.fbcdn.net/v/1?oe=2"
ASKED = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=9"
PICTURE = File(kind=FileKind.IMAGE, url=TOLD)
MEDIA = File(kind=FileKind.IMAGE, id="9/8", url=TOLD)

pages = pytest.mark.parametrize("name", ["messenger", "instagram"])


def locate(
    name: str,
    file: File,
    *answers: Response | ScriptaError,
    graph_url: str = "https://graph.facebook.com",
    tokens: tuple[str, ...] = ("newest", "older"),
) -> tuple[Location, FakeHttp]:
    http = FakeHttp(*answers)
    secrets = meta_secrets()
    secrets.put(f"accounts/{name}/55", "access_tokens", *tokens)
    settings = replace(SETTINGS, graph_url=graph_url)
    speaker = CHANNELS[name](secrets=secrets, settings=settings, http=http)
    account = Account(ref=AccountRef(name, "55"), desk="local")
    return speaker.locate(file, account=account), http


@pages
def test_a_file_is_where_the_webhook_said_and_no_token_is_shown(name: str) -> None:
    location, http = locate(name, PICTURE)
    assert location == Location(url=TOLD, hosts=META)
    assert http.asked == []


def test_a_whatsapp_file_is_where_the_platform_says_now_and_wants_the_token() -> None:
    location, http = locate("whatsapp", MEDIA, answered({"url": ASKED, "id": "9"}))
    assert location.url == ASKED
    assert location.hosts == META
    assert location.headers == {"authorization": "Bearer newest"}
    (asked,) = http.asked
    assert (asked.method, asked.body) == ("GET", {})
    assert asked.url == f"https://graph.facebook.com/{SETTINGS.graph_version}/9%2F8"
    assert asked.headers["authorization"] == "Bearer newest"


def test_a_whatsapp_file_without_an_id_is_where_the_webhook_said_and_wants_the_token() -> None:
    location, http = locate("whatsapp", PICTURE)
    assert (location.url, location.hosts) == (TOLD, META)
    assert location.headers == {"authorization": "Bearer newest"}
    assert http.asked == []


@pytest.mark.parametrize("name", CHANNELS)
@pytest.mark.parametrize(
    ("graph_url", "hosts"),
    [
        ("https://graph.facebook.com/", META),
        ("https://graph.instagram.com", META),
        ("https://GRAPH.facebook.com", META),
        ("http://127.0.0.1:8002", (*META, "http://127.0.0.1:8002")),
        ("http://127.0.0.1:8002/base/", (*META, "http://127.0.0.1:8002")),
        (
            "https://graph.facebook.com.evil.example",
            (*META, "https://graph.facebook.com.evil.example"),
        ),
    ],
)
def test_besides_metas_hosts_only_the_origin_of_another_graph_api_may_answer(
    name: str, graph_url: str, hosts: tuple[str, ...]
) -> None:
    assert locate(name, PICTURE, graph_url=graph_url)[0].hosts == hosts


@pytest.mark.parametrize("name", CHANNELS)
def test_a_file_of_which_nothing_was_told_is_gone(name: str) -> None:
    with pytest.raises(Refused) as refusal:
        locate(name, File(kind=FileKind.IMAGE))
    assert refusal.value.reason == "file_gone"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, {"code": 100, "error_subcode": 33, "message": "does not exist"}),
        (404, {"code": 100, "error_subcode": 33, "message": "does not exist"}),
        (400, {"code": 131052, "message": "Media download error"}),
    ],
)
def test_what_the_platform_no_longer_has_is_gone(status: int, error: dict[str, object]) -> None:
    with pytest.raises(Refused) as refusal:
        locate("whatsapp", MEDIA, answered({"error": error}, status=status))
    assert (refusal.value.reason, refusal.value.detail) == ("file_gone", error["message"])


@pytest.mark.parametrize(
    "answer",
    [
        TransientError("not reached"),
        AmbiguousError("cut"),
        answered(b"", status=502),
        answered({"error": {"code": 4}}, status=403),
        answered({"error": {"code": 131000}}, status=500),
        answered({}),
        answered({"url": ""}),
    ],
)
def test_a_question_without_an_answer_can_be_asked_again(answer: Response | ScriptaError) -> None:
    with pytest.raises(TransientError) as failure:
        locate("whatsapp", MEDIA, answer)
    assert type(failure.value) is TransientError


def test_a_token_that_is_missing_or_no_longer_taken_waits_for_an_operator() -> None:
    with pytest.raises(Unauthorised):
        locate("whatsapp", MEDIA, answered({"error": {"code": 190}}, status=401))
    with pytest.raises(Unauthorised):
        locate("whatsapp", MEDIA, tokens=())
