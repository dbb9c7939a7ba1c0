"""Edits of messages that nobody has told us of yet: what they say now is all that there is to show."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.changes import Sent, SentKey, SentLearnt
from chalicelib.domain.content import Part
from chalicelib.domain.events import MessageEchoed, MessageEdited, MessageReceived
from chalicelib.domain.store import Found, Store
from chalicelib.pipeline.decision import Decision
from chalicelib.pipeline.whose import Whose, is_undone

Said = MessageReceived | MessageEchoed


def unheard_of(event: MessageEdited, found: Found, store: Store) -> Said | None:
    """
    Return an edit as a message with a mark, where the message that it changes is not known.

    None where it is known, was taken back, or where the edit does not tell what it says now; and for
    public comments, of which those that are edited may be years old.
    """
    is_told = bool(event.content.text.strip() or event.content.files)
    if event.contact.is_public or not is_told or is_undone(event, found):
        return None
    whose = Whose(store=store)
    conversation = whose.conversation(found, event.contact)
    known = conversation and whose.subject(found, conversation, event, message_id=event.message_id)
    return None if known else _said(event)


def known_from_now_on(decision: Decision, said: Said) -> Decision:
    """Return a decision after which the message is found by its id: further edits are news of it."""
    if isinstance(said, MessageEchoed) or not decision.sequence:
        return decision
    learnt = Sent(
        key=SentKey(said.account, said.message_id),
        conversation_id=decision.conversation_id,
        sequence=decision.sequence,
    )
    return replace(decision, changes=[*decision.changes, SentLearnt(learnt)])


def was_heard_of(event: MessageReceived, found: Found) -> bool:
    """Return whether a message comes after its edit was shown in its place."""
    known = found.sent.get(SentKey(event.account, event.message_id))
    return known is not None and bool(known.conversation_id)


def _said(event: MessageEdited) -> Said:
    kind = MessageEchoed if event.ours else MessageReceived
    return kind(
        key=event.key,
        account=event.account,
        contact=event.contact,
        message_id=event.message_id,
        content=replace(event.content, parts=(*event.content.parts, Part(word="edited"))),
        occurred_at=event.occurred_at,
        undone_by=event.undone_by,
        standby=event.standby,
    )
