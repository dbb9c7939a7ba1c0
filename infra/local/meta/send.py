"""What the business sends, once it is known to be well-formed."""

from __future__ import annotations

from dataclasses import dataclass

from infra.local.meta.store import Media


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """
    A message that Meta accepts, addressed to `contact`.

    `tracking` comes back in echoes and statuses; `file` goes with it, under an id of its own;
    `fate` is the error code that it fails with later, 0 for none.
    """

    channel: str
    contact: str
    type: str
    text: str
    file: Media | None = None
    tracking: str = ""
    fate: int = 0
