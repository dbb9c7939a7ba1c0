"""A terminal with somebody at it, who answers what a command asks."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

_SECONDS: Final = 240.0

#: A part of a question, and what is typed for it.
Answers = Sequence[tuple[str, str]]


def run(
    line: str, *, cwd: Path, environment: Mapping[str, str], answers: Answers = ()
) -> tuple[int, str]:
    """
    Run a command line as a person does; return its exit status and what stood on the screen.

    Each answer is typed once, when its question is what the screen ends with.
    """
    master, slave = os.openpty()
    device = os.ttyname(slave)
    process = subprocess.Popen(
        # Opened by the leader of a session of its own, it is the terminal that passwords are
        # asked at.
        ["bash", "-c", f"exec < {device} > {device} 2>&1; {line}"],
        cwd=cwd,
        env=dict(environment),
        start_new_session=True,
    )
    try:
        screen = _talk(process, master, list(answers))
        return process.wait(_SECONDS), screen
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(slave)
        os.close(master)


def _talk(process: subprocess.Popen[bytes], master: int, answers: list[tuple[str, str]]) -> str:
    screen, deadline = "", time.monotonic() + _SECONDS
    while True:
        assert time.monotonic() < deadline, f"asked for something else:\n{screen}"
        ended = process.poll() is not None
        readable, _, _ = select.select([master], [], [], 0 if ended else 0.1)
        if readable:
            with suppress(OSError):
                screen += os.read(master, 65536).decode(errors="replace")
        elif ended:
            assert not answers, f"never asked: {answers}\n{screen}"
            return screen.replace("\r\n", "\n")
        last = screen.rpartition("\n")[2]
        if answers and answers[0][0] in last and last.rstrip().endswith(":"):
            os.write(master, f"{answers.pop(0)[1]}\n".encode())
            screen += "\n"
