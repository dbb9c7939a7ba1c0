"""What the business sends, once it is known to be well-formed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """
    A message that Meta accepts, addressed to `contact`.

    `tracking` comes back in echoes and statuses; `media` is a link or the id of an upload; `fate`
    is the error code that it fails with later, 0 for none.
    """

    channel: str
    contact: str
    type: str
    text: str
    media: str = ""
    tracking: str = ""
    fate: int = 0
