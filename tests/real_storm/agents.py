"""The agents of a storm: they answer in the desk, on its pages and through its API, and take notes."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

from infra.local.credentials import DESK_API_TOKEN
from tests.e2e.local_run import LocalRun
from tests.integration.desk.desk import Agent, ApiUser
from tests.real_storm.said import Kind, Person, Said, tokens

_REFRESH: Final = 10.0  #: seconds after which the list of tickets is read again
_NOTES: Final = 0.2  #: how often it is a note instead of a reply
_FAULTS: Final = 0.35  #: how often Meta is made to fail at the reply

#: What Meta does to a send; how often of a hundred; on which channel only; and with which code.
_MISHAPS: Final[tuple[tuple[int, str, dict[str, Any]], ...]] = (
    (30, "", {"fault": "lost_answer"}),
    (18, "", {"fault": "error", "code": 4}),  # throttled
    (8, "", {"fault": "error", "code": 4, "times": 2}),
    (8, "", {"fault": "error", "code": 2}),  # it may have been done, and was not
    (10, "whatsapp", {"fault": "error", "code": 131026}),  # undeliverable
    (10, "messenger", {"fault": "error", "code": 10}),  # the window is closed
    (4, "", {"fault": "timeout"}),
    (12, "whatsapp", {"fault": "late_failure", "code": 131026}),
)


@dataclass(slots=True, kw_only=True)
class Agents:
    """
    Two agents: one at the desk's pages, one with a token.

    `faults` counts what Meta was told to do, each order for the next send to one customer.
    """

    run: LocalRun
    said: Said
    random: Random
    is_calm: threading.Event = field(default_factory=threading.Event)
    faults: Counter[str] = field(default_factory=Counter)
    _tickets: list[tuple[int, Person]] = field(default_factory=list)
    _read_at: float = 0.0

    def answer(self, number: int, *, pause: float, stop: threading.Event) -> None:
        """Write replies, and notes between them, until there are so many or it is enough."""
        web = self.run.agent()
        with (
            closing(web.http),
            httpx.Client(
                base_url=self.run.desk(""),
                headers={"Authorization": f"Token {DESK_API_TOKEN}"},
                timeout=30.0,
            ) as client,
        ):
            api = ApiUser(client)
            while self.said.number(Kind.REPLY) < number and not stop.wait(pause):
                if time.monotonic() - self._read_at > _REFRESH:
                    self._read()
                if self._tickets:
                    self._write(web, api, *self.random.choice(self._tickets))

    def _write(self, web: Agent, api: ApiUser, ticket: int, person: Person) -> None:
        public = self.random.random() >= _NOTES
        if public and not self.is_calm.is_set() and self.random.random() < _FAULTS:
            self._order_a_fault(person)
        text = self.said.new(Kind.REPLY if public else Kind.PRIVATE, person)
        if self.random.random() < 0.5:
            web.reply(ticket, text, **({} if public else {"public": None}))
        else:
            api.follow_up(ticket, text, public=public)

    def _order_a_fault(self, person: Person) -> None:
        fits = [each for each in _MISHAPS if each[1] in {"", person.channel}]
        ((_, _, fault),) = self.random.choices(fits, [each[0] for each in fits])
        match = {"channel": person.channel, "recipient": person.contact}
        self.run.fault(**{"match": match, "times": 1, **fault})
        self.faults[str(fault["fault"])] += 1

    def _read(self) -> None:
        """Read which tickets there are, and whose they are."""
        self._tickets = [
            (ticket["id"], token.person)
            for ticket in self.run.tickets()
            for token in tokens(ticket["followup_set"][0]["comment"] or "")[:1]
        ]
        self._read_at = time.monotonic()
