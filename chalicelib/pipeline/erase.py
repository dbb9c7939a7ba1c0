"""Erase a person: everything that is held of them, and what would bring them back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.domain import erasure as marks
from chalicelib.domain.content import File
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.erasure import Erasure, Grave, HeldTicket
from chalicelib.domain.person import Traces, meant
from chalicelib.domain.ports import Clock, Log
from chalicelib.domain.store import Held
from chalicelib.errors import ConfigurationError, TransientError
from chalicelib.pipeline.belongings import Belongings, Person, tickets_of

_PASSES = 5  #: over the table, while workers that began before still write


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasable:
    """
    What an erasure removes: how many rows and files, and which bodies.

    `waiting` are bodies that name the person and have to stay for now: not all of what is in them
    was taken in. `tickets` stay in the helpdesks.
    """

    rows: int
    files: int
    bodies: int
    waiting: Sequence[str]
    tickets: Sequence[HeldTicket]


@dataclass(frozen=True, slots=True, kw_only=True)
class Eraser:
    """What erasing needs; `is_busy` tells whether anything is still on its way into the table."""

    belongings: Belongings
    keys: marks.Keys
    is_busy: Callable[[], bool]
    new_id: Callable[[], str]
    clock: Clock
    log: Log
    passes: int = field(default=_PASSES)

    def before(self, who: str) -> Erasure | None:
        """Return the erasure of whoever was known by that; None where nobody was erased."""
        people = self.belongings.people
        names = [marks.of_name(meant(who)), marks.of_conversation(who)]
        wanted = [marks.mark(key, *name) for key in self.keys() for name in names]
        graves = sorted(people.buried(wanted).values(), key=lambda grave: grave.at)
        return people.erasure(graves[-1].erasure) if graves else None

    def resumed(self, who: str, erasure: Erasure) -> Person:
        """Return whom an erasure that was interrupted is about; `who` named them."""
        names = frozenset({meant(who)} - set(erasure.conversations))
        traces = Traces(
            conversations=frozenset(erasure.conversations),
            names=names,
            tickets=frozenset((each.desk, each.ticket_id) for each in erasure.tickets),
        )
        return Person(conversations=(), traces=traces)

    def plan(self, person: Person) -> Erasable:
        """Return what erasing a person would remove now; changes nothing."""
        rows, traces = self.belongings.rows(person.traces)
        goes, stays = self._bodies(traces, rows)
        return Erasable(
            rows=len(rows),
            files=len(_files(rows)),
            bodies=len(goes),
            waiting=stays,
            tickets=tickets_of(person, rows),
        )

    def erase(self, person: Person, *, again: Erasure | None = None) -> tuple[Erasure, Erasable]:
        """
        Erase a person and return the receipt with what was removed.

        `again` is the receipt of an erasure of them that was begun and not finished. It is not
        finished either while bodies have to wait. May end in the middle and be repeated. Raises
        TransientError where something does not answer, ConfigurationError without a key of marks.
        """
        secret = next(iter(self.keys()), "")
        if not secret:
            raise ConfigurationError("there is no key for marks: the secret 'privacy' is missing")
        rows, traces = self.belongings.rows(person.traces)
        receipt = self._begin(person, rows, again)
        self._bury(person, traces, receipt)
        for _ in range(self.passes):
            receipt = self._remove(rows, receipt, person, secret=secret)
            rows, traces = self.belongings.rows(traces)
            if not rows:
                return self._finish(receipt, traces)
        raise TransientError("something is written of them again and again")

    def _begin(self, person: Person, rows: Sequence[Held], again: Erasure | None) -> Erasure:
        now = self.clock()
        begun = again or Erasure(id=self.new_id(), started_at=now)
        tickets = dict.fromkeys((*begun.tickets, *tickets_of(person, rows)))
        ids = dict.fromkeys((*begun.conversations, *sorted(person.traces.conversations)))
        receipt = replace(begun, conversations=tuple(ids), tickets=tuple(tickets))
        self.belongings.people.keep_erasure(receipt)
        self.log.info("erasure begun", erasure=receipt.id)
        return receipt

    def _bury(self, person: Person, traces: Traces, receipt: Erasure) -> None:
        """Mark the person, so that nothing that is told late of them is taken in."""
        names = [*_names(person.conversations), *map(marks.of_name, traces.names)]
        names += [marks.of_conversation(each) for each in traces.conversations]
        names += [marks.of_ticket(*each) for each in traces.tickets]
        self._mark(names, receipt)

    def _mark(self, names: Iterable[tuple[str, ...]], receipt: Erasure) -> None:
        secret = next(iter(self.keys()))
        grave = Grave(at=self.clock(), erasure=receipt.id)
        self.belongings.people.bury([marks.mark(secret, *name) for name in names], grave)

    def _remove(
        self, rows: Sequence[Held], receipt: Erasure, person: Person, *, secret: str
    ) -> Erasure:
        """Remove files, then rows: what is interrupted finds the rows, and by them the files."""
        sent = [each.sent for each in rows if each.sent is not None]
        self._mark(map(marks.of_sent, sent), receipt)
        files = _files(rows)
        for file in files:
            self.belongings.kept.delete(file)
        tickets = dict.fromkeys((*receipt.tickets, *tickets_of(person, rows)))
        removed = self.belongings.people.remove(rows, secret=secret)
        receipt = replace(
            receipt,
            rows=receipt.rows + removed,
            files=receipt.files + len(files),
            tickets=tuple(tickets),
        )
        self.belongings.people.keep_erasure(receipt)
        return receipt

    def _finish(self, receipt: Erasure, traces: Traces) -> tuple[Erasure, Erasable]:
        goes, stays = self._bodies(traces, ())
        for key in goes:
            self.belongings.kept.delete(key)
        tickets = receipt.tickets
        receipt = replace(receipt, bodies=receipt.bodies + len(goes))
        if not stays:
            receipt = replace(receipt, finished_at=self.clock(), conversations=(), tickets=())
        self.belongings.people.keep_erasure(receipt)
        done = "erasure finished" if receipt.finished_at else "erasure waits"
        self.log.info(done, erasure=receipt.id, rows=receipt.rows, files=receipt.files)
        return receipt, Erasable(
            rows=receipt.rows,
            files=receipt.files,
            bodies=receipt.bodies,
            waiting=stays,
            tickets=tickets,
        )

    def _bodies(self, traces: Traces, rows: Sequence[Held]) -> tuple[list[str], list[str]]:
        """Return the bodies that can go, and those that must stay for now."""
        bodies = self.belongings.bodies(traces, rows=rows)
        if bodies.keys and self.is_busy():
            return [], list(bodies.keys)
        goes = [key for key in bodies.keys if key not in bodies.parked]
        return goes, [key for key in bodies.keys if key in bodies.parked]


def _files(rows: Sequence[Held]) -> list[str]:
    """Return the keys of the files that rows name, each once."""
    files: Iterator[File] = (file for each in rows for file in each.files)
    return list(dict.fromkeys(file.key for file in files if file.key))


def _names(conversations: Iterable[Conversation]) -> Iterator[tuple[str, ...]]:
    for each in conversations:
        for alias in each.contact.aliases:
            yield marks.of_alias(each.account, alias)
