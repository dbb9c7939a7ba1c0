"""`health`: whether a stage is well, at a glance."""

from __future__ import annotations

import click

from chalicelib import bootstrap
from chalicelib.domain.standing import Finding, green, red
from chalicelib.errors import AmbiguousError, TransientError
from chalicelib.http_client import Http
from chalicelib.operations.health import of_a_desk, of_the_pipeline
from chalicelib.storage.store import TableStore
from ops.asking import asks
from ops.inspecting import tell
from ops.outside import Fresh
from ops.stages import Stage

_LONGEST = 5.0  #: seconds in which the application has to answer


@click.command("health")
@asks
def command(*, stage: Stage, as_json: bool) -> int:
    """
    Tell at a glance whether all is well.

    Looks at the application, the queues, what waits, what is parked, and asks each desk. Exits with
    1 where something is red.
    """
    store, outside = TableStore(stage.table, clock=bootstrap.clock), stage.outside()
    pipeline = of_the_pipeline(
        intake=stage.intake,
        wakes=stage.wakes,
        store=store,
        audit=stage.audit,
        now=bootstrap.clock(),
    )
    found = {"bridge": [_application(outside.url), *pipeline]}
    fresh = Fresh(outside.keyring)
    for desk in stage.directory.desks():
        found[desk.id] = of_a_desk(
            desk, store=store, helpdesk=lambda each: outside.helpdesk(each, fresh)
        )
    return tell(found, as_json=as_json)


def _application(url: str) -> Finding:
    act = "see the runbook: ReceiveErrors"
    try:
        answer = Http().request("GET", f"{url}/health", headers={}, timeout=_LONGEST)
    except (TransientError, AmbiguousError):
        return red("application", "it does not answer", act)
    if not answer.ok:
        return red("application", f"it answers {answer.status}", act)
    return green("application", "it answers")
