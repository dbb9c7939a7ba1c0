"""Rules that every source file keeps: its name, its size, and that it says what is in it."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import ROOT, modules, name, tree

LONGEST_MODULE = 300
LONGEST_APP = 25
LONGEST_FUNCTION = 50
#: Words that say nothing of what is in a module.
SAYING_NOTHING = {
    "base",
    "common",
    "core",
    "handler",
    "handlers",
    "helper",
    "helpers",
    "lib",
    "libs",
    "manager",
    "managers",
    "misc",
    "processor",
    "processors",
    "service",
    "services",
    "shared",
    "stuff",
    "util",
    "utilities",
    "utils",
}


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_module_fits_in_a_head(path):
    assert len(path.read_text().splitlines()) <= LONGEST_MODULE


def test_the_app_only_mounts():
    assert len((ROOT / "app.py").read_text().splitlines()) <= LONGEST_APP


@pytest.mark.parametrize("path", modules(), ids=name)
def test_a_function_fits_on_a_screen(path):
    functions = [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    too_long = [f.name for f in functions if _code_lines(f) > LONGEST_FUNCTION]
    assert too_long == []


def _code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function has from its first statement on, its docstring left out."""
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    if not statements:
        return 0
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1


@pytest.mark.parametrize("path", modules() + modules("tests"), ids=name)
def test_a_module_says_in_one_sentence_what_is_in_it(path):
    docstring = ast.get_docstring(tree(path))
    assert docstring
    sentence = " ".join(docstring.split("\n\n")[0].split())
    assert re.fullmatch(r"[^.!?]([^.!?]|[.!?](?!\s|$))*[.:]", sentence), sentence


@pytest.mark.parametrize("path", modules() + modules("tests"), ids=name)
def test_a_module_and_its_folders_have_names_that_say_something(path):
    for part in path.relative_to(ROOT).with_suffix("").parts:
        assert not SAYING_NOTHING & set(part.split("_"))
