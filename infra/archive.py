"""What is done to Chalice's zip: less of botocore in it, byte code beside the sources, and no chance."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

#: The services that the application calls, by their folders in botocore's data; sts is what
#: botocore needs for the roles of some environments.
SERVICES: Final = frozenset({"dynamodb", "s3", "secretsmanager", "sqs", "sts"})

_BOTOCORE_DATA: Final = Path("botocore") / "data"
_ENDPOINTS: Final = "endpoints.json"
#: Where Lambda unpacks the zip: what a traceback shows.
_TASK_ROOT: Final = "/var/task"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  #: the earliest time that a zip can hold
_READABLE: Final = 0o644 << 16


class NotCompiled(Exception):
    """A source that is to be shipped does not compile."""


def refine(source: Path, target: Path, *, scratch: Path) -> None:
    """
    Write Chalice's zip `source` anew as `target`, through the empty folder `scratch`.

    The same source gives the same bytes under the same Python. Raises NotCompiled where a module
    does not compile.
    """
    with zipfile.ZipFile(source) as packed:
        packed.extractall(scratch)
    prune(scratch)
    compile_sources(scratch)
    pack(scratch, target)


def prune(folder: Path) -> None:
    """Remove from an unpacked zip what no call of ours ever reads."""
    for path in _files(folder):
        place = path.relative_to(folder)
        if _is_foreign(place):
            path.unlink()
    endpoints = folder / _BOTOCORE_DATA / _ENDPOINTS
    if endpoints.exists():
        endpoints.write_text(_ours(endpoints.read_text()))


def compile_sources(folder: Path) -> None:
    """
    Put byte code beside every source; raise NotCompiled where one does not compile.

    Chalice ships none, and sets every time to 1980. So the byte code is of the kind that is
    believed without a look at its source: https://peps.python.org/pep-0552/
    """
    command = [sys.executable, "-m", "compileall", "-q", "-f"]
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", _TASK_ROOT]
    # In a process of its own with fixed hashes: sets are written in the order of their hashes.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [*command, str(folder)], env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise NotCompiled(ended.stdout + ended.stderr)


def pack(folder: Path, target: Path) -> None:
    """Zip a folder so that only its files' names and contents decide over the zip's bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in _files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _READABLE
            packed.writestr(entry, path.read_bytes())


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _is_foreign(place: Path) -> bool:
    """Return whether a file describes a service that is not ours."""
    if not place.is_relative_to(_BOTOCORE_DATA):
        return False
    service, *within = place.relative_to(_BOTOCORE_DATA).parts
    return bool(within) and service not in SERVICES


def _ours(endpoints: str) -> str:
    """Return botocore's endpoints, a megabyte read at every cold start, with our services only."""
    known = json.loads(endpoints)
    for partition in known["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in SERVICES}
    return json.dumps(known, separators=(",", ":"))
