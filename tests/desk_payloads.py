"""Helpdesks' webhooks in files, each beside the event that it must mean."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from chalicelib.domain.desk_events import DeskEvent, ReplyWritten

PAYLOADS: Final = Path(__file__).parent / "payloads"
_EXPECTED: Final = ".expected.json"


def cases(name: str) -> list[Path]:
    """Return the webhooks of a helpdesk."""
    found = sorted((PAYLOADS / name).glob("*.json"))
    return [path for path in found if not path.name.endswith(_EXPECTED)]


def expectations(name: str) -> set[str]:
    """Return the names of the webhooks for which it is said what they must mean."""
    found = (PAYLOADS / name).glob(f"*{_EXPECTED}")
    return {path.name.removesuffix(_EXPECTED) for path in found}


def told(event: DeskEvent) -> dict[str, Any]:
    """Return an event as JSON; of files, what is not empty, and `foreign` where it is so."""
    fields = {"event": type(event).__name__, **asdict(event)}
    if isinstance(event, ReplyWritten):
        files = [asdict(file).items() for file in event.files]
        fields["files"] = [{key: value for key, value in file if value} for file in files]
        fields |= {"foreign": True} if fields.pop("foreign") else {}
    return fields
