"""What the webhooks of desks that speak our own words mean, case by case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.account import Desk
from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.ports import Helpdesk
from chalicelib.helpdesks.request_tracker.helpdesk import RequestTracker
from chalicelib.helpdesks.standard_webhooks.helpdesk import StandardWebhooks
from tests.fakes.secrets import MemorySecrets

PAYLOADS = Path(__file__).parents[2] / "payloads"
RECEIVED_AT = 1763600000000
_ROWS = {
    "request_tracker": Desk(id="rt", helpdesk="request_tracker", url="https://rt.test/"),
    "standard_webhooks": Desk(id="any", helpdesk="standard_webhooks", url="https://desk.test/in"),
}
DESKS: Mapping[str, Helpdesk] = {
    "request_tracker": RequestTracker(desk=_ROWS["request_tracker"], secrets=MemorySecrets()),
    "standard_webhooks": StandardWebhooks(desk=_ROWS["standard_webhooks"], secrets=MemorySecrets()),
}
CASES = sorted(
    path
    for name in DESKS
    for path in (PAYLOADS / name).glob("*.json")
    if not path.name.endswith(".expected.json")
)


def told(event: DeskEvent) -> dict[str, Any]:
    """Return an event as JSON: what is not empty."""
    fields = {"event": type(event).__name__, **asdict(event)}
    if "files" in fields:
        files = [file.items() for file in fields["files"]]
        fields["files"] = [{key: value for key, value in file if value} for file in files]
    return {key: value for key, value in fields.items() if value not in ("", False, ())}


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_webhook_means_what_is_expected(path: Path):
    event = DESKS[path.parent.name].parse(json.loads(path.read_text()), received_at=RECEIVED_AT)
    assert told(event) == json.loads(path.with_suffix(".expected.json").read_text())


def test_every_expectation_has_its_webhook():
    for name in DESKS:
        expected = {
            p.name.removesuffix(".expected.json") for p in (PAYLOADS / name).glob("*.e*.json")
        }
        assert expected == {path.stem for path in CASES if path.parent.name == name}
        assert len(expected) >= 9
