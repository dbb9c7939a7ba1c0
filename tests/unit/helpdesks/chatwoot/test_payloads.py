"""What each webhook of Chatwoot means, by the examples in tests/payloads/chatwoot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.helpdesks.chatwoot import mapper, webhook
from tests.unit.helpdesks.examples import RECEIVED_AT, cases, described


def told(path: Path) -> dict[str, Any]:
    """Return the event of a webhook as JSON."""
    (item,) = webhook.split(json.loads(path.read_text()), desk="local")
    event = mapper.event(item.raw, desk="local", inbox="7", received_at=RECEIVED_AT)
    return described(item, event)


@pytest.mark.parametrize("path", cases("chatwoot"), ids=lambda path: path.stem)
def test_a_webhook_means_what_is_written_beside_it(path: Path):
    assert told(path) == json.loads(path.with_suffix(".expected.json").read_text())
