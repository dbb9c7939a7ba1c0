"""The recorded webhooks of each channel, tests/payloads/<channel>/<case>.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

PAYLOADS: Final = Path(__file__).parent / "payloads"


def cases(name: str) -> list[Path]:
    """Return the cases of a channel, without what is expected of them."""
    found = sorted((PAYLOADS / name).glob("*.json"))
    return [path for path in found if not path.name.endswith(".expected.json")]


def body(path: Path) -> dict[str, Any]:
    """Return the webhook of a case."""
    return json.loads(path.read_text("utf-8"))  # type: ignore[no-any-return]
