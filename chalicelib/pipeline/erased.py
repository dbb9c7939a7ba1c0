"""Whether an item is about somebody who was erased: then it is counted, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.domain import erasure
from chalicelib.domain.account import AccountRef
from chalicelib.domain.changes import ClaimKey, Outcome, SentKey
from chalicelib.domain.contact import Contact
from chalicelib.domain.desk_events import DeskEvent, ReplyWritten, TicketChanged
from chalicelib.domain.events import ChannelEvent, MessageEchoed, MessageReceived, StatusChanged
from chalicelib.domain.store import Found
from chalicelib.pipeline.decision import Decision

Event = ChannelEvent | DeskEvent

#: What is not about an earlier message: by it somebody who was erased can be met anew.
_SPEAKS: Final = (MessageReceived, MessageEchoed)


@dataclass(frozen=True, slots=True)
class Erased:
    """Looks an item up among the marks of the erased; `keys` are those of the marks."""

    keys: erasure.Keys

    def lines(self, key: ClaimKey) -> list[ClaimKey]:
        """Return the keys that an item has in the books if it was erased, newest first."""
        return [erasure.erased_key(key, secret) for secret in self.keys()]

    def marks(self, event: Event, *, desk: str = "") -> list[str]:
        """Return the marks that what an event names would have."""
        names = list(_names(event, desk))
        return [erasure.mark(secret, *name) for secret in self.keys() for name in names]

    def decision(self, event: Event, key: ClaimKey, found: Found) -> Decision | None:
        """
        Return what becomes of an event of somebody who was erased, None for any other event.

        `found` holds the graves under the event's marks. Who writes again afterwards is somebody
        new; what is told late of what was said before is not kept.
        """
        if not found.erased or not _is_past(event, found):
            return None
        line = self.lines(key)[0]
        return Decision(outcome=Outcome.IGNORED, reason=erasure.ERASED, line=line)


def _is_past(event: Event, found: Found) -> bool:
    at = max(grave.at for grave in found.erased.values())
    if isinstance(event, ReplyWritten | TicketChanged):
        return not found.ticket
    if isinstance(event, StatusChanged):
        return not any(sent.conversation_id for sent in found.sent.values())
    is_old = getattr(event, "occurred_at", 0) <= at
    return is_old or not (isinstance(event, _SPEAKS) or found.aliases)


def _names(event: Event, desk: str) -> Iterator[Sequence[str]]:
    account: AccountRef | None = getattr(event, "account", None)
    contact: Contact | None = getattr(event, "contact", None)
    if account is not None and contact is not None:
        for alias in contact.aliases:
            yield erasure.of_alias(account, alias)
    if isinstance(event, StatusChanged):
        yield erasure.of_sent(SentKey(event.account, event.message_id))
    if isinstance(event, ReplyWritten | TicketChanged):
        yield erasure.of_ticket(desk, event.ticket_id)
    if isinstance(event, ReplyWritten) and event.conversation_id:
        yield erasure.of_conversation(event.conversation_id.partition(".")[0])
