"""What a storm has come to, looked at from the outside: tickets at the desk, messages on phones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.real_storm.said import Kind, Person, Said, Token, tokens
from tests.storm.violations import Kind as Wrong
from tests.storm.violations import Violation

_NOT_SENT: Final = "was not sent:"  #: a reply in doubt "was not sent again"
_IN_DOUBT: Final = "may not have arrived"
_FAILED_LATE: Final = "did not reach the customer"
_OUTSIDE: Final = "[sent to the customer outside the helpdesk]"
_FAILED: Final = "failed"

Json = Mapping[str, Any]


@dataclass(slots=True)
class Verdict:
    """
    What is wrong, and what is not but is to be counted.

    `doubted` are the replies that agents were told of as "may not have arrived", `refused` those
    of which they were told that they were not sent, `residue` those that are shown as sent by
    somebody else after they had been given up.
    """

    violations: list[Violation] = field(default_factory=list)
    shown: int = 0
    arrived: int = 0
    doubted: set[Token] = field(default_factory=set)
    refused: set[Token] = field(default_factory=set)
    residue: set[Token] = field(default_factory=set)

    def count(self, kind: Wrong) -> int:
        """Return how many violations of a kind there are."""
        return sum(violation.kind is kind for violation in self.violations)

    def wrong(self, kind: Wrong, text: str) -> None:
        """Note a violation."""
        self.violations.append(Violation(kind, text))


def judge(said: Said, tickets: Iterable[Json], outbox: Iterable[Json]) -> Verdict:
    """
    Return what is to be said of the tickets and the outbox of a simulated Meta after a storm.

    Nobody but the bridge creates tickets: whoever wrote a ticket's first entry is the bridge.
    """
    look = _Look(said.everything(), Verdict())
    for ticket in tickets:
        look.at_ticket(ticket)
    by_person: dict[Person, list[Json]] = defaultdict(list)
    for message in outbox:
        by_person[Person(message["channel"], message["recipient"])].append(message)
    for person, messages in by_person.items():
        look.at_phone(person, messages)
    look.at_the_missing()
    return look.verdict


@dataclass(slots=True)
class _Look:
    """One look at everything; `written` are agents' replies in their order, by the person."""

    said: Mapping[Token, str]
    verdict: Verdict
    seen: set[Token] = field(default_factory=set)
    sent: set[Token] = field(default_factory=set)
    tickets: dict[Person, int] = field(default_factory=dict)
    written: dict[Person, list[Token]] = field(default_factory=lambda: defaultdict(list))
    late: dict[Person, int] = field(default_factory=lambda: defaultdict(int))

    def at_ticket(self, ticket: Json) -> None:
        """Look at a ticket: one customer's, everything once and in order."""
        entries = sorted(ticket["followup_set"], key=lambda entry: entry["id"])
        owners = {t.person for entry in entries for t in tokens(entry["comment"] or "")}
        if len(owners) != 1:
            names = sorted(owners)
            self.verdict.wrong(Wrong.LEAKED, f"ticket {ticket['id']} is of {names}")
            return
        (person,) = owners
        if self.tickets.setdefault(person, ticket["id"]) != ticket["id"]:
            self.verdict.wrong(Wrong.DUPLICATED, f"{person} has a second ticket, {ticket['id']}")
        last = 0
        for entry in entries:
            text = (entry["comment"] or "").replace("\r\n", "\n")
            if entry["user"] != entries[0]["user"]:
                self._at_agents(person, text, public=entry["public"])
            elif entry["public"]:
                last = self._at_comment(text, last)
            else:
                self._at_note(person, text)

    def _at_agents(self, person: Person, text: str, *, public: bool) -> None:
        if public:
            self.written[person] += [t for t in tokens(text) if t.kind is Kind.REPLY]

    def _at_comment(self, text: str, last: int) -> int:
        """Look at what stands there as the customer's; return the number that it has."""
        (token, *more) = tokens(text) or (None,)
        if token is None or more:
            self.verdict.wrong(Wrong.LEAKED, f"nobody said {text[:80]!r}")
            return last
        if token.kind is not Kind.IN:
            self._at_stranger(token, text)
            return last
        if self.said.get(token) != text:
            self.verdict.wrong(Wrong.LOST, f"{token} is shown as {text[:80]!r}")
        if token in self.seen:
            self.verdict.wrong(Wrong.DUPLICATED, f"{token} is shown twice")
            return last
        self.seen.add(token)
        self.verdict.shown += 1
        if token.number < last:
            self.verdict.wrong(Wrong.MISORDERED, f"{token} stands behind number {last}")
        return max(last, token.number)

    def _at_stranger(self, token: Token, text: str) -> None:
        """Look at a reply that was taken for one from elsewhere: residue, if it was given up."""
        if token.kind is Kind.REPLY and text.startswith(_OUTSIDE):
            self.verdict.residue.add(token)
        else:
            self.verdict.wrong(Wrong.LEAKED, f"{token} is shown as the customer's")

    def _at_note(self, person: Person, text: str) -> None:
        if _FAILED_LATE in text:
            self.late[person] += 1
        for token in tokens(text):
            if _IN_DOUBT in text:
                self.verdict.doubted.add(token)
            if _NOT_SENT in text:
                self.verdict.refused.add(token)

    def at_phone(self, person: Person, messages: Sequence[Json]) -> None:
        """Look at what a customer was sent: replies to them alone, each once, in their order."""
        order = {token: place for place, token in enumerate(self.written[person])}
        last, failed = -1, 0
        for message in messages:
            (token, *more) = tokens(message["text"]) or (None,)
            if token is None or more or token.person != person or token not in order:
                self.verdict.wrong(Wrong.LEAKED, f"{person} was sent {message['text'][:80]!r}")
                continue
            if token in self.sent:
                self.verdict.wrong(Wrong.DUPLICATED, f"{token} was sent twice")
            self.sent.add(token)
            self.verdict.arrived += 1
            failed += message["status"] == _FAILED and message["channel"] == "whatsapp"
            if order[token] < last:
                self.verdict.wrong(Wrong.MISORDERED, f"{token} was sent out of its turn")
            last = max(last, order[token])
        if failed > self.late[person]:
            self.verdict.wrong(Wrong.LOST, f"{person}: {failed} failed, {self.late[person]} told")

    def at_the_missing(self) -> None:
        """Look for what should be somewhere and is nowhere."""
        told = self.verdict.doubted | self.verdict.refused
        for token in self.said:
            if token.kind is Kind.IN and token not in self.seen:
                self.verdict.wrong(Wrong.LOST, f"{token} stands in no ticket")
            if token.kind is Kind.REPLY and token not in self.sent | told:
                self.verdict.wrong(Wrong.LOST, f"{token} was not sent, and nobody was told")
        for token in self.verdict.refused & self.sent:
            self.verdict.wrong(Wrong.DUPLICATED, f"{token} was sent, and told as not sent")
        for token in self.verdict.residue - self.verdict.doubted:
            self.verdict.wrong(Wrong.DUPLICATED, f"{token} is shown as sent by somebody else")
