"""What a person calls the events that webhooks mean: the rows of the feature matrix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from chalicelib.domain.content import Content
from chalicelib.domain.events import (
    AccountChanged,
    ChannelEvent,
    ChannelEventIgnored,
    ConsentChanged,
    ContactChanged,
    ControlChanged,
    MessageDeleted,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    Noticed,
    Reacted,
    StatusChanged,
    UnknownEvent,
    WatermarkReached,
)

#: Titles of parts of a message; one that is missing here is called by its word.
_PARTS: Final = {
    "unsupported": "something not understood",
    "edited": "message known by its edit alone",
    "taken_back": "a message whose unsend came first",
    "location": "location",
    "contacts": "contact cards",
    "order": "order from a cart",
    "product": "question about a product",
    "link": "link, template or fallback",
    "post": "shared post",
    "reel": "shared reel",
    "story": "shared story",
    "story_mention": "mention in a story",
    "story_reply": "answer to a story",
    "forwarded": "forwarded message",
    "forwarded_often": "message forwarded many times",
    "referral": "message out of an ad or link",
    "ephemeral": "disappearing picture or video",
    "like": "heart",
    "form": "filled-in form or flow",
    "feedback": "feedback form",
    "booking": "appointment",
    "comment": "comment under a post",
    "mention": "mention of the account",
    "template": "template or buttons",
}


SECTIONS: Final = (
    "Messages",
    "Public comments",
    "News about messages",
    "News about customers",
    "Echoes",
    "Receipts",
    "Standby and control",
    "News about accounts",
    "Counted, and not kept",
    "Not understood, or for nobody",
)


def titles(event: ChannelEvent) -> Iterator[tuple[str, str]]:  # noqa: C901, PLR0912 - a table, one case per event
    """Yield section and title of every row that an event stands in."""
    match event:
        case MessageReceived():
            section = "Public comments" if event.contact.is_public else "Messages"
            if event.standby:
                yield "Standby and control", "message while another application answers"
                return
            for title in _said(event.content):
                yield section, title
            if event.reply_to:
                yield section, "answer that quotes a message"
        case MessageEchoed():
            if event.standby:
                yield "Standby and control", "answer of another application"
            elif event.delivery:
                yield "Echoes", "of our own send"
            else:
                yield "Echoes", "written elsewhere (Meta's inbox, the phone)"
        case MessageEdited():
            how = "edited" if event.about else "edited, the message itself was never told"
            yield "News about messages", how
        case MessageDeleted():
            yield "News about messages", "unsent"
        case Reacted():
            yield "News about messages", "reaction" if event.emoji else "reaction removed"
        case Noticed():
            yield "News about customers", event.word.replace("_", " ")
        case ConsentChanged():
            yield "News about customers", "opted out" if event.opted_out else "opted in again"
        case ContactChanged():
            yield "News about customers", event.word.replace("_", " ")
        case ControlChanged():
            yield "Standby and control", "taken over" if event.owner else "given back to us"
        case StatusChanged():
            yield "Receipts", str(event.status)
        case WatermarkReached():
            yield "Receipts", f"{event.status} up to a moment"
        case AccountChanged():
            yield "News about accounts", event.kind
        case ChannelEventIgnored():
            yield "Counted, and not kept", event.kind
        case UnknownEvent():
            yield "Not understood, or for nobody", event.kind
        case _:
            assert_never(event)


def _said(content: Content) -> Iterator[str]:
    if content.text and not content.parts and not content.files:
        yield "text, quick reply, button or list choice"
    for file in content.files:
        yield f"{file.kind} that cannot be had" if file.problem else str(file.kind)
    for part in content.parts:
        yield _PARTS.get(part.word, part.word)
