"""Messages that the Conversations API tells of mean what their webhooks would have meant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.channels.instagram.channel import Instagram
from chalicelib.channels.messenger.channel import Messenger
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.content import Content, File, FileKind, Part, unsupported
from chalicelib.domain.events import ChannelEvent, MessageEchoed, MessageReceived
from chalicelib.errors import (
    AmbiguousError,
    ConfigurationError,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from chalicelib.http_client import Response
from tests.channels import SETTINGS, channel, meta_secrets
from tests.fakes.http import FakeHttp, answered
from tests.webhooks import TIME, Said, echo, entry, webhook

ACCOUNT, CUSTOMER = "100", "555"
SPEAKERS: dict[str, type[Messenger | Instagram]] = {"messenger": Messenger, "instagram": Instagram}
SHOP = {"id": ACCOUNT, "name": "The shop"}
ANA = {"id": CUSTOMER, "name": "Ana"}

both = pytest.mark.parametrize("name", SPEAKERS)


def at(seconds: int) -> str:
    """Return a time that many seconds behind TIME, as the Graph API writes it."""
    assert TIME == 1_780_000_000_000
    return f"2026-05-28T20:{26 + (40 + seconds) // 60}:{(40 + seconds) % 60:02}+0000"


def message(mid: str, text: str = "", *, ours: bool = False, **more: Any) -> dict[str, Any]:
    sides = (SHOP, ANA) if ours else (ANA, SHOP)
    told = {"id": mid, "created_time": at(0), "from": sides[0], "to": {"data": [sides[1]]}}
    return told | ({"message": text} if text else {}) | more


def page(*data: Any, after: str = "") -> dict[str, Any]:
    cursors = {"before": "b", "after": after or "last"}
    paging = {"cursors": cursors} | ({"next": "https://elsewhere.test/?token=x"} if after else {})
    return {"data": list(data), "paging": paging}


def conversation(*messages: Any, updated: str = "", after: str = "", **more: Any) -> dict[str, Any]:
    said = page(*messages, after=after)
    return {"id": "t_1", "updated_time": updated or at(0), "messages": said} | more


class Asking:
    """A channel that asks a platform which gives the answers, and what came of it."""

    def __init__(self, name: str, *answers: object, graph_id: str = "", token: str = "newest"):
        told = [a if isinstance(a, Response | ScriptaError) else answered(a) for a in answers]
        self.http = FakeHttp(*told)
        self.waits: list[float] = []
        secrets = meta_secrets()
        if token:
            secrets.put(f"accounts/{name}/{ACCOUNT}", "access_tokens", token)
        self.name = name
        self.speaker = SPEAKERS[name](
            secrets=secrets, settings=SETTINGS, http=self.http, pause=self.waits.append
        )
        self.account = Account(ref=AccountRef(name, ACCOUNT), desk="local", graph_id=graph_id)

    def bodies(self, *, since: int = TIME - 1000) -> list[Any]:
        return list(self.speaker.recall(account=self.account, since=since))

    def events(self, *, since: int = TIME - 1000) -> list[ChannelEvent]:
        return parsed(self.name, self.bodies(since=since))

    def queries(self) -> list[dict[str, str]]:
        found = [parse_qs(urlsplit(asked.url).query) for asked in self.http.asked]
        return [{name: values[0] for name, values in query.items()} for query in found]

    def paths(self) -> list[str]:
        return [urlsplit(asked.url).path for asked in self.http.asked]


def parsed(name: str, bodies: Sequence[Any]) -> list[ChannelEvent]:
    speaker = channel(name)
    items = [item for body in bodies for item in speaker.split(json.loads(json.dumps(body)))]
    return [speaker.parse(item.raw, received_at=TIME + 1000) for item in items]


@both
def test_a_message_is_what_its_webhook_would_have_been(name):
    said = Said(ACCOUNT, CUSTOMER, "mid.1", "hello")
    asking = Asking(name, page(conversation(message("mid.1", "hello"))))
    bodies = asking.bodies()
    brought = webhook(name, entry(name, [said]))
    assert bodies == [brought]
    assert parsed(name, bodies) == parsed(name, [brought])
    assert asking.paths() == [f"/{SETTINGS.graph_version}/{ACCOUNT}/conversations"]
    (query,) = asking.queries()
    assert query["platform"] == name
    assert query["fields"].startswith("updated_time,is_owner,messages.limit(20){id,created_time,")
    assert asking.http.asked[0].headers["authorization"] == "Bearer newest"


@both
def test_a_message_of_the_account_is_what_its_echo_would_have_been(name):
    asking = Asking(name, page(conversation(message("mid.1", "hi", ours=True))))
    assert asking.bodies() == [echo(name, Said(ACCOUNT, CUSTOMER, "mid.1", "hi"))]
    (event,) = asking.events()
    assert isinstance(event, MessageEchoed)
    assert event.key == "e:mid.1"


@both
def test_an_account_is_asked_through_the_node_that_sends(name):
    own = {"id": "9000"}
    told = message("mid.1", "hi", ours=True) | {"from": own}
    asking = Asking(name, page(conversation(told)), graph_id="9000")
    (event,) = asking.events()
    assert asking.paths() == [f"/{SETTINGS.graph_version}/9000/conversations"]
    assert isinstance(event, MessageEchoed)
    assert event.account.id == ACCOUNT


@pytest.mark.parametrize(
    ("told", "content"),
    [
        ({"message": "a \ud800 b"}, Content(text="a \ufffd b")),
        ({"is_unsupported": True}, Content(parts=(unsupported("unsupported"),))),
        ({}, Content(parts=(unsupported("message"),))),
        (
            {"shares": {"data": [{"link": "https://x.test"}]}},
            Content(
                parts=(Part(word="post", values={"title": "x.test", "url": "https://x.test"}),)
            ),
        ),
        (
            {"story": {"mention": {"link": "https://x.test"}}},
            Content(parts=(Part(word="story_mention", values={"url": "https://x.test"}),)),
        ),
        (
            {"sticker": "https://x.test/s"},
            Content(files=(File(kind=FileKind.STICKER, url="https://x.test/s"),)),
        ),
        (
            {
                "message": "see",
                "attachments": {
                    "data": [
                        {"mime_type": "image/png", "image_data": {"url": "https://x.test/i"}},
                        {"mime_type": "video/mp4", "video_data": {"url": "https://x.test/v"}},
                        {"mime_type": "audio/mp4", "file_url": "https://x.test/a"},
                        {"mime_type": "application/pdf", "file_url": "https://x.test/f"},
                    ]
                },
            },
            Content(
                text="see",
                files=(
                    File(kind=FileKind.IMAGE, url="https://x.test/i"),
                    File(kind=FileKind.VIDEO, url="https://x.test/v"),
                    File(kind=FileKind.AUDIO, url="https://x.test/a"),
                    File(kind=FileKind.DOCUMENT, url="https://x.test/f"),
                ),
            ),
        ),
    ],
)
@both
def test_what_a_message_carries_is_understood(name: str, told: dict[str, Any], content: Content):
    (event,) = Asking(name, page(conversation(message("mid.1", **told)))).events()
    assert isinstance(event, MessageReceived)
    assert event.content == content


@both
def test_pages_are_read_until_they_are_old_enough(name):
    asking = Asking(
        name,
        page(
            conversation(message("1", "a"), message("2", "b"), after="m2"),
            conversation(message("4", "d")),
            after="c2",
        ),
        page(message("3", "c"), message("old", "x", created_time=at(-20)), after="m3"),
        page(
            conversation(message("5", "e"), message("older", "x", created_time=at(-20)), after="m"),
            conversation(message("oldest", "x"), updated=at(-20)),
            conversation(message("never", "x")),
            after="c3",
        ),
    )
    events = asking.events(since=TIME - 10_000)
    assert [event.key for event in events] == [f"m:{number}" for number in (1, 2, 3, 4, 5)]
    version = SETTINGS.graph_version
    assert asking.paths() == [
        f"/{version}/{ACCOUNT}/conversations",
        f"/{version}/t_1/messages",
        f"/{version}/{ACCOUNT}/conversations",
    ]
    assert [query.get("after") for query in asking.queries()] == [None, "m2", "c2"]
    # A page may be asked twice a second, and no more.
    assert asking.waits == [0.5, 0.5]


@both
def test_what_is_asked_for_piece_by_piece_is_asked_no_further(name):
    asking = Asking(name, page(conversation(message("1", "a")), after="c2"))
    told = asking.speaker.recall(account=asking.account, since=0)
    next(told)
    assert len(asking.http.asked) == 1


@both
def test_a_platform_that_gives_the_same_cursor_again_is_not_asked_for_ever(name):
    asking = Asking(name, page(conversation(message("1", "a")), after="c2"))
    assert len(asking.events()) == len(asking.http.asked) == 2


@both
def test_a_conversation_that_another_application_controls_is_not_ours_to_show(name):
    asking = Asking(
        name,
        page(
            conversation(message("1", "for the bot"), is_owner=False),
            conversation(message("2", "for us"), is_owner=True),
        ),
    )
    assert [event.key for event in asking.events()] == ["m:2"]


@pytest.mark.parametrize(
    "odd",
    [
        {"from": {"id": "1"}, "to": {"data": [{"id": "2"}]}},
        {"from": None},
        {"to": None},
        {"to": {"data": [SHOP, {"id": "777"}]}},
        {"from": SHOP, "to": {"data": [SHOP]}},
        {"id": None},
    ],
)
@both
def test_a_message_that_does_not_say_who_wrote_to_whom_is_left_out(name, odd):
    said = page(conversation(message("1", "x") | odd, message("2", "b")))
    assert [event.key for event in Asking(name, said).events()] == ["m:2"]


@both
def test_an_account_that_the_platform_knows_by_another_id_is_told_so(name):
    elsewhere = {"from": ANA, "to": {"data": [{"id": "101"}]}}
    with pytest.raises(ConfigurationError):
        Asking(name, page(conversation(message("1", "x") | elsewhere))).bodies()


@pytest.mark.parametrize("told", [{"created_time": None}, {"created_time": "x"}])
@both
def test_messages_of_which_only_the_id_is_told_end_a_conversation(name, told):
    said = page(conversation(message("1", "a"), {"id": "2"} | told, message("3", "c")))
    assert [event.key for event in Asking(name, said).events()] == ["m:1"]


@pytest.mark.parametrize("told", [{}, {"data": None}, {"data": [None, "x", {"messages": 1}]}])
@both
def test_an_odd_answer_tells_nothing(name, told):
    assert Asking(name, told).events() == []


@pytest.mark.parametrize("time", [at(0), str(TIME // 1000), TIME // 1000], ids=repr)
@both
def test_a_time_is_understood_in_all_forms_that_are_documented(name, time):
    (event,) = Asking(name, page(conversation(message("1", "a", created_time=time)))).events()
    assert event.occurred_at == TIME


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (AmbiguousError("cut"), TransientError),
        (TransientError("not reached"), TransientError),
        (answered({"error": {"code": 190}}, status=401), Unauthorised),
        (answered({"error": {"code": 100, "message": "no such field"}}, status=400), Refused),
        (answered({"error": {"code": 613}}, status=400), TransientError),
        (answered(b"<html>", status=502), TransientError),
    ],
)
@both
def test_a_platform_that_does_not_tell_is_an_error_that_says_why(name, answer, error):
    with pytest.raises(error):
        Asking(name, answer).bodies()


@both
def test_without_a_token_nothing_is_asked(name):
    asking = Asking(name, page(), token="")
    with pytest.raises(Unauthorised):
        asking.bodies()
    assert asking.http.asked == []
