"""Debian's Request Tracker 5: found, or installed where that is possible, by one process at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SERVER: Final = Path("/usr/share/request-tracker5/libexec/rt-server")
SETUP: Final = Path("/usr/sbin/rt-setup-database-5")

_PACKAGES: Final = ("request-tracker5", "rt5-db-sqlite", "rt5-standalone")
_LOCK: Final = Path(tempfile.gettempdir()) / "scripta-tests-install-request-tracker.lock"
_PATIENCE: Final = 600.0  #: seconds for another process that installs, be it ours or not
_INSTALL_SECONDS: Final = 600


class NoRequestTracker(Exception):
    """There is no Request Tracker, and none can be installed; the text says why."""


def find_or_install() -> None:
    """Return once Request Tracker is installed; raise NoRequestTracker where it cannot be."""
    if _is_there():
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoRequestTracker(
            "REQUEST TRACKER 5 IS MISSING and only root can install it: "
            f"`apt-get install --no-install-recommends {' '.join(_PACKAGES)}`"
        )
    with _alone():
        if not _is_there():
            _install()


def _is_there() -> bool:
    # A package that is being installed is there file by file.
    return SERVER.exists() and SETUP.exists() and _configured()


def _configured() -> bool:
    asked = ["dpkg-query", "-W", "-f", "${db:Status-Abbrev}", *_PACKAGES]
    if shutil.which(asked[0]) is None:
        return True
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.split() == ["ii"] * len(_PACKAGES)


@contextmanager
def _alone() -> Iterator[None]:
    deadline = time.monotonic() + _PATIENCE
    with _LOCK.open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise NoRequestTracker(
                        "REQUEST TRACKER 5 IS MISSING and another process has been installing it "
                        f"for {_PATIENCE:.0f} s"
                    ) from None
                time.sleep(0.2)
        yield


def _install() -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Our database is one file of each test run; the package must not make one of its own.
    subprocess.run(
        ["debconf-set-selections"],
        input="request-tracker5 request-tracker5/dbconfig-install boolean false\n",
        env=environment,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )
    wait = ["-o", f"DPkg::Lock::Timeout={_PATIENCE:.0f}"]
    install = ["install", "-y", "--no-install-recommends", *_PACKAGES]
    why = _apt([*wait, *install], environment)
    if why:
        # The lists of packages may be old, or not there at all.
        why = _apt([*wait, "update"], environment) or _apt([*wait, *install], environment)
    if why or not _is_there():
        raise NoRequestTracker(f"REQUEST TRACKER 5 IS MISSING and `apt-get` fails: {why}")


def _apt(arguments: list[str], environment: dict[str, str]) -> str:
    """Run apt-get; return what went wrong, "" where nothing did."""
    try:
        done = subprocess.run(
            ["apt-get", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it takes longer than {_INSTALL_SECONDS} s"
    return "" if done.returncode == 0 else done.stderr.strip()[-500:] or "it says nothing"
