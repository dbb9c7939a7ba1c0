"""`contact find`, `export`, `erase`, `link` and `unlink`: the people behind the conversations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from chalicelib import bootstrap
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.erasure import Erasure, HeldTicket
from chalicelib.errors import ConfigurationError
from chalicelib.operations import contacts
from chalicelib.pipeline.belongings import Belongings, Person, SeveralPeople
from chalicelib.pipeline.erase import Erasable, Eraser
from chalicelib.storage.store import TableStore
from ops.asking import BAD_NEWS, GOOD_NEWS, asks
from ops.stages import Stage, WrongCall
from ops.terminal import moment, show, show_json, show_table

#: Days for which what was erased can still be brought back from a backup of the table.
BACKUP_DAYS: Final = 35
_BACKUPS: Final = (
    f"Backups of the table hold it for {BACKUP_DAYS} days more; after a restore, erase again. "
    "Log lines name nobody."
)


@click.group("contact", no_args_is_help=False)
def command() -> None:
    """
    Find, export, erase and link the people that are spoken with.

    WHO is what a channel calls a person (a number, an id), a conversation's id, or that of a person
    whose contacts were linked.
    """


@command.command("find")
@click.argument("who", metavar="WHO")
@click.option("--name", "by_name", is_flag=True, help="WHO may also be a part of their name.")
@asks
def find(*, stage: Stage, as_json: bool, who: str, by_name: bool) -> int:
    """
    List the conversations with WHO, under all the names that they are known by.

    Exits with 1 where there are none.
    """
    people = stage.eraser().belongings.people
    found = [_row(each) for each in contacts.find(people, _named(who), by_name=by_name)]
    if as_json:
        show_json({"contacts": found})
    elif found:
        shown = [row | {"names": ", ".join(row["names"])} for row in found]
        show_table(tuple(shown[0]), (row.values() for row in shown))
    else:
        show("Nobody is known by that.")
    return GOOD_NEWS if found else BAD_NEWS


@command.command("export")
@click.argument("who", metavar="WHO")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    default=None,
    help="The zip file to write; one named after the conversation by default.",
)
@asks
def export(*, stage: Stage, as_json: bool, who: str, to: Path | None) -> int:
    """Write all that is held of WHO into a new zip file: rows as JSON lines, and files."""
    belongings = stage.eraser().belongings
    person = _person(belongings, who)
    to = to or Path(f"{person.conversations[0].id}.zip")
    try:
        exported = contacts.export(belongings, person, to)
    except FileExistsError as exc:
        raise WrongCall(f"{str(to)!r} is there already: give another name by --to.") from exc
    except OSError as exc:
        raise WrongCall(f"{str(to)!r} cannot be written: {exc.strerror}.") from exc
    if as_json:
        show_json({"file": str(to), **_fields(exported)})
    else:
        show(f"{to}: {exported.rows} rows, {exported.files} files, {exported.bodies} bodies.")
        if exported.missing:
            show(f"{exported.missing} files are no longer kept.")
        show("What the helpdesks hold is listed in tickets.jsonl, not copied.")
    return GOOD_NEWS


@command.command("erase")
@click.argument("who", metavar="WHO")
@click.option("--dry-run", is_flag=True, help="Show what would be erased, and change nothing.")
@asks
def erase(*, stage: Stage, as_json: bool, who: str, dry_run: bool) -> int:
    """
    Erase all that is held of WHO, and list what the helpdesks hold, to be erased there.

    May be interrupted and repeated. Exits with 1 where something has to wait.
    """
    eraser = stage.eraser()
    begun = eraser.before(who)
    person, again = _to_erase(eraser, who, begun)
    if person is None:
        return _erased_before(begun, as_json=as_json)
    if dry_run:
        return _tell(None, eraser.plan(person), as_json=as_json)
    try:
        receipt, erased = eraser.erase(person, again=again)
    except ConfigurationError as exc:
        raise WrongCall(f"Not erased: {exc}.") from exc
    return _tell(receipt, erased, as_json=as_json)


@command.command("link")
@click.argument("ids", metavar="ID ID...", nargs=-1)
@asks
def link(*, stage: Stage, as_json: bool, ids: Sequence[str]) -> int:
    """Make the contacts of several conversations one person, whom helpdesks take for one."""
    if len(set(ids)) < 2:  # noqa: PLR2004 - a link has two ends
        raise WrongCall("Name two conversations or more: `contact find` lists them.")
    people = stage.eraser().belongings.people
    store = TableStore(stage.table, clock=bootstrap.clock)
    try:
        person = contacts.link(
            store, ids, new_id=bootstrap.new_id, everything=list(people.conversations())
        )
    except LookupError as exc:
        raise WrongCall(f"There is no conversation {exc.args[0]!r}.") from exc
    if as_json:
        show_json({"person": person, "conversations": list(dict.fromkeys(ids))})
    else:
        show(f"They are the person {person} from now on.")
    return GOOD_NEWS


@command.command("unlink")
@click.argument("conversation_id", metavar="ID")
@asks
def unlink(*, stage: Stage, as_json: bool, conversation_id: str) -> int:
    """Make the contact of the conversation ID a person of their own again."""
    people = stage.eraser().belongings.people
    store = TableStore(stage.table, clock=bootstrap.clock)
    try:
        left = contacts.unlink(store, conversation_id, everything=list(people.conversations()))
    except LookupError as exc:
        raise WrongCall(f"{exc.args[0]!r} is no conversation that is linked.") from exc
    if as_json:
        show_json({"conversation": conversation_id, "left": list(left)})
    else:
        show(f"{conversation_id} stands for itself again.")
    return GOOD_NEWS


def _to_erase(
    eraser: Eraser, who: str, begun: Erasure | None
) -> tuple[Person | None, Erasure | None]:
    """Return whom to erase, None where that was done; and what is to be taken up again."""
    unfinished = begun if begun and not begun.finished_at else None
    try:
        return _person(eraser.belongings, who), unfinished
    except _Unknown:
        if begun is None:
            raise
    return (eraser.resumed(who, unfinished), unfinished) if unfinished else (None, None)


class _Unknown(WrongCall):
    """Nobody is known by what was asked for."""


def _person(belongings: Belongings, who: str) -> Person:
    try:
        person = belongings.find(_named(who))
    except SeveralPeople as exc:
        raise WrongCall(f"{who!r} is more than one person: name a conversation, {exc}.") from exc
    if person is None:
        raise _Unknown(f"Nobody is known by {who!r}.")
    return person


def _named(who: str) -> str:
    if not who.strip():
        raise WrongCall("Say who: a number, an id, or a conversation's id.")
    return who


def _erased_before(begun: Erasure | None, *, as_json: bool) -> int:
    receipt = _receipt(begun)
    if as_json:
        show_json({"erased": False, "before": receipt})
    else:
        show(f"Nothing is held: they were erased before, at {moment(receipt['finished_at'])}.")
        show(f"Receipt {receipt['id']}.")
    return GOOD_NEWS


def _tell(receipt: Erasure | None, erased: Erasable, *, as_json: bool) -> int:
    done = receipt is not None and bool(receipt.finished_at)
    if as_json:
        show_json(
            {
                "dry_run": receipt is None,
                "erased": done,
                "receipt": _receipt(receipt),
                "rows": erased.rows,
                "files": erased.files,
                "bodies": erased.bodies,
                "waiting": list(erased.waiting),
                "tickets": [each._asdict() for each in erased.tickets],
                "backup_days": BACKUP_DAYS,
            }
        )
    else:
        _tell_people(receipt, erased)
    return BAD_NEWS if receipt is not None and not done else GOOD_NEWS


def _tell_people(receipt: Erasure | None, erased: Erasable) -> None:
    counts = f"{erased.rows} rows, {erased.files} files, {erased.bodies} bodies"
    if receipt is None:
        show(f"To be erased: {counts}. Nothing was changed.")
    else:
        show(f"Erased: {counts}.")
    _tell_tickets(erased.tickets)
    if erased.waiting:
        show(
            f"{len(erased.waiting)} bodies of webhooks still hold things of others that were not "
            "taken in: let go what is parked, and erase again in a few minutes."
        )
    if receipt is not None and receipt.finished_at:
        show(_BACKUPS)
        show(f"Receipt {receipt.id}, {moment(receipt.finished_at)}.")


def _tell_tickets(tickets: Sequence[HeldTicket]) -> None:
    if not tickets:
        show("No ticket of a helpdesk is known.")
        return
    show("To be erased in the helpdesk:")
    show_table(HeldTicket._fields, tickets)


def _receipt(receipt: Erasure | None) -> dict[str, Any]:
    """Return a receipt without anything that is about the person."""
    if receipt is None:
        return {}
    names = ("id", "started_at", "finished_at", "rows", "files", "bodies")
    return {name: getattr(receipt, name) for name in names}


def _row(conversation: Conversation) -> dict[str, Any]:
    return {
        "conversation": conversation.id,
        "channel": conversation.account.channel,
        "account": conversation.account.id,
        "contact": conversation.contact.name,
        "names": [f"{kind}:{value}" for kind, value in conversation.contact.aliases],
        "person": conversation.contact.person,
        "ticket": conversation.link.url if conversation.link else "",
    }


def _fields(exported: contacts.Exported) -> dict[str, int]:
    return {
        "rows": exported.rows,
        "files": exported.files,
        "bodies": exported.bodies,
        "missing": exported.missing,
    }
