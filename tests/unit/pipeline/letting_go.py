"""What an operator does with what a world has parked."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

from chalicelib.domain.changes import Claim
from chalicelib.domain.work import Work
from chalicelib.operations.accepted import accepted
from chalicelib.operations.replay import Choice, Replayer, chosen
from chalicelib.operations.verify import Books, verify
from chalicelib.storage.audit import TableAudit
from tests.fakes.world import World


def parked(world: World) -> list[Claim | Work]:
    """Return all that is parked."""
    return chosen(TableAudit(table=world.table), Choice())


def items(world: World) -> list[Claim]:
    """Return the parked items' lines in the books."""
    return [row for row in parked(world) if isinstance(row, Claim)]


def reasons(world: World) -> list[str]:
    """Return why items are parked."""
    return [line.reason for line in items(world)]


def let_go(world: World, *rows: Claim | Work) -> int:
    """Let parked things go, all of them without a name, and return how many it were."""
    return sum(replayer(world).release(rows or parked(world)))


def replayer(world: World) -> Replayer:
    return Replayer(
        store=world.store,
        intake=world.queues["ingest"],
        wakeups=world.wakeups,
        new_id=lambda: uuid.uuid4().hex,
        clock=world.clock,
    )


def books(world: World) -> Books:
    """Return the books as `ops verify` would."""
    return verify(
        accepted(_lines(world)),
        intake=(world.queues["ingest"], world.dead["ingest"]),
        audit=TableAudit(table=world.table),
        now=world.clock(),
    )


def _lines(world: World) -> Iterator[str]:
    at = datetime.fromtimestamp(world.clock() / 1000, UTC).isoformat()
    for keys in world.log.keys_of("received"):
        yield json.dumps({"message": "received", "timestamp": at, **keys})
