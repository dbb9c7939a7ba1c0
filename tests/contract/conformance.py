"""What the conformance tests share: openings and entries, each with a name that nobody else uses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count
from typing import Final

from hypothesis import strategies as st

from chalicelib.domain.content import Attachment, FileKind
from chalicelib.domain.desk_events import DeskEvent, ReplyWritten
from chalicelib.domain.envelope import Envelope
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening, Ticket
from tests.desks.bench import DESK, Bench, SeenTicket, Webhook

RECEIVED_AT: Final = 1763600000000
CHARACTERS: Final = st.characters(exclude_categories=[])  #: all there are, halves of pairs too
PHOTO: Final = Attachment(
    kind=FileKind.IMAGE, name="photo.png", mime="image/png", content=b"\x89PNG\r\n\x1a\n\0\xff"
)
PAGE: Final = Attachment(
    kind=FileKind.DOCUMENT, name="page.pdf", mime="application/pdf", content=b"%PDF-1.4 page"
)

_numbers = count(1)


def opening(text: str = "Hello", **changed: object) -> Opening:
    """Return a ticket to create, of a customer of its own."""
    number = next(_numbers)
    said: dict[str, object] = {
        "reference": f"{number:016x}",
        "subject": "WhatsApp: Ana Bell",
        "channel": "whatsapp",
        "account": "106540352242922",
        "customer": Customer(
            id=f"{number:016x}",
            name="Ana Bell",
            address=f"whatsapp-{number:016x}@scripta.invalid",
            phone=f"+1555{number:07d}",
            handle=f"BR.{number}",
        ),
        "entry": Entry(
            kind=EntryKind.COMMENT, text=text, author="Ana Bell", key=f"{number:016x}.1"
        ),
    }
    return Opening(**(said | changed))  # type: ignore[arg-type]


def entry(text: str, ticket: Ticket, kind: EntryKind = EntryKind.COMMENT, **more: object) -> Entry:
    """Return one more thing to write into a ticket."""
    said: dict[str, object] = {
        "kind": kind,
        "text": text,
        "author": "Ana Bell" if kind is EntryKind.COMMENT else "",
        "key": f"{next(_numbers):016x}.2",
        "requester": ticket.requester,
    }
    return Entry(**(said | more))  # type: ignore[arg-type]


def texts(ticket: SeenTicket) -> list[str]:
    """Return what a ticket shows, without what a desk does to line ends and to outer space."""
    return [plain(each.text) for each in ticket.entries]


def plain(text: str) -> str:
    """Return a text as it can be compared."""
    return text.replace("\r\n", "\n").replace("\u200b", "").strip()


def events(bench: Bench, webhooks: Sequence[Webhook]) -> list[DeskEvent]:
    """Return what webhooks mean, on the way that they take: verified, split, carried, parsed."""
    found: list[DeskEvent] = []
    for webhook in webhooks:
        bench.helpdesk.verify(webhook.body, webhook.headers)
        for item in bench.helpdesk.split(json.loads(webhook.body)):
            sent = Envelope(
                source=f"desk:{DESK}", received_at=1, items=[item.raw], book=item.book
            ).encode()
            raw = Envelope.decode(sent).items[0]
            found.append(bench.helpdesk.parse(raw, received_at=RECEIVED_AT))
    return found


def replies(bench: Bench, webhooks: Sequence[Webhook]) -> list[ReplyWritten]:
    """Return the replies that webhooks tell of."""
    return [each for each in events(bench, webhooks) if isinstance(each, ReplyWritten)]
