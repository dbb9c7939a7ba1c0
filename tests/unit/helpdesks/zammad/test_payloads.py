"""What each webhook of Zammad means, by the examples in tests/payloads/zammad."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.helpdesks.zammad import mapper, webhook
from tests.unit.helpdesks.examples import RECEIVED_AT, cases, described

OWN = mapper.Own(fields={"reference_field": "scripta_reference"})
URL = "https://zammad.test"


def told(path: Path) -> list[dict[str, Any]]:
    """Return the events of a webhook as JSON, in their order."""
    found = []
    for item in webhook.split(json.loads(path.read_text()), desk="local"):
        event = mapper.event(item.raw, desk="local", url=URL, own=OWN, received_at=RECEIVED_AT)
        found.append(described(item, event))
    return found


@pytest.mark.parametrize("path", cases("zammad"), ids=lambda path: path.stem)
def test_a_webhook_means_what_is_written_beside_it(path: Path):
    assert told(path) == json.loads(path.with_suffix(".expected.json").read_text())
