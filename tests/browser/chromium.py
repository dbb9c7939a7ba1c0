"""Debian's Chromium: found, or installed where that is possible, and driven by Playwright."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, expect, sync_playwright

_PATH: Final = Path("/usr/bin/chromium")
_INSTALL_SECONDS: Final = 600
_PATIENCE_MS: Final = 20_000  #: for everything that a page is waited for


class NoChromium(Exception):
    """There is no Chromium, and none can be installed; the text says why."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Run Chromium without a window; raise NoChromium where there is none."""
    _find_or_install()
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=_PATH,
            # Chromium's sandbox refuses to be used by root.
            chromium_sandbox=os.geteuid() != 0,
            timeout=_PATIENCE_MS,
        )
        try:
            yield chromium
        finally:
            chromium.close()


def _find_or_install() -> None:
    if _PATH.exists():
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoChromium(
            f"{_PATH} IS MISSING and only root can install it: `apt-get install chromium`"
        )
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", "chromium"],
    ):
        done = subprocess.run(
            command,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
        if done.returncode:
            raise NoChromium(f"{_PATH} IS MISSING and `{' '.join(command)}` fails: {done.stderr}")
