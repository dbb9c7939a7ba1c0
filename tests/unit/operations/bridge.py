"""A table filled as the pipeline fills it, and the log of what was accepted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.domain.account import AccountRef
from chalicelib.domain.changes import (
    Change,
    Claim,
    Claimed,
    ClaimKey,
    ConversationChanged,
    ConversationOpened,
    Delivery,
    DeliveryEnded,
    MessageKept,
    Outcome,
    Sent,
    SentKey,
    SentLearnt,
    WorkAdded,
)
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.content import Content
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.envelope import Book
from chalicelib.domain.message import Direction, Message, Status
from chalicelib.domain.ports import Outgoing, Secrets
from chalicelib.domain.work import Verb, Work
from chalicelib.operations.accepted import Accepted
from chalicelib.operations.verify import Books, verify
from chalicelib.pipeline.belongings import Belongings
from chalicelib.pipeline.erase import Eraser
from chalicelib.pipeline.erased import Erased
from chalicelib.pipeline.receive import Receiver
from chalicelib.pipeline.reconcile import Reconciler
from chalicelib.storage.audit import TableAudit
from chalicelib.storage.people import TablePeople
from chalicelib.storage.store import TableStore
from ops.outside import Outside
from ops.stages import Stage
from tests.fakes.bodies import MemoryBodies
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import VirtualClock
from tests.fakes.helpdesk import FakeHelpdesk
from tests.fakes.kept import MemoryKept
from tests.fakes.keyring import MemoryKeyring
from tests.fakes.log import RecordingLog
from tests.fakes.media import MemoryMedia
from tests.fakes.onboarding import FakeOnboarding
from tests.fakes.queue import MemoryQueue
from tests.fakes.secrets import MemorySecrets
from tests.fakes.table import MemoryTable

ACCOUNT = AccountRef("messenger", "100")


@dataclass(slots=True)
class Bridge:
    """
    What a running bridge would have left behind; `log` is what receive told of.

    `channel` and `desk` can be asked what was said; `told` is what is logged of that. `platform`
    tells how accounts stand, and `tried` are the secrets with which it was asked last.
    """

    clock: VirtualClock = field(default_factory=VirtualClock)
    table: Any = field(default_factory=MemoryTable)
    log: list[Accepted] = field(default_factory=list)
    intake: MemoryQueue = field(init=False)
    dead: MemoryQueue = field(init=False)
    wakes: dict[Verb, MemoryQueue] = field(init=False)
    store: TableStore = field(init=False)
    audit: TableAudit = field(init=False)
    channel: FakeChannel = field(default_factory=lambda: FakeChannel(ACCOUNT.channel))
    desk: FakeHelpdesk = field(init=False)
    told: RecordingLog = field(default_factory=RecordingLog)
    bodies: MemoryBodies = field(default_factory=MemoryBodies)
    media: MemoryMedia = field(default_factory=MemoryMedia)
    keyring: MemoryKeyring = field(default_factory=lambda: MemoryKeyring(MemorySecrets()))
    platform: FakeOnboarding = field(default_factory=FakeOnboarding)
    tried: Secrets | None = None
    tables: dict[str, MemoryTable] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.intake = MemoryQueue(self.clock)
        self.dead = MemoryQueue(self.clock)
        self.wakes = {verb: MemoryQueue(self.clock) for verb in Verb}
        self.desk = FakeHelpdesk(self.clock)
        self.store = TableStore(self.table, clock=self.clock)
        self.audit = TableAudit(table=self.table)

    def stage(self, log: Sequence[str] = ()) -> Stage:
        """Return what commands work on; `log` are the application's lines."""
        return Stage(
            table=self.table,
            intake=(self.intake, self.dead),
            wakes=self.wakes,
            log=lambda: iter(log),
            reconciler=self.reconciler,
            eraser=self.eraser,
            outside=self.outside,
            other_table=lambda name: self.tables[name],
        )

    def outside(self) -> Outside:
        """Return the secrets, and what asks the one channel and the one desk."""
        return Outside(
            stage="local",
            url="https://bridge.example",
            keyring=self.keyring,
            onboarding=self._onboarding,
            helpdesk=lambda _desk, _secrets: self.desk,
        )

    def _onboarding(self, channel: str, secrets: Secrets) -> FakeOnboarding:
        del channel
        self.tried = secrets
        return self.platform

    def reconciler(self) -> Reconciler:
        """Return what asks the one channel and the one desk that there are."""
        intake, bodies = self.intake, self.bodies
        return Reconciler(
            store=self.store,
            erased=Erased(lambda: ("key of marks",)),
            receiver=Receiver(intake=intake, bodies=bodies, clock=self.clock, log=self.told),
            channel=lambda _name: self.channel,
            helpdesk=lambda _desk: self.desk,
            clock=self.clock,
            log=self.told,
        )

    def eraser(self) -> Eraser:
        """Return what erases whom the table knows."""
        return Eraser(
            belongings=Belongings(
                people=TablePeople(table=self.table),
                kept=MemoryKept(self.bodies, self.media),
                channel=lambda _name: self.channel,
                helpdesk=lambda _desk: self.desk,
            ),
            keys=lambda: ("key of marks",),
            is_busy=lambda: bool(self.intake.depth()),
            new_id=lambda: f"e{self.clock()}",
            clock=self.clock,
            log=self.told,
        )

    def verify(self) -> Books:
        return verify(self.log, intake=(self.intake, self.dead), audit=self.audit, now=self.clock())

    def accept(
        self, message_id: str, items: int = 1, *, book: Book = Book.IN, deduplication: str = ""
    ) -> None:
        """Log that a queue message was accepted."""
        self.log.append(
            Accepted(
                message_id=message_id,
                deduplication=deduplication or message_id,
                at=self.clock(),
                items={book: items},
            )
        )

    def claim(
        self,
        owner: str,
        outcome: Outcome,
        *changes: Change,
        key: str = "",
        book: Book = Book.IN,
        seen: Iterable[str] = (),
        **fields: Any,
    ) -> ClaimKey:
        """Write an item into the books, together with what it changed; `seen` are other copies."""
        claim = Claim(
            key=ClaimKey("#".join(ACCOUNT), key or f"key of {owner}"),
            owner=owner,
            book=book,
            outcome=outcome,
            source="channel:messenger",
            received_at=self.clock(),
            **{"raw": "{}"} | fields,
        )
        self.store.commit(Claimed(claim), *changes)
        for copy in seen:
            self.store.seen_again(claim.key, copy)
        return claim.key

    def open(self, conversation_id: str = "c1", *, name: str = "Ada") -> None:
        """Open a conversation in which nothing was said yet."""
        contact = Contact(aliases=(Alias(AliasKind.PSID, conversation_id),), name=name)
        self.store.commit(
            ConversationOpened(Conversation(id=conversation_id, account=ACCOUNT, contact=contact))
        )

    def change(self, conversation_id: str = "c1", **changes: Any) -> Conversation:
        """Change the state of a conversation and return it as it is then."""
        before = self.store.conversation(conversation_id)
        assert before is not None
        after = replace(before, **changes)
        self.store.commit(ConversationChanged(before, after))
        return after

    def say(
        self,
        owner: str = "",
        *,
        verb: Verb = Verb.FORWARD,
        conversation_id: str = "c1",
        text: str = "hello",
        message_id: str = "",
        seen: Iterable[str] = (),
        **work: Any,
    ) -> Work:
        """Record the next thing said, by the customer or (deliver) by an agent, with its work."""
        before = self.store.conversation(conversation_id)
        assert before is not None
        after = replace(before, sequence=before.sequence + 1)
        is_reply = verb is Verb.DELIVER
        row = Work(
            conversation_id=conversation_id,
            verb=verb,
            sequence=after.sequence,
            text=text,
            occurred_at=self.clock(),
            **work,
        )
        message = Message(
            direction=Direction.OUT if is_reply else Direction.IN,
            content=Content(text=text),
            occurred_at=self.clock(),
            recorded_at=self.clock(),
            message_id=message_id,
            author="alice" if is_reply else "Ada",
        )
        self.claim(
            owner or f"{conversation_id}-{after.sequence}#0",
            Outcome.DELIVER if is_reply else Outcome.FORWARD,
            ConversationChanged(before, after),
            MessageKept(conversation_id, after.sequence, message),
            WorkAdded(row),
            book=Book.OUT if is_reply else Book.IN,
            seen=seen,
            conversation_id=conversation_id,
            sequence=after.sequence,
        )
        return row

    def end(self, work: Work, status: Status, *, message_id: str = "", **told: str) -> None:
        """Tell how a send ended."""
        self.store.commit(
            DeliveryEnded(
                Delivery(
                    conversation_id=work.conversation_id,
                    sequence=work.sequence,
                    status=status,
                    changed_at=self.clock(),
                    message_id=message_id,
                    **told,
                )
            )
        )

    def learn(
        self, message_id: str, *receipts: Status, work: Work | None = None, sent_at: int = 0
    ) -> None:
        """Tell what is known of a message by the platform's id: receipts, and whose it is."""
        self.store.commit(
            SentLearnt(
                Sent(
                    key=SentKey(ACCOUNT, message_id),
                    conversation_id=work.conversation_id if work else "",
                    sequence=work.sequence if work else 0,
                    sent_at=sent_at,
                    receipts=frozenset(receipts),
                )
            )
        )

    def fill(self, queue: MemoryQueue) -> None:
        """Put something into a queue."""
        queue.send([Outgoing(body="{}", group="g", deduplication="d")])
