"""Meta's callbacks about data: requested over HTTP, shown by code, refused where not signed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib import bootstrap, bootstrap_rare
from infra.local import credentials
from tests.events import http_request
from tests.fixtures.deployment import Deployment, call
from tests.integration.http.calls import outcome
from tests.unit.graph_api.test_signed_request import TOLD, signed

DELETION, DEAUTHORISATION = "/compliance/data-deletion", "/compliance/deauthorize"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def post(path: str, *, secret: str = credentials.APP_SECRET, **told: Any) -> dict[str, Any]:
    """Post a signed request."""
    body = urlencode({"signed_request": signed({**TOLD, **told}, secret=secret)}).encode()
    return call(http_request("POST", path, headers=FORM, body=body))


def state(code: str) -> dict[str, Any]:
    """Ask how far a request has come."""
    resource = f"{DELETION}/{{code}}"
    return call(http_request("GET", resource, parameters={"code": code}))


def ingest(app: Deployment) -> None:
    """Ingest what was queued."""
    for envelope in app.queued():
        bootstrap.ingester().ingest(envelope.encode(), message_id="m")


def test_a_request_is_answered_with_its_address_and_code(app):
    answer = post(DELETION, user_id="300001")
    assert answer["statusCode"] == 200
    told = json.loads(answer["body"])
    assert set(told) == {"url", "confirmation_code"}
    assert told["url"] == (
        "https://example.execute-api.eu-west-1.amazonaws.com/api"
        f"{DELETION}/{told['confirmation_code']}"
    )
    assert outcome(state(told["confirmation_code"])) == (404, "not found")
    ingest(app)
    shown = state(told["confirmation_code"])
    assert shown["statusCode"] == 200
    assert shown["headers"]["Content-Type"] == "text/plain"
    assert "is being deleted" in shown["body"]
    assert "300001" not in shown["body"]


def test_the_state_changes_once_it_was_worked_off(app):
    code = json.loads(post(DELETION, user_id="300002")["body"])["confirmation_code"]
    ingest(app)
    bootstrap_rare.undertaker().work_off(time_left=lambda: 300.0)
    assert "Nothing was held." in state(code)["body"]


@pytest.mark.parametrize("code", ["0" * 32, "nobody", "..", "A" * 32, "0" * 33, "%00"])
def test_a_code_of_no_request_shows_nothing(app, code):
    assert outcome(state(code)) == (404, "not found")


def test_who_leaves_the_app_is_taken(app):
    assert outcome(post(DEAUTHORISATION)) == (200, "")


@pytest.mark.parametrize("path", [DELETION, DEAUTHORISATION])
def test_what_is_not_signed_is_refused(app, path):
    assert outcome(post(path, secret="forged")) == (401, "unauthorised")
    assert outcome(call(http_request("POST", path, headers=FORM, body=b""))) == (
        401,
        "unauthorised",
    )
    assert outcome(call(http_request("POST", path, body=b"{}"))) == (401, "unauthorised")
    assert outcome(post(path, user_id="")) == (400, "malformed")
    assert app.queued() == []


def test_the_address_is_the_deployments_own_whatever_the_caller_says(app):
    body = urlencode({"signed_request": signed(TOLD, secret=credentials.APP_SECRET)}).encode()
    headers = {**FORM, "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = call(http_request("POST", DELETION, headers=headers, body=body))
    assert "evil" not in answer["body"]
