"""What waits for an operator: items and work rows that were parked, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.domain.changes import Claim
from chalicelib.domain.store import Store
from chalicelib.domain.work import Work
from chalicelib.storage.audit import TableAudit


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """
    One thing that an operator must look at.

    `what` is `item` (came in and could not be understood or placed), or the verb of work that could
    not be done. `at` is when the item came, or when the work was last tried, in ms since the epoch.
    `scope` is the account (`channel#id`) or desk (`desk#id`), where known, else the source;
    `key` names the item or the work within it. `text` is the item as JSON, or the work's text.
    """

    what: str
    at: int
    reason: str
    scope: str
    conversation_id: str
    key: str
    text: str


def parked(audit: TableAudit, *, store: Store, most: int) -> Iterator[Parked]:
    """
    Yield up to `most` parked things, oldest first.

    Raises TransientError where the table does not answer.
    """
    for row in audit.parked(most=most):
        yield shown(row, store=store)


def shown(row: Claim | Work, *, store: Store) -> Parked:
    """Return a parked thing as an operator sees it; raises what `parked` does."""
    return _item(row) if isinstance(row, Claim) else _work(row, store)


def parked_at(row: Claim | Work) -> int:
    """Return when an item came, or when work was last tried, in ms since the epoch."""
    return row.received_at if isinstance(row, Claim) else row.started_at or row.occurred_at


def _item(claim: Claim) -> Parked:
    return Parked(
        what="item",
        at=parked_at(claim),
        reason=claim.reason,
        scope=claim.key.scope,
        conversation_id=claim.conversation_id,
        key=claim.key.key,
        text=claim.raw,
    )


def _work(work: Work, store: Store) -> Parked:
    conversation = store.conversation(work.conversation_id)
    return Parked(
        what=work.verb,
        at=parked_at(work),
        reason=work.parked,
        scope="#".join(conversation.account) if conversation else "",
        conversation_id=work.conversation_id,
        key=work.reference,
        text=work.text,
    )
