"""The Bodies port in memory."""

from __future__ import annotations

import hashlib

from chalicelib.errors import Gone, TransientError


class MemoryBodies:
    """Keeps bodies in `kept`, by key; raises TransientError while `down` is set."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.down = False

    def keep(self, body: bytes) -> str:
        """Keep a body and return its key."""
        self._up()
        key = f"bodies/{hashlib.sha256(body).hexdigest()}"
        self.kept[key] = body
        return key

    def fetch(self, key: str) -> bytes:
        """Return a kept body."""
        self._up()
        if key not in self.kept:
            raise Gone(f"no body {key}")
        return self.kept[key]

    def _up(self) -> None:
        if self.down:
            raise TransientError("bodies are down")
