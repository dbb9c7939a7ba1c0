"""What the emulated AWS keeps between runs, and that it says so when it could not."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chalicelib.aws.queues import SqsQueue
from chalicelib.domain.ports import Outgoing
from chalicelib.settings import Settings
from infra.local import aws as local_aws
from infra.local import emulator, resources

PATIENCE = 20.0
ROOT = Path(__file__).parents[3]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "aws"


@pytest.fixture
def start(state: Path) -> Iterator[Callable[[], local_aws.EmulatedAws]]:
    """Starts an emulator on the state folder; all are stopped after the test."""
    started: list[local_aws.EmulatedAws] = []

    def begin() -> local_aws.EmulatedAws:
        started.append(local_aws.start(state=state))
        return started[-1]

    yield begin
    for emulated in started:
        emulated.stop()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_everything_comes_back_after_a_clean_end_though_the_port_is_another(start):
    first = start()
    environment = first.environment()
    settings = Settings.read(resources.provision(environment))
    resources.put_secrets(environment, {"meta": {"app": ["s"]}})
    queue = SqsQueue(settings.intake_queue, local_aws.client(environment, "sqs"))
    queue.send([Outgoing(body=b, group="g", deduplication=b) for b in ("1", "2")])
    queue.delete(queue.receive(most=1, wait=0)[0].receipt)
    item = {"pk": {"S": "p"}, "sk": {"S": "s"}, "data": {"B": b"\x00\xff"}}
    local_aws.client(environment, "dynamodb").put_item(TableName=settings.table, Item=item)
    s3 = local_aws.client(environment, "s3")
    s3.put_object(Bucket=settings.bucket, Key="bodies/x", Body=b"body")
    first.stop()

    second = start()
    environment = second.environment()
    assert second.endpoint != first.endpoint
    settings = Settings.read(resources.provision(environment))
    queue = SqsQueue(settings.intake_queue, local_aws.client(environment, "sqs"))
    assert [message.body for message in queue.receive(most=10, wait=0)] == ["2"]
    queue.send([Outgoing(body="again", group="g", deduplication="1")])
    assert queue.depth() == 1, "the deduplication id of a deleted message was forgotten"
    dynamodb = local_aws.client(environment, "dynamodb")
    assert dynamodb.scan(TableName=settings.table)["Items"] == [item]
    lives = dynamodb.describe_time_to_live(TableName=settings.table)["TimeToLiveDescription"]
    assert lives == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    s3 = local_aws.client(environment, "s3")
    assert s3.get_object(Bucket=settings.bucket, Key="bodies/x")["Body"].read() == b"body"
    secret = local_aws.client(environment, "secretsmanager").get_secret_value(
        SecretId="scripta/meta"
    )
    assert secret["SecretString"] == '{"app": ["s"]}'


def test_state_that_was_not_saved_is_refused(start, state):
    emulated = start()
    resources.provision(emulated.environment())
    os.kill(process_id(state), signal.SIGKILL)
    until(lambda: not emulated.alive())
    assert emulator.lost(state)
    with pytest.raises(local_aws.StateLost):
        start()


def test_state_is_not_lost_while_it_is_in_use_and_after_it_was_saved(start, state):
    assert not emulator.lost(state)
    emulated = start()
    assert emulator.in_use(state)
    assert not emulator.lost(state)
    emulated.stop()
    assert not emulator.in_use(state)
    assert not emulator.lost(state)


def test_a_second_run_on_the_same_state_is_refused(start):
    start()
    with pytest.raises(local_aws.AwsNotStarted, match="in use by another run"):
        start()


def test_a_taken_port_is_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(local_aws.AwsNotStarted, match=f"port {port}"):
            local_aws.start(port=port)


def test_the_emulator_ends_and_saves_when_its_run_is_killed(state):
    program = f"""
        import time
        from pathlib import Path
        from infra.local import aws, resources
        emulated = aws.start(state=Path({str(state)!r}))
        resources.provision(emulated.environment())
        print("up", flush=True)
        time.sleep({PATIENCE})
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT, stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"up\n"
        run.kill()
    until(lambda: not emulator.in_use(state))
    assert not emulator.lost(state)
    assert "intake.fifo" in (state / "sqs.json").read_text()


def process_id(state: Path) -> int:
    """The emulator's, as the kernel knows it: the one that has the lock file open."""
    lock = (state / "lock").resolve()
    for process in Path("/proc").iterdir():
        try:
            if any(link.resolve() == lock for link in (process / "fd").iterdir()):
                return int(process.name)
        except OSError:
            continue
    raise AssertionError("no process holds the lock")
