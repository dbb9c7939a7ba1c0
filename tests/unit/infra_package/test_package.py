"""Packaging works on a copy of what is shipped, and says so where it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra import package


@pytest.fixture
def project(tmp_path: Path) -> Path:
    package.copy(tmp_path / "project")
    return tmp_path / "project"


def test_byte_code_of_this_machine_and_earlier_zips_stay_behind(project):
    assert (project / "app.py").exists()
    assert (project / ".chalice" / "config.json").exists()
    assert list(project.rglob("__pycache__")) == []
    assert not (project / ".chalice" / "deployments").exists()


def test_what_is_not_shipped_is_not_copied(project):
    top = {path.name for path in project.iterdir()}
    assert top == {"app.py", "chalicelib", ".chalice", "requirements.txt"}


def test_a_dependency_that_is_not_to_be_had_ends_it(project, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (project / "requirements.txt").write_text("scripta-has-no-such-dependency==1\n")
    with pytest.raises(package.NotPackaged, match="scripta-has-no-such-dependency"):
        package.generate(project, tmp_path / "out", stage="prod")


def test_a_configuration_that_chalice_cannot_read_ends_it(project, tmp_path):
    (project / ".chalice" / "config.json").write_text("{")
    with pytest.raises(package.NotPackaged):
        package.generate(project, tmp_path / "out", stage="prod")
