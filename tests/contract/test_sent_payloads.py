"""What each channel asks its platform for when something is sent, call by call: tests/payloads/<channel>/sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from chalicelib import registry
from tests import sent
from tests.recorded import PAYLOADS

_CASES: Final = [path for name in registry.channel_names() for path in sent.cases(name)]


@pytest.mark.parametrize("path", _CASES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_a_send_asks_for_what_its_expected_file_says(path: Path) -> None:
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    assert sent.asked(path) == expected


@pytest.mark.parametrize("name", registry.channel_names())
def test_every_channel_has_cases_and_no_expectation_without_one(name: str) -> None:
    cases = {path.stem for path in sent.cases(name)}
    expected = (PAYLOADS / name / "sent").glob("*.expected.json")
    assert {path.name.removesuffix(".expected.json") for path in expected} == cases
    assert {"text", "text_that_quotes", "picture", "any_other_document", "template"} <= cases


@pytest.mark.parametrize("path", _CASES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_no_scoped_id_ever_stands_where_a_number_belongs(path: Path) -> None:
    for call in sent.asked(path).get("calls", []):
        number = call.get("body", {}).get("to", "+1")
        assert number.startswith("+")
        assert number[1:].isdigit()
