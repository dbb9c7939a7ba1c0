"""Every alarm has its entry in the runbook."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from infra import fragments

ROOT = Path(__file__).parents[2]


def alarms() -> set[str]:
    """Return the constant messages of every call of `alarm` in what is shipped."""
    sources = [path.read_text() for path in (ROOT / "chalicelib").rglob("*.py")]
    calls = [
        n for source in sources for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)
    ]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "alarm"
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_alarm_of_the_template_has_its_entry_with_what_it_means_what_to_check_and_what_to_do():
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    resources = fragments.merged()["Resources"].items()
    names = {name for name, each in resources if each.get("Type") == "AWS::CloudWatch::Alarm"}
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|(.+)\|$", runbook, flags=re.MULTILINE)
    entries = {name: cells for told, cells in rows for name in re.findall(r"`(\w+)`", told)}
    assert len(names) > 20
    assert names - set(entries) == set()
    for name in names:
        cells = [cell.strip() for cell in entries[name].split(" | ")]
        assert len(cells) == 4, name
        assert all(cells), name


def test_every_alarm_has_its_entry_in_the_runbook():
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    assert len(alarms()) > 5
    assert {alarm for alarm in alarms() if f"`{alarm}`" not in runbook} == set()
