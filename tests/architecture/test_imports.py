"""Who may import whom, and what a cold start loads."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.source import ROOT, modules, name, tree

HEAVY: Final = {"aws_lambda_powertools", "boto3", "botocore", "pydantic", "urllib3", "httpx"}


def test_every_import_contract_is_kept():
    linter = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def loaded_by(statement: str) -> set[str]:
    """Return the modules of a process with an empty environment after a statement."""
    code = f"{statement}; import json, sys; print(json.dumps(sorted(sys.modules)))"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={}, capture_output=True, text=True, check=True
    )
    return set(json.loads(ended.stdout))


def test_importing_the_app_needs_no_environment_and_loads_nothing_heavy():
    loaded = loaded_by("import app")
    assert "chalicelib.entrypoints.http" in loaded
    assert {module.partition(".")[0] for module in loaded} & HEAVY == set()


def test_importing_the_app_loads_nothing_that_only_some_invocations_need():
    ours = {module for module in loaded_by("import app") if module.startswith("chalicelib.")}
    loaded = {module.split(".")[1] for module in ours}
    assert loaded == {"bootstrap", "bootstrap_rare", "entrypoints", "errors", "version"}


@pytest.mark.parametrize("path", modules("chalicelib/domain"), ids=name)
def test_the_domain_needs_the_standard_library_only(path):
    for imported in imports(path):
        top = imported.partition(".")[0]
        ours = imported.startswith("chalicelib.domain") or imported == "chalicelib.errors"
        assert ours or top in sys.stdlib_module_names, imported


def imports(path: Path) -> list[str]:
    """Return every module that a file imports, wherever in it."""
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append("." * node.level + (node.module or ""))
    return found
