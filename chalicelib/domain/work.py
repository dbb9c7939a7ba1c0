"""What must go out and has not yet: the rows that forward and deliver work off."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.content import Content, File
from chalicelib.domain.ticket import EntryKind


class Verb(StrEnum):
    """Who works it off."""

    FORWARD = "forward"
    DELIVER = "deliver"


class Stage(StrEnum):
    """
    How far an attempt has come.

    `started` is written before the first outside write. From then on, whatever may have happened,
    nothing is written again without a look.
    """

    READY = "ready"
    STARTED = "started"
    UNCONFIRMED = "unconfirmed"  #: deliver only: waits for an echo or a status that confirms it


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """
    Where an attempt at an entry writes: in a ticket, behind our newest entry there.

    Without `ticket_id`, or where that ticket is gone, it creates one under `reference`, which no
    other entry uses. `tickets` is how many the conversation had had by then.
    """

    ticket_id: str = ""
    behind: str = ""
    reference: str
    tickets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What a later row said that was put together with another one, its number and its item."""

    sequence: int
    text: str
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """
    One thing to write outside, in the sequence of its conversation.

    `kind` says whether a forwarded entry is a comment or a note; a delivery is always a comment,
    and either a text or one file; `asks` says that its text is a command, `quotes` is the platform's
    id of the message that it answers.
    `due_at` is 0 where it can go at once; `looked_at` is when a look first found nothing;
    `waiting_for` is the desk that must come back first; `parked` says why an operator must act.
    `aim` is where the last attempt at an entry wrote, if it wrote: a look begins there, whatever was
    written behind it since. `joined` are the texts of later rows that are written together with this
    one; their files are among `files`. `owner` names the copy of the item that it comes from, as the books
    do, and `received_at` is when that was received; a note of our own may have neither. `revision`
    counts the changes of the row. All times are in ms since the epoch.
    """

    conversation_id: str
    verb: Verb
    sequence: int
    text: str
    occurred_at: int
    kind: EntryKind = EntryKind.COMMENT
    author: str = ""
    files: tuple[File, ...] = ()
    asks: bool = False
    quotes: str = ""
    stage: Stage = Stage.READY
    attempts: int = 0
    started_at: int = 0
    looked_at: int = 0
    due_at: int = 0
    waiting_for: str = ""
    parked: str = ""
    aim: Aim | None = None
    joined: tuple[Joined, ...] = ()
    owner: str = ""
    received_at: int = 0
    revision: int = 0

    @property
    def reference(self) -> str:
        """Return what names this delivery outside: it comes back in echoes and statuses."""
        return f"{self.conversation_id}.{self.sequence}"

    @property
    def said(self) -> str:
        """Return what an agent knows this by: its text, or the names of its files."""
        return Content(text=self.text, files=self.files).said
