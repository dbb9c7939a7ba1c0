"""Whoever is not known is refused on every public route, in constant words; `make fuzz` asks longer."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from infra.local.aws import EmulatedAws
from tests.fixtures.deployment import Deployment, deployed, environment
from tests.fixtures.ministack import AwsAccount
from tests.fuzz.fuzz import Tally, fuzz
from tests.fuzz.requests import ROUTES
from tests.integration.http.calls import encoded, post, said

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def application(emulated_aws: EmulatedAws) -> Iterator[Deployment]:
    account = str(random.randrange(10**11, 10**12))
    aws = AwsAccount(environment=emulated_aws.environment(account=account))
    with deployed(environment(aws)) as running:
        yield running


def test_nothing_that_nobody_signed_is_accepted_breaks_anything_or_tells_anything(application):
    tally = fuzz(600, seed=7)
    assert tally.requests >= 600
    assert (tally.accepted, tally.failed, tally.traces) == (0, 0, 0), tally.violations[:1]
    assert set(tally.routes) == {f"{method} {path}" for path, method in ROUTES}
    assert len(tally.statuses) >= 4


def test_the_tally_can_tell_what_may_not_be(application):
    tally = Tally()
    event = {"what": "asked"}
    accepted = post(encoded(said()))
    assert application.queued()
    tally.note("/webhooks/{channel}", "POST", event, accepted)
    tally.note(
        "/x", "POST", event, {"statusCode": 500, "body": "Traceback (most recent call last)"}
    )
    tally.note("/x", "POST", event, {"statusCode": 401, "body": "unauthorised"})
    assert (tally.requests, tally.accepted, tally.failed, len(tally.violations)) == (3, 1, 1, 2)
    assert tally.traces == 2
