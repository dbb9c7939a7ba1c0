"""What the log tells of an entry that stands in a ticket: where, for whom, and after how long."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.conversation import Conversation
from chalicelib.domain.ticket import EntryKind, Ticket
from chalicelib.domain.work import Work
from chalicelib.pipeline.drain import Line


def tell(line: Line, work: Work, after: Conversation, *, desk: str, new: Ticket | None) -> None:
    """
    Log that a row was written at a desk, in a `new` ticket or in one that was there.

    `after` is the conversation as it is then. How long it took is told of what a customer wrote.
    """
    where = {"desk": desk, "conversation": after.id}
    if new is not None and new.missing:
        line.log.warning("ticket incomplete", **where, ticket=new.id, missing=new.missing)
    told: dict[str, Any] = {}
    if work.kind is EntryKind.COMMENT and work.received_at:
        told["waited"] = max(line.clock() - work.received_at, 0)
    if work.joined:
        told["joined"] = [each.owner for each in work.joined]
    line.log.info(
        "forwarded",
        channel=after.account.channel,
        **where,
        owner=work.owner,
        sequence=work.sequence,
        ticket=after.link.ticket_id if after.link else "",
        url=after.link.url if after.link else "",
        new=new is not None,
        **told,
    )
