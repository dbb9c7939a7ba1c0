"""The template keeps CloudFormation's own rules, before the SAM transform and after it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize("form", ["template", "expanded"])
def test_the_linter_finds_nothing(form: str, request: pytest.FixtureRequest, tmp_path: Path):
    text: dict[str, Any] = request.getfixturevalue(form)
    file = tmp_path / "template.json"
    file.write_text(json.dumps(text))
    linter = Path(sys.executable).with_name("cfn-lint")
    ended = subprocess.run([linter, file], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout + ended.stderr) == (0, "")


def test_the_linter_would_find_a_time_out_that_is_longer_than_a_message_is_hidden(
    expanded: dict[str, Any], tmp_path: Path
):
    broken = json.loads(json.dumps(expanded))
    broken["Resources"]["IntakeQueue"]["Properties"]["VisibilityTimeout"] = 30
    file = tmp_path / "template.json"
    file.write_text(json.dumps(broken))
    linter = Path(sys.executable).with_name("cfn-lint")
    ended = subprocess.run([linter, file], capture_output=True, text=True, check=False)
    assert "E3505" in ended.stdout
