"""That who is killed leaves nothing on the disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

from tests.e2e.local_run import eventually
from tests.real_storm.killer import LIVES, Killer

NAMES = {name: f"stack-{name}" for name in LIVES}


def unpacked(scratch: Path, name: str) -> Path:
    code = scratch / f"ministack-lambda-{name}-1" / "code"
    code.mkdir(parents=True)
    (code / "app.py").write_text("")
    return code


def process(scratch: Path, name: str, code: Path) -> subprocess.Popen[bytes]:
    environment = {
        "TMPDIR": str(scratch),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "LAMBDA_TASK_ROOT": str(code),
    }
    busy = "while True: pass"
    return subprocess.Popen([sys.executable, "-c", busy], env=environment, cwd=code)


def test_the_folder_of_a_function_that_was_killed_is_removed_and_no_other(tmp_path: Path):
    scratch = tmp_path / "scratch"
    dies, idle = (unpacked(scratch, name) for name in ("stack-Ingest", "stack-Forward"))
    killer = Killer(scratch, NAMES, Random(1), lifetime=0.01)
    with process(scratch, "stack-Ingest", dies) as victim:
        try:
            killer.start()
            eventually(lambda: victim.poll() is not None)
            eventually(lambda: not dies.parent.exists())
        finally:
            killer.stop()
            victim.kill()
    assert killer.kills == {"Ingest": 1}
    assert (idle / "app.py").exists()


def test_a_folder_elsewhere_is_never_removed(tmp_path: Path):
    scratch, elsewhere = tmp_path / "scratch", unpacked(tmp_path / "elsewhere", "stack-Ingest")
    killer = Killer(scratch, NAMES, Random(1), lifetime=0.01)
    with process(scratch, "stack-Ingest", elsewhere) as victim:
        try:
            killer.start()
            eventually(lambda: victim.poll() is not None)
        finally:
            killer.stop()
            victim.kill()
    assert elsewhere.exists()
