"""Two hundred messages of twenty customers at once, with and without a desk."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.e2e.local_run import LocalRun, comments, eventually

CHANNELS = ["messenger", "instagram", "whatsapp"]
CUSTOMERS = 20
MESSAGES = 10
DOWN_SECONDS = 60.0
ALL_ARRIVED = 120.0


def _send(run: LocalRun, name: str) -> None:
    """Send everything at once, each customer's messages in order."""

    def customer(number: int) -> None:
        channel = CHANNELS[number % 3]
        for count in range(MESSAGES):
            assert run.write(channel, f"1666{number:07}", f"{name} {number}/{count}") == 200

    with ThreadPoolExecutor(CUSTOMERS) as pool:
        list(pool.map(customer, range(CUSTOMERS)))


def _arrived(run: LocalRun, name: str) -> list[list[str]]:
    """Return for each ticket what was said in this test."""
    said = [
        [comment for comment in comments(ticket) if comment.startswith(name)]
        for ticket in run.tickets()
    ]
    return sorted(filter(None, said), key=lambda texts: int(texts[0].split()[1].split("/")[0]))


def _expected(name: str) -> list[list[str]]:
    return [[f"{name} {n}/{count}" for count in range(MESSAGES)] for n in range(CUSTOMERS)]


def _all_arrived(run: LocalRun, name: str) -> None:
    total = CUSTOMERS * MESSAGES
    eventually(lambda: sum(map(len, _arrived(run, name))) >= total, within=ALL_ARRIVED)
    eventually(lambda: run.verify()["pending"] == 0)
    assert _arrived(run, name) == _expected(name)


def test_each_message_arrives_once_and_in_order_in_one_ticket_per_customer(run: LocalRun) -> None:
    _send(run, "burst")
    _all_arrived(run, "burst")


@contextmanager
def _stopped(run: LocalRun) -> Iterator[None]:
    """Stop the desk as a machine that hangs: its port takes connections and nothing answers."""
    desk = eventually(lambda: run.process_of("infra.local.desk"))
    os.kill(desk, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(desk, signal.SIGCONT)


def test_a_desk_that_hangs_for_a_minute_loses_doubles_and_reorders_nothing(run: LocalRun) -> None:
    began = time.monotonic()
    with _stopped(run):
        _send(run, "hang")
        time.sleep(max(0.0, DOWN_SECONDS - (time.monotonic() - began)))
    _all_arrived(run, "hang")


def test_a_desk_that_dies_in_between_loses_doubles_and_reorders_nothing(run: LocalRun) -> None:
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(_send, run, "death")
        eventually(lambda: run.tickets(said="death"))
        os.kill(eventually(lambda: run.process_of("infra.local.desk")), signal.SIGKILL)
        sending.result()
    eventually(run.desk_answers)
    _all_arrived(run, "death")
    assert run.verify()["lost"] == 0
