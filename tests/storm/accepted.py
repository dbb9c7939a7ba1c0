"""The log of the storm, of which only what `verify` reads is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.domain.envelope import Book
from chalicelib.operations.accepted import Accepted
from tests import private
from tests.fakes.log import RecordingLog


class AcceptedLog(RecordingLog):
    """A log of which only what `verify` reads is kept."""

    def __init__(self, clock: Callable[[], int]) -> None:
        super().__init__()
        self._clock = clock
        self.accepted: list[Accepted] = []

    def info(self, message: str, **keys: object) -> None:
        """Keep what was accepted."""
        private.logged(message, keys)
        if message != "received":
            return
        messages: Any = keys["messages"]
        for each in messages:
            items = {Book(book): count for book, count in each["items"].items()}
            self.accepted.append(
                Accepted(
                    message_id=each["id"],
                    deduplication=each["deduplication"],
                    at=self._clock(),
                    items=items,
                )
            )

    def warning(self, message: str, **keys: object) -> None:
        """Keep nothing; what is logged is watched as everywhere."""
        private.logged(message, keys)

    def alarm(self, message: str, **keys: object) -> None:
        """Keep nothing; what is logged is watched as everywhere."""
        private.logged(message, keys)
