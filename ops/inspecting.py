"""What `accounts check` and `desks check` have in common: who looks, and how it is told."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib import bootstrap, registry
from chalicelib.operations.standing import Inspector, heard
from chalicelib.storage.store import TableStore
from ops.asking import BAD_NEWS, GOOD_NEWS
from ops.findings import Found, as_rows, is_good, show_findings
from ops.outside import Fresh
from ops.stages import Stage
from ops.terminal import show, show_json


def inspector_of(stage: Stage, *, quick: bool) -> Inspector:
    """Return what looks at a stage's accounts and desks."""
    outside = stage.outside()
    fresh = Fresh(outside.keyring)
    return Inspector(
        onboarding=lambda channel: outside.onboarding(channel, fresh),
        helpdesk=lambda desk: outside.helpdesk(desk, fresh),
        settings=lambda desk: registry.helpdesk_settings(desk.helpdesk),
        keyring=outside.keyring,
        store=TableStore(stage.table, clock=bootstrap.clock),
        clock=bootstrap.clock,
        heard=None if quick else heard(stage.audit),
    )


def tell(found: Found, *, as_json: bool, news: Sequence[str] = ()) -> int:
    """Show what was found, after what was done, and return the exit status."""
    if as_json:
        show_json({"findings": as_rows(found), "news": list(news)})
    elif not found:
        show("There is nothing to look at.")
    else:
        for line in news:
            show(f"{line}.")
        show_findings(found)
    return GOOD_NEWS if is_good(found) else BAD_NEWS
