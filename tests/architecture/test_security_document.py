"""The threat model names tests that there are, and each threat has some."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / "security.md", ROOT / "docs" / "privacy.md"]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
THREATS = (
    "forged webhook",
    "replayed webhook",
    "SSRF",
    "confused tenant",
    "Secrets that leak",
    "Poison in a queue",
    "Denial by cost",
    "Malicious files and names",
    "Markup in tickets",
)


def functions_of(path: str) -> set[str]:
    """Return the names of a file's tests."""
    tree = ast.parse((ROOT / path).read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {function.name for function in functions if function.name.startswith("test_")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_a_page_names_exists(page):
    named = NAMED.findall(page.read_text())
    assert len(named) > 5
    assert [(path, test) for path, test in named if test not in functions_of(path)] == []


def test_every_threat_has_a_defence_and_tests():
    sections = re.split(r"^### ", PAGES[0].read_text(), flags=re.MULTILINE)[1:]
    by_title = {section.partition("\n")[0]: section for section in sections}
    for threat in THREATS:
        (section,) = [text for title, text in by_title.items() if threat in title]
        assert len(NAMED.findall(section)) >= 3, threat
        assert len(section.partition("\n\n")[2].partition("\n\n")[0].split()) > 20, threat
