"""What an operator reads of the table: all of it, one conversation, or what is parked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from chalicelib.domain.changes import Claim, Delivery, MessageKept, Sent, SentKey
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.message import Direction
from chalicelib.domain.ticket import TicketTimes
from chalicelib.domain.work import Work
from chalicelib.storage import keys, message_rows, rows
from chalicelib.storage.table import Row, Table

_END_OF_TIME = 10**15 - 1  #: ms since the epoch; the index wants an upper bound
_MOST_KEYS = 100  #: in one call

Audited = Claim | Conversation | Work | MessageKept | Delivery | Sent | TicketTimes
"""A row that the books, or a conversation's story, are made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableAudit:
    """Reads for an operator's eyes; the pipeline never makes them."""

    table: Table

    def everything(self) -> Iterator[Audited]:
        """
        Yield every row that tells what became of an item; costs a scan of the table.

        What is written meanwhile may be seen or not, row by row; but of one conversation the state
        is read before the work, and the work before how sends ended.
        """
        yield from _told(self.table.scan())

    def conversation(self, conversation_id: str) -> Iterator[Audited]:
        """
        Yield a conversation's state, its open work, what was said and how sends ended.

        What is known of the sent ones by the platform's id comes last. Nothing is yielded for an id
        that no conversation has.
        """
        partition, state = keys.conversation(conversation_id)
        found: list[Audited] = []
        # In this order: work that is done meanwhile is seen as work, or as how it ended.
        for prefix in (state, keys.MESSAGE_PREFIX, keys.STATE_PREFIX):
            found += _told(self.table.query(partition, prefix))
        yield from found
        yield from self._sent(found)

    def _sent(self, found: Sequence[Audited]) -> Iterator[Audited]:
        accounts = [row.account for row in found if isinstance(row, Conversation)]
        ids = [row.message_id for row in found if isinstance(row, Delivery)]
        messages = [row.message for row in found if isinstance(row, MessageKept)]
        ids += [each.message_id for each in messages if each.direction is Direction.OUTSIDE]
        wanted = [keys.sent(SentKey(account, id_)) for account in accounts for id_ in ids if id_]
        for first in range(0, len(wanted), _MOST_KEYS):
            yield from _told(self.table.get(wanted[first : first + _MOST_KEYS]).values())

    def parked(self, *, most: int) -> Iterator[Claim | Work]:
        """Yield up to `most` items and work rows that wait for an operator, oldest first."""
        found = self.table.waiting(keys.PARKED, until=_END_OF_TIME, most=most)
        for row in _told(found):
            if isinstance(row, Claim | Work):
                yield row


def _told(found: Iterable[Row]) -> Iterator[Audited]:
    for row in found:
        told = _read(row)
        if told is not None:
            yield told


def _read(row: Row) -> Audited | None:
    """Return what a row tells, None for one that is not of interest here."""
    readers = (read for prefix, read in _READERS if row["sk"].startswith(prefix))
    read = next(readers, None)
    return read(row) if read else None


def _to_message_kept(row: Row) -> MessageKept:
    return MessageKept(
        conversation_id=row["pk"].removeprefix(keys.CONVERSATION_PREFIX),
        sequence=int(row["sk"].removeprefix(keys.MESSAGE_PREFIX)),
        message=message_rows.to_message(row),
    )


_READERS: tuple[tuple[str, Callable[[Row], Audited]], ...] = (
    (keys.CLAIM, rows.to_claim),
    (keys.SENT, rows.to_sent),
    (keys.WORK_PREFIX, rows.to_work),
    (keys.STATE_PREFIX, rows.to_delivery),
    (keys.MESSAGE_PREFIX, _to_message_kept),
    (keys.CONV, rows.to_conversation),
    (keys.TICKET, rows.to_ticket_times),
)
