"""All that is held of a person: rows of the table, files, and bodies in which they are named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.changes import Claim
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.envelope import compact
from chalicelib.domain.erasure import HeldTicket
from chalicelib.domain.keeping import Kept
from chalicelib.domain.person import Traces, is_named, people, together
from chalicelib.domain.ports import Channel, Helpdesk, Webhook
from chalicelib.domain.store import Held, People
from chalicelib.errors import Gone, MalformedPayload, UnknownIntegration
from chalicelib.pipeline.fan_out import item_of
from chalicelib.pipeline.set_aside import bodies_of, envelope_of, is_pointer


class SeveralPeople(LookupError):
    """What was asked for names more than one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person's conversations and traces; without conversations, one who was erased in part."""

    conversations: Sequence[Conversation]
    traces: Traces


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """
    The kept bodies that name a person.

    In those of `parked` something waits for an operator that is not theirs, or not theirs alone.
    """

    keys: Sequence[str]
    parked: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """What finding needs; `helpdesk` returns a desk's adapter by its id, `channel` one by name."""

    people: People
    kept: Kept
    channel: Callable[[str], Channel]
    helpdesk: Callable[[str], Helpdesk]

    def find(self, who: str) -> Person | None:
        """
        Return the one person whom a name or an id means, None where nobody is known by it.

        Raises SeveralPeople, which names their conversations, where it means more than one.
        """
        everything = list(self.people.conversations())
        chosen = [each for each in everything if is_named(each, who)]
        if not chosen:
            return None
        if people(chosen, everything) > 1:
            raise SeveralPeople(", ".join(sorted(each.id for each in chosen)))
        theirs = together(chosen, everything)
        return Person(conversations=theirs, traces=Traces.of(theirs, everything))

    def rows(self, traces: Traces) -> tuple[list[Held], Traces]:
        """Return the rows that hold something of a person, and the traces with their tickets."""
        held = list(self.people.held(traces))
        tickets = {each.ticket for each in held if each.ticket is not None}
        traces = replace(traces, tickets=traces.tickets | tickets)
        known = {each.claim.key for each in held if each.claim is not None}
        parked = (each for each in self.people.parked() if each.key not in known)
        held += [Held(kind="claim", row={}, claim=c) for c in parked if self._is_theirs(c, traces)]
        return held, traces

    def bodies(self, traces: Traces, *, rows: Sequence[Held]) -> Bodies:
        """Return the bodies that name a person whose `rows` are known."""
        theirs = {each.claim.key for each in rows if each.claim is not None}
        others = [each for each in self.people.parked() if each.key not in theirs]
        parked = frozenset(body for each in others for body in bodies_of(each))
        return Bodies(keys=[key for key, _ in self.contents(traces)], parked=parked)

    def contents(self, traces: Traces) -> Iterator[tuple[str, str]]:
        """Yield the key and the text of each kept body that names a person."""
        for key in self.kept.bodies():
            try:
                text = self.kept.fetch(key).decode(errors="replace")
            except Gone:
                continue
            if traces.are_in(text):
                yield key, text

    def _is_theirs(self, claim: Claim, traces: Traces) -> bool:
        """Return whether a parked item is theirs by what its adapter reads in it."""
        side, _, name = claim.source.partition(":")
        try:
            if side == "desk":
                (raw,) = envelope_of(claim).items
                event = self.helpdesk(name).parse(raw, received_at=claim.received_at)
                return (name, getattr(event, "ticket_id", "")) in traces.tickets
            if is_pointer(claim) or not bodies_of(claim):
                return False
            place = envelope_of(claim)
            webhook: Webhook = self.channel(name)
            item = item_of(place, self.kept.fetch(place.pointer), webhook)
        except (Gone, LookupError, ValueError, MalformedPayload, UnknownIntegration):
            # It cannot be read, so nobody can say whose it is; `parked` shows it to the operator.
            return False
        return traces.are_in(compact(item))


def tickets_of(person: Person, rows: Sequence[Held]) -> list[HeldTicket]:
    """Return what the helpdesks hold of a person, as far as the rows tell of it."""
    found: dict[tuple[str, str], HeldTicket] = {}
    for each in rows:
        if each.ticket is not None:
            reference = str(each.row.get("conversation", ""))
            found[each.ticket] = HeldTicket(*each.ticket, "", reference)
    for conversation in person.conversations:
        link = conversation.link
        if link is not None:
            key = link.desk, link.ticket_id
            found[key] = HeldTicket(*key, link.url, conversation.id)
    begun = [_begun(each) for each in rows if each.kind == "work"]
    return [*found.values(), *(each for each in begun if each is not None)]


def _begun(held: Held) -> HeldTicket | None:
    """Return the ticket that an attempt may have created, of which no answer came yet."""
    aim = held.row.get("aim")
    if not aim or aim["ticket_id"] or held.row["stage"] != "started":
        return None
    return HeldTicket("", "", "", aim["reference"])


def theirs_of(text: str, traces: Traces) -> str:
    """Return of a body what is a person's, as JSON."""
    return json.dumps(traces.only(json.loads(text)), ensure_ascii=False, sort_keys=True)
