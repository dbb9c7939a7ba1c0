"""`reconcile`: ask both sides what was said, and take in what no webhook has told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from chalicelib.operations import reconcile as operation
from chalicelib.pipeline.reconcile import GRACE, Reconciler, Report, Source
from chalicelib.pipeline.sides import Told
from ops.asking import BAD_NEWS, GOOD_NEWS, asks
from ops.moments import Moment
from ops.stages import Stage, WrongCall
from ops.terminal import moment, show, show_json, show_table

_MS = 1000


@click.command("reconcile")
@click.option(
    "--since", type=Moment(), default=None, help="What was said since then; a day ago by default."
)
@click.option("--account", metavar="CHANNEL#ID", default="", help="Of this account only.")
@click.option("--desk", metavar="ID", default="", help="Of this desk only.")
@click.option(
    "--grace",
    type=click.IntRange(min=0),
    default=GRACE // _MS,
    show_default=True,
    help="For how many seconds a webhook is waited for.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be taken in, and change nothing.")
@asks
def command(
    *,
    stage: Stage,
    as_json: bool,
    since: int | None,
    account: str,
    desk: str,
    grace: int,
    dry_run: bool,
) -> int:
    """
    Take in what customers and agents wrote and no webhook has told.

    Times are like 2026-11-23T09:00:00Z. Nothing is shown or sent twice by it, and it may be
    interrupted and repeated. Exits with 1 where anything was missed, or where an account or a desk
    could not tell all.
    """
    reconciler = stage.reconciler()
    try:
        start = operation.since(since, now=reconciler.clock())
        directory = stage.directory
        chosen = operation.sources(
            directory.accounts(), directory.desks(), account=account, desk=desk
        )
    except (LookupError, ValueError) as exc:
        raise WrongCall(f"Not reconciled: {exc.args[0]}.") from exc
    reports = _reports(reconciler, chosen, since=start, grace=grace * _MS, dry_run=dry_run)
    if as_json:
        show_json({"dry_run": dry_run, "since": start, **_summed(reports)})
    else:
        _tell(reports, dry_run=dry_run)
    return GOOD_NEWS if operation.is_good_news(reports) else BAD_NEWS


def _reports(
    reconciler: Reconciler, chosen: Sequence[Source], *, since: int, grace: int, dry_run: bool
) -> list[Report]:
    """Ask one source after the other, with a bar on the terminal."""
    reports: list[Report] = []
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=len(chosen), label="reconcile", file=sys.stderr, hidden=hidden
    ) as progress:
        for report in reconciler.reconcile(chosen, since=since, grace=grace, dry_run=dry_run):
            reports.append(report)
            progress.update(1)
    return reports


def _summed(reports: Sequence[Report]) -> dict[str, Any]:
    return {
        "missed": sum(len(report.missed) for report in reports),
        "sent": sum(report.sent for report in reports),
        "sources": [_row(report) for report in reports],
        "items": [_item(each) for report in reports for each in report.missed],
    }


def _row(report: Report) -> dict[str, Any]:
    return {
        "source": report.scope,
        "asked": report.asked,
        "told": report.told,
        "missed": len(report.missed),
        "sent": report.sent,
        "trouble": report.trouble,
    }


def _item(told: Told) -> dict[str, Any]:
    return {"scope": told.key.scope, "key": told.key.key, "at": told.at}


def _tell(reports: Sequence[Report], *, dry_run: bool) -> None:
    if not reports:
        show("There is nobody to ask.")
        return
    rows = [_row(report) for report in reports]
    for row in rows:
        row["asked"] = "yes" if row["asked"] else "cannot be"
    show_table(tuple(rows[0]), (row.values() for row in rows))
    missed = [_item(each) for report in reports for each in report.missed]
    if missed:
        show()
        show_table(tuple(missed[0]), ((row | {"at": moment(row["at"])}).values() for row in missed))
    show()
    show(_news(reports, dry_run=dry_run))


def _news(reports: Sequence[Report], *, dry_run: bool) -> str:
    missed = sum(len(report.missed) for report in reports)
    if dry_run:
        return f"{missed} missed. Nothing was changed."
    if missed:
        sent = sum(report.sent for report in reports)
        return f"{missed} missed, {sent} taken in; `verify` and `parked` show what becomes of it."
    told_all = not any(report.trouble for report in reports)
    return "Nothing was missed." if told_all else "Nothing was missed of what was told."
