"""Delivers webhooks: signed, again and again until they are taken, in order per lane."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from infra.local.meta import ids
from infra.local.meta.store import Store
from infra.local.meta.wire import CONNECTIONS, NO_ANSWER, Post

#: Seconds before the second, third, … attempt; the last one repeats.
_PAUSES: Final = (1, 2, 4, 8)
HELD: Final = "held:"  #: how the lane of what is not sent yet begins
#: Meta unsubscribes an application that has failed for an hour; here the letter is given up.
_GIVE_UP_AFTER_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """
    A webhook to deliver.

    Letters of one `lane` go one after the other by `seq`. `message_id` is the customer's message
    that it tells of, or several with blanks between them, empty for echoes and receipts. Times are
    in ms since the epoch.
    """

    seq: int
    lane: str
    channel: str
    body: bytes
    message_id: str = ""
    attempts: int = 0
    due_at: int = 0
    written_at: int = 0


class Postman:
    """
    Hands webhooks over through `post`; `told` hears of each answer to a customer's message.

    What has to be tried again is in the store, so a restart goes on with it.
    """

    def __init__(self, store: Store, post: Post, *, told: Callable[[str, int], None]) -> None:
        self._store = store
        self._post = post
        self._told = told
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="webhook")
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._nudges: dict[str, asyncio.Event] = {}
        self._waiting: dict[str, dict[int, asyncio.Future[int]]] = {}

    def resume(self) -> None:
        """Go on with what an earlier process left."""
        for row in self._store.rows("SELECT DISTINCT lane FROM letter"):
            if not row["lane"].startswith(HELD):
                self._work_off(row["lane"])

    def waiting(self) -> int:
        """Return how many letters have not been taken yet."""
        (row,) = self._store.rows("SELECT COUNT(*) FROM letter")
        return int(row[0])

    def hold(self, letter: Letter) -> None:
        """Keep a letter whose lane is one of those that are held."""
        self._keep(letter)

    def held(self, channel: str) -> list[Letter]:
        """Return what is held on a channel, oldest first."""
        rows = self._store.rows("SELECT * FROM letter WHERE lane = ? ORDER BY seq", HELD + channel)
        return [_letter(row) for row in rows]

    def drop(self, letter: Letter) -> None:
        """Forget a letter."""
        self._store.run("DELETE FROM letter WHERE seq = ?", letter.seq)

    async def quiet(self, lane: str) -> None:
        """Return when everything on a lane was taken, or given up."""
        while task := self._lanes.get(lane):
            await asyncio.wait({task})

    def close(self) -> None:
        """Stop; attempts under way are not waited for."""
        for task in self._lanes.values():
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def post_once(self, channel: str, body: bytes) -> int:
        """Post a body once and return the answer's status, or NO_ANSWER."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._post, channel, body)

    def send(self, letter: Letter) -> None:
        """Deliver a letter in the background, behind the others of its lane."""
        self._keep(letter)
        self._work_off(letter.lane)

    async def send_now(self, letter: Letter) -> int:
        """
        Deliver a letter and return what the application answered, or NO_ANSWER.

        Where earlier letters of the lane still wait, they are tried again first, and the answer
        may be the one that they got. What failed for now is tried again in the background.
        """
        if letter.lane in self._lanes:
            answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(letter.lane, {})[letter.seq] = answer
            self.send(letter)
            self._nudges[letter.lane].set()
            return await answer
        status = await self.post_once(letter.channel, letter.body)
        self._tell(letter, status)
        if worth_another(status):
            self._keep(letter)
            self._after(letter, status)
            self._work_off(letter.lane)
        return status

    def _tell(self, letter: Letter, status: int) -> None:
        for message_id in letter.message_id.split():
            self._told(message_id, status)

    def _keep(self, letter: Letter) -> None:
        self._store.run(
            "INSERT INTO letter VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(letter.seq, letter.lane, letter.channel, letter.body, letter.message_id),
            *(letter.attempts, letter.due_at, ids.now_ms()),
        )

    def _work_off(self, lane: str) -> None:
        if lane not in self._lanes:
            self._nudges[lane] = asyncio.Event()
            self._lanes[lane] = asyncio.create_task(self._work(lane))
            self._lanes[lane].add_done_callback(_report)

    async def _work(self, lane: str) -> None:
        while letter := self._first(lane):
            await self._pause(letter)
            status = await self.post_once(letter.channel, letter.body)
            self._tell(letter, status)
            self._after(letter, status)
            self._answer(letter, status)
        # Nothing is awaited between finding the lane empty and forgetting it.
        del self._lanes[lane], self._nudges[lane]
        self._waiting.pop(lane, None)

    async def _pause(self, letter: Letter) -> None:
        nudge = self._nudges[letter.lane]
        try:
            async with asyncio.timeout(max(0, letter.due_at - ids.now_ms()) / 1000):
                await nudge.wait()
        except TimeoutError:
            pass
        nudge.clear()

    def _first(self, lane: str) -> Letter | None:
        rows = self._store.rows("SELECT * FROM letter WHERE lane = ? ORDER BY seq LIMIT 1", lane)
        return _letter(rows[0]) if rows else None

    def _after(self, letter: Letter, status: int) -> None:
        given_up = letter.written_at and ids.now_ms() - letter.written_at > _GIVE_UP_AFTER_MS
        if given_up:
            print(f"meta: gave up a {letter.channel} webhook after an hour", file=sys.stderr)
        if given_up or not worth_another(status):
            self.drop(letter)
            return
        pause = _PAUSES[min(letter.attempts, len(_PAUSES) - 1)]
        self._store.run(
            "UPDATE letter SET attempts = attempts + 1, due_at = ? WHERE seq = ?",
            *(ids.now_ms() + pause * 1000, letter.seq),
        )

    def _answer(self, letter: Letter, status: int) -> None:
        # One that cannot be delivered holds up all behind it, and all who wait learn why.
        waiting = self._waiting.get(letter.lane, {})
        for seq in list(waiting) if worth_another(status) else [letter.seq]:
            answer = waiting.pop(seq, None)
            if answer and not answer.done():
                answer.set_result(status)


def worth_another(status: int) -> bool:
    """Return whether a webhook that was answered so is sent again: no answer, or a 5xx."""
    return status == NO_ANSWER or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        traceback.print_exception(error)


def _letter(row: sqlite3.Row) -> Letter:
    return Letter(**dict(zip(row.keys(), tuple(row), strict=True)))
