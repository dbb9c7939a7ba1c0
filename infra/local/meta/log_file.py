"""A log file that another process writes: its new lines, whenever somebody asks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

#: At most so much is read at once, in bytes; of what is older, nothing is told.
MOST_AT_ONCE: Final = 8 * 1024 * 1024


class LogFile:
    """The file at `path`, which may not be there yet, be cut, or be put in another's place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode = 0
        self._offset = 0
        self._begun = b""

    def new_lines(self) -> list[str]:
        """Return the lines that ended since the last call, without their ends, oldest first."""
        try:
            with self._path.open("rb") as file:
                found = os.fstat(file.fileno())
                if found.st_ino != self._inode or found.st_size < self._offset:
                    self._inode, self._offset, self._begun = found.st_ino, 0, b""
                skipped = max(0, found.st_size - self._offset - MOST_AT_ONCE)
                file.seek(self._offset + skipped)
                read = file.read(MOST_AT_ONCE)
        except FileNotFoundError:
            return []
        self._offset += skipped + len(read)
        if skipped:
            # It begins in the middle of a line.
            self._begun, read = b"", read.partition(b"\n")[2]
        *lines, self._begun = (self._begun + read).split(b"\n")
        return [line.decode("utf-8", "replace") for line in lines]
