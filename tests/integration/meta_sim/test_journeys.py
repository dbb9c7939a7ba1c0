"""The ways of messages, as the page asks for them: the log's lines joined with what Meta knows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.integration.meta_sim.world import (
    Application,
    Meta,
    eventually,
    message_id,
    new_contact,
)

TICKET = {"id": "3", "url": "http://127.0.0.1:8991/tickets/3/"}


class Log:
    """The processes' log files, written as the processes write them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()

    def tell(self, process: str, message: str, *, at: int, **keys: Any) -> None:
        """Write a line, at a time in ms."""
        time = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
        line = {"level": "INFO", "message": message, "timestamp": time, "service": "bridge"}
        with (self._folder / f"{process}.log").open("a") as file:
            file.write(json.dumps(line | keys) + "\n")

    def queued(self, queue_id: str, source: str, *, at: int) -> None:
        messages = [{"id": queue_id, "deduplication": "d", "items": {"in": 1}}]
        self.tell("app", "received", at=at, source=source, messages=messages)

    def ingested(self, source: str, *, at: int, sequence: int, **keys: Any) -> None:
        place = {"conversation": "c1", "sequence": sequence}
        line = {"source": source, "owner": "q-1#0", "outcome": "forward", **place, **keys}
        self.tell("workers", "ingested", at=at, **line)

    def forwarded(self, *, at: int, sequence: int) -> None:
        ticket = {"ticket": int(TICKET["id"]), "url": TICKET["url"], "new": True}
        self.tell("workers", "forwarded", at=at, conversation="c1", sequence=sequence, **ticket)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "logs")


@pytest.fixture
def own_meta(tmp_path: Path, log: Log, application: Application) -> Iterator[Meta]:
    """A simulated Meta whose log files the test writes."""
    meta = Meta(tmp_path, application_port=application.port)
    yield meta
    meta.stop()


def item(id_: str) -> str:
    return hashlib.sha256(id_.encode()).hexdigest()[:16]


def journeys(meta: Meta) -> list[dict[str, Any]]:
    return list(meta.get("/sim/journeys").body["journeys"])


def stages(journey: dict[str, Any]) -> dict[str, int | None]:
    """Return when each stage was reached, in ms from the beginning."""
    began = journey["at"]
    return {one["name"]: one["at"] and one["at"] - began for one in journey["stages"]}


def test_a_customers_message_goes_from_the_webhook_to_the_ticket(own_meta: Meta, log: Log) -> None:
    sent = own_meta.write("whatsapp", "393330009001", "hello", name="Ana Bell")
    [journey] = journeys(own_meta)
    assert stages(journey) == {"webhook": 0, "queue": None, "table": None, "ticket": None}
    began = journey["at"]

    log.queued("q-1", "channel:whatsapp", at=began + 7)
    log.ingested("channel:whatsapp", at=began + 40, sequence=1, item=item(sent["message_id"]))
    [journey] = journeys(own_meta)
    assert stages(journey) == {"webhook": 0, "queue": 7, "table": 40, "ticket": None}

    log.forwarded(at=began + 200, sequence=1)
    [journey] = journeys(own_meta)
    assert stages(journey) == {"webhook": 0, "queue": 7, "table": 40, "ticket": 200}
    assert (journey["name"], journey["text"], journey["ticket"]) == ("Ana Bell", "hello", TICKET)
    assert journey["stages"][0]["code"] == 200


def test_an_answer_goes_from_the_queue_to_the_phone(own_meta: Meta, log: Log) -> None:
    asked = own_meta.write("messenger", "9002", "hello", name="Bo")
    began = journeys(own_meta)[0]["at"] + 1000
    log.ingested("channel:messenger", at=began - 900, sequence=1, item=item(asked["message_id"]))
    log.queued("q-2", "desk:local", at=began)
    log.ingested("desk:local", at=began + 30, sequence=2, owner="q-2#0", outcome="deliver")
    answer = journeys(own_meta)[0]
    assert (answer["direction"], answer["name"], answer["text"]) == ("out", "Bo", "")
    assert stages(answer) == {"queue": 0, "table": 30, "graph": None}

    id_ = message_id(own_meta.reply("messenger", "9002", "good day"))
    log.tell("workers", "sent", at=began + 60, conversation="c1", sequence=2, item=item(id_))
    eventually(lambda: own_meta.statuses("messenger", "9002") == ["delivered"])
    own_meta.post("/sim/read", {"channel": "messenger", "contact": "9002"})
    [sent] = [one for one in journeys(own_meta) if one["direction"] == "out"]
    assert sent["key"] == answer["key"]
    assert sent["text"] == "good day"
    assert list(stages(sent)) == ["queue", "table", "graph", "delivered", "read"]
    assert None not in stages(sent).values()


def test_the_thread_names_the_ticket_that_the_conversation_stands_in(
    own_meta: Meta, log: Log
) -> None:
    sent = own_meta.write("instagram", "9003", "hello")
    thread = {"channel": "instagram", "contact": "9003"}
    assert own_meta.get("/sim/thread", fields=thread).body["ticket"] is None
    log.ingested("channel:instagram", at=1, sequence=1, item=item(sent["message_id"]))
    log.forwarded(at=2, sequence=1)
    own_meta.write("instagram", "9003", "and another thing")
    assert own_meta.get("/sim/thread", fields=thread).body["ticket"] == TICKET


def test_what_was_set_aside_has_no_ticket_to_wait_for(own_meta: Meta, log: Log) -> None:
    sent = own_meta.write("whatsapp", "393330009004", "hello")
    log.tell(
        "workers",
        "ingested",
        at=5,
        source="channel:whatsapp",
        owner="q-1#0",
        outcome="parked",
        reason="no_account",
        item=item(sent["message_id"]),
    )
    [journey] = journeys(own_meta)
    assert list(stages(journey)) == ["webhook", "queue", "table"]
    assert journey["troubles"] == [{"at": 5, "what": "parked", "reason": "no_account"}]


def test_an_answer_that_was_refused_says_why(own_meta: Meta, log: Log) -> None:
    asked = own_meta.write("whatsapp", "393330009005", "hello")
    log.ingested("channel:whatsapp", at=1, sequence=1, item=item(asked["message_id"]))
    log.ingested("desk:local", at=20, sequence=2, owner="q-2#0", outcome="deliver")
    place = {"conversation": "c1", "sequence": 2}
    log.tell("workers", "send refused", at=30, reason="window_closed", **place)
    answer = journeys(own_meta)[-1]
    assert answer["direction"] == "out"
    assert answer["troubles"] == [{"at": 30, "what": "send refused", "reason": "window_closed"}]


def test_a_webhook_that_was_refused_says_how_it_was_answered(
    own_meta: Meta, application: Application
) -> None:
    application.answer_next(401)
    own_meta.write("messenger", "9006", "hello")
    [journey] = journeys(own_meta)
    webhook = journey["stages"][0]
    assert (webhook["state"], webhook["code"]) == ("bad", 401)
    thread = own_meta.get("/sim/thread", fields={"channel": "messenger", "contact": "9006"}).body
    assert [(one["status"], one["code"]) for one in thread["entries"]] == [("refused", 401)]


def test_nothing_is_told_twice_until_something_changes(own_meta: Meta, log: Log) -> None:
    sent = own_meta.write("messenger", "9007", "hello")
    first = own_meta.get("/sim/journeys").body
    after = {"after": first["revision"]}
    assert own_meta.get("/sim/journeys", fields=after).body == {"revision": first["revision"]}
    log.ingested("channel:messenger", at=1, sequence=1, item=item(sent["message_id"]))
    assert "journeys" in own_meta.get("/sim/journeys", fields=after).body


def test_a_desk_that_is_down_is_told(own_meta: Meta, log: Log) -> None:
    log.tell("workers", "breaker opened", at=1, level="ERROR", desk="local")
    assert own_meta.get("/sim/journeys").body["desk_down"] is True
    log.tell("workers", "breaker closed", at=2, desk="local")
    assert own_meta.get("/sim/journeys").body["desk_down"] is False


def test_the_last_journeys_are_told_the_newest_first(own_meta: Meta) -> None:
    for number in range(70):
        own_meta.write("messenger", "9008", str(number))
    texts = [one["text"] for one in journeys(own_meta)]
    assert texts == [str(number) for number in range(69, 9, -1)]


def test_what_has_arrived_and_is_not_read_is_counted(meta: Meta) -> None:
    contact = new_contact()
    meta.write("messenger", contact)
    for _ in range(2):
        meta.reply("messenger", contact)
    eventually(lambda: meta.statuses("messenger", contact) == ["delivered", "delivered"])
    people = meta.get("/sim/contacts", fields={"channel": "messenger"}).body
    assert {one["contact"]: one["unread"] for one in people}[contact] == 2
