"""Cold starts: zips, unpacked, under the runtime client that Lambda's own Python runtime has."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.figures import RATIO_MS, Figure
from bench.stories import Step, Stories, said
from bench.stub import Stub
from infra import archive
from infra.package import ZIP
from tests.deployed import runtime_api
from tests.fixtures.venvs import venv

_ROOT: Final = Path(__file__).parents[1]
_RUNTIME: Final = _ROOT / "tests" / "deployed" / "lambda-runtime.txt"
_MB: Final = 1024
_WORKERS: Final = "chalicelib.entrypoints.workers"
#: What a function does that is made of the same parts and does nothing with them.
_FLOOR: Final = '''"""The floor: Chalice, and a client of SQS."""

import botocore.session
from chalice.app import Chalice, Response

app = Chalice(app_name="floor")


@app.route("/webhooks/{channel}", methods=["POST"], content_types=[])
def receive(channel):
    botocore.session.get_session().create_client("sqs")
    return Response("", status_code=200, headers={"Content-Type": "text/plain"})
'''


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start to its first answer: CPU in ms, and the memory at its peak, in MB."""

    cpu: float
    peak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Zips:
    """Ours and the floor's, unpacked, and where functions run."""

    ours: Path
    floor: Path
    scratch: Path
    environment: Mapping[str, str]

    def start(self, root: Path, handler: str, *events: Mapping[str, Any]) -> Start:
        """Start a function, hand it events, and return what that took."""
        with runtime_api.function(
            venv("lambda", _RUNTIME),
            root,
            handler,
            environment=self.environment,
            output=self.scratch / "function.log",
        ) as function:
            for event in events:
                answer = function.invoke(event)
                if answer.get("batchItemFailures") or answer.get("statusCode", 200) != 200:  # noqa: PLR2004
                    raise RuntimeError(f"{handler} answered {answer}: {function.log}")
            pid = function.process.pid
            return Start(cpu=cpu_ms(pid), peak=_peak(pid))


def unpacked(packaged: Path, scratch: Path, environment: Mapping[str, str]) -> Zips:
    """Unpack what `make package` wrote, and make the floor."""
    ours, floor = scratch / "ours", scratch / "floor"
    with zipfile.ZipFile(packaged / ZIP) as zipped:
        zipped.extractall(ours)
    floor.mkdir()
    (floor / "app.py").write_text(_FLOOR)
    shutil.copytree(ours / "chalice", floor / "chalice")
    _install_botocore(floor)
    archive.compile_sources(floor)
    return Zips(ours=ours, floor=floor, scratch=scratch, environment=environment)


def figures(zips: Zips, stories: Stories, stub: Stub, *, rounds: int) -> Iterator[Figure]:
    """Yield how cold starts compare, and what memory is needed."""
    webhook = said(1)
    story = stories.of["in"]
    ingest = next(step.event for step in story.steps if step.function == "ingest")
    receives: list[Start] = []
    ingests: list[Start] = []
    floors: list[Start] = []
    for _ in range(rounds):
        stories.load(stub, "in")
        receives.append(zips.start(zips.ours, "app.app", webhook))
        floors.append(zips.start(zips.floor, "app.app", webhook))
        stories.load(stub, "in")
        ingests.append(zips.start(zips.ours, f"{_WORKERS}.ingest", ingest))
    floor = median(each.cpu for each in floors)
    for key, starts in (("receive_cold", receives), ("worker_cold", ingests)):
        value = median(each.cpu for each in starts) / floor
        yield Figure(key=key, value=value, floor=floor, unit=RATIO_MS)
    yield from _memory(zips, stories, stub)


def _memory(zips: Zips, stories: Stories, stub: Stub) -> Iterator[Figure]:
    stories.load(stub, "in")
    received = zips.start(zips.ours, "app.app", said(1), said(1000), *[said(10)] * 20)
    yield Figure(key="rss_mb_receive", value=received.peak, unit="MB")
    peaks = []
    for name, function in (("in", "ingest"), ("in", "forward"), ("out", "deliver")):
        story = stories.load(stub, name)
        rest: list[Step] = [step for step in story.steps if step.function == function]
        peaks.append(zips.start(zips.ours, f"{_WORKERS}.{function}", *[rest[0].event]).peak)
    yield Figure(key="rss_mb_worker", value=max(peaks), unit="MB")


def _install_botocore(folder: Path) -> None:
    import botocore

    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-compile", "--target", folder, f"botocore=={botocore.__version__}"),
            *("-c", _ROOT / "constraints.txt"),
        ],
        check=True,
    )


def cpu_ms(pid: int) -> float:
    """Return the CPU time of all threads of another process, in ms."""
    # What clock_getcpuclockid(3) returns on Linux: the pid's complement, and "scheduler" below it.
    return time.clock_gettime(~pid << 3 | 2) * 1000


def _peak(pid: int) -> float:
    """Return the most memory that a process has had, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith("VmHWM"))
    return int(line.split()[1]) / _MB
