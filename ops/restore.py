"""`restore`: put a backup of the table back, so that nothing goes out a second time."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Mapping
from typing import Final

import click

from chalicelib import bootstrap
from chalicelib.errors import TransientError
from chalicelib.storage.restoring import Restorer
from ops.asking import BAD_NEWS, GOOD_NEWS, asks
from ops.dialogue import Dialogue
from ops.stages import Stage, WrongCall
from ops.terminal import show, show_json, show_table

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_UNTIL_KNOWN: Final = 35  #: seconds for which a function may still believe a row as it was
_WORDS: Final = ("put back", "parked", "looked for", "newer there", "left alone", "forgotten")

pause: Callable[[float], None] = time.sleep


@click.command("restore")
@click.option(
    "--from", "source", metavar="TABLE", default="", help="The table with the backup in it."
)
@click.option("--in-place", is_flag=True, help="The stage's own table is the one restored.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@asks
def command(
    *, stage: Stage, as_json: bool, source: str, in_place: bool, dry_run: bool, yes: bool
) -> int:
    """
    Put the rows of a backup into the stage's table, where they are missing.

    Replies that the backup still had to send are parked, and so is every reply that agents wrote
    until now and that comes again: they may have been sent. Messages for tickets are looked for
    there first. It may be interrupted and repeated. docs/restore.md has all the steps.
    """
    if bool(source) == in_place:
        raise WrongCall("Say where the backup is: --from TABLE, or --in-place.")
    if source and not _NAME.fullmatch(source):
        raise WrongCall("--from is no name of a table.")
    restorer = Restorer(
        backup=stage.table if in_place else stage.other_table(source),
        target=stage.table,
        clock=bootstrap.clock,
    )
    try:
        next(iter(restorer.backup.scan()), None)
    except TransientError as exc:
        raise WrongCall(f"There is no table {source or 'to be read'} ({exc}).") from exc
    if not dry_run:
        Dialogue().agreed("Restore? Replies of until now are parked, not sent.", yes=yes)
        restorer.fence()
        _wait(as_json=as_json)
    done = _restored(restorer, dry_run=dry_run)
    if as_json:
        show_json(
            {"dry_run": dry_run, **{word.replace(" ", "_"): done.get(word, 0) for word in _WORDS}}
        )
    else:
        show_table(("rows", "number"), [(word, done.get(word, 0)) for word in _WORDS])
        show()
        show("Nothing was changed." if dry_run else _next(done))
    return BAD_NEWS if done.get("parked", 0) else GOOD_NEWS


def _wait(*, as_json: bool) -> None:
    if not as_json:
        show("Waiting for half a minute, until every function knows that it must not send…")
    pause(_UNTIL_KNOWN)


def _restored(restorer: Restorer, *, dry_run: bool) -> Mapping[str, int]:
    done: Mapping[str, int] = {}
    with click.progressbar(
        restorer.restore(dry_run=dry_run),
        label="restore",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as progress:
        for so_far in progress:
            done = so_far
    return done


def _next(done: Mapping[str, int]) -> str:
    if not done.get("parked", 0):
        return "All is back. `parked` and `verify` show what is to be looked at."
    return (
        "All is back. Replies were parked that may have been sent: look at each with `parked` and "
        "`conversation show`, then `replay` it or have it written anew."
    )
