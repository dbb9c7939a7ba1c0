"""Reconcile, as an operator asks for it: of whom, since when, and whether the answer is good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chalicelib.domain.account import Account, Desk
from chalicelib.pipeline.reconcile import LONGEST_LOOK_BACK, LOOK_BACK, Report, Source
from chalicelib.pipeline.sides import scope_of

_DESK = "desk#"  #: how the scopes of desks begin, and those of no channel


def sources(
    accounts: Sequence[Account], desks: Sequence[Desk], *, account: str = "", desk: str = ""
) -> list[Source]:
    """
    Return the sources that are meant: all that are configured, or only those that are named.

    `account` is written `channel#id`, as in `parked`; `desk` is a desk's id. Raises LookupError,
    which says what nobody configured.
    """
    configured: list[Source] = [*accounts, *desks]
    every = {scope_of(each): each for each in configured}
    wanted = [account] if account else []
    wanted += [f"{_DESK}{desk}"] if desk else []
    unknown = [scope for scope in wanted if scope not in every]
    if unknown:
        known = ", ".join(sorted(every)) or "none"
        raise LookupError(f"nobody configured {unknown[0]!r}; there are: {known}")
    return [every[scope] for scope in wanted or every]


def since(asked: int | None, *, now: int) -> int:
    """
    Return the time to look back to, in ms since the epoch; without one a day ago.

    Raises ValueError where it is in the future, or so long ago that the books may have forgotten
    what was told then: all of it would be taken for never told.
    """
    if asked is None:
        return now - LOOK_BACK
    if asked > now:
        raise ValueError("that is in the future")
    if asked < now - LONGEST_LOOK_BACK:
        days = LONGEST_LOOK_BACK // (24 * 3_600_000)
        raise ValueError(f"the books remember for certain what came in the last {days} days")
    return asked


def is_good_news(reports: Iterable[Report]) -> bool:
    """Return whether nothing was missed, and everybody who can be asked told all."""
    return not any(report.missed or report.trouble for report in reports)
