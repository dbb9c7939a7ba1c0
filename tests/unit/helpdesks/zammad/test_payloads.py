"""What each webhook of Zammad means, by the examples in tests/payloads/zammad."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from chalicelib.helpdesks.zammad import mapper, webhook

RECEIVED_AT = 1763600000000
PAYLOADS = Path(__file__).parents[3] / "payloads" / "zammad"
OWN = mapper.Own(reference="scripta_reference")


def cases() -> list[Path]:
    return sorted(p for p in PAYLOADS.glob("*.json") if not p.name.endswith(".expected.json"))


def told(path: Path) -> list[dict[str, Any]]:
    """Return the events of a webhook as JSON, without what is empty, and digests out of keys."""
    found = []
    for item in webhook.split(json.loads(path.read_text()), desk="local"):
        event = mapper.event(
            item.raw, desk="local", url="https://zammad.test", own=OWN, received_at=RECEIVED_AT
        )
        fields = {k: v for k, v in asdict(event).items() if v not in ("", 0, (), False)}
        if "files" in fields:
            fields["files"] = [
                {k: v for k, v in f.items() if v not in ("", 0)} for f in fields["files"]
            ]
        head, _, last = event.key.rpartition(":")
        fields["key"] = f"{head}:" if len(last) == 64 else event.key
        where = {"lane": item.lane, "book": item.book}
        found.append({"event": type(event).__name__, **where, **fields})
    return found


@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
def test_a_webhook_means_what_is_written_beside_it(path: Path):
    expected = json.loads(path.with_suffix(".expected.json").read_text())
    assert told(path) == expected
