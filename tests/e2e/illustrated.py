"""Pictures to send, and tickets that hold some."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import httpx

from infra.local.credentials import DESK_API_TOKEN
from tests.e2e.local_run import LocalRun

TOKEN = {"Authorization": f"Token {DESK_API_TOKEN}"}


def png(shade: int) -> bytes:
    """Return a picture of one grey pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes([0, shade]))
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def illustrated(run: LocalRun, said: str) -> dict[str, Any] | None:
    """Return the ticket in which that was said, as soon as it has a file."""
    ticket = run.ticket(said=said)
    return ticket if ticket and files_of(ticket) else None


def files_of(ticket: dict[str, Any]) -> list[tuple[str, bytes]]:
    return [
        (file["filename"], httpx.get(file["file"], headers=TOKEN).content)
        for entry in ticket["followup_set"]
        for file in entry["followupattachment_set"]
    ]
