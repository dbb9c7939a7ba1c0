"""What is posted to a receiver, and what its answers mean: beyond what all helpdesks have in common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from chalicelib.domain.account import Desk
from chalicelib.domain.content import Attachment, File, FileKind
from chalicelib.domain.ticket import Entry, EntryKind
from chalicelib.errors import (
    AmbiguousError,
    Gone,
    Moved,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from chalicelib.helpdesks.standard_webhooks.helpdesk import StandardWebhooks
from chalicelib.http_client import Response
from tests.contract.conformance import PHOTO, opening
from tests.desks.bench import NEW, OLD
from tests.fakes.http import FakeHttp
from tests.fakes.secrets import MemorySecrets

URL = "https://desk.test/hooks?for=scripta"
ENTRY = Entry(kind=EntryKind.COMMENT, text="Hello è \ud83d", author="Ana", key="c.2", requester="c")


def answer(status: int = 200, **said: object) -> Response:
    return Response(status=status, headers={}, body=json.dumps(said).encode())


def open_desk(
    http: FakeHttp | None,
    *,
    url: str = URL,
    secrets: tuple[str, ...] = (NEW, OLD),
    **options: str,
) -> StandardWebhooks:
    row = Desk(id="d", helpdesk="standard_webhooks", url=url, options=options)
    fields = {"webhook_secrets": secrets}
    return StandardWebhooks(desk=row, secrets=MemorySecrets({"desks/d": fields}), http=http)


def said(http: FakeHttp, which: int = -1) -> Mapping[str, Any]:
    raw = http.asked[which].raw
    assert raw is not None
    return dict(json.loads(raw.content))


def test_every_attempt_at_one_thing_has_one_id_and_no_other_thing_has_it():
    http = FakeHttp(answer())
    desk, asked = open_desk(http), opening()
    for _ in range(2):
        desk.create(asked)
        desk.append("T-1", replace(ENTRY, key=asked.reference))
        desk.append("T-1", ENTRY)
    ids = [each.headers["webhook-id"] for each in http.asked]
    assert ids[:3] == ids[3:]
    assert len(set(ids)) == 3


def test_while_a_secret_is_rotated_each_of_both_is_enough():
    http = FakeHttp(answer())
    open_desk(http, secrets=("whsec_", "whsec_a", NEW, OLD)).append("T-1", ENTRY)
    raw = http.asked[0].raw
    assert raw is not None
    for secret in (NEW, OLD):
        Webhook(secret).verify(raw.content, dict(http.asked[0].headers))
    assert raw.content.isascii()
    assert datetime.fromisoformat(said(http)["timestamp"]).tzinfo


@pytest.mark.parametrize("secrets", [(), ("",), ("whsec_",)])
def test_without_a_secret_nobody_is_asked(secrets: tuple[str, ...]):
    http = FakeHttp(answer())
    with pytest.raises(Unauthorised):
        open_desk(http, secrets=secrets).append("T-1", ENTRY)
    assert http.asked == []


def test_a_message_names_its_conversation_and_its_ticket():
    http = FakeHttp(answer(ticket_id=7, url="https://desk.test/7"))
    desk, asked = open_desk(http), opening(follows="T-0")
    ticket = desk.create(asked)
    assert (ticket.id, ticket.url) == ("7", "https://desk.test/7")
    desk.append(ticket.id, replace(ENTRY, requester=ticket.requester))
    first, second = said(http, 0)["data"], said(http)["data"]
    assert (first["conversation_id"], first["ticket_id"]) == (asked.reference, None)
    assert (first["follows"], first["platform"]) == ("T-0", "whatsapp")
    assert (second["conversation_id"], second["ticket_id"]) == (asked.reference, "7")
    assert second["text"] == "Hello è \ufffd"


@pytest.mark.parametrize("body", [b"", b"ok", b"[]", b"<html>", b'{"ticket_id": {}}', b"\xff"])
def test_whatever_a_receiver_says_to_a_2xx_the_ticket_has_a_name(body: bytes):
    desk, asked = open_desk(FakeHttp(Response(status=204, headers={}, body=body))), opening()
    ticket = desk.create(asked)
    assert (ticket.id, ticket.url) == (asked.reference, URL)


def test_an_address_for_agents_that_is_none_is_not_shown():
    desk = open_desk(FakeHttp(answer(ticket_id="T-1", url="javascript:alert(1)")))
    assert desk.create(opening()).url == URL


def test_a_file_is_a_link_where_there_is_one_and_comes_along_where_it_is_small():
    http = FakeHttp(answer())
    linked = replace(PHOTO, link="https://files.test/a?signed")
    open_desk(http).append("T-1", replace(ENTRY, files=(linked, PHOTO)))
    first, second = said(http)["data"]["attachments"]
    assert first["url"] == "https://files.test/a?signed"
    assert "content" not in first
    assert second["content"]
    large = Attachment(
        kind=FileKind.DOCUMENT, name="a", mime="text/plain", content=b"x" * (1024 * 1024 + 1)
    )
    with pytest.raises(Refused):
        open_desk(http).append("T-1", replace(ENTRY, files=(large,)))
    open_desk(http).append("T-1", replace(ENTRY, files=(replace(large, link="https://f.test/a"),)))


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (answer(404, error="no_such_ticket"), Gone),
        (answer(409, error="ticket_closed"), Gone),
        (answer(410, error="ticket_closed"), Gone),
        (answer(404), TransientError),
        (Response(status=404, headers={}, body=b"<html>"), TransientError),
        (answer(409, error="ticket_merged"), TransientError),
        (answer(410), Unauthorised),
        (answer(302), TransientError),
        (answer(422), Refused),
        (answer(500), AmbiguousError),
    ],
)
def test_what_an_answer_means(response: Response, error: type[ScriptaError]):
    with pytest.raises(error) as raised:
        open_desk(FakeHttp(response)).append("T-1", ENTRY)
    assert type(raised.value) is error


def test_a_merged_ticket_is_told_with_the_one_that_took_it_over():
    merged = answer(409, error="ticket_merged", ticket_id="T-2", url="https://desk.test/T-2")
    with pytest.raises(Moved) as raised:
        open_desk(FakeHttp(merged)).append("T-1", ENTRY)
    assert (raised.value.ticket_id, raised.value.url) == ("T-2", "https://desk.test/T-2")


@pytest.mark.parametrize(
    "url",
    [
        *("http://desk.test/", "ftp://desk.test/", "", "desk.test", "https://user@desk.test/"),
        *(
            "https://127.0.0.1/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest",
            "https://[::1]/",
        ),
        *("https://localhost/", "https://desk/", "https://desk.local/", "https://a.internal/"),
        *("https://0x7f000001/", "https://2130706433/", "https://127.1/", "https://100.64.0.1/"),
        "http://127.0.0.1:8000/",
    ],
)
def test_an_address_that_is_not_public_is_not_asked(url: str):
    http = FakeHttp(answer())
    for local in ("off", "on"):
        if local == "on" and "//127.0.0.1" in url:
            continue
        desk = open_desk(http, url=url, local=local)
        for call in (desk.check, lambda desk=desk: desk.append("T-1", ENTRY)):
            with pytest.raises(TransientError):
                call()
    assert http.asked == []


def test_a_name_that_leads_to_this_machine_is_not_asked_either():
    # Whoever listens there is not told a word: tests/unit/test_http_client.py.
    desk = open_desk(None, url="https://127.0.0.1.nip.test/")
    with pytest.raises(TransientError):
        desk.check()


def test_for_a_try_on_one_machine_this_machine_may_be_asked():
    http = FakeHttp(answer())
    open_desk(http, url="http://127.0.0.1:8000/hooks", local="on").check()
    assert http.asked[0].url == "http://127.0.0.1:8000/hooks"
    assert said(http)["type"] == "ping"


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [
        ("https://desk.test/a.png", True),
        ("https://files.test/a.png", True),
        ("https://x.cdn.test/a.png", True),
        ("https://desk.test:8443/a.png", False),
        ("http://files.test/a.png", False),
        ("https://evil.test/a.png", False),
        ("https://files.test.evil.test/a.png", False),
    ],
)
def test_files_come_from_the_desk_and_from_named_hosts(url: str, is_taken: bool):
    desk = open_desk(None, file_hosts="files.test, .cdn.test")
    file = File(kind=FileKind.IMAGE, url=url)
    if is_taken:
        assert desk.locate(file).url == url
    else:
        with pytest.raises(Refused):
            desk.locate(file)


def test_a_message_whose_conversation_may_have_been_opened_with_it_is_the_same_webhook():
    http = FakeHttp(answer())
    desk, asked = open_desk(http), opening()
    desk.create(asked)
    desk.append("T-2", replace(asked.entry, requester=asked.reference))
    first, second = (each.headers["webhook-id"] for each in http.asked)
    assert first == second
