"""Entries that say what several rows were to say, for a desk with a limit: what stands in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.storm.reading import reads


@dataclass(slots=True)
class Joints:
    """What each row of a conversation says alone, and which of them were put into one."""

    _alone: dict[tuple[str, int], str] = field(default_factory=dict)
    _ends: dict[tuple[str, int], int] = field(default_factory=dict)
    _parts: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def wrote(self, conversation: str, number: int, row: Mapping[str, Any]) -> bool:
        """See a row; return whether those that stand in it follow each other, word for word."""
        joined = [(int(each["sequence"]), str(each["text"])) for each in row.get("joined", ())]
        if not joined:
            self._alone[conversation, number] = str(row["text"])
            return True
        texts = [str(row["text"]), *(text for _, text in joined)]
        self._parts[conversation, reads(row)] = texts
        if (conversation, number) in self._ends:
            return True  # what was taken back meanwhile is no longer in it
        numbers = [number, *(each for each, _ in joined)]
        self._ends[conversation, number] = numbers[-1]
        same = joined == [(each, self._alone.get((conversation, each))) for each in numbers[1:]]
        return same and numbers == sorted(set(numbers))

    def end(self, conversation: str, number: int) -> int:
        """Return the last of the rows that stand in one: itself where it is alone."""
        return self._ends.get((conversation, number), number)

    def parts(self, conversation: str, text: str) -> Sequence[str]:
        """Return what an entry says, one by one."""
        return self._parts.get((conversation, text), [text])
