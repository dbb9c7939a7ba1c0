"""What an agent's reply becomes: messages to the customer, in portions that the channel takes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from chalicelib import words
from chalicelib.domain.account import Account
from chalicelib.domain.changes import (
    Change,
    ConversationChanged,
    Delivery,
    DeliveryEnded,
    MessageKept,
    Outcome,
    WorkAdded,
)
from chalicelib.domain.commands import AnswerPrivately, Misspelt, SendTemplate, Start, command
from chalicelib.domain.content import Content
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.desk_events import ReplyWritten
from chalicelib.domain.message import Direction, Message, Status
from chalicelib.domain.ports import Channel
from chalicelib.domain.work import Verb, Work
from chalicelib.pipeline.decision import Decision, note
from chalicelib.pipeline.wake import Wake

MOST_FILES = 30  #: of one reply: each is two rows, and a transaction takes a hundred
MOST_PORTIONS = 10  #: of one reply's text; a longer one is not for a phone
LONGEST = (
    50_000  #: characters; more than that is in no channel's ten portions, and is not kept whole
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """
    Where replies go; `now` is in ms since the epoch.

    `starts` are the names of the channels on which a business may write first.
    """

    channel: Channel
    account: Account
    starts: Collection[str]
    now: int

    def decide(self, event: ReplyWritten, before: Conversation, *, quotes: str = "") -> Decision:
        """
        Decide to keep a reply and to send it: its text in portions, then each file by itself.

        The first of them `quotes` a message, by the platform's id. What asks for something that
        cannot be is refused in words.
        """
        is_a_book = len(event.text) > LONGEST
        problem, detail = ("too_long", "") if is_a_book else self._problem(event, before)
        if problem:
            return self.refused(event, before, problem, detail)
        return self.started(event, before, quotes=quotes)

    def started(self, event: ReplyWritten, before: Conversation, *, quotes: str = "") -> Decision:
        """Decide to send what may begin a conversation, as `decide` does."""
        contents = [Content(text=portion) for portion in self._portions(event, before)]
        contents += [Content(files=(file,)) for file in event.files[:MOST_FILES]]
        # A portion that happens to begin like a command is none: only the whole reply can be one.
        decision = self._sent(event, before, contents, quotes)
        if len(event.files) <= MOST_FILES:
            return decision
        return self._with_note(decision, before, "too_many_files", most=str(MOST_FILES))

    def started_elsewhere(self, event: ReplyWritten, there: Conversation) -> Decision:
        """Decide to send what an agent starts to a person who has a conversation already."""
        decision = self.started(event, there)
        return self._with_note(decision, there, "started_elsewhere", ticket=event.ticket_id)

    def _problem(self, event: ReplyWritten, before: Conversation) -> tuple[str, str]:
        """Return why a reply cannot be sent at all, as a reason of the catalogue and a detail."""
        asked = command(event.text, starts=self.starts)
        match asked:
            case Misspelt(problem, detail):
                return problem, detail
            case AnswerPrivately() if not before.contact.is_public:
                return "command.private_here", ""
            case Start():
                return "command.start_here", ""
            case SendTemplate() if before.contact.is_public:
                return "command.template_here", ""
            case _:
                pass
        if asked is None and len(self._portions(event, before)) > MOST_PORTIONS:
            return "too_long", ""
        return "", ""

    def _portions(self, event: ReplyWritten, before: Conversation) -> Sequence[str]:
        text = event.text.strip()
        if not text or command(text, starts=self.starts) is not None:
            return [text] if text else []
        return self.channel.portions(event.text, contact=before.contact)

    def _sent(
        self,
        event: ReplyWritten,
        before: Conversation,
        contents: Sequence[Content],
        quotes: str,
    ) -> Decision:
        changes: list[Change] = []
        asks = command(event.text, starts=self.starts) is not None
        quoted = {} if asks else {before.sequence + 1: quotes}
        for sequence, content in enumerate(contents, start=before.sequence + 1):
            work = Work(
                conversation_id=before.id,
                verb=Verb.DELIVER,
                sequence=sequence,
                text=content.text,
                occurred_at=event.occurred_at,
                author=event.agent,
                files=content.files,
                asks=asks and bool(content.text),
                quotes=quoted.get(sequence, ""),
            )
            message = replace(self._message(event, content), reply_to=work.quotes)
            kept = MessageKept(before.id, sequence, message)
            changes += [kept, WorkAdded(work)]
        after = replace(before, sequence=before.sequence + len(contents))
        return Decision(
            outcome=Outcome.DELIVER,
            changes=[*changes, ConversationChanged(before, after)],
            wakes=[Wake(Verb.DELIVER, before.id)],
            conversation_id=before.id,
            sequence=before.sequence + 1,
            parts=len(contents),
        )

    def refused(
        self, event: ReplyWritten, before: Conversation, problem: str, detail: str
    ) -> Decision:
        """Decide to send nothing of a reply, and to say why in the ticket."""
        sequence = before.sequence + 1
        if len(event.text) > LONGEST:
            event = replace(event, text=f"{event.text[:LONGEST]}…")
        content = Content(text=event.text, files=event.files)
        ended = Delivery(
            conversation_id=before.id,
            sequence=sequence,
            status=Status.FAILED,
            changed_at=self.now,
            reason=problem,
            detail=detail,
        )
        language = self.account.language
        why = words.say(language, f"reason.{problem}", detail=detail)
        text = words.say(language, "not_sent", reason=why, text=event.text)
        after, said = note(replace(before, sequence=sequence), text, now=self.now)
        return Decision(
            outcome=Outcome.DELIVER,
            changes=[
                MessageKept(before.id, sequence, self._message(event, content)),
                DeliveryEnded(ended),
                *said,
                ConversationChanged(before, after),
            ],
            wakes=[Wake(Verb.FORWARD, before.id)],
            conversation_id=before.id,
            sequence=sequence,
            failure=problem,
        )

    def _with_note(
        self, decision: Decision, before: Conversation, word: str, **values: str
    ) -> Decision:
        """Return a decision that tells the agents something, too."""
        *changes, changed = decision.changes
        after = changed.after if isinstance(changed, ConversationChanged) else before
        text = words.say(self.account.language, word, **values)
        after, said = note(after, text, now=self.now)
        return replace(
            decision,
            changes=[*changes, *said, ConversationChanged(before, after)],
            wakes=[*decision.wakes, Wake(Verb.FORWARD, before.id)],
        )

    def _message(self, event: ReplyWritten, content: Content) -> Message:
        return Message(
            direction=Direction.OUT,
            content=content,
            occurred_at=event.occurred_at,
            recorded_at=self.now,
            comment_id=event.comment_id,
            author=event.agent,
        )
