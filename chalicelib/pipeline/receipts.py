"""What receipts mean for the store: how far what we sent has come, and that it failed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, assert_never

from chalicelib import words
from chalicelib.domain.account import Account
from chalicelib.domain.changes import (
    Change,
    ConversationChanged,
    Outcome,
    Sent,
    SentKey,
    SentLearnt,
)
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.events import StatusChanged, WatermarkReached
from chalicelib.domain.message import Status, highest
from chalicelib.domain.store import Found, Store
from chalicelib.domain.work import Verb
from chalicelib.pipeline.confirm import Confirmer
from chalicelib.pipeline.decision import Decision, note
from chalicelib.pipeline.wake import Wake
from chalicelib.pipeline.whose import Whose

#: The reasons of a failure that every other message will share until an operator acts.
OF_THE_ACCOUNT: Final = frozenset({"not_authorised", "account_problem", "account_restricted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptEvents:
    """What deciding needs."""

    store: Store
    confirmer: Confirmer

    def decide(
        self, event: StatusChanged | WatermarkReached, *, account: Account, found: Found, now: int
    ) -> Decision:
        """Return what becomes of a receipt; see `ChannelEvents.decide`."""
        match event:
            case StatusChanged():
                return self._status(event, account, found, now)
            case WatermarkReached():
                return self._watermark(event, found)
            case _:
                assert_never(event)

    def _status(self, event: StatusChanged, account: Account, found: Found, now: int) -> Decision:
        key = SentKey(event.account, event.message_id)
        known = found.sent.get(key, Sent(key=key))
        learnt = Sent(
            key=key,
            receipts=frozenset({event.status}),
            reason=event.reason,
            pricing=event.pricing,
        )
        ours = None
        if not known.conversation_id:
            ours = self.confirmer.by_reference(
                event.account, event.delivery, learnt, account, now=now
            )
        decision = ours or Decision(
            outcome=Outcome.RECORDED,
            changes=[SentLearnt(learnt)],
            conversation_id=known.conversation_id,
            sequence=known.sequence,
            reason="status",
        )
        is_news = event.status not in known.receipts
        failed = highest(known.receipts | {event.status}) is Status.FAILED
        if event.status is Status.FAILED and is_news and event.reason in OF_THE_ACCOUNT:
            decision = replace(decision, alarm="account cannot send")
        if event.status is Status.FAILED and is_news and failed and decision.conversation_id:
            decision = replace(decision, failure=event.reason)
            return self._with_failure_note(decision, event, account, now)
        return decision

    def _with_failure_note(
        self, decision: Decision, event: StatusChanged, account: Account, now: int
    ) -> Decision:
        changed = [c for c in decision.changes if isinstance(c, ConversationChanged)]
        before = changed[0].before if changed else self.store.conversation(decision.conversation_id)
        if before is None:
            return decision
        reason = words.say(account.language, f"reason.{event.reason}", detail=event.detail)
        text = words.say(account.language, "not_delivered", reason=reason)
        after, told = note(changed[0].after if changed else before, text, now=now)
        others = [c for c in decision.changes if c not in changed]
        return replace(
            decision,
            changes=[*others, ConversationChanged(before, after), *told],
            wakes=[*decision.wakes, Wake(Verb.FORWARD, before.id)],
        )

    def _watermark(self, event: WatermarkReached, found: Found) -> Decision:
        changes: list[Change] = []
        until = event.until
        if event.message_id:
            key = SentKey(event.account, event.message_id)
            changes.append(SentLearnt(Sent(key=key, receipts=frozenset({event.status}))))
            until = until or found.sent.get(key, Sent(key=key)).sent_at
        conversation = Whose(store=self.store).conversation(found, event.contact)
        if conversation is not None:
            after = _with_watermark(conversation, event.status, until)
            if after != conversation:
                changes.append(ConversationChanged(conversation, after))
        return Decision(
            outcome=Outcome.RECORDED,
            changes=changes,
            conversation_id=conversation.id if conversation else "",
            reason="watermark",
        )


def _with_watermark(conversation: Conversation, status: Status, until: int) -> Conversation:
    if status is Status.READ:
        return replace(conversation, read_until=max(conversation.read_until, until))
    return replace(conversation, delivered_until=max(conversation.delivered_until, until))
