"""The fake of django-helpdesk's API answers what a real one does: the storm rests on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.helpdesks.django_helpdesk import mapper
from chalicelib.http_client import Form, Http, Response, Transport, Upload
from tests.fakes.clock import VirtualClock
from tests.fakes.desk_api import DeskApi
from tests.integration.desk.desk import BRIDGE_TOKEN, DeskProcess

Ask = Callable[..., Response]
Body = Mapping[str, Any] | Form
Said = list[tuple[int, Any]]

#: What people write that django-helpdesk would do something with.
TEXTS = (
    *("Hello", " edges\n", "", "   ", "{{ 7*7 }} {% now 'Y' %} %}", '{{ "{" }}', "a\nb\r\n\r\nc"),
    *("# é 🎉 \u202e", "X-HELPDESK-COMMENT-VERBATIM", "x {\n "),
)
#: Of an answer, what the adapter reads besides ids.
_READ = ("merged_to", "custom_conversation_id", "user", "public", "comment")


class Conversation:
    """Asks one of the two, and remembers what was answered in words that both have."""

    def __init__(self, at: Transport, url: str) -> None:
        self.said: Said = []
        self._at = at
        self._url = url
        self._ids: dict[tuple[str, int], str] = {}

    def ask(
        self, method: str, path: str, body: Body | None = None, *, token: str = BRIDGE_TOKEN
    ) -> Any:
        headers = {"authorization": f"Token {token}", "accept": "application/json"}
        answer = self._at.request(method, f"{self._url}/api/{path}", headers=headers, body=body)
        told = answer.json() if answer.body else None
        self.said.append((answer.status, self._common(told, wrong=not answer.ok)))
        return told

    def _common(self, told: Any, *, wrong: bool) -> Any:
        """Return what is compared: of an error the fields that it names, else what is read."""
        if wrong:
            return sorted(told)
        if "results" in told:
            return [self._entity(each) for each in told["results"]]
        if "actions" in told:
            wanted = {"custom_conversation_id", "custom_channel", "attachment"}
            return wanted <= told["actions"]["POST"].keys()
        return self._entity(told)

    def _entity(self, told: Mapping[str, Any]) -> dict[str, Any]:
        if "filename" in told:
            return {"filename": told["filename"]}
        kind = "ticket" if "followup_set" in told else "entry"
        found = {key: self._named(key, told[key]) for key in _READ if key in told}
        found["id"] = self._numbered(kind, told["id"])
        for name in ("followup_set", "followupattachment_set"):
            if name in told:
                parts = sorted(told[name], key=lambda part: int(part.get("id", 0)))
                found[name] = [self._entity(part) for part in parts]
        return found

    def _named(self, key: str, value: Any) -> Any:
        return self._numbered(key, value) if key == "user" and value is not None else value

    def _numbered(self, kind: str, value: int) -> str:
        """Return an id as which one it is: the first that is met, the second, …"""
        return self._ids.setdefault((kind, value), f"{kind} {len(self._ids)}")


def opening(text: str, reference: str) -> Opening:
    entry = Entry(kind=EntryKind.COMMENT, text=text)
    return Opening(
        reference=reference,
        subject="WhatsApp: Ana",
        channel="whatsapp",
        account="1",
        customer=Customer(id="p-1", name="Ana", address="w@scripta.invalid"),
        entry=entry,
    )


def new_ticket(text: str, reference: str) -> dict[str, Any]:
    return mapper.new_ticket(opening(text, reference), queue=1)


def new_entry(ticket: int, text: str, kind: EntryKind = EntryKind.COMMENT) -> dict[str, Any]:
    return mapper.new_entry(ticket, Entry(kind=kind, text=text))


def with_files(body: Mapping[str, Any], field: str, *contents: bytes) -> Form:
    fields = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in body.items()}
    files = [Upload(field, f"{n}.png", "image/png", each) for n, each in enumerate(contents)]
    return Form(fields=fields, files=files)


# --- what is asked of both


def writes(to: Conversation) -> None:
    for number, text in enumerate(TEXTS):
        ticket = to.ask("POST", "tickets/", new_ticket(text, f"w-{number}"))
        to.ask("POST", "followups/", new_entry(ticket["id"], text))
        to.ask("POST", "followups/", new_entry(ticket["id"], text, EntryKind.NOTE))
        to.ask("GET", f"tickets/{ticket['id']}/")


def sends_files(to: Conversation) -> None:
    ticket = to.ask("POST", "tickets/", with_files(new_ticket("see", "f-1"), "attachment", b"png"))
    entry = new_entry(ticket["id"], "two")
    to.ask("POST", "followups/", with_files(entry, "attachments", b"1", b"2"))
    note = new_entry(ticket["id"], "two", EntryKind.NOTE)
    to.ask("POST", "followups/", with_files(note, "attachments", b"1"))
    to.ask("GET", f"tickets/{ticket['id']}/")


def is_refused(to: Conversation) -> None:
    to.ask("POST", "tickets/", with_files(new_ticket("see", "r-1"), "attachment", b""))
    to.ask("POST", "tickets/", new_ticket("x", "r-2") | {"description": " "})
    to.ask("POST", "tickets/", new_ticket("x", "r-3") | {"title": ""})
    to.ask("POST", "tickets/", new_ticket("x", "r-4") | {"queue": 99})
    ticket = to.ask("POST", "tickets/", new_ticket("see", "r-5"))
    entry = new_entry(ticket["id"], "bad")
    to.ask("POST", "followups/", with_files(entry, "attachments", b"1", b""))
    to.ask("POST", "followups/", new_entry(999_999, "to nobody"))
    to.ask("GET", "tickets/999999/")
    to.ask("GET", "tickets/?page_size=200&page=99")
    to.ask("POST", "tickets/", new_ticket("x", "r-6"), token="wrong")
    to.ask("GET", f"tickets/{ticket['id']}/", token="wrong")
    to.ask("GET", f"tickets/{ticket['id']}/")


def describes_itself(to: Conversation) -> None:
    to.ask("OPTIONS", "tickets/")


def lists(to: Conversation) -> None:
    for number in range(5):
        to.ask("POST", "tickets/", new_ticket("Hello", f"l-{number}"))
    to.ask("GET", "tickets/?page_size=200&page=last")


@pytest.mark.parametrize("case", [writes, sends_files, is_refused, describes_itself, lists])
def test_the_fake_answers_as_the_real_one_does(
    desk: DeskProcess, case: Callable[[Conversation], None]
):
    clock = VirtualClock()
    fake = Conversation(DeskApi(tokens=(BRIDGE_TOKEN,), clock=clock), "https://fake.test")
    real = Conversation(Http(), desk.url)
    case(fake)
    case(real)
    if case is lists:
        # The real one has what other tests wrote, too.
        assert real.said[-1][0] == fake.said[-1][0] == 200
        own = fake.said[-1][1]
        told = real.said[-1][1][-len(own) :]
        references = [ticket["custom_conversation_id"] for ticket in told]
        assert references == [ticket["custom_conversation_id"] for ticket in own]
        return
    assert real.said == fake.said


def test_a_deleted_and_a_merged_ticket_answer_as_the_real_ones_do(desk: DeskProcess):
    api = DeskApi(tokens=(BRIDGE_TOKEN,), clock=VirtualClock())
    fake, real = Conversation(api, "https://fake.test"), Conversation(Http(), desk.url)
    people = desk.observer().http

    def delete(number: int) -> None:
        assert people.delete(f"/api/tickets/{number}/").status_code == 204

    def merge(number: int, into: int) -> None:
        # What the page for merging does, of which the API has only the first half.
        entries = people.get(f"/api/tickets/{number}/").json()["followup_set"]
        merged = {"merged_to": into, "status": 5}
        assert people.patch(f"/api/tickets/{number}/", json=merged).status_code == 200
        for entry in entries:
            moved = people.patch(f"/api/followups/{entry['id']}/", json={"ticket": into})
            assert moved.status_code == 200

    for to in (fake, real):
        gone, merged, whole = (
            to.ask("POST", "tickets/", new_ticket("Hi", f"m-{number}")) for number in range(3)
        )
        if to is fake:
            del api.tickets[gone["id"]]
            into = api.merge(merged["id"])
        else:
            delete(gone["id"])
            into = whole["id"]
            merge(merged["id"], into)
        to.ask("GET", f"tickets/{gone['id']}/")
        to.ask("POST", "followups/", new_entry(gone["id"], "too late"))
        told = to.ask("GET", f"tickets/{merged['id']}/")
        assert (told["merged_to"], told["followup_set"]) == (into, [])
        to.said.pop()
        assert "Hi" in [e["comment"] for e in to.ask("GET", f"tickets/{into}/")["followup_set"]]
        to.said.pop()
        to.ask("POST", "followups/", new_entry(merged["id"], "still there?"))
        told = to.ask("GET", f"tickets/{merged['id']}/")
        assert [entry["comment"] for entry in told["followup_set"]] == ["still there?"]
        to.said.pop()
    assert [said for said in real.said if said[0] >= 400] == [s for s in fake.said if s[0] >= 400]
