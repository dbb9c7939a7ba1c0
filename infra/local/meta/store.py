"""Everything the simulated Meta remembers, in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from infra.local.meta import ids
from infra.local.meta.records import Customer, Media, Message, Rung

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS customer (
  channel TEXT, contact TEXT, name BLOB, bsuid TEXT, last_inbound_at INTEGER,
  PRIMARY KEY (channel, contact));
CREATE INDEX IF NOT EXISTS customer_bsuid ON customer (bsuid);
CREATE TABLE IF NOT EXISTS message (
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE, channel TEXT, contact TEXT, outgoing INTEGER,
  type TEXT, text BLOB, media TEXT, tracking BLOB, at INTEGER, status TEXT, fate INTEGER);
CREATE INDEX IF NOT EXISTS message_thread ON message (channel, contact, seq);
CREATE INDEX IF NOT EXISTS message_unread ON message (channel, contact)
  WHERE outgoing AND status = 'delivered';
CREATE TABLE IF NOT EXISTS rung (
  message_id TEXT, status TEXT, at INTEGER, code INTEGER, PRIMARY KEY (message_id, status));
CREATE TABLE IF NOT EXISTS media (
  id TEXT PRIMARY KEY, channel TEXT, filename TEXT, mime TEXT, content BLOB);
CREATE TABLE IF NOT EXISTS letter (
  seq INTEGER PRIMARY KEY, lane TEXT, channel TEXT, body BLOB, message_id TEXT,
  attempts INTEGER, due_at INTEGER, written_at INTEGER);
CREATE INDEX IF NOT EXISTS letter_lane ON letter (lane, seq);
CREATE TABLE IF NOT EXISTS fault (
  seq INTEGER PRIMARY KEY, channel TEXT, recipient TEXT, fault TEXT, code INTEGER, http INTEGER,
  remaining INTEGER);
"""
#: What became of the schema since, one step after the other; `user_version` counts them.
_STEPS: Final = (
    """
    ALTER TABLE message ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE customer ADD COLUMN number TEXT NOT NULL DEFAULT '';
    ALTER TABLE fault ADD COLUMN subcode INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE presence (
      channel TEXT, contact TEXT, typing_until INTEGER, seen INTEGER, owner TEXT,
      PRIMARY KEY (channel, contact));
    CREATE TABLE delivery (channel TEXT PRIMARY KEY, mishaps TEXT);
    """,
)


class Store:
    """The file; used from the event loop's thread alone, so nothing needs a lock."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        # What a power cut takes from a simulation is not worth a wait for the disk.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(_SCHEMA)
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        for number, step in enumerate(_STEPS[version:], start=version + 1):
            self._db.executescript(f"BEGIN; {step} PRAGMA user_version = {number}; COMMIT")

    def close(self) -> None:
        """Close the file; nothing can be asked afterwards."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything in the block happen, or none of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def run(self, sql: str, /, *values: object) -> int:
        """Execute a statement and return how many rows it touched."""
        return self._db.execute(sql, values).rowcount

    def rows(self, sql: str, /, *values: object) -> list[sqlite3.Row]:
        """Return the rows that a query finds."""
        return self._db.execute(sql, values).fetchall()

    def note_customer(
        self, channel: str, contact: str, *, name: str, bsuid: str, at: int, number: str = ""
    ) -> Customer:
        """
        Remember a customer, under a new name and a number where such are given.

        `at` (ms) is when what they did opened the window, 0 where it opens none.
        """
        self.run(
            "INSERT INTO customer VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET"
            " last_inbound_at = max(last_inbound_at, ?5), name = iif(?3 = x'', name, ?3),"
            " number = iif(?6 = '', number, ?6)",
            *(channel, contact, _packed(name), bsuid, at, number),
        )
        found = self.customer(channel, contact)
        if found is None:
            raise LookupError(channel)
        return found

    def customer(self, channel: str, contact: str) -> Customer | None:
        """Return a customer by any of the names the channel has for one, or None."""
        rows = self.rows(
            "SELECT * FROM customer WHERE channel = ?1 AND ?2 IN (contact, bsuid, number)"
            " AND ?2 <> ''"
            " ORDER BY contact = ?2 DESC LIMIT 1",
            *(channel, contact),
        )
        return _customer(rows[0]) if rows else None

    def customers(self, channel: str) -> list[Customer]:
        """Return everybody who wrote on a channel, the last one first."""
        return [
            _customer(row)
            for row in self.rows(
                "SELECT * FROM customer WHERE channel = ? ORDER BY last_inbound_at DESC", channel
            )
        ]

    def set_last_inbound(self, customer: Customer, *, at: int) -> None:
        """Change when a customer last wrote (ms): the window is counted from there."""
        self.run(
            "UPDATE customer SET last_inbound_at = ? WHERE channel = ? AND contact = ?",
            *(at, customer.channel, customer.contact),
        )

    def set_names(self, customer: Customer, *, bsuid: str, number: str) -> None:
        """Change what WhatsApp calls a customer."""
        self.run(
            "UPDATE customer SET bsuid = ?, number = ? WHERE channel = ? AND contact = ?",
            *(bsuid, number, customer.channel, customer.contact),
        )

    def add_message(self, message: Message) -> None:
        """Keep a message; its id must be new."""
        self.run(
            "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(message.seq, message.id, message.channel, message.contact, message.outgoing),
            *(message.type, _packed(message.text), message.media, _packed(message.tracking)),
            *(message.at, message.status, message.fate, json.dumps(message.details)),
        )

    def amend(self, message_id: str, *, text: str | None = None, **details: Any) -> None:
        """Change the text of a message or some of its details."""
        if text is not None:
            self.run("UPDATE message SET text = ? WHERE id = ?", _packed(text), message_id)
        if (found := self.message(message_id)) and details:
            merged = json.dumps({**found.details, **details})
            self.run("UPDATE message SET details = ? WHERE id = ?", merged, message_id)

    def message(self, message_id: str) -> Message | None:
        """Return a message by its id, or None."""
        rows = self.rows("SELECT * FROM message WHERE id = ?", message_id)
        return _message(rows[0]) if rows else None

    def messages(
        self, *, channel: str = "", contact: str = "", outgoing: bool | None = None
    ) -> list[Message]:
        """Return messages oldest first: of a channel, of a contact, of a direction, or all."""
        wanted = {"channel": channel or None, "contact": contact or None, "outgoing": outgoing}
        given = {column: value for column, value in wanted.items() if value is not None}
        where = " AND ".join([f"{column} = ?" for column in given] or ["TRUE"])
        rows = self.rows(f"SELECT * FROM message WHERE {where} ORDER BY seq", *given.values())  # noqa: S608 - column names of ours
        return [_message(row) for row in rows]

    def unfinished(self) -> list[Message]:
        """Return what the business sent and has neither arrived nor failed, oldest first."""
        rows = self.rows(
            "SELECT * FROM message WHERE outgoing AND status IN ('accepted', 'sent') ORDER BY seq"
        )
        return [_message(row) for row in rows]

    def latest(self, count: int) -> list[Message]:
        """Return what was said last, by anybody on any channel, the newest first."""
        rows = self.rows("SELECT * FROM message ORDER BY seq DESC LIMIT ?", count)
        return [_message(row) for row in rows]

    def unread(self, channel: str) -> dict[str, int]:
        """Return, by contact, how many messages have arrived on a channel and are not read yet."""
        rows = self.rows(
            "SELECT contact, COUNT(*) AS unread FROM message"
            " WHERE channel = ? AND outgoing AND status = 'delivered' GROUP BY contact",
            channel,
        )
        return {row["contact"]: row["unread"] for row in rows}

    def set_status(self, message_id: str, status: str, *, code: int = 0) -> None:
        """Say how far a message has come, and with which answer or error code."""
        self.run("UPDATE message SET status = ? WHERE id = ?", status, message_id)
        self.run(
            "INSERT INTO rung VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET code = excluded.code",
            *(message_id, status, ids.now_ms(), code),
        )

    def rungs(self, message_id: str) -> dict[str, Rung]:
        """Return the statuses that a message has had."""
        rows = self.rows("SELECT * FROM rung WHERE message_id = ?", message_id)
        return {row["status"]: Rung(at=row["at"], code=row["code"]) for row in rows}

    @property
    def changes(self) -> int:
        """Return a number that grows with each change."""
        return self._db.total_changes

    def add_media(self, media: Media) -> None:
        """Keep a file."""
        self.run(
            "INSERT INTO media VALUES (?, ?, ?, ?, ?)",
            *(media.id, media.channel, media.filename, media.mime, media.content),
        )

    def put_media(self, media: Media) -> None:
        """Keep a file in place of the one that has its id, if there is one."""
        with self.transaction():
            self.run("DELETE FROM media WHERE id = ?", media.id)
            self.add_media(media)

    def media(self, media_id: str) -> Media | None:
        """Return a file by its id, or None."""
        rows = self.rows("SELECT * FROM media WHERE id = ?", media_id)
        return Media(**_fields(rows[0])) if rows else None


def _packed(text: str) -> bytes:
    # Customers write lone surrogates and NULs, which SQLite's TEXT does not give back.
    return text.encode("utf-8", "surrogatepass")


def _unpacked(blob: bytes) -> str:
    return blob.decode("utf-8", "surrogatepass")


def _fields(row: sqlite3.Row) -> dict[str, Any]:
    return {key: row[key] for key in row.keys()}  # noqa: SIM118 - iterating a Row gives values


def _customer(row: sqlite3.Row) -> Customer:
    return Customer(**{**_fields(row), "name": _unpacked(row["name"])})


def _message(row: sqlite3.Row) -> Message:
    return Message(
        **{
            **_fields(row),
            "outgoing": bool(row["outgoing"]),
            "text": _unpacked(row["text"]),
            "tracking": _unpacked(row["tracking"]),
            "details": json.loads(row["details"]),
        }
    )
