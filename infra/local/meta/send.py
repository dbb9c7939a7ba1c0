"""What the business sends, once it is known to be well-formed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.meta.records import Media


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """
    A message that Meta accepts, addressed to `contact`.

    `tracking` comes back in echoes and statuses; `file` goes with it, under an id of its own;
    `fate` is the error code that it fails with later, 0 for none; `details` are those of a Message.
    """

    channel: str
    contact: str
    type: str
    text: str
    file: Media | None = None
    tracking: str = ""
    fate: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)
