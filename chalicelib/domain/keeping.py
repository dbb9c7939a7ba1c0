"""The ports of what is kept outside the table: files, and bodies too large for the queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.content import Attachment, File, Location


class MediaStore(Protocol):
    """Where files are kept, and the only way by which they come in."""

    def fetch(self, file: File, location: Location) -> File:
        """
        Fetch a file, keep it, and return it with its key, size, real type and hash.

        Raises Refused with a reason of the words catalogue where it is not one that we take (its
        host, size, type or hash), Gone where it is no longer there, TransientError where it could
        not be fetched in time.
        """
        ...

    def forget(self, file: File) -> None:
        """Delete a kept file, which may be gone already; raise TransientError where it may stay."""
        ...

    def attachment(self, file: File) -> Attachment:
        """Return a kept file in hand; raise TransientError, or Gone where it is not kept."""
        ...


class Bodies(Protocol):
    """Where webhook bodies too large for the queue are kept."""

    def keep(self, body: bytes) -> str:
        """Keep a body under its hash and return the key; raise TransientError where it cannot."""
        ...

    def fetch(self, key: str) -> bytes:
        """Return a kept body; raise TransientError, or Gone where it is not there."""
        ...


class Kept(Protocol):
    """All that is kept outside the table, for who exports or erases it."""

    def bodies(self) -> Iterator[str]:
        """Yield the keys of all kept bodies; raise TransientError."""
        ...

    def fetch(self, key: str) -> bytes:
        """Return what is kept under a key; raise TransientError, or Gone where nothing is."""
        ...

    def delete(self, key: str) -> None:
        """Delete what is kept under a key, if anything is; raise TransientError where it may stay."""
        ...
