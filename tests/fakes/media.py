"""The MediaStore port in memory."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from chalicelib.domain.content import Attachment, File, Location
from chalicelib.domain.file_names import UNKNOWN, safe_name
from chalicelib.errors import Gone
from tests.fakes.faults import Faults


class MemoryMedia:
    """
    Fetches what `outside` has, by address, and a few bytes of its own for any other address.

    `faults` are planned for the calls "fetch", "attachment" and "forget", their text is the file's name.
    `fetched` are the files asked for and where; `objects` is what is kept, by key.
    """

    def __init__(self) -> None:
        self.faults = Faults()
        self.outside: dict[str, bytes] = {}
        self.fetched: list[tuple[File, Location]] = []
        self.objects: dict[str, bytes] = {}
        self._count = 0

    def fetch(self, file: File, location: Location) -> File:
        """Keep a file, or fail as planned."""
        self.fetched.append((file, location))
        self.faults.meet("fetch", file.name)
        content = self.outside.get(location.url, f"what is at {location.url}".encode())
        mime = file.mime or UNKNOWN
        self._count += 1
        key = f"media/{self._count}"
        self.objects[key] = content
        return replace(
            file,
            key=key,
            name=safe_name(file.name, mime=mime, fallback=file.kind),
            mime=mime,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )

    def forget(self, file: File) -> None:
        """Delete a kept file, or fail as planned."""
        self.faults.meet("forget", file.name)
        self.objects.pop(file.key, None)

    def attachment(self, file: File) -> Attachment:
        """Return a kept file, or fail as planned."""
        self.faults.meet("attachment", file.name)
        if file.key not in self.objects:
            raise Gone("no such file")
        return Attachment(
            kind=file.kind,
            name=file.name,
            mime=file.mime,
            content=self.objects[file.key],
            link=f"https://files.test/{file.key}",
        )
