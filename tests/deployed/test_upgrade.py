"""An earlier version of the stack becomes this one while people write, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra.local import aws
from infra.stack import Stack
from tests.deployed.emulator import emulated_aws
from tests.deployed.stack import STACK, Deployed, deployed, installed, make_up_for_the_emulation
from tests.e2e.local_run import ROOT, LocalRun, comments, eventually

pytestmark = pytest.mark.e2e

CONTACTS = [f"1555000700{n}" for n in range(3)]
_SHOWN_SECONDS = 180.0
#: What decides over the stack's resources: the version before the last change of it is upgraded.
SHAPE = ["infra/template", ".chalice", "chalicelib/entrypoints"]


def git(*arguments: str) -> bytes:
    """Return what git says; skip the test where it cannot."""
    try:
        ended = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as exc:
        pytest.skip(
            f"SKIPPED: there is no earlier version to upgrade from ({exc}); a full clone has one"
        )
    return ended.stdout


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the version before the stack's shape last changed, made by that version."""
    last = git("log", "-1", "--format=%H", "--", *SHAPE).decode().strip()
    folder = tmp_path_factory.mktemp("earlier")
    archive = folder / "source.tar"
    archive.write_bytes(git("archive", "--format=tar", f"{last}~1"))
    source = folder / "source"
    with tarfile.open(archive) as packed:
        packed.extractall(source, filter="data")
    out = folder / "out"
    command = [sys.executable, "-m", "infra.package", "--stage", "prod", "--out", str(out)]
    ended = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return out


@dataclass
class Writers:
    """Customers who go on writing, one text after the other each, until they are stopped."""

    people: LocalRun
    said: dict[str, list[str]] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def end(self) -> None:
        """Write no more, and wait for what is being written."""
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def write(self, contact: str) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            text = f"{contact} says {number}"
            self.people.write("whatsapp", contact, text, name=contact)
            self.said.setdefault(contact, []).append(text)
            self.stop.wait(0.3)


@contextmanager
def writing(people: LocalRun) -> Iterator[Writers]:
    writers = Writers(people)
    threads = [threading.Thread(target=writers.write, args=(contact,)) for contact in CONTACTS]
    for thread in threads:
        thread.start()
    writers.threads = threads
    try:
        yield writers
    finally:
        writers.end()


def shown(people: LocalRun, contact: str) -> list[str]:
    """Return what the tickets of a customer show, in their order."""
    return [text for ticket in people.tickets(said=f"{contact} says") for text in comments(ticket)]


def all_is_shown(people: LocalRun, contact: str, said: Sequence[str]) -> None:
    """Return once all that a customer said is shown; it must be in that order, and nothing else."""
    deadline = time.monotonic() + _SHOWN_SECONDS
    while len(shown(people, contact)) < len(said) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert shown(people, contact) == said


def hide_for_less(stack: Deployed) -> None:
    """
    Let messages that are being worked on come back after seconds instead of six minutes.

    On AWS an invocation under way ends with the code that it began with; the emulated one kills it.
    """
    for name, url in stack.outputs.items():
        if name.endswith("QueueUrl"):
            stack.client("sqs").set_queue_attributes(
                QueueUrl=url, Attributes={"VisibilityTimeout": "15"}
            )


def test_what_is_written_during_an_upgrade_is_shown_once_and_in_order(
    earlier: Path, packaged: Path, tmp_path: Path
):
    with (
        emulated_aws(tmp_path / "aws") as environment,
        deployed(earlier, environment, tmp_path / "state") as stack,
        writing(stack.people) as writers,
    ):
        eventually(lambda: all(shown(stack.people, contact) for contact in CONTACTS))
        before = stack.resources()
        hide_for_less(stack)
        upgrade(stack, packaged)
        after = stack.resources()
        numbers = {contact: len(writers.said[contact]) for contact in CONTACTS}
        # Some more, to be sure of the new one.
        eventually(lambda: all(len(writers.said[c]) > numbers[c] + 3 for c in CONTACTS))
        writers.end()
        for contact in CONTACTS:
            all_is_shown(stack.people, contact, writers.said[contact])
    kept = {name for name in before if name.endswith(("Queue", "Table", "Bucket", "RestAPI"))}
    assert len(kept) >= 9
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


def upgrade(stack: Deployed, package: Path) -> None:
    """Deploy a package over a running stack, as `make deploy YES=1` does."""
    installed(package, stack.client, {})
    target = Stack(cloudformation=aws.client(stack.environment, "cloudformation"), name=STACK)
    assert target.state() == "UPDATE_COMPLETE"
    make_up_for_the_emulation(stack.client, stack.outputs)
