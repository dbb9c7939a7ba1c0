"""What becomes of every recorded webhook: parsed by its channel, decided by the pipeline."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from chalicelib import registry
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.changes import (
    AliasAdded,
    ConversationOpened,
    MessageKept,
    Outcome,
    Sent,
    SentKey,
    SentLearnt,
    WorkAdded,
)
from chalicelib.domain.contact import Contact
from chalicelib.domain.content import Content
from chalicelib.domain.conversation import Conversation, Link
from chalicelib.domain.events import ChannelEvent, MessageEdited, StatusChanged
from chalicelib.domain.message import Direction, Message
from chalicelib.domain.ticket import EntryKind
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.pipeline.channel_events import AS_TICKETS, COMMENTS, ChannelEvents
from chalicelib.pipeline.confirm import Confirmer
from chalicelib.pipeline.decision import Decision
from chalicelib.storage.store import TableStore
from tests.channels import channel
from tests.fakes.table import MemoryTable

PAYLOADS: Final = Path(__file__).parent.parent / "payloads"
_NOW: Final = 1_780_000_900_000


def recorded() -> Iterator[tuple[str, ChannelEvent, str]]:
    """Yield channel, event and outcome of every item of every recorded webhook, in our words."""
    for name in registry.channel_names():
        speaker = channel(name)
        for path in sorted((PAYLOADS / name).glob("*.json")):
            if path.name.endswith(".expected.json"):
                continue
            body: dict[str, Any] = json.loads(path.read_text("utf-8"))
            for item in speaker.split(body):
                event = speaker.parse(item.raw, received_at=_NOW)
                yield name, event, _outcome(_decided(event))
                if isinstance(event, MessageEdited) and event.content.text:
                    alone = replace(event, about="", traces=())
                    yield name, alone, _outcome(_decided(alone))


def _decided(event: ChannelEvent) -> Decision:
    """Decide on an event about somebody who has a ticket already."""
    ids = map(str, itertools.count(1))
    store = TableStore(MemoryTable(), clock=lambda: _NOW)
    account = Account(ref=event.account, desk="local", options={COMMENTS: AS_TICKETS})
    contact: Contact = getattr(event, "contact", Contact(aliases=()))
    reference: str = getattr(event, "delivery", "") or "known.2"
    sent, number = [], 1 if isinstance(event, MessageEdited) else 2
    if isinstance(event, StatusChanged) or (isinstance(event, MessageEdited) and event.about):
        sent.append(SentKey(event.account, event.message_id))
    _know(store, event.account, contact, reference)
    for key in sent:
        store.commit(SentLearnt(Sent(key=key, conversation_id=_id(reference), sequence=number)))
    found = store.find(account=event.account, aliases=contact.aliases, sent=sent)
    events = ChannelEvents(store=store, confirmer=Confirmer(store=store), new_id=ids.__next__)
    return events.decide(event, account=account, found=found, now=_NOW, came_at=_NOW)


def _id(reference: str) -> str:
    return reference.rpartition(".")[0]


def _know(store: TableStore, account: AccountRef, contact: Contact, reference: str) -> None:
    """Put a conversation into the store, with a reply that is being sent under a reference."""
    conversation = Conversation(
        id=_id(reference),
        account=account,
        contact=contact,
        sequence=2,
        link=Link(desk="local", ticket_id="1"),
    )
    said = Message(
        direction=Direction.IN,
        content=Content(text="hello"),
        occurred_at=1,
        recorded_at=1,
        item="m:1",
    )
    reply = Work(
        conversation_id=conversation.id,
        verb=Verb.DELIVER,
        sequence=int(reference.rpartition(".")[2]),
        text="an answer of ours",
        occurred_at=1,
        stage=Stage.STARTED,
    )
    names = [AliasAdded(account, alias, conversation.id) for alias in contact.aliases]
    kept = MessageKept(conversation.id, 1, said)
    store.commit(ConversationOpened(conversation), kept, WorkAdded(reply), *names)


def _outcome(decision: Decision) -> str:
    added = [change.work for change in decision.changes if isinstance(change, WorkAdded)]
    if added:
        is_note = all(work.kind is EntryKind.NOTE for work in added)
        return "note in the ticket" if is_note else "in the ticket"
    if decision.outcome is Outcome.IGNORED:
        return "counted"
    return "kept, and an alarm" if decision.alarm else "kept"
