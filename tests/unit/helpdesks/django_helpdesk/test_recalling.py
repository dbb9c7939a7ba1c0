"""Replies that the helpdesk's API tells of: only those of agents, and as their webhooks would have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.domain.account import Desk
from chalicelib.domain.content import FileKind
from chalicelib.domain.desk_events import ReplyWritten
from chalicelib.domain.envelope import Book
from chalicelib.errors import TransientError, Unauthorised
from chalicelib.helpdesks.django_helpdesk.helpdesk import DjangoHelpdesk, create
from tests.fakes.secrets import MemorySecrets
from tests.unit.helpdesks.django_helpdesk.answering import Answers, answering

BRIDGE, OLD_BRIDGE, ALICE = 3, 4, 2
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
MS = round(NOON.timestamp() * 1000)
TICKETS = "GET /api/tickets/?page_size=200&page="
ENTRIES = "GET /api/followups/?page_size=200&page="

To = dict[str, tuple[int, object]]


def page(count: int, *results: object) -> tuple[int, object]:
    return 200, {"count": count, "results": results}


def ticket(number: int, *authors: int | None, reference: str = "c-1.1") -> dict[str, Any]:
    written = [{"id": 10 * number + n, "user": user} for n, user in enumerate(authors)]
    return {"id": number, "custom_conversation_id": reference, "followup_set": written}


def entry(
    number: int, comment: str | None = "hi", *, user: int | None = ALICE, **more: object
) -> dict[str, Any]:
    return {
        "id": number,
        "ticket": 5,
        "user": user,
        "comment": comment,
        "public": True,
        "title": "Comment",
        "date": "2026-11-26T12:00:00.250Z",
        "followupattachment_set": [],
    } | more


def told(*entries: object, tickets: tuple[object, ...] = (ticket(5, BRIDGE, ALICE),)) -> To:
    return {
        f"{TICKETS}last": page(len(tickets), *tickets),
        f"{ENTRIES}last": page(len(entries), *entries),
    }


def helpdesk(url: str) -> DjangoHelpdesk:
    desk = Desk(id="d", helpdesk="django_helpdesk", url=url, options={"queue": "1"})
    return create(desk=desk, secrets=MemorySecrets({"desks/d": {"api_tokens": ("good",)}}))


def recalled(server: Answers, *, since: int = MS) -> list[ReplyWritten]:
    desk = helpdesk(server.url)
    events = []
    for body in desk.recall(since=since):
        (item,) = desk.split(body)
        assert item.book is Book.OUT
        event = desk.parse(item.raw, received_at=1)
        assert isinstance(event, ReplyWritten)
        events.append(event)
    return events


def test_a_reply_is_what_its_webhook_would_have_told_but_for_names_that_the_list_has_not():
    files = [{"id": 1, "file": "https://desk.test/media/a%20b.pdf", "filename": "a b.pdf"}]
    listed = entry(9, " hi\r\nyou {{ x }} ", followupattachment_set=files)
    with answering(told(listed)) as server:
        (reply,) = recalled(server)
    assert (reply.key, reply.ticket_id, reply.comment_id) == ("d:reply:9", "5", "9")
    assert (reply.text, reply.occurred_at) == ("hi\nyou {{ x }}", MS + 250)
    assert (reply.agent, reply.conversation_id) == ("", "")
    (file,) = reply.files
    assert (file.kind, file.name) == (FileKind.DOCUMENT, "a b.pdf")
    assert file.url == "https://desk.test/media/a%20b.pdf"


def test_the_newest_reply_comes_first_and_what_is_older_is_not_looked_at():
    with answering(
        {
            **told(),
            f"{ENTRIES}last": page(201, entry(9)),
            f"{ENTRIES}1": page(201, entry(6, date="2026-11-26T11:59:59Z"), entry(7), entry(8)),
        }
    ) as server:
        assert [reply.comment_id for reply in recalled(server)] == ["9", "8", "7"]


@pytest.mark.parametrize(
    "not_for_the_customer",
    [
        {"public": False},
        {"comment": " \r\n "},
        {"comment": None},
        {"user": BRIDGE},
        {"user": None},
        {"title": "[Merged from #12] Ana Bell"},
        {"title": "[Zusammengeführt von #12] Ana Bell"},
        {"title": "Copied from ticket #7: Comment"},
        {"title": "Copié du ticket #7 : Comment"},
    ],
    ids=str,
)
def test_what_no_agent_wrote_for_the_reader_of_its_ticket_is_left_out(not_for_the_customer):
    with answering(told(entry(8), entry(9) | not_for_the_customer)) as server:
        assert [reply.comment_id for reply in recalled(server)] == ["8"]


def test_an_entry_with_a_file_and_no_words_is_a_reply():
    files = [{"file": "https://desk.test/media/a.pdf", "filename": "a.pdf"}]
    with answering(told(entry(9, "", followupattachment_set=files))) as server:
        (reply,) = recalled(server)
    assert (reply.text, len(reply.files)) == ("", 1)


def test_whoever_wrote_a_first_entry_of_our_tickets_was_us():
    tickets = (ticket(4, OLD_BRIDGE), ticket(5, BRIDGE), ticket(6, ALICE, reference=""))
    listed = (entry(7, user=OLD_BRIDGE), entry(8, user=BRIDGE), entry(9, user=ALICE))
    with answering(told(*listed, tickets=tickets)) as server:
        assert [reply.comment_id for reply in recalled(server)] == ["9"]


def test_an_agent_whose_ticket_was_merged_into_ours_is_not_taken_for_us():
    merged = ticket(5, ALICE, BRIDGE)
    merged["followup_set"][0]["title"] = "[Merged from #2] Printer"
    with answering(told(entry(9), tickets=(merged,))) as server:
        assert [reply.comment_id for reply in recalled(server)] == ["9"]


def test_we_are_looked_for_no_further_than_the_page_that_tells_of_us():
    others = [ticket(number, ALICE, reference="") for number in range(200, 399)]
    answers = told(entry(9)) | {
        f"{TICKETS}last": page(600, *others, ticket(400, BRIDGE)),
        f"{TICKETS}2": page(600, ticket(199, OLD_BRIDGE)),
    }
    with answering(answers) as server:
        assert len(recalled(server)) == 1
        assert f"{TICKETS}1" not in {f"{asked.method} {asked.path}" for asked in server.asked}


def test_where_no_ticket_is_ours_nobody_answers_us():
    with answering(told(entry(9), tickets=(ticket(5, ALICE, reference=""),))) as server:
        assert recalled(server) == []
        assert [asked.path for asked in server.asked] == ["/api/tickets/?page_size=200&page=last"]


@pytest.mark.parametrize("odd", [{"date": None}, {"date": "2026-11-26T12:00:00"}, {"ticket": None}])
def test_a_list_that_is_not_understood_is_not_guessed_at(odd):
    with answering(told(entry(9) | odd)) as server, pytest.raises(TransientError):
        recalled(server)


def test_a_helpdesk_that_takes_our_token_no_more_says_so():
    with answering(told(entry(9))) as server:
        server.tokens = frozenset()
        with pytest.raises(Unauthorised):
            recalled(server)
