"""An emulated AWS to deploy into, in the foreground, for whoever has no account: `make aws`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Final

from infra.local import aws

_PORT: Final = "4566"
_WRONG_CALL: Final = 2


def main() -> int:
    """Serve until Ctrl-C or SIGTERM; what was deployed is then forgotten."""
    variable = "SCRIPTA_AWS_PORT"
    given = os.environ.get(variable, _PORT)
    if not given.isdecimal():
        print(f"{variable} is no port: {given!r}", file=sys.stderr)
        return _WRONG_CALL
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        cloud = aws.start(port=int(given))
    except aws.AwsNotStarted as exc:
        print(f"{exc}: set {variable} to another port.", file=sys.stderr)
        return _WRONG_CALL
    print("An emulated AWS runs, for as long as this does. In another terminal:\n")
    for name, value in cloud.environment().items():
        print(f"export {name}={value}")
    sys.stdout.flush()
    try:
        while cloud.alive() and not stop.wait(0.5):
            pass
    finally:
        cloud.stop()
    return 0 if stop.is_set() else 1


if __name__ == "__main__":
    sys.exit(main())
