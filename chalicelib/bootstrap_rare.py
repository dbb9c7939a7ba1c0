"""Like bootstrap, of which it is a part: what runs seldom, to sweep, to reconcile and to erase."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib import bootstrap

if TYPE_CHECKING:
    from chalicelib.pipeline.deletions import Deletions, Undertaker
    from chalicelib.pipeline.erase import Eraser
    from chalicelib.pipeline.reconcile import Reconciler
    from chalicelib.pipeline.sweep import Sweeper


@cache
def sweeper() -> Sweeper:
    """Return what sweeps."""
    from chalicelib.pipeline.sweep import Sweeper

    return Sweeper(
        store=bootstrap.store(),
        directory=bootstrap.directory(),
        breakers=bootstrap.breakers(),
        wakeups=bootstrap.wakeups(),
        helpdesk=bootstrap.helpdesk,
        clock=bootstrap.clock,
        log=bootstrap.log(),
        meter=bootstrap.log().meter,
    )


@cache
def eraser() -> Eraser:
    """Return what erases."""
    from chalicelib.aws.clients import client
    from chalicelib.aws.kept import S3Kept
    from chalicelib.pipeline.belongings import Belongings
    from chalicelib.pipeline.erase import Eraser

    return Eraser(
        belongings=Belongings(
            people=bootstrap.people(),
            kept=S3Kept(bootstrap.settings().bucket, client("s3")),
            channel=bootstrap.channel,
            helpdesk=bootstrap.helpdesk_of,
        ),
        keys=bootstrap.mark_keys,
        is_busy=lambda: bool(bootstrap.intake().depth()),
        new_id=bootstrap.new_id,
        clock=bootstrap.clock,
        log=bootstrap.log(),
    )


@cache
def deletions() -> Deletions:
    """Return what takes Meta's requests for deletion."""
    from chalicelib.graph_api import signed_request
    from chalicelib.pipeline.deletions import Deletions

    def read(body: bytes) -> Mapping[str, Any]:
        secrets = bootstrap.secrets().get("meta", "app_secrets")
        return signed_request.read(body, secrets=secrets)

    return Deletions(
        requests=bootstrap.people(),
        intake=bootstrap.intake(),
        read=read,
        keys=bootstrap.mark_keys,
        clock=bootstrap.clock,
        log=bootstrap.log(),
    )


@cache
def undertaker() -> Undertaker:
    """Return what works them off."""
    from chalicelib.pipeline.deletions import Undertaker

    return Undertaker(
        requests=bootstrap.people(), eraser=eraser(), clock=bootstrap.clock, log=bootstrap.log()
    )


@cache
def reconciler() -> Reconciler:
    """Return what reconciles."""
    from chalicelib.pipeline.erased import Erased
    from chalicelib.pipeline.reconcile import Reconciler

    return Reconciler(
        store=bootstrap.store(),
        erased=Erased(bootstrap.mark_keys),
        receiver=bootstrap.receiver(),
        channel=bootstrap.channel,
        helpdesk=bootstrap.helpdesk,
        clock=bootstrap.clock,
        log=bootstrap.log(),
    )
