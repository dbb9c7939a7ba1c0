"""What can be wrong with a storm."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can be wrong, in the words of the last line."""

    LOST = "lost"
    DUPLICATED = "duplicated"
    MISORDERED = "misordered"
    LEAKED = "leaked"


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never be."""

    kind: Kind
    text: str
