"""The store: every change of the domain as one conditional write, every read by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.domain import changes as c
from chalicelib.domain.account import AccountRef
from chalicelib.domain.breaker import Breaker
from chalicelib.domain.contact import Alias
from chalicelib.domain.content import Content
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.message import Message
from chalicelib.domain.ports import Clock
from chalicelib.domain.store import Found
from chalicelib.domain.work import Work
from chalicelib.storage import erasure_rows, keys, message_rows, rows
from chalicelib.storage.lives import LIVES, Lives
from chalicelib.storage.table import IF_NEW, Condition, Delete, Put, Table, Update, Write

_MOST_KEYS = 100  #: in one call
_WATERMARKS = ("last_inbound_at", "delivered_until", "read_until")
_LINK_PREFIX = "link_"  #: of the attributes that tell of the ticket
_TICKET = ("link_desk", "link_ticket")  #: those that name it


class TableStore:
    """Keeps the contract of store.Store on any table."""

    def __init__(self, table: Table, *, clock: Clock, lives: Lives = LIVES) -> None:
        self._table = table
        self._clock = clock
        self._lives = lives

    def find(
        self,
        *,
        claim: c.ClaimKey | None = None,
        others: Sequence[c.ClaimKey] = (),
        account: AccountRef | None = None,
        aliases: Sequence[Alias] = (),
        sent: Sequence[c.SentKey] = (),
        ticket: tuple[str, str] | None = None,
        marks: Sequence[str] = (),
    ) -> Found:
        """See store.Store."""
        lines = (claim, *others) if claim else others
        claims = {keys.claim(line): line for line in lines}
        names = {keys.alias(account, alias): alias for alias in aliases} if account else {}
        sends = {keys.sent(key): key for key in sent}
        tickets = [keys.ticket(*ticket)] if ticket else []
        graves = {keys.grave(each): each for each in marks}
        found = self._table.get([*claims, *names, *sends, *tickets, *graves])
        return Found(
            claims={k: rows.to_claim(found[key]) for key, k in claims.items() if key in found},
            aliases={k: found[key]["conversation"] for key, k in names.items() if key in found},
            sent={k: rows.to_sent(found[key]) for key, k in sends.items() if key in found},
            ticket=next((found[key]["conversation"] for key in tickets if key in found), ""),
            erased={
                m: erasure_rows.to_grave(found[key]) for key, m in graves.items() if key in found
            },
        )

    def claimed(self, claims: Sequence[c.ClaimKey]) -> frozenset[c.ClaimKey]:
        """See store.Store."""
        names = {keys.claim(claim): claim for claim in claims}
        wanted = list(names)
        found: set[keys.Key] = set()
        for first in range(0, len(wanted), _MOST_KEYS):
            found |= set(self._table.get(wanted[first : first + _MOST_KEYS]))
        return frozenset(names[key] for key in found)

    def conversation(self, conversation_id: str) -> Conversation | None:
        """See store.Store."""
        key = keys.conversation(conversation_id)
        row = self._table.get([key]).get(key)
        return rows.to_conversation(row) if row else None

    def message(self, conversation_id: str, sequence: int) -> Message | None:
        """See store.Store."""
        key = keys.message(conversation_id, sequence)
        row = self._table.get([key]).get(key)
        return message_rows.to_message(row) if row else None

    def messages(self, conversation_id: str, sequences: Sequence[int]) -> list[c.MessageKept]:
        """See store.Store."""
        wanted = {keys.message(conversation_id, number): number for number in sequences}
        found = self._table.get(list(wanted))
        return [
            c.MessageKept(conversation_id, number, message_rows.to_message(found[key]))
            for key, number in wanted.items()
            if key in found
        ]

    def said(self, conversation_id: str) -> list[c.MessageKept]:
        """See store.Store."""
        partition, _ = keys.conversation(conversation_id)
        found = self._table.query(partition, keys.MESSAGE_PREFIX)
        return [
            c.MessageKept(
                conversation_id, keys.sequence_of(row["sk"]), message_rows.to_message(row)
            )
            for row in found
        ]

    def open_work(self, conversation_id: str) -> tuple[Conversation | None, list[Work]]:
        """See store.Store."""
        partition, sort = keys.conversation(conversation_id)
        found = self._table.query(partition, sort)
        work = [rows.to_work(row) for row in found if row["sk"] != sort]
        state = next((rows.to_conversation(row) for row in found if row["sk"] == sort), None)
        return state, work

    def delivery(self, conversation_id: str, sequence: int) -> c.Delivery | None:
        """See store.Store."""
        key = keys.state(conversation_id, sequence)
        row = self._table.get([key]).get(key)
        return rows.to_delivery(row) if row else None

    def commit(self, *changes: c.Change) -> None:
        """See store.Store."""
        self._table.write([self._write(change) for change in changes])

    def seen_again(self, key: c.ClaimKey, owner: str) -> None:
        """See store.Store."""
        self.commit(c.CopiesSeen(key, frozenset({owner})))

    def waiting(self, *, until: int, desk: str = "", most: int = 100) -> list[Work]:
        """See store.Store."""
        partition = keys.waiting_for(desk) if desk else keys.DUE
        return [rows.to_work(r) for r in self._table.waiting(partition, until=until, most=most)]

    def breaker(self, desk: str) -> Breaker:
        """See store.Store."""
        key = keys.breaker(desk)
        row = self._table.get([key]).get(key)
        return rows.to_breaker(row) if row else Breaker(desk=desk)

    def keep_breaker(self, breaker: Breaker) -> None:
        """See store.Store."""
        row = rows.from_breaker(breaker)
        self._table.write([Put(key=keys.breaker(breaker.desk), row=row)])

    def _write(self, change: c.Change) -> Write:  # noqa: C901, PLR0911, PLR0912 - a table
        match change:
            case (
                c.Claimed()
                | c.ClaimChanged()
                | c.ClaimDropped()
                | c.CopiesSeen()
                | c.ItemForgotten()
            ):
                return _entry(change, self._lives)
            case c.ConversationOpened(conversation):
                row = rows.from_conversation(conversation)
                return Put(key=keys.conversation(conversation.id), row=row, when=IF_NEW)
            case c.ConversationChanged(before, after):
                return _conversation_changed(before, after)
            case c.AliasAdded(account, alias, conversation_id):
                row = {"conversation": conversation_id}
                return Put(key=keys.alias(account, alias), row=row, when=IF_NEW)
            case c.MessageKept(conversation_id, sequence, message):
                key = keys.message(conversation_id, sequence)
                return Put(
                    key=key,
                    row=message_rows.from_message(message, life=self._lives.messages),
                    when=IF_NEW,
                )
            case c.MessageForgotten(kept, content) | c.FilesFound(kept, content):
                forgets = isinstance(change, c.MessageForgotten)
                return _said_otherwise(kept, content, forgets=forgets)
            case c.WorkAdded(work):
                return Put(key=_work_key(work), row=rows.from_work(work), when=IF_NEW)
            case c.WorkChanged(before, after):
                row = rows.from_work(replace(after, revision=before.revision + 1))
                return Put(key=_work_key(after), row=row, when=_unchanged(before))
            case c.WorkDone(work):
                return Delete(key=_work_key(work), when=_unchanged(work))
            case c.TicketLinked(desk, ticket_id, conversation_id, opened_at):
                row = {"conversation": conversation_id, "opened_at": opened_at}
                return Put(key=keys.ticket(desk, ticket_id), row=row)
            case c.TicketClosed(desk, ticket_id, conversation_id, at):
                linked = Condition(equal={"conversation": conversation_id})
                return Update(key=keys.ticket(desk, ticket_id), put={"closed_at": at}, when=linked)
            case c.DeliveryEnded(delivery):
                key = keys.state(delivery.conversation_id, delivery.sequence)
                return Put(key=key, row=rows.from_delivery(delivery, life=self._lives.messages))
            case c.SentLearnt(sent, only_if_new):
                return Update(
                    key=keys.sent(sent.key),
                    put=rows.from_sent(sent, now=self._clock()),
                    add={"receipts": frozenset(sent.receipts)} if sent.receipts else {},
                    when=Condition(absent=("conversation",)) if only_if_new else Condition(),
                )


_Entry = c.Claimed | c.ClaimChanged | c.ClaimDropped | c.CopiesSeen | c.ItemForgotten


def _entry(change: _Entry, lives: Lives) -> Write:
    """Return what writes a line of the books."""
    match change:
        case c.Claimed(claim):
            return Put(
                key=keys.claim(claim.key), row=rows.from_claim(claim, life=lives.items), when=IF_NEW
            )
        case c.ClaimChanged(was, claim):
            row = rows.from_claim(claim, life=lives.items)
            return Put(key=keys.claim(claim.key), row=row, when=_still(was))
        case c.ClaimDropped(claim):
            return Delete(key=keys.claim(claim.key), when=_still(claim))
        case c.ItemForgotten(key):
            exists = Condition(equal={"key": key.key})
            return Update(key=keys.claim(key), put={"raw": ""}, when=exists)
        case c.CopiesSeen(key, owners):
            # A claim that came to the end of its life must not come back as half a row.
            exists = Condition(equal={"key": key.key})
            return Update(key=keys.claim(key), add={"seen": owners}, when=exists)


def _said_otherwise(kept: c.MessageKept, content: Content, *, forgets: bool) -> Update:
    """Return the change of something that was said, as long as it still is as it was read."""
    message = kept.message
    put = message_rows.from_changed(message, content, forgets=forgets)
    unchanged = Condition(
        equal={"recorded_at": message.recorded_at}, below={"revision": message.revision + 1}
    )
    key = keys.message(kept.conversation_id, kept.sequence)
    return Update(key=key, put=put, when=unchanged)


def _work_key(work: Work) -> keys.Key:
    return keys.work(work.conversation_id, work.verb, work.sequence)


def _still(claim: c.Claim) -> Condition:
    """Return that a claim is what it was: what became of it, and which copies were seen."""
    equal = {"owner": claim.owner, "outcome": claim.outcome, "reason": claim.reason}
    if claim.seen:
        return Condition(equal=equal | {"seen": claim.seen})
    return Condition(equal=equal, absent=("seen",))


def _unchanged(work: Work) -> Condition:
    return Condition(equal={"revision": work.revision})


def _conversation_changed(before: Conversation, after: Conversation) -> Update:
    """
    Write what changed; sequence, names, ticket and watermarks only onto what they were decided from.
    """
    old, new = rows.from_conversation(before), rows.from_conversation(after)
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    # The id: a conversation that is no longer there must not come back as half a row.
    decided_from = ["id"]
    decided_from += [name for name in ("sequence", "aliases") if name in changed]
    if any(name.startswith(_LINK_PREFIX) for name in changed):
        decided_from += [name for name in _TICKET if name in old]
    return Update(
        key=keys.conversation(after.id),
        put={"id": after.id, **changed},
        when=Condition(
            equal={name: old[name] for name in decided_from},
            below={name: changed[name] for name in _WATERMARKS if name in changed},
        ),
    )
