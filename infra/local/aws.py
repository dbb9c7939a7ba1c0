"""The emulated AWS of the local run: its process, its state and clients for it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final

import botocore.session
from botocore.config import Config

from infra.local import emulator, parent

REGION: Final = "eu-west-1"
ACCOUNT: Final = "111122223333"

_ROOT: Final = Path(__file__).parents[2]
_HOST: Final = "127.0.0.1"
_SIGNING_KEY: Final = "local"
_START_SECONDS: Final = 30
_STOP_SECONDS: Final = 20
_SAVE_SECONDS: Final = 5
_ATTEMPTS: Final = 3  #: a port that was free may be taken when ministack gets to it


class AwsNotStarted(RuntimeError):
    """The emulated AWS did not come up; the text says why."""


class StateLost(RuntimeError):
    """What the state folder holds is older than what the last run did: it must be reset whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatedAws:
    """A running emulated AWS."""

    endpoint: str
    _process: subprocess.Popen[bytes]
    _scratch: Path

    def environment(self, *, account: str = ACCOUNT) -> dict[str, str]:
        """
        Return the variables with which botocore finds it.

        The access key id, of 12 digits, is the account: accounts do not see each other's
        resources.
        """
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": _SIGNING_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def alive(self) -> bool:
        """Return whether its process still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """
        End the process and let it save its state; no call may be in flight that matters.

        May be called again, and when the process has ended by itself.

        Raises RuntimeError where it did not end in time and had to be killed: its state is lost.
        """
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise RuntimeError("the emulated AWS did not end, its state is lost") from None
        finally:
            if self._process.stdin:
                self._process.stdin.close()
            shutil.rmtree(self._scratch, ignore_errors=True)


def start(*, state: Path | None = None, port: int = 0) -> EmulatedAws:
    """
    Start the emulated AWS on 127.0.0.1 and return it when it answers.

    It ends, and saves, when this process ends. `state` is the folder its data is kept in between
    runs; without one it forgets. Port 0 is any free one.

    Raises StateLost where the data in `state` was not saved, AwsNotStarted otherwise.
    """
    if state:
        _wait_until_unused(state)
        if emulator.lost(state):
            raise StateLost(f"{state} was not saved by the last run")
    for _ in range(_ATTEMPTS - 1 if port == 0 else 0):
        with suppress(AwsNotStarted):
            return _started(state, _bindable(port))
    return _started(state, _bindable(port))


def client(environment: Mapping[str, str], service: str) -> Any:
    """Return a new botocore client of a service at the address in `environment`."""
    return botocore.session.get_session().create_client(
        service,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_DEFAULT_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        config=Config(connect_timeout=2, read_timeout=10, max_pool_connections=50),
    )


def _started(state: Path | None, port: int) -> EmulatedAws:
    scratch = Path(tempfile.mkdtemp(prefix="scripta-aws-"))
    log = (state or scratch) / "ministack.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.emulator"],
            cwd=_ROOT,
            env=_environment(state, port, scratch),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A Ctrl-C is for the run, which stops its pumps first.
            start_new_session=True,
        )
    aws = EmulatedAws(endpoint=f"http://{_HOST}:{port}", _process=process, _scratch=scratch)
    try:
        _wait_until_up(aws, port)
    except AwsNotStarted as error:
        reason = log.read_text(errors="replace").strip().splitlines()[-3:]
        aws.stop()
        raise AwsNotStarted("; ".join([str(error), *reason])) from None
    except BaseException:
        aws.stop()
        raise
    return aws


def _environment(state: Path | None, port: int, scratch: Path) -> dict[str, str]:
    """Return ministack's whole environment: nothing of ours leaks into it."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "BIND_HOST": _HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": _HOST,
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        # It believes every signature but a link's, which has to be made with the key it has itself.
        "AWS_SECRET_ACCESS_KEY": _SIGNING_KEY,
        parent.VARIABLE: "1",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }
    if state:
        environment |= {
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state / "s3"),
        }
    return environment


def _wait_until_unused(state: Path) -> None:
    """Give an emulator whose run was killed the time to save."""
    deadline = time.monotonic() + _SAVE_SECONDS
    while emulator.in_use(state):
        if time.monotonic() > deadline:
            raise AwsNotStarted(f"{state} is in use by another run")
        time.sleep(0.05)


def _wait_until_up(aws: EmulatedAws, port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(port):
        if not aws.alive():
            raise AwsNotStarted("the emulated AWS ended at its start")
        if time.monotonic() > deadline:
            raise AwsNotStarted(f"the emulated AWS did not answer within {_START_SECONDS} s")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    connection = HTTPConnection(_HOST, port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == 200  # noqa: PLR2004 - as every HTTP client knows
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _bindable(port: int) -> int:
    """Return the port, or a free one for 0; raise AwsNotStarted where it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise AwsNotStarted(f"port {port}: {error.strerror}") from error
        free: int = probe.getsockname()[1]
        return free
