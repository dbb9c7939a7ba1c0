"""The port for django-helpdesk against answers that a healthy helpdesk does not give."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace

import pytest

from chalicelib.domain.account import Desk
from chalicelib.domain.addresses import is_allowed
from chalicelib.domain.content import Attachment, File, FileKind
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.errors import (
    AmbiguousError,
    Gone,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from chalicelib.helpdesks.django_helpdesk.helpdesk import DjangoHelpdesk, create
from tests.fakes.secrets import MemorySecrets
from tests.unit.helpdesks.django_helpdesk.answering import answering

HELLO = Entry(kind=EntryKind.COMMENT, text="Hello")
OPENING = Opening(
    reference="c-9.1",
    subject="WhatsApp",
    channel="whatsapp",
    account="1",
    customer=Customer(id="p-1", name="Ana", address="w@scripta.invalid"),
    entry=HELLO,
)
LAST = "GET /api/tickets/?page_size=200&page=last"
BRIDGE, ALICE = 3, 1


def helpdesk(
    url: str, *, tokens: tuple[str, ...] = ("good",), options: Mapping[str, str] | None = None
) -> DjangoHelpdesk:
    desk = Desk(id="d", helpdesk="django_helpdesk", url=url, options=options or {"queue": "1"})
    return create(desk=desk, secrets=MemorySecrets({"desks/d": {"api_tokens": tokens}}))


def entry(number: int, comment: str | None, *, user: int | None = BRIDGE, public: bool = True):
    return {"id": number, "user": user, "comment": comment, "public": public}


def ticket(number: int, *entries: object, reference: str = "", merged_to: int | None = None):
    return {
        "id": number,
        "custom_conversation_id": reference,
        "merged_to": merged_to,
        "followup_set": entries,
    }


def test_importing_the_port_loads_neither_a_schema_library_nor_an_http_client():
    code = (
        "import sys, chalicelib.helpdesks.django_helpdesk.helpdesk;"
        "print(sorted({'pydantic', 'urllib3', 'boto3', 'django'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_write_is_one_call():
    answers: dict[str, tuple[int, object]] = {
        "POST /api/tickets/": (201, ticket(5, entry(8, "Hello"))),
        "POST /api/followups/": (201, entry(9, "Hello")),
    }
    with answering(answers) as server:
        created = helpdesk(server.url + "/").create(OPENING)
        assert helpdesk(server.url).append("5", HELLO) == "9"
    assert (created.id, created.url, created.last_entry) == ("5", f"{server.url}/tickets/5/", "8")
    assert [asked.path for asked in server.asked] == ["/api/tickets/", "/api/followups/"]


def test_while_a_token_is_replaced_the_older_one_still_serves():
    with answering({"POST /api/followups/": (201, entry(9, "Hello"))}) as server:
        assert helpdesk(server.url, tokens=("new", "good")).append("5", HELLO) == "9"
    assert [asked.token for asked in server.asked] == ["Token new", "Token good"]


@pytest.mark.parametrize("tokens", [(), ("bad",), ("bad", "worse")])
def test_without_a_token_that_is_taken_an_operator_has_to_act(tokens: tuple[str, ...]):
    with answering({}) as server, pytest.raises(Unauthorised):
        helpdesk(server.url, tokens=tokens).append("5", HELLO)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"ticket": ['Invalid pk "5" - object does not exist.']}, Gone),
        (400, {"comment": ["said by a customer"]}, Refused),
        (400, b"<html>", Refused),
        (403, {"detail": "No."}, Unauthorised),
        (404, b"<h1>Some other site</h1>", TransientError),
        (404, {"detail": "Not found."}, Gone),
        (409, {}, TransientError),
        (500, b"<h1>Server Error</h1>", AmbiguousError),
        (201, b"<h1>Welcome</h1>", AmbiguousError),
        (201, {"id": None}, AmbiguousError),
        (302, b"", TransientError),
    ],
)
def test_an_unusual_answer_to_a_write_has_a_meaning(
    status: int, body: object, error: type[ScriptaError]
):
    with (
        answering({"POST /api/followups/": (status, body)}) as server,
        pytest.raises(ScriptaError) as raised,
    ):
        helpdesk(server.url).append("5", HELLO)
    assert type(raised.value) is error
    assert "customer" not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (404, {"detail": "No Ticket matches the given query."}, Gone),
        (404, b"<h1>Some other site</h1>", TransientError),
        (500, b"<h1>Server Error</h1>", TransientError),
        (200, b"<h1>Welcome</h1>", TransientError),
        (200, {"id": 5, "followup_set": [{"id": "x", "comment": "customer"}]}, TransientError),
    ],
)
def test_an_unusual_answer_to_a_look_up_leaves_nothing_in_doubt(
    status: int, body: object, error: type[ScriptaError]
):
    with (
        answering({"GET /api/tickets/5/": (status, body)}) as server,
        pytest.raises(ScriptaError) as raised,
    ):
        helpdesk(server.url).find_entry("5", after="", entry=HELLO)
    assert type(raised.value) is error
    assert "customer" not in str(raised.value.__cause__)


@pytest.mark.parametrize("ticket_id", ["", "x", "-1", "1/../2", "1?x", "\u0663", "9" * 19])
def test_an_id_that_no_ticket_can_have_is_gone_before_anything_is_asked(ticket_id: str):
    with answering({}) as server:
        with pytest.raises(Gone):
            helpdesk(server.url).append(ticket_id, HELLO)
        with pytest.raises(Gone):
            helpdesk(server.url).find_entry(ticket_id, after="", entry=HELLO)
    assert server.asked == []


@pytest.mark.parametrize("options", [{"queue": "sales"}, {"other": "1"}])
def test_without_a_queue_messages_wait_for_an_operator(options: dict[str, str]):
    with answering({}) as server:
        with pytest.raises(TransientError):
            helpdesk(server.url, options=options).create(OPENING)
        with pytest.raises(TransientError):
            helpdesk(server.url, options=options).check()
    assert server.asked == []


def looked_up(
    *entries: object, after: str = "", wanted: Entry = HELLO, reference: str = "c-9"
) -> str | None:
    found = ticket(5, *entries, reference=reference)
    with answering({"GET /api/tickets/5/": (200, found)}) as server:
        return helpdesk(server.url).find_entry("5", after=after, entry=wanted)


def test_an_entry_is_found_behind_the_last_known_one_only():
    first, second = entry(8, "Hello"), entry(9, "Hello")
    assert looked_up(first, after="") == "8"
    assert looked_up(first, after="8") is None
    assert looked_up(second, first, after="8") == "9"
    assert looked_up(entry(8, "Opened"), second, entry(10, "Hello"), after="8") == "9"


def test_an_entry_that_somebody_else_wrote_is_not_ours():
    assert looked_up(entry(8, "Hi"), entry(9, "Hello", user=ALICE), after="8") is None
    assert looked_up(entry(8, "Hi"), entry(9, "Hello", user=None), after="8") is None


def test_we_are_known_by_our_last_entry_even_where_older_ones_are_somebody_elses():
    moved_here = entry(2, "Hi", user=ALICE)
    assert looked_up(moved_here, entry(8, "Hi"), entry(9, "Hello"), after="8") == "9"


def test_we_are_known_by_the_first_entry_where_the_last_one_was_deleted():
    assert looked_up(entry(2, "Hi"), entry(9, "Hello"), after="8") == "9"


@pytest.mark.parametrize("opener", [ALICE, None])
def test_in_a_ticket_that_an_agent_opened_anybody_but_that_agent_may_be_us(opener: int | None):
    opened = entry(2, "Hello", user=opener)
    more = entry(3, "Hello", user=opener)
    ours = entry(4, "Hello")
    assert looked_up(opened, more, ours, reference="") == "4"
    assert looked_up(opened, more, reference="") is None
    assert (
        looked_up(opened, ours, entry(5, "Hello", user=ALICE + 1), after="4", reference="") is None
    )


def test_in_a_ticket_that_an_agent_opened_our_last_entry_tells_who_we_are():
    opened, ours = entry(2, "Hi", user=ALICE), entry(4, "Hi")
    assert looked_up(opened, ours, entry(5, "Hello"), after="4", reference="") == "5"
    assert looked_up(opened, ours, entry(5, "Hello", user=ALICE), after="4", reference="") is None


def test_a_note_is_not_taken_for_a_comment_of_the_same_words():
    note = Entry(kind=EntryKind.NOTE, text="Hello")
    assert looked_up(entry(8, "Hi"), entry(9, "Hello", public=False), after="8") is None
    assert looked_up(entry(8, "Hi"), entry(9, "Hello", public=False), after="8", wanted=note) == "9"
    assert looked_up(entry(8, "Hi"), entry(9, "Hello"), after="8", wanted=note) is None


def test_a_ticket_without_entries_has_none_of_ours():
    assert looked_up() is None
    assert looked_up(reference="") is None


def test_a_ticket_that_was_merged_and_lacks_the_entry_is_gone():
    answers: dict[str, tuple[int, object]] = {
        "GET /api/tickets/5/": (200, ticket(5, merged_to=6)),
        "GET /api/tickets/6/": (200, ticket(6, entry(1, "Hello", user=ALICE))),
    }
    with answering(answers) as server, pytest.raises(Gone):
        helpdesk(server.url).find_entry("5", after="", entry=HELLO)


def page(count: int, *tickets: object) -> tuple[int, object]:
    return 200, {"count": count, "results": tickets}


def test_a_ticket_is_looked_for_from_the_newest_on():
    answers = {
        LAST: page(450, ticket(249), ticket(250, reference="c-8.1")),
        "GET /api/tickets/?page_size=200&page=2": page(
            250,
            ticket(150, entry(1, "Hello"), reference="c-9.1"),
            ticket(160, entry(2, "Hello"), entry(3, "x", user=ALICE), reference="c-9.1"),
        ),
    }
    with answering(answers) as server:
        found = helpdesk(server.url).find("c-9.1")
    assert found is not None
    assert (found.id, found.last_entry) == ("160", "2")
    assert len(server.asked) == 2


def test_a_ticket_that_is_not_there_is_not_found_and_the_search_ends():
    with answering({LAST: page(0)}) as server:
        assert helpdesk(server.url).find("c-9.1") is None
    assert len(server.asked) == 1


def test_a_search_looks_at_the_newest_two_thousand_tickets():
    answers = {f"GET /api/tickets/?page_size=200&page={n}": page(5000) for n in range(1, 26)}
    with answering({**answers, LAST: page(5000)}) as server:
        assert helpdesk(server.url).find("c-9.1") is None
    assert [asked.path.rpartition("=")[2] for asked in server.asked] == [
        "last",
        *(str(n) for n in range(24, 15, -1)),
    ]


def test_a_page_that_is_gone_when_it_is_asked_for_leaves_the_search_to_be_repeated():
    gone = {"GET /api/tickets/?page_size=200&page=1": (404, {"detail": "Invalid page."})}
    with answering({LAST: page(201), **gone}) as server, pytest.raises(TransientError):
        helpdesk(server.url).find("c-9.1")


ONE, TWO = (
    Attachment(kind=FileKind.IMAGE, name=f"{n}.png", mime="image/png", content=b"png") for n in "12"
)
WITH_FILES = replace(OPENING, entry=replace(HELLO, files=(ONE, TWO)))
BEGINNING = entry(8, "\u200b\u2063")
UNFINISHED = ticket(5, BEGINNING, reference="c-9.1")
FINISHED = ticket(5, BEGINNING, entry(9, "Hello"), reference="c-9.1")
NOTE = replace(HELLO, kind=EntryKind.NOTE)


def test_a_ticket_that_still_lacks_its_first_entry_is_completed_and_not_created_again():
    answers: dict[str, tuple[int, object]] = {
        LAST: page(1, UNFINISHED),
        "POST /api/followups/": (201, entry(9, "Hello")),
    }
    with answering(answers) as server:
        desk = helpdesk(server.url)
        assert desk.find("c-9.1") is None
        created = desk.create(WITH_FILES)
    assert (created.id, created.last_entry) == ("5", "9")
    form = server.asked[-1].body
    assert all(part in form for part in ("Hello", "1.png", "2.png"))
    assert [asked.method for asked in server.asked] == ["GET", "GET", "POST"]


def test_a_note_that_a_ticket_begins_with_is_no_description_which_all_may_read():
    answers: dict[str, tuple[int, object]] = {
        LAST: page(0),
        "POST /api/tickets/": (201, UNFINISHED),
        "POST /api/followups/": (201, entry(9, "Hello", public=False)),
    }
    with answering(answers) as server:
        created = helpdesk(server.url).create(replace(OPENING, entry=NOTE))
    assert created.last_entry == "9"
    _, begun, noted = server.asked
    assert "Hello" not in str(begun.body)
    assert (noted.body["comment"], noted.body["public"]) == ("Hello", False)


def test_a_note_that_the_desk_refuses_is_refused():
    answers: dict[str, tuple[int, object]] = {
        LAST: page(1, UNFINISHED),
        "POST /api/followups/": (400, {"comment": ["No."]}),
    }
    with answering(answers) as server, pytest.raises(Refused):
        helpdesk(server.url).create(replace(OPENING, entry=NOTE))


MERGED = ticket(5, reference="c-9.1", merged_to=6)
INTO = "GET /api/tickets/6/"


@pytest.mark.parametrize(
    ("behind", "is_found"),
    [((), False), ((entry(9, "Hello"),), True), ((entry(9, "Hello", user=ALICE),), False)],
    ids=["nothing", "the entry", "somebody else's"],
)
def test_a_merged_ticket_is_found_if_its_first_entry_came(behind: tuple[object], is_found: bool):
    into = ticket(6, entry(2, "before", user=ALICE), BEGINNING, *behind)
    with answering({LAST: page(1, MERGED), INTO: (200, into)}) as server:
        found = helpdesk(server.url).find("c-9.1")
    assert (found is not None) == is_found


def test_an_entry_of_a_merged_ticket_is_found_where_it_was_written_or_where_it_went():
    own = ticket(5, entry(9, "Hello"), merged_to=6)
    into = ticket(6, entry(7, "Hi"), entry(8, "Hello"))
    answers: dict[str, tuple[int, object]] = {"GET /api/tickets/5/": (200, own), INTO: (200, into)}
    with answering(answers) as server:
        desk = helpdesk(server.url)
        assert desk.find_entry("5", after="8", entry=HELLO) == "9"
        server.to["GET /api/tickets/5/"] = (200, ticket(5, merged_to=6))
        assert desk.find_entry("5", after="7", entry=HELLO) == "8"


@pytest.mark.parametrize(
    "found",
    [
        FINISHED,
        ticket(5, entry(8, "Hello"), reference="c-9.1"),
        ticket(5, reference="c-9.1"),
    ],
    ids=["completed", "whole at once", "without entries"],
)
def test_a_ticket_that_lacks_nothing_is_found(found: object):
    with answering({LAST: page(1, found)}) as server:
        told = helpdesk(server.url).find("c-9.1")
    assert told is not None
    assert told.id == "5"


@pytest.mark.parametrize(
    ("status", "error"), [(429, TransientError), (500, AmbiguousError), (403, Unauthorised)]
)
def test_where_what_completes_a_ticket_fails_the_entry_is_not_written(
    status: int, error: type[ScriptaError]
):
    answers: dict[str, tuple[int, object]] = {
        LAST: page(0),
        "POST /api/tickets/": (201, UNFINISHED),
        "POST /api/followups/": (status, {"detail": "No."}),
    }
    with answering(answers) as server, pytest.raises(ScriptaError) as raised:
        helpdesk(server.url).create(WITH_FILES)
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("url", "file", "allowed"),
    [
        ("https://desk.test/help/", "https://desk.test/media/a.pdf?signature=x", True),
        ("https://desk.test", "https://DESK.test:443/media/a.pdf", True),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001/media/a.pdf", True),
        ("https://desk.test", "http://desk.test/media/a.pdf", False),
        ("https://desk.test", "https://files.desk.test/a.pdf", False),
        ("https://desk.test", "https://desk.test@evil.test/a.pdf", False),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8002/media/a.pdf", False),
        ("https://desk.test", "/media/a.pdf", False),
        ("desk.test", "https://desk.test/a.pdf", False),
        ("", "", False),
    ],
)
def test_an_agents_file_is_fetched_from_the_desks_own_origin_only(
    url: str, file: str, *, allowed: bool
):
    wanted = File(kind=FileKind.DOCUMENT, url=file)
    if not allowed:
        with pytest.raises(Refused, match="file_elsewhere"):
            helpdesk(url).locate(wanted)
        return
    location = helpdesk(url).locate(wanted)
    # Only a link that the desk has not signed needs our token.
    headers = {} if "signature" in file else {"authorization": "Token good"}
    assert (location.url, location.headers) == (file, headers)
    assert is_allowed(file, hosts=location.hosts)


def described(*fields: str) -> dict[str, tuple[int, object]]:
    return {"OPTIONS /api/tickets/": (200, {"actions": {"POST": dict.fromkeys(fields)}})}


def test_a_helpdesk_that_keeps_our_references_passes_the_check():
    with answering(described("title", "custom_conversation_id", "custom_channel")) as server:
        helpdesk(server.url).check()


def test_a_helpdesk_without_our_fields_is_told_so():
    with (
        answering(described("title", "custom_channel")) as server,
        pytest.raises(Refused, match="custom_conversation_id"),
    ):
        helpdesk(server.url).check()


@pytest.mark.parametrize("body", [b"<h1>Welcome</h1>", {}, [], {"actions": None}])
def test_something_else_at_the_address_does_not_pass_the_check(body: object):
    with (
        answering({"OPTIONS /api/tickets/": (200, body)}) as server,
        pytest.raises(TransientError),
    ):
        helpdesk(server.url).check()
