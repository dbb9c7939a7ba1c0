"""`make audit`: asks whether what is shipped has weaknesses that are known."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]
_SHIPPED: Final = _ROOT / "requirements.txt"
_CONSTRAINTS: Final = _ROOT / "constraints.txt"
#: How pip-audit's answers begin that are answers; everything else is none.
_FOUND: Final = "Found "
_NONE: Final = "No known vulnerabilities"
_CLEAN, _WEAK, _NOT_ASKED = 0, 1, 2


def main() -> int:
    """Ask, and return the exit status: 1 where something is known, 2 where nobody could be asked."""
    if importlib.util.find_spec("pip_audit") is None:
        return _not_asked("pip-audit is not installed: `make audit` installs it")
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(_SHIPPED)]
    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [*command, "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        check=False,
        # What the requirements require in turn is asked for as it is shipped.
        env={**os.environ, "PIP_CONSTRAINT": str(_CONSTRAINTS)},
        cwd=_ROOT,
    )
    return answered(ended.returncode, ended.stdout, ended.stderr)


def answered(status: int, out: str, err: str) -> int:
    """Say what pip-audit answered, and return the exit status; no answer is never a good one."""
    if status == _CLEAN and _NONE in err:
        sys.stdout.write("No weakness is known of what is shipped.\n")
        return _CLEAN
    if status == _WEAK and _FOUND in err:
        sys.stdout.write(out)
        return _WEAK
    last = (err.strip().splitlines() or ["it said nothing"])[-1]
    return _not_asked(last)


def _not_asked(why: str) -> int:
    sys.stderr.write(f"NOT AUDITED: NOBODY COULD BE ASKED FOR KNOWN WEAKNESSES ({why}).\n")
    return _NOT_ASKED


if __name__ == "__main__":
    sys.exit(main())
