"""`replay`: let go what is parked, so that it is tried again."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from chalicelib import bootstrap
from chalicelib.domain.changes import Claim
from chalicelib.domain.work import Work
from chalicelib.operations.parked import shown
from chalicelib.operations.replay import Choice, Replayer, chosen
from chalicelib.pipeline.wake import Wakeups
from chalicelib.storage.store import TableStore
from ops.asking import GOOD_NEWS, asks
from ops.moments import Moment
from ops.stages import Stage, WrongCall
from ops.terminal import moment, show, show_json, show_table


@click.command("replay")
@click.option("--item", metavar="KEY", default="", help="One thing, by its key in `parked`.")
@click.option("--conversation", "conversation_id", metavar="ID", default="", help="Its things.")
@click.option("--since", type=Moment(), default=None, help="What came or was tried since then.")
@click.option("--until", type=Moment(), default=None, help="What came or was tried before then.")
@click.option("--parked", "everything", is_flag=True, help="All that is parked.")
@click.option("--dry-run", is_flag=True, help="Show what would be let go, and change nothing.")
@asks
def command(
    *,
    stage: Stage,
    as_json: bool,
    item: str,
    conversation_id: str,
    since: int | None,
    until: int | None,
    everything: bool,
    dry_run: bool,
) -> int:
    """
    Let go what is parked and for which all that is said holds.

    Times are like 2026-11-23T09:00:00Z. Nothing is shown or sent twice by it, and it may be
    interrupted and repeated. What still stands in the way parks it again.
    """
    if not (item or conversation_id or everything or since is not None or until is not None):
        raise WrongCall("Say what: --item, --conversation, --since, --until or --parked.")
    choice = Choice(item=item, conversation_id=conversation_id, since=since or 0, until=until)
    rows = chosen(stage.audit, choice)
    replayed = 0 if dry_run else _release(stage, rows)
    store = TableStore(stage.table, clock=bootstrap.clock)
    found = [asdict(shown(row, store=store)) for row in rows] if as_json or dry_run else []
    for row in found:
        del row["text"]
    reasons = Counter(row.reason if isinstance(row, Claim) else row.parked for row in rows)
    if as_json:
        show_json({"dry_run": dry_run, "replayed": replayed, "reasons": reasons, "chosen": found})
    else:
        _tell(reasons, found, replayed=replayed, dry_run=dry_run)
    return GOOD_NEWS


def _release(stage: Stage, rows: Sequence[Claim | Work]) -> int:
    """Let rows go, with a bar on the terminal, and return how many it were."""
    replayer = Replayer(
        store=TableStore(stage.table, clock=bootstrap.clock),
        intake=stage.intake[0],
        wakeups=Wakeups(queues=stage.wakes, new_id=bootstrap.new_id),
        new_id=bootstrap.new_id,
        clock=bootstrap.clock,
    )
    replayed = 0
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=len(rows), label="replay", file=sys.stderr, hidden=hidden
    ) as progress:
        for number in replayer.release(rows):
            replayed += number
            progress.update(number)
    return replayed


def _tell(
    reasons: Counter[str], found: Sequence[dict[str, Any]], *, replayed: int, dry_run: bool
) -> None:
    if not reasons:
        show("Nothing of that is parked.")
        return
    show_table(("reason", "number"), reasons.most_common())
    show()
    if dry_run:
        show_table(tuple(found[0]), ((row | {"at": moment(row["at"])}).values() for row in found))
        show()
        show("Nothing was changed.")
        return
    show(f"{replayed} let go; `verify` and `parked` show what becomes of it.")
