"""`report`: what the service was like, by channel and account, as a table and as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from chalicelib import bootstrap
from chalicelib.operations.report import Figures, ServiceReport, Times, service_report
from ops.asking import GOOD_NEWS, asks
from ops.durations import duration
from ops.moments import Moment
from ops.picture import picture
from ops.stages import Stage, WrongCall
from ops.terminal import moment, show, show_json, show_table

_WEEK = 7 * 24 * 3600 * 1000  #: ms
_NONE = "-"


@click.command("report")
@click.option("--since", type=Moment(), default=None, help="From then on; by default for a week.")
@click.option("--until", type=Moment(), default=None, help="Until then; by default until now.")
@click.option(
    "--svg",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=None,
    help="Draw it into this file, too.",
)
@asks
def command(
    *, stage: Stage, as_json: bool, since: int | None, until: int | None, svg: Path | None
) -> int:
    """
    Tell what the service was like: volumes, waits, unanswered conversations, ratings, failures.

    Times are like 2026-11-23T09:00:00Z. Reads the whole table, and changes nothing.
    """
    end = bootstrap.clock() if until is None else until
    start = end - _WEEK if since is None else since
    if start >= end:
        raise WrongCall("Nothing to report: --until is not after --since.")
    told = service_report(stage.audit, since=start, until=end)
    if svg is not None:
        _write(svg, picture(told))
    if as_json:
        show_json(_as_json(told))
    else:
        _tell(told)
    return GOOD_NEWS


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise WrongCall(f"{file} cannot be written: {exc.strerror}.") from exc


def _as_json(told: ServiceReport) -> dict[str, Any]:
    return {
        "since": told.since,
        "until": told.until,
        "accounts": [
            {"channel": ref.channel, "account": ref.id, **_figures(each)}
            for ref, each in told.accounts.items()
        ],
        "channels": [{"channel": name, **_figures(each)} for name, each in told.channels().items()],
        "days": [
            {"day": day, "received": received, "sent": sent}
            for day, (received, sent) in told.days.items()
        ],
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "people": figures.people,
        "received": figures.received,
        "sent": figures.sent,
        "elsewhere": figures.elsewhere,
        "unanswered": figures.unanswered,
        "first_response": _times(figures.first_responses),
        "resolution": _times(figures.resolutions),
        "satisfaction": {
            scale: {"count": count, "mean": round(mean, 2)}
            for scale, (count, mean) in figures.satisfaction().items()
        },
        "failures": dict(figures.failures.most_common()),
    }


def _times(times: Sequence[int]) -> dict[str, int] | None:
    told = Times.of(times)
    return {"count": told.count, "median": told.median, "p90": told.p90} if told else None


def _tell(told: ServiceReport) -> None:
    show(f"From {moment(told.since)} to {moment(told.until)}")
    show()
    if not told.accounts:
        show("There is no conversation.")
        return
    named = _named(told)
    rows = [_row(name, figures) for name, figures in named.items()]
    show_table(tuple(rows[0]), (row.values() for row in rows))
    _tell_more(
        ("account", "scale", "ratings", "mean"),
        [
            (name, scale, count, f"{mean:.1f}")
            for name, figures in named.items()
            for scale, (count, mean) in figures.satisfaction().items()
        ],
    )
    _tell_more(
        ("account", "replies that failed because of", "how many"),
        [
            (name, reason, count)
            for name, figures in named.items()
            for reason, count in figures.failures.most_common()
        ],
    )


def _tell_more(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        show()
        show_table(titles, rows)


def _named(told: ServiceReport) -> Mapping[str, Figures]:
    """Return the figures by account, and where there are several, by channel and all together."""
    named = {f"{ref.channel} {ref.id}": each for ref, each in told.accounts.items()}
    channels = told.channels()
    for name, figures in channels.items():
        if sum(ref.channel == name for ref in told.accounts) > 1:
            named[f"{name}, all"] = figures
    if len(channels) > 1:
        named["all"] = told.total()
    return named


def _row(name: str, figures: Figures) -> dict[str, object]:
    return {
        "account": name,
        "people": figures.people,
        "received": figures.received,
        "sent": figures.sent,
        "elsewhere": figures.elsewhere,
        "first response": _spread(figures.first_responses),
        "resolution": _spread(figures.resolutions),
        "unanswered": figures.unanswered,
        "failed": figures.failures.total(),
    }


def _spread(times: Sequence[int]) -> str:
    told = Times.of(times)
    return f"{duration(told.median)} / {duration(told.p90)}" if told else _NONE
