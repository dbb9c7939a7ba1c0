"""
What each recorded webhook means: tests/payloads/<channel>/<case>.json beside <case>.expected.json.

The cases are typed from the platforms' documentation. The expected file lists, item by item, the
lane and the event.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from chalicelib import registry
from tests import recorded
from tests.channels import channel
from tests.described import described

_RECEIVED_AT: Final = 1_780_000_900_000
_CASES: Final = [path for name in registry.channel_names() for path in recorded.cases(name)]


def _meaning(path: Path) -> list[dict[str, Any]]:
    speaker = channel(path.parent.name)
    body = recorded.body(path)
    return [
        {
            "lane": item.lane,
            **described(speaker.parse(item.raw, received_at=_RECEIVED_AT)),
        }
        for item in speaker.split(body)
    ]


@pytest.mark.parametrize("path", _CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_webhook_means_what_its_expected_file_says(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    assert _meaning(path) == expected


@pytest.mark.parametrize("name", registry.channel_names())
def test_every_channel_has_cases_and_no_expectation_without_one(name: str) -> None:
    cases = {path.stem for path in _CASES if path.parent.name == name}
    expected = {
        path.name.removesuffix(".expected.json")
        for path in (recorded.PAYLOADS / name).glob("*.expected.json")
    }
    assert len(cases) >= 8
    assert expected == cases
