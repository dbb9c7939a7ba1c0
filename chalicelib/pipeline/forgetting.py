"""How a message that its author took back is forgotten: wherever we kept what it said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from chalicelib import words
from chalicelib.domain.changes import (
    Change,
    ClaimKey,
    ItemForgotten,
    MessageForgotten,
    MessageKept,
    Outcome,
    WorkChanged,
)
from chalicelib.domain.content import Content, File
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.events import MessageDeleted
from chalicelib.domain.message import Direction, Message
from chalicelib.domain.store import Found, Store
from chalicelib.domain.work import Stage, Work
from chalicelib.pipeline.telling import TAKEN_BACK, files_of, line_of, lines, quote, told

_ANYBODY = "\0"  #: a name that nobody has


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What is to be changed and deleted; `is_known` is whether anything was said that is forgotten."""

    changes: Sequence[Change]
    files: Sequence[File]
    is_known: bool


def raw_items(event: MessageDeleted, found: Found, more: Iterable[ClaimKey] = ()) -> list[Change]:
    """
    Return what forgets the raw items that told what a message said.

    What is parked stays: it is forgotten when it is let go, since its unsend is known then.
    """
    keys = [ClaimKey.of_account(event.account, key) for key in (event.about, *event.traces)]
    known = [found.claims[key] for key in dict.fromkeys((*keys, *more)) if key in found.claims]
    return [ItemForgotten(claim.key) for claim in known if claim.outcome is not Outcome.PARKED]


def forget(
    event: MessageDeleted,
    conversation: Conversation,
    *,
    found: Found,
    store: Store,
    language: str,
) -> Forgotten:
    """
    Return what forgets a message: itself, its edits, their raw items, files and open work.

    Where notes quote it, the quote goes, too. What is being written to the helpdesk at this moment
    stays as it is, since it is looked for by what it says.
    """
    everything = store.said(conversation.id)
    gone = [kept for kept in everything if _tells(kept, event.message_id)]
    items = [ClaimKey.of_account(event.account, k.message.item) for k in gone if k.message.item]
    more = [key for key in items if key not in found.claims]
    claims = {**found.claims, **(store.find(others=more).claims if more else {})}
    changes = raw_items(event, replace(found, claims=claims), items)
    changes += [MessageForgotten(kept, TAKEN_BACK) for kept in gone]
    quotes = _quotes(gone, language=language)
    files = files_of(gone)
    for kept in everything:
        text = _without(kept.message.content.text, quotes)
        is_note = kept.message.direction is Direction.NOTE and kept not in gone
        if is_note and text != kept.message.content.text:
            changes.append(MessageForgotten(kept, Content(text=text)))
    _, rows = store.open_work(conversation.id) if gone else (None, [])
    by_number = {kept.sequence: kept.message for kept in gone}
    for work in rows:
        after = _forgotten(work, by_number, quotes, files, language)
        if work.quotes == event.message_id:
            after = replace(after, quotes="")
        if after != work and work.stage is Stage.READY:
            changes.append(WorkChanged(work, after))
    in_store = [file for file in files if file.key]
    return Forgotten(changes=changes, files=in_store, is_known=bool(gone))


def _tells(kept: MessageKept, message_id: str) -> bool:
    """Return whether something tells what a message said; what an agent said is the agent's."""
    is_agents = kept.message.direction is Direction.OUT
    return not is_agents and kept.message.message_id == message_id


def _forgotten(
    work: Work,
    gone: Mapping[int, Message],
    quotes: Mapping[str, str],
    files: Sequence[File],
    language: str,
) -> Work:
    """Return work without what is forgotten; `gone` are the forgotten messages by their numbers."""
    origins = {file.origin for file in files}

    def left_of(text: str, sequence: int) -> str:
        message = gone.get(sequence)
        if message is None:
            return _without(text, quotes)
        before = _without(_told_before(text, message, language), quotes)
        return lines(before, told(TAKEN_BACK, language=language))

    return replace(
        work,
        text=left_of(work.text, work.sequence),
        joined=tuple(replace(each, text=left_of(each.text, each.sequence)) for each in work.joined),
        files=tuple(file for file in work.files if file.origin not in origins),
    )


def _told_before(text: str, message: Message, language: str) -> str:
    """Return what an entry tells before the message that it shows: what was said in standby."""
    said = told(message.content, language=language)
    own = said
    if message.direction is Direction.OUTSIDE:
        own = words.say(language, "sent_outside", text=said)
    is_its_end = message.direction is not Direction.NOTE and text.endswith(own)
    return text.removesuffix(own).rstrip("\n") if is_its_end else ""


def _quotes(gone: Iterable[MessageKept], *, language: str) -> dict[str, str]:
    """
    Return the lines that recall what is forgotten, each with what stands in its place.

    In both `_ANYBODY` stands for whoever said it: a transcript names people as they were called then.
    What was recalled while the account had another language is found, too.
    """
    found = {}
    for kept, tongue in product(gone, (*words.LANGUAGES, language)):
        bare = replace(kept.message, content=TAKEN_BACK)
        found[quote(kept.message, language=tongue)] = quote(bare, language=tongue)
        line = line_of(kept.message, name=_ANYBODY, language=tongue)
        found[line] = line_of(bare, name=_ANYBODY, language=tongue)
    return found


def _without(text: str, quotes: Mapping[str, str]) -> str:
    for said, instead in quotes.items():
        line = re.escape(said).replace(_ANYBODY, "(?P<who>.*?)")
        # A backslash in one of our sentences is a backslash.
        put = instead.replace("\\", r"\\").replace(_ANYBODY, r"\g<who>")
        text = re.sub(f"(?m)^{line}$", put, text)
    return text
