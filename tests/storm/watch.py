"""Who watches the storm: what must hold at every step, told the moment it does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from chalicelib.domain.envelope import Envelope
from chalicelib.domain.message import Status, highest
from chalicelib.domain.ports import Outgoing
from chalicelib.domain.ticket import Entry, EntryKind
from chalicelib.domain.work import Stage
from chalicelib.storage import keys
from chalicelib.storage.table import Put, Update, Write
from tests.fakes.channel import Arrived
from tests.fakes.helpdesk import DeskTicket
from tests.storm.joints import Joints
from tests.storm.lanes import Lanes
from tests.storm.namesakes import Namesakes
from tests.storm.ports import StormyTable
from tests.storm.reading import (
    SAID_BEFORE,
    TAKEN_BACK,
    in_files,
    lacks,
    reads,
    says,
    stands_in,
    without_names,
)
from tests.storm.tokens import owner, tokens
from tests.storm.violations import Kind, Violation
from tests.storm.whims import Claims, claimed


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
    `withdrawn` are the doubted replies of which agents were told that they have arrived.
    `wordless` are the files that came without a word, and the references of the work that has them.
    `message_of` has the ids of the messages that authors may change by their tokens, and `whims` what was
    told of those. `noted` are the tickets in which an edit is told, `before` those in which a note says
    what a message said before it was edited, `namesakes` what webhooks of desks name no reply. `taken_back` says how often each
    conversation's tickets tell that something was, and `media` are the keys of the files that rows had.
    """

    violations: list[Violation] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    doubted: set[str] = field(default_factory=set)
    admitted: set[str] = field(default_factory=set)
    residue: set[str] = field(default_factory=set)
    namesakes: Namesakes = field(default_factory=Namesakes)
    shown: dict[str, list[DeskTicket]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    sent: dict[str, list[Arrived]] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    key_of: Callable[[Mapping[str, Any], str], str] = lambda raw, source: ""
    missing: dict[str, int] = field(default_factory=dict)
    whose: dict[str, str] = field(default_factory=dict)
    wordless: dict[str, str] = field(default_factory=dict)
    noted: dict[str, list[DeskTicket]] = field(default_factory=dict)
    before: dict[str, list[DeskTicket]] = field(default_factory=dict)
    taken_back: Counter[str] = field(default_factory=Counter)
    message_of: Mapping[str, str] = field(default_factory=dict)
    whims: Claims = field(default_factory=Claims)
    media: set[str] = field(default_factory=set)
    _waiting: dict[str, list[str]] = field(default_factory=dict)
    _unsent: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    _work: dict[str, dict[int, str]] = field(default_factory=dict)
    _joints: Joints = field(default_factory=Joints)
    _written: dict[str, int] = field(default_factory=dict)
    _last_in: dict[str, DeskTicket] = field(default_factory=dict)
    _delivered: dict[str, int] = field(default_factory=dict)
    _marked: dict[str, list[str]] = field(default_factory=dict)
    _replies: dict[str, list[str]] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    _given_up: set[str] = field(default_factory=set)
    _statuses: dict[keys.Key, Status] = field(default_factory=dict)
    _lanes: Lanes = field(default_factory=Lanes)

    def alike(self, words: str) -> Counter[str]:
        """Return how many entries with those words each conversation has that came when they came."""
        return Counter(
            conversation
            for conversation, work in self._work.items()
            for number, text in work.items()
            if words in text and f"{conversation}.{number}" in self.late
        )

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
        named = [self.key_of(raw, envelope.source) for raw in envelope.items]
        self._lanes.took(message.group, [key for key in named if key])

    def buried(self, group: str) -> None:
        """See that a message of a lane was given up: what is behind it overtakes it."""
        self._lanes.buried(group)

    def _claims(self, key: str) -> None:
        if overtaken := self._lanes.claims(key):
            self.wrong(Kind.MISORDERED, f"{key} was ingested before {overtaken}")
        what, message_id = claimed(key)
        if what == "d":
            waiting = {token for said in self._waiting.values() for token in said}
            self._unsent |= {each for each in waiting if self.message_of.get(each) == message_id}
        self.whims.claims(what, message_id)

    # --- the table

    def wrote(self, writes: Sequence[Write], table: StormyTable) -> None:
        """See what was written into a table."""
        for write in writes:
            self._wrote(write, table)

    def _wrote(self, write: Write, table: StormyTable) -> None:
        sort = write.key[1]
        row = table.row(write.key)
        if sort.startswith((keys.WORK_PREFIX, keys.MESSAGE_PREFIX)) and row:
            files = row["files"] if "files" in row else row["content"]["files"]
            self.media.update(file["key"] for file in files if file["key"])
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
            return
        self._waiting.pop(reference, None)
        if row:
            if row["stage"] == Stage.READY:
                # A note may quote what it is about, and waits for itself.
                is_note = row["kind"] == EntryKind.NOTE
                said = [each for each in says(row) if not is_note or each.startswith("edit")]
                self._waiting[reference] = said
            if not self._joints.wrote(conversation, int(number), row):
                self.wrong(Kind.MISORDERED, f"{reference} and what is put into it differ")
            self._work.setdefault(conversation, {})[int(number)] = reads(row)
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
        found = [*tokens(entry.text), *in_files(entry)]
        self.missing[conversation] = self.missing.get(conversation, 0) + lacks(entry.text)
        for token in found:
            if self.whose.setdefault(conversation, owner(token)) != owner(token):
                self.wrong(Kind.LEAKED, f"{token} stands in the ticket of somebody else")
            silenced = token in self._unsent or self.message_of.get(token) in self.whims.silenced
            if token.startswith(("private", "forged")) or silenced:
                self.wrong(Kind.LEAKED, f"{token} stands in a ticket")
        self.taken_back[conversation] += entry.text.count(TAKEN_BACK)
        if entry.kind.is_public or SAID_BEFORE in entry.text:
            # Where a file was said in passing, only the file itself shows it.
            found = [*stands_in(entry.text), *in_files(entry)]
            again = self._stands(found, self.shown, ticket, there)
        else:
            for part in self._joints.parts(conversation, without_names(entry.text)):
                self._noted(part, tokens(part))
            if SAID_BEFORE in entry.text:
                self._stands(found, self.before, ticket, there)
            edits = [token for token in found if token.startswith("edit")]
            again = self._stands(edits, self.noted, ticket, there)
        last = self._last_in.get(conversation)
        removed = last is not None and not any(last is each for each in there)
        if self._in_order(conversation, entry, again=again, removed=removed):
            self._last_in[conversation] = ticket

    def _stands(
        self,
        found: Sequence[str],
        where: dict[str, list[DeskTicket]],
        ticket: DeskTicket,
        there: Sequence[DeskTicket],
    ) -> bool:
        """See that what is to stand once stands in a ticket; return whether it stood before."""
        again = False
        for token in found:
            before = where.setdefault(token, [])
            again = again or bool(before)
            if any(each is one for each in there for one in before):
                self.wrong(Kind.DUPLICATED, f"{token} is shown twice")
            before.append(ticket)
        return again

    def _noted(self, text: str, found: Sequence[str]) -> None:
        """See what agents are told of replies."""
        for words, replies in (
            ("was not sent", self.told),
            ("may not have arrived", self.doubted),
            ("has arrived after all", self.withdrawn),
        ):
            if words in text:
                replies.update(found)

    def _in_order(self, conversation: str, entry: Entry, *, again: bool, removed: bool) -> bool:
        """
        Check that an entry stands behind what is before it, and return whether it is the last now.

        One may stand again whose ticket was removed: `again` says that it does, by its tokens,
        `removed` that the last one's was, which may read the same as others.
        """
        last, text = self._written.get(conversation, 0), without_names(entry.text)
        work = self._work.get(conversation, {})
        if any(work[n] == text and f"{conversation}.{n}" in self.late for n in work):
            return False
        if not text or again:
            return False  # the beginning of a ticket whose first entry follows, or what stood elsewhere
        end = partial(self._joints.end, conversation)
        fits = [n for n in sorted(work) if end(n) >= last and work[n] == text]
        ahead = [number for number in fits if number > last]
        if ahead and not (removed and last in map(end, fits)):
            self._written[conversation] = end(ahead[0])
        elif not fits:
            self.wrong(Kind.MISORDERED, f"{entry.text[:60]!r} is shown out of its turn")
        return bool(fits)

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
