"""One of each value that a store keeps."""

from __future__ import annotations

from typing import Final

from chalicelib.domain.account import AccountRef
from chalicelib.domain.changes import Claim, ClaimKey, Delivery, Outcome, Sent, SentKey
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.content import Content
from chalicelib.domain.conversation import Conversation, Link
from chalicelib.domain.envelope import Book
from chalicelib.domain.message import Direction, Message, Status
from chalicelib.domain.work import Verb, Work
from tests.fakes.clock import START

ACCOUNT: Final = AccountRef("messenger", "1")
CONVERSATION: Final = Conversation(
    id="c1",
    account=ACCOUNT,
    contact=Contact(aliases=(Alias(AliasKind.PSID, "9"),), name="Anna"),
    sequence=1,
)
LINK: Final = Link(desk="a", ticket_id="7", url="u7", last_entry="1", changed_at=3)
CLAIM: Final = Claim(
    key=ClaimKey("messenger#1", "m:1"),
    owner="m1#0",
    book=Book.IN,
    outcome=Outcome.FORWARD,
    source="channel:messenger",
    received_at=START,
    raw="{}",
    conversation_id="c1",
    sequence=1,
)
MESSAGE: Final = Message(
    direction=Direction.IN, content=Content(text="hello"), occurred_at=START, recorded_at=START
)
WORK: Final = Work(
    conversation_id="c1", verb=Verb.FORWARD, sequence=1, text="hello", occurred_at=START
)
DELIVERY: Final = Delivery(
    conversation_id="c1", sequence=2, status=Status.ACCEPTED, changed_at=START, message_id="1"
)
SENT: Final = Sent(
    key=SentKey(ACCOUNT, "1"),
    conversation_id="c1",
    sequence=2,
    sent_at=START,
    receipts=frozenset({Status.DELIVERED}),
    reason="why",
)
