"""`parked`: what waits for an operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from chalicelib import bootstrap
from chalicelib.operations.parked import parked
from chalicelib.storage.store import TableStore
from ops.asking import BAD_NEWS, GOOD_NEWS, asks
from ops.stages import Stage
from ops.terminal import moment, show, show_json, show_table

_MOST = 100


@click.command("parked")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=_MOST,
    show_default=True,
    help="How many to show, oldest first.",
)
@click.option("--text", "with_text", is_flag=True, help="Show what was written, too.")
@asks
def command(*, stage: Stage, as_json: bool, limit: int, with_text: bool) -> int:
    """
    List the items and the work that wait for an operator, and why.

    Exits with 1 where there is anything.
    """
    store = TableStore(stage.table, clock=bootstrap.clock)
    found = list(parked(stage.audit, store=store, most=limit + 1))
    rows = [asdict(each) for each in found[:limit]]
    if not with_text:
        for row in rows:
            del row["text"]
    if as_json:
        show_json({"parked": rows, "more": len(found) > limit})
    else:
        _tell(rows, more=len(found) > limit)
    return BAD_NEWS if found else GOOD_NEWS


def _tell(rows: Sequence[dict[str, Any]], *, more: bool) -> None:
    if not rows:
        show("Nothing is parked.")
        return
    show_table(tuple(rows[0]), ((row | {"at": moment(row["at"])}).values() for row in rows))
    if more:
        show("There are more: --limit shows them.")
