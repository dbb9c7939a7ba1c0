"""What a message can carry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """What somebody wrote."""

    text: str


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something a person sent that is not understood yet: `kind` is the platform's word for it."""

    kind: str


Content = Text | Unsupported
