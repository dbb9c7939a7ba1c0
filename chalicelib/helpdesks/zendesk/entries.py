"""What we write into Zendesk: customers, tickets and entries, as its API wants them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.desk_api.lines import line
from chalicelib.desk_api.literal import literal
from chalicelib.desk_api.own_fields import own_fields
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.errors import AmbiguousError
from chalicelib.helpdesks.zendesk.client import Client
from chalicelib.helpdesks.zendesk.mapper import OURS

KEY: Final = "scripta_key"  #: names an entry's key in the metadata of its update

_LONGEST_SUBJECT: Final = 150
_LONGEST_NAME: Final = 100
_NOT_IN_A_TAG: Final = re.compile(r"[^a-z0-9_/-]+")


def person(customer: Customer) -> dict[str, Any]:
    """Return the user that a customer is; the phone is left out where there is none."""
    about = {
        "name": line(customer.name, longest=_LONGEST_NAME),
        "external_id": f"{OURS}{customer.id}",
        "role": "end-user",
    }
    return about | ({"phone": customer.phone} if customer.phone else {})


def new_ticket(
    opening: Opening,
    *,
    requester: int,
    agent: int,
    uploads: Sequence[str],
    follows: int | None,
    fields: Mapping[str, int],
    group: int | None,
) -> dict[str, Any]:
    """
    Return the ticket to create; `follows` is a closed one that it is to be a follow-up of.

    `fields` are the numbers of our ticket fields, by the options that name them.
    """
    author = requester if opening.entry.kind is EntryKind.COMMENT else agent
    ticket = {
        "subject": line(opening.subject, longest=_LONGEST_SUBJECT),
        "requester_id": requester,
        "external_id": f"{OURS}{opening.reference}",
        "comment": _comment(opening.entry, author=author, uploads=uploads),
        "tags": [
            "scripta",
            _tag(f"scripta_{opening.channel}"),
            _tag(f"scripta_{opening.channel}_{opening.account}"),
        ],
        "custom_fields": [
            {"id": field, "value": value} for field, value in own_fields(opening, fields).items()
        ],
        "metadata": {KEY: opening.entry.key},
    }
    if group is not None:
        ticket["group_id"] = group
    if follows is not None:
        ticket["via_followup_source_id"] = follows
    return ticket


def add(client: Client, ticket: int, entry: Entry, *, author: int) -> str:
    """Add an entry to a ticket in one call, beside those for its files, and return the comment's id."""
    uploads = [client.upload(file) for file in entry.files]
    audit = client.update(ticket, update(entry, author=author, uploads=uploads))
    if not (comment := audit.comment()):
        raise AmbiguousError("an update without a comment")
    return comment


def update(entry: Entry, *, author: int, uploads: Sequence[str]) -> dict[str, Any]:
    """Return the update that adds an entry to a ticket, and opens the ticket where it is solved."""
    return {
        "comment": _comment(entry, author=author, uploads=uploads),
        "status": "open",
        "metadata": {KEY: entry.key},
    }


def _comment(entry: Entry, *, author: int, uploads: Sequence[str]) -> dict[str, Any]:
    comment = {
        "html_body": literal(entry.text),
        "public": entry.kind.is_public,
        "author_id": author,
    }
    return comment | ({"uploads": list(uploads)} if uploads else {})


def _tag(text: str) -> str:
    return _NOT_IN_A_TAG.sub("_", text.lower())
