"""The handshake, and the health that anybody may ask for."""

from __future__ import annotations

import json

import pytest

from chalicelib import version
from tests.events import http_request
from tests.fixtures.deployment import call
from tests.integration.http.calls import CHALLENGE, CHANNELS, SUBSCRIPTION, handshake, outcome

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_challenge_is_given_back_as_plain_text(channel):
    answer = handshake(SUBSCRIPTION, channel)
    assert outcome(answer) == (200, CHALLENGE)
    assert answer["headers"]["Content-Type"] == "text/plain"


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    "change",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "\u00e8"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": ""},
        {"hub.challenge": ""},
        {"hub.challenge": "<script>"},
    ],
    ids=repr,
)
def test_a_handshake_that_is_wrong_is_forbidden(channel, change):
    assert outcome(handshake(SUBSCRIPTION | change, channel)) == (403, "forbidden")


@pytest.mark.parametrize("missing", SUBSCRIPTION)
def test_a_handshake_that_lacks_something_is_forbidden(missing):
    query = {name: value for name, value in SUBSCRIPTION.items() if name != missing}
    assert outcome(handshake(query)) == (403, "forbidden")


def test_a_request_without_any_query_is_forbidden():
    assert outcome(handshake({})) == (403, "forbidden")


def test_health_is_told_with_the_version_and_nothing_else():
    answer = call(http_request("GET", "/health"))
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"status": "ok", "version": version.VERSION}
