"""The composition root's part for upkeep, which runs seldom: see `bootstrap`."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from chalicelib import bootstrap

if TYPE_CHECKING:
    from chalicelib.pipeline.renew import Renewer


@cache
def renewer() -> Renewer:
    """Return what renews tokens."""
    from chalicelib import registry
    from chalicelib.aws.clients import client
    from chalicelib.aws.keyring import AwsKeyring
    from chalicelib.pipeline.renew import Renewer

    settings = bootstrap.settings()
    return Renewer(
        onboarding=partial(registry.onboarding, secrets=bootstrap.secrets(), settings=settings),
        keyring=AwsKeyring(settings.secrets, client("secretsmanager")),
        clock=bootstrap.clock,
        log=bootstrap.log(),
    )
