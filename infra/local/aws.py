"""The emulated AWS of the local run: its process, and the resources that the run needs there."""

from __future__ import annotations

import json
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
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config

from infra.local import emulator

REGION: Final = "eu-west-1"
ACCOUNT: Final = "111122223333"
TABLE: Final = "scripta"
BUCKET: Final = "scripta"
SECRETS: Final = "scripta/"
QUEUES: Final = ("intake", "forward", "deliver")

_ROOT: Final = Path(__file__).parents[2]
_HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 30
_STOP_SECONDS: Final = 20
_ATTEMPTS: Final = 3  #: a port that was free may be taken when ministack gets to it
_DAY: Final = 24 * 60 * 60
_FIFO: Final = {
    "FifoQueue": "true",
    "DeduplicationScope": "messageGroup",
    "FifoThroughputLimit": "perMessageGroupId",
    "MessageRetentionPeriod": str(14 * _DAY),
    "VisibilityTimeout": "60",
}
_MOST_RECEIVES: Final = 20


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
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def alive(self) -> bool:
        """Return whether its process still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """
        End the process and let it save its state; no call may be in flight that matters.

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


def lost(state: Path) -> bool:
    """Return whether the run that used this state folder last could not save it, or still runs."""
    return (state / emulator.UNSAVED).exists()


def start(*, state: Path | None = None, port: int | None = None) -> EmulatedAws:
    """
    Start the emulated AWS on 127.0.0.1 and return it when it answers.

    It ends, and saves, when this process ends. `state` is the folder its data is kept in between
    runs; without one it forgets. Without a port it takes a free one.

    Raises StateLost where the data in `state` was not saved, AwsNotStarted otherwise.
    """
    if state and lost(state):
        raise StateLost(f"{state} was not saved by the last run")
    for _ in range(_ATTEMPTS - 1 if port is None else 0):
        try:
            return _started(state, _free_port())
        except AwsNotStarted:
            continue
    return _started(state, _free_port() if port is None else port)


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


def provision(environment: Mapping[str, str]) -> dict[str, str]:
    """
    Make every resource of the local run that is not there yet.

    Returns the variables that `Settings` reads and that name them.
    """
    _make_table(client(environment, "dynamodb"))
    _make_bucket(client(environment, "s3"))
    sqs = client(environment, "sqs")
    urls = {f"SCRIPTA_{name.upper()}_QUEUE": _make_queue(sqs, name) for name in QUEUES}
    return urls | {
        "SCRIPTA_TABLE": TABLE,
        "SCRIPTA_BUCKET": BUCKET,
        "SCRIPTA_SECRETS": SECRETS,
        "SCRIPTA_PARTIAL_BATCH": "1",
    }


def dead_letter_url(queue_url: str) -> str:
    """Return the URL of the queue that takes what the given one gave up on."""
    return queue_url.removesuffix(".fifo") + "-dead.fifo"


def put_secrets(
    environment: Mapping[str, str], secrets: Mapping[str, Mapping[str, list[str]]]
) -> None:
    """Create or replace secrets: {name: {field: [values, newest first]}}."""
    manager = client(environment, "secretsmanager")
    for name, fields in secrets.items():
        text = json.dumps(fields)
        try:
            manager.create_secret(Name=SECRETS + name, SecretString=text)
        except manager.exceptions.ResourceExistsException:
            manager.put_secret_value(SecretId=SECRETS + name, SecretString=text)


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _make_queue(sqs: Any, name: str) -> str:
    dead_url = _queue_url(sqs, f"{name}-dead.fifo", _FIFO)
    dead = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])
    redrive = {
        "deadLetterTargetArn": dead["Attributes"]["QueueArn"],
        "maxReceiveCount": str(_MOST_RECEIVES),
    }
    return _queue_url(sqs, f"{name}.fifo", _FIFO | {"RedrivePolicy": json.dumps(redrive)})


def _queue_url(sqs: Any, name: str, attributes: Mapping[str, str]) -> str:
    # Looked up first: ministack keeps a queue under its URL of the run that made it, and at
    # another port would create a second one of the same name that hides the first's messages.
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        url = sqs.create_queue(QueueName=name, Attributes=dict(attributes))["QueueUrl"]
    return f"{sqs.meta.endpoint_url}{urlsplit(url).path}"


def _make_bucket(s3: Any) -> None:
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})


def _make_table(dynamodb: Any) -> None:
    names = {"pk": "S", "sk": "S", "waiting": "S", "waiting_at": "N"}
    try:
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind} for name, kind in names.items()
            ],
            KeySchema=_key("pk", "sk"),
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "waiting",
                    "KeySchema": _key("waiting", "waiting_at"),
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
    except dynamodb.exceptions.ResourceInUseException:
        return
    dynamodb.update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True}
    )


def _key(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]
