"""Every alarm has its entry in the runbook."""

from __future__ import annotations

import ast
from pathlib import Path

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


def test_every_alarm_has_its_entry_in_the_runbook():
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    assert len(alarms()) > 5
    assert {alarm for alarm in alarms() if f"`{alarm}`" not in runbook} == set()
