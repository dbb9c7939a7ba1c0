"""`make aws`: an account to deploy into, for as long as the process runs."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys

import pytest

from infra.local import aws
from tests.e2e.local_run import ROOT
from tests.integration.desk.desk import free_port


def start(**variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "infra.local.cloud"],
        cwd=ROOT,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_how_it_is_found_and_ends_when_it_is_told_to(number):
    port = free_port()
    process = start(SCRIPTA_AWS_PORT=str(port))
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(7)]
    exported = dict(re.findall(r"export (\w+)=(\S+)", "".join(lines)))
    assert exported["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{port}"
    identity = aws.client(exported, "sts").get_caller_identity()
    assert identity["Account"] == aws.ACCOUNT
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.mark.parametrize("port", ["http", "99x"])
def test_a_port_that_cannot_be_is_one_line(port):
    process = start(SCRIPTA_AWS_PORT=port)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "SCRIPTA_AWS_PORT" in err
    assert len(err.splitlines()) == 1


def test_a_port_that_is_taken_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start(SCRIPTA_AWS_PORT=str(taken.getsockname()[1]))
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "set SCRIPTA_AWS_PORT to another port" in err
