"""`make deploy` against an account of the emulated AWS, in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra import deploy, stack
from tests.fixtures.ministack import AwsAccount
from tests.integration.deploying import packages

NAME = "scripta-prod"


@dataclass(frozen=True, slots=True)
class Told:
    """How a call ended, and what it wrote."""

    status: int
    out: str
    err: str


#: Takes more of a command line, and what is typed when asked.
Deploy = Callable[..., Told]


@pytest.fixture
def environment(aws: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> AwsAccount:
    for name, value in aws.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(stack, "_PAUSE", 0.1)
    return aws


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder of a package."""
    return packages.write(tmp_path / "out", packages.template())


@pytest.fixture
def make_deploy(
    environment: AwsAccount,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Deploy:
    def run(*arguments: str, typed: str = "") -> Told:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        status = deploy.main(["--packaged", "--out", str(out), *arguments])
        written = capsys.readouterr()
        return Told(status, written.out, written.err)

    return run


def status_of(aws: AwsAccount, name: str = NAME) -> str:
    """Return the state of a stack, "" where there is none."""
    client: Any = aws.client("cloudformation")
    return stack.Stack(cloudformation=client, name=name).state()
