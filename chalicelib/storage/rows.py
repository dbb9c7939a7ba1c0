"""Domain values as rows of the table, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.domain.account import AccountRef
from chalicelib.domain.breaker import Breaker
from chalicelib.domain.changes import Claim, ClaimKey, Delivery, Outcome, Sent, SentKey
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.conversation import Conversation, Link, TicketStatus
from chalicelib.domain.envelope import Book
from chalicelib.domain.message import Status
from chalicelib.domain.ticket import EntryKind, TicketTimes
from chalicelib.domain.work import Aim, Joined, Stage, Verb, Work
from chalicelib.storage import keys
from chalicelib.storage.lives import LIVES
from chalicelib.storage.message_rows import to_files

_MS = 1000

Row = Mapping[str, Any]


def from_conversation(conversation: Conversation) -> dict[str, Any]:
    """Return a conversation's row; the link is flat, so that its parts can change one by one."""
    row = {
        "id": conversation.id,
        "channel": conversation.account.channel,
        "account": conversation.account.id,
        "aliases": [list(alias) for alias in conversation.contact.aliases],
        "name": conversation.contact.name,
        "person": conversation.contact.person,
        "sequence": conversation.sequence,
        "tickets": conversation.tickets,
        "last_inbound_at": conversation.last_inbound_at,
        "delivered_until": conversation.delivered_until,
        "read_until": conversation.read_until,
        "last_inbound_id": conversation.last_inbound_id,
        "owner": conversation.owner,
        "standby_from": conversation.standby_from,
        "opted_out": conversation.opted_out,
        "consent_at": conversation.consent_at,
        "owner_at": conversation.owner_at,
        "paced_until": conversation.paced_until,
        "held_up": conversation.held_up,
        "unanswered_since": conversation.unanswered_since,
        "link_desk": "",
    }
    if conversation.link is not None:
        row |= {
            "link_desk": conversation.link.desk,
            "link_ticket": conversation.link.ticket_id,
            "link_url": conversation.link.url,
            "link_last_entry": conversation.link.last_entry,
            "link_status": conversation.link.status,
            "link_changed_at": conversation.link.changed_at,
            "link_requester": conversation.link.requester,
            "link_paid_until": conversation.link.paid_until,
        }
    return row


def to_conversation(row: Row) -> Conversation:
    """Return the conversation of a row."""
    link = None
    if row["link_desk"]:
        link = Link(
            desk=row["link_desk"],
            ticket_id=row["link_ticket"],
            url=row["link_url"],
            last_entry=row["link_last_entry"],
            status=TicketStatus(row["link_status"]),
            changed_at=row["link_changed_at"],
            # Rows of 0.1 know nothing of these.
            requester=row.get("link_requester", ""),
            paid_until=int(row.get("link_paid_until", 0)),
        )
    return Conversation(
        id=row["id"],
        account=AccountRef(row["channel"], row["account"]),
        contact=Contact(
            aliases=tuple(Alias(AliasKind(kind), value) for kind, value in row["aliases"]),
            name=row["name"],
            person=row.get("person", ""),  # rows of 0.1 know no links
        ),
        sequence=row["sequence"],
        link=link,
        tickets=row["tickets"],
        last_inbound_at=row["last_inbound_at"],
        delivered_until=row["delivered_until"],
        read_until=row["read_until"],
        # Rows of 0.1 know nothing of these.
        last_inbound_id=row.get("last_inbound_id", ""),
        owner=row.get("owner", ""),
        standby_from=row.get("standby_from", 0),
        opted_out=row.get("opted_out", False),
        consent_at=int(row.get("consent_at", 0)),
        owner_at=int(row.get("owner_at", 0)),
        paced_until=int(row.get("paced_until", 0)),
        held_up=row.get("held_up", False),
        unanswered_since=int(row.get("unanswered_since", 0)),
    )


def from_work(work: Work) -> dict[str, Any]:
    """Return a work row, with the index's keys where it waits."""
    row: dict[str, Any] = {
        "conversation": work.conversation_id,
        "verb": work.verb,
        "sequence": work.sequence,
        "text": work.text,
        "occurred_at": work.occurred_at,
        "kind": work.kind,
        "author": work.author,
        "files": [asdict(file) for file in work.files],
        "asks": work.asks,
        "quotes": work.quotes,
        "stage": work.stage,
        "attempts": work.attempts,
        "started_at": work.started_at,
        "looked_at": work.looked_at,
        "due_at": work.due_at,
        "waiting_for": work.waiting_for,
        "parked": work.parked,
        "owner": work.owner,
        "received_at": work.received_at,
        "revision": work.revision,
    }
    if work.aim:
        row["aim"] = asdict(work.aim)
    if work.joined:
        row["joined"] = [asdict(each) for each in work.joined]
    if work.parked:
        row |= {"waiting": keys.PARKED, "waiting_at": work.started_at or work.occurred_at}
    elif work.waiting_for:
        row |= {"waiting": keys.waiting_for(work.waiting_for), "waiting_at": work.due_at}
    elif work.due_at:
        row |= {"waiting": keys.DUE, "waiting_at": work.due_at}
    return row


def to_work(row: Row) -> Work:
    """Return the work of a row."""
    return Work(
        conversation_id=row["conversation"],
        verb=Verb(row["verb"]),
        sequence=row["sequence"],
        text=row["text"],
        occurred_at=row["occurred_at"],
        kind=EntryKind(row["kind"]),
        author=row["author"],
        files=to_files(row["files"]),
        asks=row.get("asks", False),  # rows of 0.1 know neither commands
        quotes=row.get("quotes", ""),  # nor quotes
        stage=Stage(row["stage"]),
        attempts=row["attempts"],
        started_at=row["started_at"],
        looked_at=row["looked_at"],
        due_at=row["due_at"],
        waiting_for=row["waiting_for"],
        parked=row["parked"],
        aim=Aim(**row["aim"]) if "aim" in row else None,
        joined=tuple(Joined(**each) for each in row.get("joined", ())),
        owner=row.get("owner", ""),  # rows of 0.1 do not know where they come from
        received_at=int(row.get("received_at", 0)),
        revision=row["revision"],
    )


def from_claim(claim: Claim, *, life: int = LIVES.items) -> dict[str, Any]:
    """
    Return an item's line in the books; only parked items are kept without an end.

    `life` is in seconds, from when it came.
    """
    row: dict[str, Any] = {
        "scope": claim.key.scope,
        "key": claim.key.key,
        "owner": claim.owner,
        "book": claim.book,
        "outcome": claim.outcome,
        "source": claim.source,
        "received_at": claim.received_at,
        "raw": claim.raw,
        "reason": claim.reason,
        "conversation": claim.conversation_id,
        "sequence": claim.sequence,
        "parts": claim.parts,
    }
    if claim.seen:
        row["seen"] = claim.seen
    if claim.outcome is Outcome.PARKED:
        return row | {"waiting": keys.PARKED, "waiting_at": claim.received_at}
    return row | {"ttl": claim.received_at // _MS + life}


def to_claim(row: Row) -> Claim:
    """Return an item's line in the books, of a row."""
    return Claim(
        key=ClaimKey(row["scope"], row["key"]),
        owner=row["owner"],
        book=Book(row["book"]),
        outcome=Outcome(row["outcome"]),
        source=row["source"],
        received_at=row["received_at"],
        raw=row["raw"],
        reason=row["reason"],
        conversation_id=row["conversation"],
        sequence=row["sequence"],
        parts=row["parts"],
        seen=frozenset(row.get("seen", ())),
    )


def from_delivery(delivery: Delivery, *, life: int = LIVES.messages) -> dict[str, Any]:
    """Return the row of how a send ended; `life` is in seconds, from then on."""
    return {
        "ttl": delivery.changed_at // _MS + life,
        "conversation": delivery.conversation_id,
        "sequence": delivery.sequence,
        "status": delivery.status,
        "changed_at": delivery.changed_at,
        "message_id": delivery.message_id,
        "reason": delivery.reason,
        "detail": delivery.detail,
    }


def to_delivery(row: Row) -> Delivery:
    """Return how a send ended, of a row."""
    return Delivery(
        conversation_id=row["conversation"],
        sequence=row["sequence"],
        status=Status(row["status"]),
        changed_at=row["changed_at"],
        message_id=row["message_id"],
        reason=row["reason"],
        detail=row["detail"],
    )


def from_sent(sent: Sent, *, now: int) -> dict[str, Any]:
    """Return what is to be put into the row of a message by the platform's id: what is known."""
    row: dict[str, Any] = {
        "channel": sent.key.account.channel,
        "account": sent.key.account.id,
        "message_id": sent.key.message_id,
        "ttl": now // _MS + LIVES.sent,
    }
    if sent.conversation_id:
        row |= {"conversation": sent.conversation_id, "sequence": sent.sequence}
    if sent.sent_at:
        row["sent_at"] = sent.sent_at
    if sent.reason:
        row["reason"] = sent.reason
    if sent.pricing:
        row["pricing"] = sent.pricing
    return row


def to_sent(row: Row) -> Sent:
    """Return what is known of a message by the platform's id, of a row."""
    return Sent(
        key=SentKey(AccountRef(row["channel"], row["account"]), row["message_id"]),
        conversation_id=row.get("conversation", ""),
        sequence=row.get("sequence", 0),
        sent_at=row.get("sent_at", 0),
        receipts=frozenset(Status(status) for status in row.get("receipts", ())),
        reason=row.get("reason", ""),
        pricing=row.get("pricing", ""),
    )


def from_breaker(breaker: Breaker) -> dict[str, Any]:
    """Return a breaker's row."""
    return {"desk": breaker.desk, "opened_at": breaker.opened_at, "reason": breaker.reason}


def to_breaker(row: Row) -> Breaker:
    """Return the breaker of a row."""
    return Breaker(
        desk=row["desk"],
        opened_at=row["opened_at"],
        reason=row["reason"],
    )


def to_ticket_times(row: Row) -> TicketTimes:
    """Return when a ticket was opened and closed, of a row; those of 0.1 do not know."""
    return TicketTimes(
        conversation_id=row["conversation"],
        opened_at=int(row.get("opened_at", 0)),
        closed_at=int(row.get("closed_at", 0)),
    )
