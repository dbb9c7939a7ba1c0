"""Batches: what failed is answered, shown again in time, and not overtaken by its group."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from chalice.app import SQSEvent

from chalicelib import bootstrap
from chalicelib.domain.ports import Outgoing
from chalicelib.entrypoints import batches
from chalicelib.errors import MalformedPayload, TransientError
from chalicelib.pipeline.drain import SHORT_WAITS, Wait
from infra.local.pumps import event
from tests.fakes.clock import VirtualClock
from tests.fakes.queue import MemoryQueue

VISIBILITY = 60


class Batch:
    """A queue with some messages, `group:body` each, handed to the worker under test."""

    def __init__(self, *messages: str):
        self.clock = VirtualClock()
        self.queue = MemoryQueue(self.clock, visibility=VISIBILITY)
        for number, message in enumerate(messages):
            group, _, body = message.partition(":")
            self.queue.send([Outgoing(body=body, group=group, deduplication=str(number))])
        self.received = self.queue.receive(most=10, wait=0)
        self.seen: list[str] = []
        self.time_left = 60.0

    @property
    def event(self) -> SQSEvent:
        context: Any = SimpleNamespace(get_remaining_time_in_millis=lambda: self.time_left * 1000)
        return SQSEvent(event(self.received, name="q"), context)

    def in_order(self, each: Callable[[str], object]) -> list[str]:
        """Return the bodies that were answered as failed."""

        def handle(record: Any) -> None:
            self.seen.append(record.body)
            each(record.body)

        return self._failed(batches.in_order(self.event, self.queue, handle))

    def drained(self, drain: batches.Drain) -> list[str]:
        """Return the bodies that were answered as failed."""
        return self._failed(batches.drained(self.event, self.queue, drain))

    def _failed(self, answer: dict[str, Any]) -> list[str]:
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        return [message.body for message in self.received if message.id in failed]

    def hidden_for(self, body: str) -> int:
        """Return for how many seconds from now a failed message is not shown."""
        first = next(m for m in self.received if m.body == body)
        for message in self.received:
            if message is not first and message.group != first.group:
                self.queue.delete(message.receipt)
        for seconds in range(VISIBILITY + 200):
            if self.queue.receive(most=1, wait=0):
                return seconds
            self.clock.advance(1)
        raise AssertionError("it is never shown again")


def failing(*bodies: str, error: Exception | None = None) -> Callable[[str], None]:
    def each(body: str) -> None:
        if body in bodies:
            raise error or TransientError("no")

    return each


def test_a_batch_that_goes_well_has_no_failures():
    assert Batch("g:1", "h:2").in_order(failing()) == []


def test_what_stands_behind_a_failure_of_its_group_fails_untried():
    batch = Batch("g:1", "h:2", "g:3", "h:4", "g:5")
    assert batch.in_order(failing("3")) == ["3", "5"]
    assert batch.seen == ["1", "2", "3", "4"]


@pytest.mark.parametrize("error", [TransientError("no"), MalformedPayload("no"), KeyError("no")])
def test_a_batch_that_fails_whole_is_answered_and_not_raised(error):
    assert Batch("g:1", "h:2").in_order(failing("1", "2", error=error)) == ["1", "2"]


def test_a_failure_is_shown_again_after_a_short_wait():
    batch = Batch("g:1")
    batch.in_order(failing("1"))
    assert batch.hidden_for("1") == SHORT_WAITS[0]


def test_a_failure_that_comes_back_waits_longer():
    batch = Batch("g:1")
    for wait in (*SHORT_WAITS, SHORT_WAITS[-1]):
        batch.in_order(failing("1"))
        batch.clock.advance(wait - 1)
        assert batch.queue.receive(most=1, wait=0) == []
        batch.clock.advance(1)
        batch.received = batch.queue.receive(most=1, wait=0)
        assert batch.received


def test_a_time_that_the_failure_names_is_kept():
    batch = Batch("g:1")
    batch.in_order(failing("1", error=TransientError("later", retry_after=100)))
    assert batch.hidden_for("1") == 100


def test_a_queue_that_cannot_defer_leaves_it_to_the_visibility_time_out():
    batch = Batch("g:1")
    batch.queue.down = True
    assert batch.in_order(failing("1")) == ["1"]
    batch.queue.down = False
    assert batch.hidden_for("1") == VISIBILITY


@pytest.mark.parametrize(
    ("error", "level"), [(TransientError("no"), "WARNING"), (KeyError("no"), "ERROR")]
)
def test_only_what_nobody_foresaw_is_an_alarm(error, level, caplog):
    Batch("g:1").in_order(failing("1", error=error))
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == (level, "message failed")
    assert record.levelno >= logging.WARNING


@pytest.fixture
def no_partial_batch(monkeypatch):
    monkeypatch.delenv("SCRIPTA_PARTIAL_BATCH")
    bootstrap.settings.cache_clear()
    yield
    bootstrap.settings.cache_clear()


@pytest.mark.usefixtures("no_partial_batch")
def test_where_no_partial_failures_are_taken_the_whole_batch_fails():
    batch = Batch("g:1", "h:2")
    with pytest.raises(TransientError):
        batch.in_order(failing("1"))
    assert batch.seen == ["1", "2"]
    assert Batch("g:1").in_order(failing()) == []


def test_a_conversation_that_waits_is_shown_again_in_its_time_and_is_no_failure(caplog):
    batch = Batch("a:a", "b:b")
    waits = {"a": Wait(7.0), "b": None}
    assert batch.drained(lambda each, *, time_left: waits[each]) == ["a"]
    assert batch.hidden_for("a") == 7
    assert caplog.records == []


def test_a_conversation_woken_twice_in_a_batch_is_drained_once():
    drained: list[str] = []
    times: list[float] = []

    def drain(conversation_id: str, *, time_left: Callable[[], float]) -> Wait:
        drained.append(conversation_id)
        times.append(time_left())
        return Wait(7.0)

    batch = Batch("a:a", "b:b", "a:a")
    failed = batches.drained(batch.event, batch.queue, drain)["batchItemFailures"]
    assert [each["itemIdentifier"] for each in failed] == [m.id for m in batch.received[:2]]
    assert drained == ["a", "b"]
    assert times == [60.0, 60.0]


def test_what_there_is_no_time_for_is_left_to_another_process_at_once():
    batch = Batch("g:1", "h:2")
    batch.time_left = 20
    assert batch.in_order(failing()) == ["1", "2"]
    assert batch.seen == []
    assert len(batch.queue.receive(most=10, wait=0)) == 2
