"""The Kept port over the fakes of what is kept."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.errors import Gone
from tests.fakes.bodies import MemoryBodies
from tests.fakes.media import MemoryMedia


class MemoryKept:
    """All that bodies and media hold."""

    def __init__(self, bodies: MemoryBodies, media: MemoryMedia) -> None:
        self._kept = (bodies.kept, media.objects)

    def bodies(self) -> Iterator[str]:
        """Yield the keys of all kept bodies."""
        yield from list(self._kept[0])

    def fetch(self, key: str) -> bytes:
        """Return what is kept under a key."""
        for objects in self._kept:
            if key in objects:
                return objects[key]
        raise Gone(f"nothing under {key}")

    def delete(self, key: str) -> None:
        """Delete what is kept under a key, if anything is."""
        for objects in self._kept:
            objects.pop(key, None)
