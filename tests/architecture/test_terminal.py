"""Commands speak to a terminal in one way only: the one that strips what could steer it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

OPS = Path(__file__).parents[2] / "ops"
#: What prints at all; `__main__` prints the one line of a wrong call.
PRINTING = {"terminal.py", "__main__.py"}
SPEAKS = {"echo", "print", "secho", "write", "echo_via_pager", "style"}


@pytest.mark.parametrize("path", sorted(OPS.glob("*.py")), ids=lambda path: path.name)
def test_commands_print_through_the_terminal_only(path):
    calls = [
        node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
    ]
    names = {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in calls}
    if path.name in PRINTING:
        assert "printable" in names
    elif path.name == "journal.py":
        assert names & SPEAKS == {"write"}  # into its file
    else:
        assert not names & SPEAKS
