"""The clock's side: what runs each minute, each hour and each day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib import bootstrap, bootstrap_rare

schedules = Blueprint(__name__)

_MS = 1000.0
_LEAST_TIME = 30.0  #: seconds, for what was found to be taken in


@schedules.schedule(Rate(1, unit=Rate.MINUTES), name="sweep")
def sweep(event: CloudWatchEvent) -> None:  # noqa: ARG001 - Chalice hands it over
    """Wake what is due."""
    bootstrap_rare.sweeper().sweep()


@schedules.schedule(Rate(1, unit=Rate.HOURS), name="reconcile")
def reconcile(event: CloudWatchEvent) -> None:
    """Ask all accounts and desks what was said in the last day."""
    from chalicelib.pipeline.reconcile import LOOK_BACK

    directory = bootstrap.directory()
    reports = bootstrap_rare.reconciler().reconcile(
        [*directory.accounts(), *directory.desks()],
        since=bootstrap.clock() - LOOK_BACK,
        time_left=_time_left(event),
    )
    # Each is made, and told of in the log, when it is asked for.
    for _ in reports:
        pass


@schedules.schedule(Rate(1, unit=Rate.HOURS), name="erase")
def erase(event: CloudWatchEvent) -> None:
    """Work off the requests for deletion that came through Meta."""
    bootstrap_rare.undertaker().work_off(time_left=_time_left(event))


def _time_left(event: CloudWatchEvent) -> Callable[[], float]:
    """Return what tells how many seconds there are, less those for what was begun."""
    context: Any = event.context
    return lambda: float(context.get_remaining_time_in_millis()) / _MS - _LEAST_TIME


@schedules.schedule(Rate(1, unit=Rate.DAYS), name="renew")
def renew(event: CloudWatchEvent) -> None:  # noqa: ARG001 - Chalice hands it over
    """Renew the tokens that would soon end."""
    from chalicelib import bootstrap_upkeep

    bootstrap_upkeep.renewer().renew(bootstrap.directory().accounts())
