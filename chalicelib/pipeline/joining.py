"""Several things that wait for a ticket with a limit, put together into one entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from chalicelib.domain.work import Joined, Stage, Verb, Work

MOST_JOINED: Final = 20  #: rows of one entry
LONGEST_JOINED: Final = 10_000  #: characters of one entry, unless one alone has more
MOST_FILES: Final = 10  #: of one entry


def following(head: Work, rows: Sequence[Work]) -> list[Work]:
    """
    Return the rows that can be written together with `head`, in sequence.

    `rows` are all of the conversation, each verb's in sequence. They are the next ones without a
    gap, of the same words for the same readers, and nobody has begun any of them.
    """
    if not _is_untouched(head) or head.joined:
        return []
    found: list[Work] = []
    length, files = len(head.text), len(head.files)
    for row in rows:
        if row.verb is not Verb.FORWARD or row.sequence <= head.sequence or row.parked:
            continue
        length, files = length + len(row.text), files + len(row.files)
        too_much = len(found) + 1 >= MOST_JOINED or length > LONGEST_JOINED or files > MOST_FILES
        same = (row.kind, row.author) == (head.kind, head.author)
        if too_much or not same or not _is_untouched(row) or row.joined:
            break
        found.append(row)
    return found


def joined(head: Work, others: Sequence[Work]) -> Work:
    """Return a row that says what all of them do, in whose place it is to stand."""
    return replace(
        head,
        joined=tuple(
            Joined(sequence=row.sequence, text=row.text, owner=row.owner) for row in others
        ),
        files=(*head.files, *(file for row in others for file in row.files)),
    )


def text_of(work: Work) -> str:
    """Return what an entry says: each thing on lines of its own, what is empty left out."""
    texts = (work.text, *(each.text for each in work.joined))
    return "\n".join(text for text in texts if text)


def _is_untouched(work: Work) -> bool:
    return work.stage is Stage.READY and not work.attempts
