"""Contacts, as an operator asks for them: found, linked to one person, exported."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from chalicelib.domain.changes import ConversationChanged
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.file_names import safe_name
from chalicelib.domain.person import is_named, together
from chalicelib.domain.store import Held, People, Store
from chalicelib.errors import Conflict, Gone, TransientError
from chalicelib.pipeline.belongings import Belongings, Person, theirs_of, tickets_of

_TRIES: Final = 4  #: while a customer writes
_README: Final = (
    "What Scripta holds of one person. table.jsonl: one row of its table a line, as it is stored.\n"
    "files/: what they sent, and what was sent to them. bodies.jsonl: what large webhooks told of\n"
    "them. tickets.jsonl: what the helpdesks hold beside it.\n"
)


def find(people: People, who: str, *, by_name: bool = False) -> list[Conversation]:
    """
    Return the conversations of everybody whom a name or an id means, and those linked to them.

    With `by_name` it is a part of what they are called, in any case.
    """
    everything = list(people.conversations())
    wanted = who.casefold()
    chosen = [
        each
        for each in everything
        if is_named(each, who) or (by_name and wanted in each.contact.name.casefold())
    ]
    return sorted(together(chosen, everything), key=lambda each: each.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How much an export holds."""

    rows: int
    files: int
    bodies: int
    missing: int  #: files that are no longer kept


def export(belongings: Belongings, person: Person, to: Path) -> Exported:
    """
    Write all that is held of a person into a new zip file, for its owner's eyes.

    Nothing is left of it where it ends in the middle. Raises FileExistsError where there is one of
    that name, OSError where it cannot be written, TransientError where something does not answer.
    """
    if to.exists():
        raise FileExistsError(to)
    with NamedTemporaryFile(dir=to.parent, prefix=f".{to.name}.", delete=False) as file:
        draft = Path(file.name)
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                exported = _write(archive, belongings, person)
            # Fails where somebody else was faster, and never overwrites.
            os.link(draft, to)
        finally:
            draft.unlink()
    return exported


def _write(archive: zipfile.ZipFile, belongings: Belongings, person: Person) -> Exported:
    rows, traces = belongings.rows(person.traces)
    archive.writestr("README.txt", _README)
    stored = [_stored(each) for each in rows]
    archive.writestr("table.jsonl", _lines(stored))
    tickets = [each._asdict() for each in tickets_of(person, rows)]
    archive.writestr("tickets.jsonl", _lines(tickets))
    bodies = [json.loads(theirs_of(text, traces)) for _, text in belongings.contents(traces)]
    archive.writestr("bodies.jsonl", _lines(bodies))
    files = {file.key: file for each in rows for file in each.files if file.key}
    missing = 0
    for number, (key, file) in enumerate(files.items(), start=1):
        try:
            content = belongings.kept.fetch(key)
        except Gone:
            missing += 1
            continue
        name = safe_name(file.name, mime=file.mime, fallback=file.kind)
        archive.writestr(f"files/{number:04}-{name}", content)
    return Exported(rows=len(rows), files=len(files) - missing, bodies=len(bodies), missing=missing)


def _stored(held: Held) -> dict[str, Any]:
    """Return a row as it is stored; of an item that only its body holds, where it is."""
    return dict(held.row) or {"raw": held.claim.raw if held.claim else ""}


def _lines(values: Sequence[Any]) -> str:
    return "".join(
        json.dumps(value, ensure_ascii=False, sort_keys=True, default=sorted) + "\n"
        for value in values
    )


def link(
    store: Store,
    ids: Sequence[str],
    *,
    new_id: Callable[[], str],
    everything: Sequence[Conversation],
) -> str:
    """
    Make the contacts of conversations one person, and return that person's id.

    Who was linked to one of them before comes along. Raises LookupError, which names a
    conversation that there is not, TransientError where others are faster again and again.
    """
    known = {each.id: each for each in everything}
    unknown = [each for each in ids if each not in known]
    if unknown:
        raise LookupError(unknown[0])
    persons = dict.fromkeys(known[each].contact.person for each in ids)
    person = next((each for each in persons if each), "") or new_id()
    linked = [
        each.id for each in everything if each.contact.person and each.contact.person in persons
    ]
    for id_ in dict.fromkeys((*ids, *linked)):
        _name(store, id_, person)
    return person


def unlink(store: Store, id_: str, *, everything: Sequence[Conversation]) -> Sequence[str]:
    """
    Make a conversation's contact a person of their own again; return whom this left.

    What would be left alone in a link is freed of it as well. Raises LookupError where there is no
    such conversation, or where it is not linked; and what `link` does.
    """
    known = {each.id: each for each in everything}
    if id_ not in known or not known[id_].contact.person:
        raise LookupError(id_)
    person = known[id_].contact.person
    others = [each.id for each in everything if each.contact.person == person and each.id != id_]
    for each in (id_, *(others if len(others) == 1 else ())):
        _name(store, each, "")
    return others


def _name(store: Store, conversation_id: str, person: str) -> None:
    for _ in range(_TRIES):
        before = store.conversation(conversation_id)
        if before is None:
            raise LookupError(conversation_id)
        after = replace(before, contact=replace(before.contact, person=person))
        if after == before:
            return
        with suppress(Conflict):
            store.commit(ConversationChanged(before, after))
            return
    raise TransientError("others were faster, again and again")
