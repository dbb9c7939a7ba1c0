"""What a process that receives loads and logs: a cold start pays for nothing it does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, NamedTuple

import pytest

from infra.local import credentials
from tests.channels import signature
from tests.events import http_request
from tests.fixtures.deployment import environment
from tests.integration.http.calls import REPLY, SUBSCRIPTION, encoded, signed_by_desk
from tests.webhooks import Said, entry, webhook

# What it prints besides the log comes last.
FUNCTION = """
import json, sys
from app import app
statuses = [app(event, None)["statusCode"] for event in json.load(sys.stdin)]
print(json.dumps({"statuses": statuses, "modules": sorted(sys.modules)}))
"""


class Ended(NamedTuple):
    """What a process answered, loaded and wrote."""

    statuses: list[int]
    modules: set[str]
    written: str


def run(variables: dict[str, str], *events: dict[str, Any]) -> Ended:
    """Handle events in a process that was not warm."""
    process = subprocess.run(
        [sys.executable, "-c", FUNCTION],
        input=json.dumps(events),
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    *log, last = process.stdout.splitlines()
    answer = json.loads(last)
    written = "\n".join([*log, process.stderr])
    return Ended(answer["statuses"], set(answer["modules"]), written)


def posted(channel: str, body: bytes, secret: str = credentials.APP_SECRET) -> dict[str, Any]:
    return http_request(
        "POST",
        "/webhooks/{channel}",
        parameters={"channel": channel},
        headers={"X-Hub-Signature-256": signature(body, secret)},
        body=body,
    )


def body(channel: str, **fields: str) -> bytes:
    said = Said("1", fields.get("customer", "2"), "m.1", fields.get("text", "hello"))
    return encoded(webhook(channel, entry(channel, [said])))


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_receiving_loads_no_schema_library_and_no_http_client_of_ours(aws, channel):
    large = encoded(
        webhook(
            channel, *(entry(channel, [Said(str(n), "2", f"m.{n}", "hello")]) for n in range(11))
        )
    )
    ended = run(environment(aws), posted(channel, body(channel)), posted(channel, large))
    assert ended.statuses == [200, 200]
    unwanted = {
        "pydantic",
        "pydantic_core",
        "boto3",
        "httpx",
        "chalicelib.http_client",
        "chalicelib.graph_api.client",
        "chalicelib.pipeline.ingest",
        "chalicelib.pipeline.forward",
        "chalicelib.pipeline.deliver",
        "chalicelib.storage.dynamo",
        f"chalicelib.channels.{channel}.parser",
        f"chalicelib.channels.{channel}.sender",
    }
    assert ended.modules & unwanted == set()
    others = {"messenger", "instagram", "whatsapp"} - {channel}
    assert not [m for m in ended.modules if any(f"channels.{other}" in m for other in others)]


def test_receiving_from_a_desk_loads_no_schema_library_and_no_http_client_of_ours(aws):
    ended = run(environment(aws), signed_by_desk(encoded(REPLY)))
    assert ended.statuses == [200]
    unwanted = {
        "pydantic",
        "pydantic_core",
        "chalicelib.http_client",
        "chalicelib.graph_api.client",
        "chalicelib.helpdesks.django_helpdesk.client",
        "chalicelib.helpdesks.django_helpdesk.mapper",
        "chalicelib.pipeline.ingest",
    }
    assert ended.modules & unwanted == set()


def test_a_handshake_and_health_load_no_more(aws):
    ended = run(
        environment(aws),
        http_request("GET", "/health"),
        http_request(
            "GET", "/webhooks/{channel}", parameters={"channel": "messenger"}, query=SUBSCRIPTION
        ),
    )
    assert ended.statuses == [200, 200]
    assert ended.modules & {"pydantic", "boto3", "chalicelib.http_client"} == set()


def test_nothing_that_a_customer_wrote_and_no_secret_is_in_the_log(aws):
    private = body("whatsapp", customer="393331112223", text="Anna Verdi lives here")
    accepted = posted("whatsapp", private)
    forged = posted("whatsapp", private, secret="forged")
    malformed = posted("whatsapp", private[:-1])
    unknown = posted("telegram", private)
    ended = run(environment(aws), accepted, forged, malformed, unknown)
    assert ended.statuses == [200, 401, 400, 404]
    assert "received" in ended.written
    assert "webhook refused" in ended.written
    signatures = {e["headers"]["X-Hub-Signature-256"].partition("=")[2] for e in (accepted, forged)}
    secrets = {credentials.APP_SECRET, credentials.INSTAGRAM_SECRET, credentials.VERIFY_TOKEN}
    for text in {"393331112223", "Anna", "Verdi", "m.1", *signatures, *secrets}:
        assert text not in ended.written


def test_a_function_without_its_settings_accepts_nothing_and_says_what_is_missing(aws):
    variables = environment(aws)
    del variables["SCRIPTA_INTAKE_QUEUE"]
    ended = run(variables, posted("messenger", body("messenger")))
    assert ended.statuses == [500]
    assert "not set: SCRIPTA_INTAKE_QUEUE" in ended.written
