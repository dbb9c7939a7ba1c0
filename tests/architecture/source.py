"""Our own source files, for the rules that hold for all of them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_PACKAGES: Final = ("chalicelib", "infra", "ops")


def modules(*folders: str) -> list[Path]:
    """Return the Python files of the given folders, or of everything that is not a test."""
    chosen = [path for folder in folders or _PACKAGES for path in (ROOT / folder).rglob("*.py")]
    return sorted(chosen if folders else [*chosen, ROOT / "app.py"])


def name(path: Path) -> str:
    """Return a file's path as it is told in a test's name."""
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text())
