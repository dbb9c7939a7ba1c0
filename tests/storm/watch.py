"""Who watches the storm: what must hold at every step, told the moment it does not."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from chalicelib.domain.content import File
from chalicelib.domain.envelope import Envelope
from chalicelib.domain.message import Status, highest
from chalicelib.domain.ports import Outgoing
from chalicelib.domain.ticket import Entry, EntryKind
from chalicelib.domain.work import Stage
from chalicelib.pipeline.files import shown
from chalicelib.storage import keys
from chalicelib.storage.table import Put, Update, Write
from tests.fakes.channel import Arrived
from tests.fakes.helpdesk import DeskTicket
from tests.storm.ports import StormyTable
from tests.storm.tokens import owner, tokens

_MISSING: Final = " missing: "  #: in an entry, for each file that it lacks
_NAMED: Final = "✗ "  #: begins each line that names a file which the desk refused


class Kind(StrEnum):
    """What can be wrong, in the words of the last line."""

    LOST = "lost"
    DUPLICATED = "duplicated"
    MISORDERED = "misordered"
    LEAKED = "leaked"


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be."""

    kind: Kind
    text: str


@dataclass(slots=True, kw_only=True)
class Watch:
    """
    Sees every write that took effect, in the table, the queue, the desks and on the phones.

    `touched` are the replies that a mishap met between their mark and their end: those that may
    end unconfirmed. `admitted` are those that were taken for somebody else's after they had been
    given up. `told` are the replies that agents were told of as not sent, `doubted` those that "may
    not have arrived", `residue` those that were taken for somebody else's. `late` are the references of work that was
    parked and let go: it comes when it comes. `missing` says how many files each conversation's
    tickets say that they lack, `whose` whose conversation it is; `key_of` gives an item's natural key.
    `withdrawn` says how often each conversation's agents were told that a reply in doubt has arrived.
    `wordless` are the files that came without a word, and the references of the work that has them.
    """

    violations: list[Violation] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    doubted: set[str] = field(default_factory=set)
    admitted: set[str] = field(default_factory=set)
    residue: set[str] = field(default_factory=set)
    shown: dict[str, list[DeskTicket]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    sent: dict[str, list[Arrived]] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    key_of: Callable[[Mapping[str, Any], str], str] = lambda raw, source: ""
    missing: dict[str, int] = field(default_factory=dict)
    whose: dict[str, str] = field(default_factory=dict)
    wordless: dict[str, str] = field(default_factory=dict)
    withdrawn: Counter[str] = field(default_factory=Counter)
    _work: dict[str, dict[int, str]] = field(default_factory=dict)
    _written: dict[str, int] = field(default_factory=dict)
    _delivered: dict[str, int] = field(default_factory=dict)
    _marked: dict[str, list[str]] = field(default_factory=dict)
    _replies: dict[str, list[str]] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    _given_up: set[str] = field(default_factory=set)
    _statuses: dict[keys.Key, Status] = field(default_factory=dict)
    _lanes: dict[str, deque[str]] = field(default_factory=dict)
    _lane_of: dict[str, str] = field(default_factory=dict)
    _claimed: set[str] = field(default_factory=set)
    _unordered: set[str] = field(default_factory=set)

    def wrong(self, kind: Kind, text: str) -> None:
        """Remember that something is wrong."""
        self.violations.append(Violation(kind, text))

    def harmed(self) -> None:
        """Note that a mishap came while replies were between their mark and their end."""
        for said in self._marked.values():
            self.touched.update(said)

    # --- the intake

    def took(self, message: Outgoing) -> None:
        """See what the intake queue took, in its order."""
        envelope = Envelope.decode(message.body)
        for raw in envelope.items:
            key = self.key_of(raw, envelope.source)
            if key and key not in self._lane_of:
                self._lane_of[key] = message.group
                self._lanes.setdefault(message.group, deque()).append(key)

    def buried(self, group: str) -> None:
        """See that a message of a lane was given up: what is behind it overtakes it."""
        self._unordered.add(group)

    def _claims(self, key: str) -> None:
        self._claimed.add(key)
        lane = self._lane_of.get(key, "")
        waiting = self._lanes.get(lane, deque())
        if key in waiting and waiting[0] != key and lane not in self._unordered:
            self.wrong(Kind.MISORDERED, f"{key} was ingested before {waiting[0]}")
        while waiting and waiting[0] in self._claimed:
            waiting.popleft()

    # --- the table

    def wrote(self, writes: Sequence[Write], table: StormyTable) -> None:
        """See what was written into a table."""
        for write in writes:
            self._wrote(write, table)

    def _wrote(self, write: Write, table: StormyTable) -> None:
        sort = write.key[1]
        row = table.row(write.key)
        if sort.startswith(keys.WORK_PREFIX):
            self._wrote_work(write, row)
        elif sort == keys.CLAIM and isinstance(write, Put):
            self._claims(f"{row['source']} {row['key']}")
        elif sort.startswith(keys.STATE_PREFIX) and row:
            self._climbs(write.key, Status(row["status"]))
            if row["status"] == Status.UNCONFIRMED:
                conversation = write.key[0].removeprefix(keys.CONVERSATION_PREFIX)
                number = int(sort.removeprefix(keys.STATE_PREFIX))
                self._given_up.update(self._replies[f"{conversation}.{number}"])
        elif sort == keys.SENT and isinstance(write, Update):
            self._climbs(write.key, highest(map(Status, row.get("receipts", ()))))

    def _wrote_work(self, write: Write, row: dict[str, object]) -> None:
        conversation = write.key[0].removeprefix(keys.CONVERSATION_PREFIX)
        verb, _, number = write.key[1].removeprefix(keys.WORK_PREFIX).partition("#")
        reference = f"{conversation}.{int(number)}"
        if verb == "deliver":
            self._marked.pop(reference, None)
            if row:
                self._replies[reference] = says(row)
                self.references.update(dict.fromkeys(says(row), reference))
            if row.get("stage") == Stage.STARTED:
                self._marked[reference] = says(row)
        elif row:
            self._work.setdefault(conversation, {})[int(number)] = _shown(row)
            if not tokens(str(row["text"])):
                self.wordless.update(dict.fromkeys(says(row), reference))
            if EntryKind(str(row["kind"])).is_public:
                self.admitted |= self._given_up & set(says(row))

    def _climbs(self, key: keys.Key, status: Status) -> None:
        before = self._statuses.get(key, status)
        self._statuses[key] = status
        if highest((before, status)) is not status or (
            before is Status.ACCEPTED and status is not Status.ACCEPTED and key[1] != keys.SENT
        ):
            self.wrong(Kind.MISORDERED, f"the status of {key} went from {before} to {status}")

    # --- the desks

    def entry(self, ticket: DeskTicket, entry: Entry, *, there: Sequence[DeskTicket]) -> None:
        """See an entry of a ticket; `there` are the tickets that were not removed."""
        conversation = ticket.opening.reference.partition(".")[0]
        found = [*tokens(entry.text), *_in_files(entry)]
        self.missing[conversation] = self.missing.get(conversation, 0) + _lacks(entry.text)
        for token in found:
            if self.whose.setdefault(conversation, owner(token)) != owner(token):
                self.wrong(Kind.LEAKED, f"{token} stands in the ticket of somebody else")
            if token.startswith(("private", "forged")):
                self.wrong(Kind.LEAKED, f"{token} stands in a ticket")
        again = False
        if entry.kind.is_public:
            for token in found:
                before = self.shown.setdefault(token, [])
                again = again or bool(before)
                if any(each is one for each in there for one in before):
                    self.wrong(Kind.DUPLICATED, f"{token} is shown twice")
                before.append(ticket)
        else:
            if "was not sent" in entry.text:
                self.told.update(found)
            if "may not have arrived" in entry.text:
                self.doubted.update(found)
            self.withdrawn[conversation] += "has arrived after all" in entry.text
        self._in_order(conversation, entry, again=again)

    def _in_order(self, conversation: str, entry: Entry, *, again: bool) -> None:
        """Check that an entry stands behind what is before it; one may stand again where it was removed."""
        last, text = self._written.get(conversation, 0), _without_names(entry.text)
        work = self._work.get(conversation, {})
        if any(work[n] == text and f"{conversation}.{n}" in self.late for n in work):
            return
        if not text or again:
            return  # the beginning of a ticket whose first entry follows, or what stood elsewhere
        fits = [n for n in sorted(work) if n >= last and work[n] == text]
        ahead = [number for number in fits if number > last]
        if ahead:
            self._written[conversation] = ahead[0]
        elif not fits:
            self.wrong(Kind.MISORDERED, f"{entry.text[:60]!r} is shown out of its turn")

    # --- the phones

    def arrived(self, sent: Arrived) -> None:
        """See what a customer reads."""
        names = {alias.value.partition("/")[2] or alias.value for alias in sent.contact.aliases}
        said = tokens(sent.text) or (tokens(sent.file.content.decode()) if sent.file else [])
        token = next(iter(said), "")
        if not token.startswith("reply"):
            self.wrong(Kind.LEAKED, f"{sent.text[:60]!r} is no reply and was sent")
        if names != {owner(token)}:
            self.wrong(Kind.LEAKED, f"{token} was sent to {sorted(names)}")
        if self.sent.setdefault(token, []):
            self.wrong(Kind.DUPLICATED, f"{token} was sent twice")
        # Instagram is not told our reference.
        reference = sent.reference or self.references.get(token, ".0")
        conversation, _, number = reference.rpartition(".")
        if conversation and reference not in self.late:
            if self._delivered.get(conversation, 0) >= int(number):
                self.wrong(Kind.MISORDERED, f"{token} was sent out of its turn")
            self._delivered[conversation] = int(number)
        self.sent[token].append(sent)


def says(row: Mapping[str, Any]) -> list[str]:
    """Return the tokens of what a row of work says and carries."""
    files = [token for file in row["files"] for token in tokens(f"{file['url']} {file['id']}")]
    return [*tokens(row["text"]), *dict.fromkeys(files)]


def _shown(row: Mapping[str, Any]) -> str:
    """Return what a row of work reads like in a ticket."""
    return shown(row["text"], [File(**file) for file in row["files"]], language="en").strip()


def _without_names(text: str) -> str:
    """Return an entry's text without the names of files that the desk refused."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(_NAMED)).strip()


def _in_files(entry: Entry) -> list[str]:
    return [token for file in entry.files for token in tokens(file.content.decode())]


def _lacks(text: str) -> int:
    """Return how many files an entry says that are missing."""
    return text.count(_MISSING) + sum(line.startswith(_NAMED) for line in text.splitlines())
