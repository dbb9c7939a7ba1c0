"""Files in a real desk: of customers with their entries, each once, and of agents' replies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from chalicelib.domain.content import Attachment, File, FileKind
from chalicelib.domain.desk_events import ReplyWritten
from chalicelib.domain.ports import Helpdesk
from chalicelib.domain.ticket import Entry, EntryKind, Opening, Ticket
from chalicelib.errors import AmbiguousError, Refused
from tests.integration.desk.desk import Agent, ApiUser, DeskProcess
from tests.integration.desk.receiver import Receiver
from tests.integration.helpdesks.conftest import open_helpdesk
from tests.integration.helpdesks.cutting_proxy import CuttingProxy
from tests.integration.helpdesks.test_writing import EDGES, TEXTS

NewOpening = Callable[..., Opening]


def photo(name: str = "photo.png", content: bytes = b"\x89PNG\r\n\x1a\n\0\xff") -> Attachment:
    return Attachment(kind=FileKind.IMAGE, name=name, mime="image/png", content=content)


ONE, TWO, THREE = (photo(f"{name}.png", name.encode()) for name in ("1", "2", "3"))


def with_files(opening: Opening, *files: Attachment) -> Opening:
    return replace(opening, entry=replace(opening.entry, files=files))


def shown(observer: ApiUser, ticket: Ticket) -> list[tuple[str, list[str]]]:
    """Return what each entry of a ticket shows: its text, and its files' names."""
    entries = observer.ticket(int(ticket.id))["followup_set"]
    return [
        (entry["comment"].strip("\u200b\u2063"), [f["filename"] for f in stored(entry)])
        for entry in entries
    ]


def stored(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return list(entry["followupattachment_set"])


def test_the_first_entry_of_a_ticket_carries_a_file_in_the_same_call(
    proxy: CuttingProxy, observer: ApiUser, new_opening: NewOpening
):
    helpdesk = open_helpdesk(proxy.url)
    opening = with_files(new_opening(), photo())
    ticket = helpdesk.create(opening)
    assert proxy.requests == ["POST /api/tickets/"]
    assert shown(observer, ticket) == [("Hello", ["photo.png"])]
    (file,) = stored(observer.ticket(int(ticket.id))["followup_set"][0])
    assert observer.http.get(file["file"]).content == photo().content
    assert helpdesk.find(opening.reference) == ticket
    told = observer.ticket(int(ticket.id))
    assert told["custom_conversation_id"] == opening.reference
    assert told["submitter_email"] == opening.customer.address


@pytest.mark.parametrize("text", {**TEXTS, **EDGES}.values(), ids={**TEXTS, **EDGES}.keys())
def test_a_text_with_files_arrives_as_it_was_written_and_is_found_again(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening, text: str
):
    ticket = helpdesk.create(new_opening())
    entry = Entry(kind=EntryKind.COMMENT, text=text, files=(ONE, TWO))
    entry_id = helpdesk.append(ticket.id, entry)
    assert shown(observer, ticket) == [("Hello", []), (text, ["1.png", "2.png"])]
    bare = replace(entry, files=())
    assert helpdesk.find_entry(ticket.id, after=ticket.last_entry, entry=bare) == entry_id


def test_a_note_with_a_file_is_for_agents_and_opens_the_ticket(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening
):
    ticket = helpdesk.create(new_opening())
    observer.http.patch(f"/api/tickets/{ticket.id}/", json={"status": 4})
    helpdesk.append(ticket.id, Entry(kind=EntryKind.NOTE, text="seen", files=(ONE,)))
    told = observer.ticket(int(ticket.id))
    assert [entry["public"] for entry in told["followup_set"]] == [True, False]
    assert told["status"] == 1


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Perché 你好.pdf", "Perché 你好.pdf"),
        ("../../etc/passwd", "passwd.png"),
        ('a"b\r\nX-Other: c\r\n\r\n.png', "a_bX-Other_ c.png"),
        ("gnp\u202e.exe", "gnp.exe"),
        ("", "image.png"),
    ],
)
def test_a_file_stands_under_a_harmless_name(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening, name: str, safe: str
):
    ticket = helpdesk.create(with_files(new_opening(), photo(name)))
    entry = Entry(kind=EntryKind.COMMENT, text="again", files=(photo(name),))
    helpdesk.append(ticket.id, entry)
    assert shown(observer, ticket) == [("Hello", [safe]), ("again", [safe])]


def test_an_entry_with_more_files_than_a_creation_takes_follows_whole(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening
):
    opening = with_files(new_opening(), ONE, TWO, THREE)
    ticket = helpdesk.create(opening)
    assert shown(observer, ticket) == [("", []), ("Hello", ["1.png", "2.png", "3.png"])]
    assert ticket.last_entry == str(observer.ticket(int(ticket.id))["followup_set"][1]["id"])
    assert helpdesk.find(opening.reference) == ticket
    helpdesk.append(ticket.id, opening.entry)
    assert shown(observer, ticket)[2] == ("Hello", ["1.png", "2.png", "3.png"])


@pytest.mark.parametrize("loses", [False, True], ids=["the answer", "the request"])
@pytest.mark.parametrize("of", ["POST /api/tickets/", "POST /api/followups/"])
def test_whatever_is_cut_a_ticket_with_files_is_there_once_and_whole(
    proxy: CuttingProxy, observer: ApiUser, new_opening: NewOpening, of: str, *, loses: bool
):
    helpdesk = open_helpdesk(proxy.url)
    opening = with_files(new_opening(), ONE, TWO, THREE)
    proxy.cuts, proxy.of, proxy.loses = 1, of, loses
    with pytest.raises(AmbiguousError):
        helpdesk.create(opening)
    ticket = helpdesk.find(opening.reference) or helpdesk.create(opening)
    assert shown(observer, ticket) == [("", []), ("Hello", ["1.png", "2.png", "3.png"])]
    assert helpdesk.find(opening.reference) == ticket
    tickets = observer.http.get("/api/tickets/?page_size=200&page=last").json()["results"]
    named = [t["id"] for t in tickets if t["custom_conversation_id"] == opening.reference]
    assert named == [int(ticket.id)]


def test_a_text_of_a_customer_cannot_hide_a_ticket(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening
):
    opening = new_opening("Hello\u2063")
    ticket = helpdesk.create(opening)
    assert helpdesk.find(opening.reference) == ticket
    found = helpdesk.find_entry(ticket.id, after="", entry=opening.entry)
    assert found == ticket.last_entry


def test_an_only_file_that_the_desk_refuses_leaves_nothing_behind(
    helpdesk: Helpdesk, new_opening: NewOpening
):
    opening = with_files(new_opening(), photo(content=b""))
    with pytest.raises(Refused, match="attachment"):
        helpdesk.create(opening)
    assert helpdesk.find(opening.reference) is None
    ticket = helpdesk.create(with_files(opening))
    assert helpdesk.find(opening.reference) == ticket


def test_several_files_that_the_desk_refuses_are_named_in_their_place(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening
):
    opening = with_files(new_opening(), ONE, photo("empty.png", b""))
    ticket = helpdesk.create(opening)
    assert shown(observer, ticket) == [("", []), ("Hello\n✗ 1.png\n✗ empty.png", [])]
    assert helpdesk.find(opening.reference) == ticket


def test_an_entry_with_a_file_that_the_desk_refuses_is_not_written(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening
):
    ticket = helpdesk.create(new_opening())
    with pytest.raises(Refused):
        helpdesk.append(
            ticket.id, Entry(kind=EntryKind.COMMENT, text="see", files=(ONE, photo("e", b"")))
        )
    assert shown(observer, ticket) == [("Hello", [])]


def test_an_agents_files_are_fetched_from_the_desk_without_a_token(
    helpdesk: Helpdesk,
    desk: DeskProcess,
    agent: Agent,
    receiver: Receiver,
    new_opening: NewOpening,
):
    ticket = helpdesk.create(new_opening())
    agent.reply(int(ticket.id), "See.", files=[("attachment", ("Offerta è.pdf", b"%PDF"))])
    (told,) = receiver.wait(int(ticket.id))
    raw = {"type": told.type, "data": told.data}
    event = helpdesk.parse(raw, received_at=1)
    assert isinstance(event, ReplyWritten)
    (file,) = event.files
    assert (file.kind, file.mime) == (FileKind.DOCUMENT, "application/pdf")
    location = helpdesk.locate(file)
    assert (location.hosts, location.headers) == ((desk.url,), {})
    assert httpx.get(location.url).content == b"%PDF"


@pytest.mark.parametrize("url", ["https://evil.test/a.pdf", "file:///etc/passwd", ""])
def test_an_agents_file_elsewhere_is_not_fetched(helpdesk: Helpdesk, url: str):
    with pytest.raises(Refused, match="file_elsewhere"):
        helpdesk.locate(File(kind=FileKind.DOCUMENT, url=url))
