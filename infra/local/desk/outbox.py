"""The table of webhooks that are still to be delivered, in the desk's own database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

# AUTOINCREMENT: an id is never used again, so the order of the ids is the order of the events.
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS outgoing_webhook (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id TEXT NOT NULL UNIQUE,
    ticket_id INTEGER NOT NULL,
    body TEXT NOT NULL,
    refused_with INTEGER
)
"""
_INSERT: Final = "INSERT INTO outgoing_webhook (webhook_id, ticket_id, body) VALUES (%s, %s, %s)"
_FIRSTS: Final = """
SELECT id, webhook_id, ticket_id, body FROM outgoing_webhook
WHERE id IN (SELECT min(id) FROM outgoing_webhook WHERE refused_with IS NULL GROUP BY ticket_id)
ORDER BY id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One webhook to deliver; `body` is its JSON, with the addresses of files below the desk's."""

    id: int
    webhook_id: str
    ticket_id: int
    body: str


def create() -> None:
    """Create the table where it is missing."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)


def append(webhook_id: str, body: str, *, ticket_id: int) -> None:
    """Put a webhook behind those that wait, as part of the transaction that is open."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [webhook_id, ticket_id, body])


def firsts() -> list[Waiting]:
    """Return each ticket's oldest waiting webhook, the oldest of all first."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRSTS)
        return [
            Waiting(id=row[0], webhook_id=row[1], ticket_id=row[2], body=row[3])
            for row in cursor.fetchall()
        ]


def remove(waiting: Waiting) -> None:
    """Forget a webhook that was delivered."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM outgoing_webhook WHERE id = %s", [waiting.id])


def refuse(waiting: Waiting, *, status: int) -> None:
    """Keep a webhook that the application refused with an HTTP status, out of the way."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outgoing_webhook SET refused_with = %s WHERE id = %s", [status, waiting.id]
        )
