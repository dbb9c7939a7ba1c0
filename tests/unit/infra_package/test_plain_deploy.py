"""Deployed without the template, the application accepts nothing and takes nothing off a queue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from app import app
from chalicelib.domain.ports import Delivered
from chalicelib.errors import ConfigurationError, TransientError
from infra.local.pumps import event
from tests.events import http_request
from tests.fixtures.deployment import call, deployed

NOT_ACCEPTED = 500
NOBODY = "http://127.0.0.1:9"
NAMES = {
    "AWS_ENDPOINT_URL": NOBODY,
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "SCRIPTA_TABLE": "scripta",
    "SCRIPTA_INTAKE_QUEUE": f"{NOBODY}/intake.fifo",
    "SCRIPTA_FORWARD_QUEUE": f"{NOBODY}/forward.fifo",
    "SCRIPTA_DELIVER_QUEUE": f"{NOBODY}/deliver.fifo",
    "SCRIPTA_BUCKET": "scripta",
}
SCHEDULES = ("sweep", "reconcile", "erase", "renew")  # they take no messages
SOURCES = sorted(source.name for source in app.event_sources)
MESSAGE = Delivered(id="m-1", body="{}", group="g", receipt="r", receives=1)


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (*NAMES, "SCRIPTA_PARTIAL_BATCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with deployed({}):
        yield


def invoke(function: str, *, environment: Mapping[str, str]) -> Any:
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 1000)
    with deployed(environment):
        return app.handler_map[function](event([MESSAGE], name="q"), context)


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_without_its_settings_no_webhook_is_accepted(channel):
    parameters = {"channel": channel}
    request = http_request("POST", "/webhooks/{channel}", parameters=parameters, body=b"{}")
    assert call(request)["statusCode"] >= NOT_ACCEPTED


def test_without_its_settings_no_desks_webhook_is_accepted():
    parameters = {"desk": "local"}
    request = http_request("POST", "/helpdesks/{desk}/webhook", parameters=parameters, body=b"{}")
    assert call(request)["statusCode"] >= NOT_ACCEPTED


@pytest.mark.parametrize("function", [name for name in SOURCES if name not in SCHEDULES])
def test_without_its_settings_a_worker_raises_so_that_its_messages_stay(function):
    with pytest.raises(ConfigurationError, match="SCRIPTA_TABLE"):
        invoke(function, environment={})


def test_where_nobody_reads_partial_failures_one_failure_keeps_the_whole_batch():
    with pytest.raises(TransientError):
        invoke("dead_intake", environment=NAMES)


def test_where_the_template_says_that_they_are_read_the_failure_is_reported():
    answer = invoke("dead_intake", environment=NAMES | {"SCRIPTA_PARTIAL_BATCH": "1"})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
