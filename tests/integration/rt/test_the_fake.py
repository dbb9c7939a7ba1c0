"""The fake of RT's API answers our adapter as a real one does: the conformance suite rests on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_plus

import pytest

from chalicelib.domain.account import Desk
from chalicelib.domain.ticket import Entry, EntryKind
from chalicelib.errors import ScriptaError
from chalicelib.helpdesks.request_tracker.helpdesk import RequestTracker
from chalicelib.http_client import Body, Http, Response, Transport
from tests.contract.conformance import PAGE, PHOTO
from tests.fakes.clock import VirtualClock
from tests.fakes.desks.request_tracker_api import RtApi
from tests.fakes.secrets import MemorySecrets
from tests.integration.rt.conftest import SECRET, NewOpening
from tests.integration.rt.rt import RtProcess, RtUser

#: Of an answer, what the adapter reads; ids and times differ.
_READ = {
    *("EffectiveId", "CustomFields", "ObjectId", "Creator", "Filename", "ContentType", "Content"),
    *("RealName", "Privileged", "TicketCustomFields", "TicketTransactionCustomFields", "message"),
}
#: The same of people and queues.
_OF_NAMED = {"RealName", "Privileged", "TicketCustomFields", "TicketTransactionCustomFields"}
Item = dict[str, Any]


@dataclass(slots=True)
class Overheard:
    """A transport that keeps what was asked and answered, in words that both sides share."""

    behind: Transport
    said: list[Any] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: Body | None = None,
        timeout: float = 10.0,
    ) -> Response:
        answer = self.behind.request(method, url, headers=headers, body=body, timeout=timeout)
        told = answer.json()
        location = re.sub(r"\d+$", "N", answer.headers.get("location", "").partition("/REST/")[2])
        rows = told["items"] if isinstance(told, dict) and "items" in told else [told]
        common = [self._common(row) for row in rows if isinstance(row, dict)]
        asked = re.sub(r"\b\d+\b", "N", unquote_plus(url).partition("/REST/")[2])
        self.said.append((method, asked, answer.status, location, common))
        return answer

    def _common(self, row: Item) -> Item:
        read = {name: self._named(name, row[name]) for name in sorted(_READ & set(row))}
        return {
            name: value for name, value in read.items() if "Name" not in row or name in _OF_NAMED
        }

    def _named(self, name: str, value: Any) -> Any:
        if name in {"EffectiveId", "ObjectId"}:
            return self.ids.setdefault(str(value), f"number {len(self.ids)}")
        if name == "CustomFields":
            found = {each["name"]: each["values"] for each in value}
            return {name: values for name, values in found.items() if values}
        if name.endswith("CustomFields"):
            return sorted(each["name"] for each in value)
        return value["id"] if name == "Creator" else value


class Sides:
    """The adapter before one of the two, and the agent there."""

    def __init__(self, transport: Transport, url: str, token: str, agent: Any) -> None:
        self.overheard = Overheard(transport)
        self.agent = agent
        secrets = MemorySecrets({"desks/d": {"api_tokens": (token,), "webhook_secrets": (SECRET,)}})
        self.desk = Desk(id="d", helpdesk="request_tracker", url=url)
        self.helpdesk = RequestTracker(desk=self.desk, secrets=secrets, http=self.overheard)

    def tried(self, call: Callable[[], object]) -> None:
        """Do what may fail, and note how it ended."""
        try:
            call()
        except ScriptaError as error:
            self.overheard.said.append(repr(error))


class FakeAgent:
    """Does in the fake what Alice does in a real one."""

    def __init__(self, api: RtApi) -> None:
        self._api = api

    def open(self, text: str) -> str:
        return str(self._api.open_as_agent(text))

    def reply(self, ticket_id: str, text: str, *, html: bool = False) -> None:
        self._api.write_as_agent(int(ticket_id), text, mime="text/html" if html else "text/plain")

    def change(self, ticket_id: str, **fields: Any) -> None:
        match fields:
            case {"Status": status}:
                self._api.set_status(int(ticket_id), status)
            case {"MergeInto": into}:
                self._api.merge(int(ticket_id), int(into))
            case _:
                self._api.move(int(ticket_id), str(fields["Queue"]))


def entry(key: str, text: str = "more", kind: EntryKind = EntryKind.COMMENT, **more: Any) -> Entry:
    return Entry(kind=kind, text=text, author="Ana", key=key, **more)


def writes(side: Sides, opening: Any) -> None:
    first = replace(opening, entry=replace(opening.entry, files=(PHOTO, PAGE)))
    ticket = side.helpdesk.create(first)
    for kind in EntryKind:
        key = f"{opening.reference}.{kind}"
        side.helpdesk.append(ticket.id, entry(key, f"{kind} è", kind, files=(PHOTO,)))
        side.helpdesk.find_entry(ticket.id, after="", entry=entry(key))
    side.helpdesk.find(opening.reference)
    side.helpdesk.find(opening.reference.upper())
    side.helpdesk.find(f"{opening.reference}' OR 'a'='a")
    side.helpdesk.find_entry(ticket.id, after="", entry=entry("none"))
    side.tried(lambda: side.helpdesk.append("999999", entry("x")))
    side.tried(lambda: side.helpdesk.find_entry("999999", after="", entry=entry("x")))
    empty = replace(PHOTO, content=b"")
    side.tried(lambda: side.helpdesk.append(ticket.id, entry("x", files=(empty,))))
    side.helpdesk.check()


def begins_with_a_note(side: Sides, opening: Any) -> None:
    noted = replace(opening, entry=replace(opening.entry, kind=EntryKind.NOTE))
    side.helpdesk.create(noted)
    side.helpdesk.find(opening.reference)


def is_merged_moved_and_deleted(side: Sides, opening: Any) -> None:
    ticket, into = side.helpdesk.create(opening), side.agent.open("their own")
    side.agent.change(ticket.id, MergeInto=into)
    key = f"{opening.reference}.m"
    side.helpdesk.append(ticket.id, entry(key))
    side.helpdesk.find_entry(ticket.id, after="", entry=entry(key))
    side.tried(lambda: side.helpdesk.find_entry(ticket.id, after="", entry=entry("none")))
    side.helpdesk.find(opening.reference)
    moved = side.helpdesk.create(replace(opening, reference=f"{opening.reference}v"))
    side.agent.change(moved.id, Queue="Directors")
    side.tried(lambda: side.helpdesk.append(moved.id, entry("x")))
    side.tried(lambda: side.helpdesk.find_entry(moved.id, after="", entry=entry("x")))
    gone = side.helpdesk.create(replace(opening, reference=f"{opening.reference}d"))
    side.agent.change(gone.id, Status="deleted")
    side.helpdesk.find(f"{opening.reference}d")
    side.tried(lambda: side.helpdesk.find_entry(gone.id, after="", entry=entry("x")))


def tells_of_the_past(side: Sides, opening: Any) -> None:
    ticket = side.helpdesk.create(opening)
    side.helpdesk.append(ticket.id, entry(f"{opening.reference}.p"))
    side.agent.reply(ticket.id, "<p>newest</p>", html=True)
    recalled = iter(side.helpdesk.recall(since=0))
    body = next(recalled)
    side.overheard.said = side.overheard.said[-2:]
    event = side.helpdesk.parse(body, received_at=1)
    side.overheard.said.append((getattr(event, "text", ""), getattr(event, "agent", "")))


@pytest.mark.parametrize(
    "case", [writes, begins_with_a_note, is_merged_moved_and_deleted, tells_of_the_past]
)
def test_the_fake_answers_as_the_real_one_does(
    rt: RtProcess, alice: RtUser, new_opening: NewOpening, case: Callable[[Sides, Any], None]
):
    api, token = RtApi(tokens=("1-27-abc",), clock=VirtualClock()), rt.tokens["scripta"]
    opening = new_opening()
    fake = Sides(api, "https://rt.test", "1-27-abc", FakeAgent(api))
    real = Sides(Http(), rt.url, token, alice)
    for side in (fake, real):
        case(side, opening)
    for ours, theirs in zip(fake.overheard.said, real.overheard.said, strict=True):
        assert _without_addresses(ours) == _without_addresses(theirs)


def _without_addresses(said: Any) -> Any:
    return re.sub(r"'http\S+'", "", said) if isinstance(said, str) else said
