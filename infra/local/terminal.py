"""What the terminal of the local run shows: a welcome, and one line for each thing that happens."""

from __future__ import annotations

import json
from typing import Any

from infra.local import credentials

#: What every line of the structured log carries, and a person at the terminal can do without.
_UNSHOWN = frozenset({"level", "location", "message", "timestamp", "service", "alarm"})
_CLOCK = slice(11, 23)  #: hours to milliseconds of an RFC 3339 time stamp


def welcome(*, app_port: int, desk_port: int, meta_port: int) -> None:
    """Say what is served where, and how to try it."""
    print(
        f"""
Scripta runs.

  The customers' phones   http://127.0.0.1:{meta_port}/
  The helpdesk            http://127.0.0.1:{desk_port}/    log in as {credentials.DESK_AGENT} / {credentials.DESK_AGENT_PASSWORD}
  The application         http://127.0.0.1:{app_port}/health

  1. Open the phones, pick a channel and write something as a customer.
  2. Open the helpdesk: the message is a new ticket. Answer in it, publicly.
  3. Look at the phone again.

  The operator's view:    .venv/bin/python -m ops verify
  Ctrl-C stops all of it; what was said is kept for the next time.
""",
        flush=True,
    )


def show(process: str, line: str) -> None:
    """Show one line of a process's output."""
    print(_readable(process, line), flush=True)


def _readable(process: str, line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return f"{process}: {_printable(line)}"
    if not isinstance(entry, dict) or "message" not in entry:
        return f"{process}: {_printable(line)}"
    time = str(entry.get("timestamp", ""))[_CLOCK]
    mark = "ALARM " if entry.get("alarm") else ""
    details = " ".join(
        f"{key}={_value(value)}" for key, value in entry.items() if key not in _UNSHOWN
    )
    return _printable(f"{time} {process:8} {mark}{entry['message']} {details}")


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _printable(text: str) -> str:
    """Return a text without characters that would steer the terminal."""
    return "".join(c if c.isprintable() else "?" for c in text)
