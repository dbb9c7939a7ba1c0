"""A real desk tells what its agents answered, as the webhooks did that it sent at the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import httpx

from chalicelib.domain.desk_events import ReplyWritten
from chalicelib.domain.ports import Helpdesk
from chalicelib.domain.ticket import Entry, EntryKind, Opening
from tests.integration.desk.desk import Agent, ApiUser, DeskProcess
from tests.integration.desk.receiver import Receiver

NewOpening = Callable[..., Opening]

MORE = Entry(kind=EntryKind.COMMENT, text="and another thing", author="Ana Bell")


def now() -> int:
    return time.time_ns() // 1_000_000


def recalled(helpdesk: Helpdesk, *, since: int) -> list[ReplyWritten]:
    events = []
    for body in helpdesk.recall(since=since) or ():
        (item,) = helpdesk.split(body)
        event = helpdesk.parse(item.raw, received_at=1)
        assert isinstance(event, ReplyWritten)
        events.append(event)
    return events


def test_only_what_agents_answered_since_then_is_told_the_newest_first(
    helpdesk: Helpdesk, agent: Agent, new_opening: NewOpening
):
    ticket = helpdesk.create(new_opening("Hello {{ x }}"))
    agent.reply(int(ticket.id), "too long ago")
    since = now()
    helpdesk.append(ticket.id, MORE)
    helpdesk.append(ticket.id, replace(MORE, kind=EntryKind.NOTE))
    agent.reply(int(ticket.id), "first")
    agent.reply(int(ticket.id), "a note", public=None)
    agent.reply(int(ticket.id), "second\nline {{ y }}", new_status="3")
    assert [reply.text for reply in recalled(helpdesk, since=since)] == [
        "second\nline {{ y }}",
        "first",
    ]


def test_a_reply_has_the_key_the_words_and_the_time_that_its_webhook_told(
    helpdesk: Helpdesk, agent: Agent, receiver: Receiver, new_opening: NewOpening
):
    ticket, since = helpdesk.create(new_opening()), now()
    agent.reply(int(ticket.id), "  Grüße,\n{{ 7*7 }} 🙂 ", [("attachment", ("è.pdf", b"%PDF"))])
    (webhook,) = receiver.wait(int(ticket.id))
    raw = {"type": webhook.type, "timestamp": webhook.timestamp, "data": webhook.data}
    told = helpdesk.parse(raw, received_at=1)
    assert isinstance(told, ReplyWritten)
    (reply,) = recalled(helpdesk, since=since)
    assert (reply.key, reply.ticket_id, reply.text) == (told.key, told.ticket_id, told.text)
    assert abs(reply.occurred_at - told.occurred_at) < 5_000
    assert [file.name for file in reply.files] == [file.name for file in told.files]


def test_a_file_that_is_told_of_without_a_signed_link_can_be_had(
    helpdesk: Helpdesk, desk: DeskProcess, agent: Agent, new_opening: NewOpening
):
    ticket, since = helpdesk.create(new_opening()), now()
    agent.reply(int(ticket.id), "", [("attachment", ("Offerta è.pdf", b"%PDF"))])
    (reply,) = recalled(helpdesk, since=since)
    (file,) = reply.files
    location = helpdesk.locate(file)
    assert location.hosts == (desk.url,)
    assert httpx.get(location.url).status_code == 403
    assert httpx.get(location.url, headers=dict(location.headers)).content == b"%PDF"


def test_a_reply_keeps_its_key_when_its_ticket_is_merged_and_is_told_no_more(
    helpdesk: Helpdesk, agent: Agent, observer: ApiUser, new_opening: NewOpening
):
    kept, merged = (helpdesk.create(new_opening()).id for _ in range(2))
    since = now()
    agent.reply(int(merged), "for one customer")
    (reply,) = recalled(helpdesk, since=since)
    agent.submit(
        f"/tickets/merge?tickets={kept}&tickets={merged}",
        "form[method=post]:has([name=chosen_ticket])",
        {"chosen_ticket": kept},
    )
    moved = observer.ticket(int(kept))["followup_set"]
    assert reply.comment_id in {str(entry["id"]) for entry in moved}
    # It was written for somebody else than who reads the ticket that it is in now.
    assert recalled(helpdesk, since=since) == []
    agent.reply(int(kept), "for the other")
    assert [each.text for each in recalled(helpdesk, since=since)] == ["for the other"]
