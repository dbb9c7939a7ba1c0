"""What we write into Zendesk: customers, tickets and entries, as its API wants them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.desk_api.values import readable
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.errors import AmbiguousError
from chalicelib.helpdesks.zendesk.client import Client
from chalicelib.helpdesks.zendesk.mapper import OURS

KEY: Final = "scripta_key"  #: names an entry's key in the metadata of its update

#: Options of a desk that hold the number of a ticket field, and what goes into it.
FIELDS: Final = ("channel_field", "account_field", "reference_field", "handle_field")

_LONGEST_SUBJECT: Final = 150
_LONGEST_NAME: Final = 100
_NOT_IN_A_TAG: Final = re.compile(r"[^a-z0-9_/-]+")
_SPACES: Final = re.compile(r"(?<= ) |^ ", re.MULTILINE)


def person(customer: Customer) -> dict[str, Any]:
    """Return the user that a customer is; the phone is left out where there is none."""
    about = {
        "name": _line(customer.name)[:_LONGEST_NAME] or "-",
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
    options: Mapping[str, str],
) -> dict[str, Any]:
    """Return the ticket to create; `follows` is a closed one that it is to be a follow-up of."""
    author = requester if opening.entry.kind is EntryKind.COMMENT else agent
    ticket = {
        "subject": _line(opening.subject)[:_LONGEST_SUBJECT] or "-",
        "requester_id": requester,
        "external_id": f"{OURS}{opening.reference}",
        "comment": _comment(opening.entry, author=author, uploads=uploads),
        "tags": [
            "scripta",
            _tag(f"scripta_{opening.channel}"),
            _tag(f"scripta_{opening.channel}_{opening.account}"),
        ],
        "custom_fields": _custom_fields(opening, options),
        "metadata": {KEY: opening.entry.key},
    }
    if options.get("group"):
        ticket["group_id"] = int(options["group"])
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


def literal(text: str) -> str:
    """Return the page that shows just `text`: no markup of a customer's is one, no space is lost."""
    clean = readable(text).replace("\0", "").replace("\r\n", "\n")
    shown = html.escape(_SPACES.sub("\xa0", clean), quote=False)
    return f"<p>{shown.replace(chr(10), '<br>')}</p>"


def _custom_fields(opening: Opening, options: Mapping[str, str]) -> list[dict[str, Any]]:
    values = (opening.channel, opening.account, opening.reference, opening.customer.handle)
    return [
        {"id": int(options[option]), "value": value}
        for option, value in zip(FIELDS, values, strict=True)
        if options.get(option) and value
    ]


def _tag(text: str) -> str:
    return _NOT_IN_A_TAG.sub("_", text.lower())


def _line(text: str) -> str:
    """Return a text as one line."""
    return " ".join(readable(text).replace("\0", "").split())
