"""Translates between our words and django-helpdesk's: requests, webhooks, and its text quirks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.desk_api import own_events
from chalicelib.desk_api.lines import title
from chalicelib.desk_api.own_items import REPLY
from chalicelib.desk_api.values import storable
from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.ticket import Entry, Opening
from chalicelib.helpdesks.django_helpdesk.payloads import FollowUp, Listed

# A follow-up that reopens a ticket stores the ticket's title with some words after it, and both
# have 200 characters.
TITLE_LIMIT = 150

# https://github.com/django-helpdesk/django-helpdesk/blob/2.6.1/helpdesk/settings.py
_OPEN = 1
_NORMAL = 3

# The helpdesk renders every comment as a Django template. These begin or end a tag there, or are
# its own marks for one; as a string literal they come out as themselves.
# https://docs.djangoproject.com/en/5.2/ref/templates/language/
_MARKUP = re.compile(r"\{(?=[{%#])|%(?=\})|(?<=X)-(?=HELPDESK-COMMENT-)")
_LITERAL = '{{{{ "{}" }}}}'

# The form refuses a blank description; this one is not blank, and shows nothing.
_INVISIBLE = "\u200b"

# Ends the description of a ticket whose first entry is still to come. It shows nothing, and no
# description of ours holds it otherwise, whatever a customer writes.
_TO_COME = "\u2063"

BEGINNING = _INVISIBLE + _TO_COME  #: the description of such a ticket

# What is in the title of an entry that was merged or copied into its ticket, in every language: the
# number of the ticket that it came from.
# https://github.com/django-helpdesk/django-helpdesk/blob/2.6.1/helpdesk/views/staff.py
_FROM_ELSEWHERE = re.compile(r"#[0-9]+\s?[]:\uff1a]")


def new_ticket(opening: Opening, *, queue: int) -> dict[str, Any]:
    """
    Return the request that creates a ticket.

    Its description becomes the first entry if it can be one; else that shows nothing, and the entry
    has to follow.
    """
    # The only text that is not rendered as a template, but its outer whitespace is cut off.
    text = _bare(opening.entry.text) or _INVISIBLE
    description = text if is_description(opening.entry) else BEGINNING
    return {
        "queue": queue,
        "title": title(opening, longest=TITLE_LIMIT),
        "description": description,
        "priority": _NORMAL,
        "submitter_email": opening.customer.address,
        "custom_conversation_id": opening.reference,
        "custom_channel": opening.channel,
    }


def new_entry(ticket: int, entry: Entry) -> dict[str, Any]:
    """
    Return the request that adds an entry to a ticket, and opens the ticket where it is not open.

    The entry is shown under the ticket's title, which names the customer; a title of its own would
    rename the ticket.
    """
    return {
        "ticket": ticket,
        "comment": verbatim(storable(entry.text)),
        "public": entry.kind.is_public,
        "new_status": _OPEN,
    }


def is_description(entry: Entry) -> bool:
    """Tell whether an entry can be a ticket's description: that is public, with one file at most."""
    return entry.kind.is_public and len(entry.files) <= 1


def is_to_come(description: str | None) -> bool:
    """Tell whether a ticket was created before its first entry."""
    return (description or "").endswith(_TO_COME)


def _bare(text: str) -> str:
    """Return a text as a description holds it, without the mark for what is to come."""
    return storable(text).replace(_TO_COME, "").strip()


def verbatim(text: str) -> str:
    """Return what the helpdesk renders as `text`, its outer whitespace included."""
    quoted = _MARKUP.sub(lambda found: _LITERAL.format(found[0]), text)
    edge = _LITERAL.format("")
    before = edge if text[:1].isspace() else ""
    after = edge if text[-1:].isspace() else ""
    return f"{before}{quoted}{after}"


def is_same(comment: str | None, text: str) -> bool:
    """Tell whether a comment of a ticket is what a text of ours became there."""
    said = _bare(text)
    return _bare(comment or "") in (said, said or _INVISIBLE)


def event(raw: Mapping[str, Any], *, desk: str, url: str, received_at: int) -> DeskEvent:
    """Return what a webhook of the desk at `url` means; see `own_events.event`."""
    return own_events.event(
        raw,
        desk=desk,
        received_at=received_at,
        url_of=lambda ticket_id: ticket_url(url, ticket_id),
    )


def is_from_elsewhere(entry: FollowUp) -> bool:
    """Tell whether an entry was merged or copied into its ticket from another one."""
    return _FROM_ELSEWHERE.search(entry.title or "") is not None


def recalled(entry: Listed) -> dict[str, Any] | None:
    """
    Return the webhook that would have told of an agent's entry, None where it tells nobody.

    A private or empty one tells nobody, nor does one that came out of another ticket: it was
    written for whoever reads that one. The webhook names no conversation, since the list does not.
    """
    text = (entry.comment or "").replace("\r\n", "\n").strip()
    files = [{"url": file.file, "filename": file.filename} for file in entry.followupattachment_set]
    if not entry.public or not (text or files) or is_from_elsewhere(entry):
        return None
    return {
        "type": REPLY,
        "timestamp": entry.date.isoformat(),
        "data": {
            "ticket_id": str(entry.ticket),
            "comment_id": str(entry.id),
            "text": text,
            "attachments": files,
        },
    }


def ticket_url(url: str, ticket_id: str) -> str:
    """Return where agents see a ticket of the desk at `url`."""
    return f"{url}/tickets/{ticket_id}/"
