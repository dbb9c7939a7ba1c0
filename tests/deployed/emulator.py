"""The emulated AWS as AWS would be: roles enforced, functions without our virtual environment."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from infra.local.aws import ACCOUNT, REGION
from tests.e2e.local_run import eventually
from tests.fixtures.venvs import venv
from tests.integration.desk.desk import free_port

_REQUIREMENTS: Final = Path(__file__).parent / "emulated-aws.txt"
_OWNER: Final = "test"  #: access key id of the account's owner, who may do everything
_STOP_SECONDS: Final = 20


@contextmanager
def emulated_aws(folder: Path) -> Iterator[Mapping[str, str]]:
    """Run it in a folder of its own; yield with which variables botocore finds it as its owner."""
    scratch = folder / "scratch"
    scratch.mkdir(parents=True)
    port = free_port()
    python = venv("aws", _REQUIREMENTS)
    with (folder / "ministack.log").open("wb") as log:
        process = subprocess.Popen(
            [python.with_name("ministack")],
            cwd=scratch,
            env=_environment(python, scratch, port),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        endpoint = f"http://127.0.0.1:{port}"
        eventually(lambda: process.poll() is not None or _answers(endpoint))
        assert process.poll() is None, (folder / "ministack.log").read_text()
        yield {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": _OWNER,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }
    finally:
        process.terminate()
        process.wait(_STOP_SECONDS)


def _environment(python: Path, scratch: Path, port: int) -> dict[str, str]:
    """Return its whole environment: it hands its own on to its functions."""
    return {
        "PATH": f"{python.parent}:/usr/bin:/bin",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": _OWNER,
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def _answers(endpoint: str) -> bool:
    try:
        return httpx.get(f"{endpoint}/_ministack/health").is_success
    except httpx.TransportError:
        return False
