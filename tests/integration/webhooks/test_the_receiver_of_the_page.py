"""The receiver that docs/helpdesks/standard_webhooks.md shows works as it stands there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from chalicelib import registry
from chalicelib.domain.account import Desk
from chalicelib.domain.desk_events import ReplyWritten
from chalicelib.domain.ports import Helpdesk
from chalicelib.errors import Unauthorised
from tests.contract.conformance import PHOTO, entry, opening
from tests.desks.bench import NEW, OTHER
from tests.desks.catcher import Catcher
from tests.fakes.secrets import MemorySecrets
from tests.integration.desk.desk import free_port

PAGE = Path(__file__).parents[3] / "docs" / "helpdesks" / "standard_webhooks.md"
DEADLINE = 30.0


class Receiver:
    """The page's receiver in a process of its own, which answers to `catcher`."""

    def __init__(self, folder: Path, catcher: Catcher) -> None:
        (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
        assert len(source.splitlines()) < 50
        script = folder / "receiver.py"
        script.write_text(source)
        self.port = free_port()
        self.output = folder / "output"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, script],
                env=os.environ
                | {
                    "SCRIPTA_SECRET": NEW,
                    "SCRIPTA_URL": f"http://127.0.0.1:{catcher.port}/helpdesks/d/webhook",
                    "PORT": str(self.port),
                },
                stdout=output,
                stderr=subprocess.DEVNULL,
            )
        self._wait(lambda: bool(self._status()))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(DEADLINE)

    def helpdesk(self, *, secret: str = NEW) -> Helpdesk:
        url = f"http://127.0.0.1:{self.port}/hooks"
        desk = Desk(id="d", helpdesk="standard_webhooks", url=url, options={"local": "on"})
        secrets = MemorySecrets({"desks/d": {"webhook_secrets": (secret,)}})
        return registry.helpdesk(desk, secrets=secrets)

    def _status(self) -> int:
        try:
            return httpx.post(f"http://127.0.0.1:{self.port}/", content=b"{}").status_code
        except httpx.TransportError:
            return 0

    def _wait(self, that: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE
        while not that():
            assert self.process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    catcher = Catcher()
    catcher.start()
    yield catcher
    catcher.stop()


@pytest.fixture
def receiver(tmp_path: Path, catcher: Catcher) -> Iterator[Receiver]:
    receiver = Receiver(tmp_path, catcher)
    yield receiver
    receiver.stop()


def test_it_takes_each_thing_once_and_answers_its_customer(receiver: Receiver, catcher: Catcher):
    helpdesk = receiver.helpdesk()
    helpdesk.check()
    asked = opening("Hello 🎉")
    asked = replace(asked, entry=replace(asked.entry, files=(PHOTO,)))
    ticket = helpdesk.create(asked)
    assert (ticket.id, ticket.url) == ("T-1", "https://desk.example.com/tickets/T-1")
    assert helpdesk.create(asked) == ticket
    more = entry("more", ticket)
    assert helpdesk.append(ticket.id, more) == helpdesk.append(ticket.id, more) == more.key
    helpdesk.append(ticket.id, entry("still more", ticket))
    told = [line.partition(" ")[0] for line in receiver.output.read_text().splitlines()]
    assert told == ["ping", "conversation.opened", "message.received", "message.received"]

    (webhook,) = catcher.after(count=1, that=lambda _: True)
    helpdesk.verify(webhook.body, webhook.headers)
    (item,) = helpdesk.split(json.loads(webhook.body))
    reply = helpdesk.parse(item.raw, received_at=1)
    assert isinstance(reply, ReplyWritten)
    assert (reply.ticket_id, reply.text) == ("T-1", "Hello Ana Bell, we are on it.")


def test_it_takes_nothing_from_anybody_else(receiver: Receiver):
    with pytest.raises(Unauthorised):
        receiver.helpdesk(secret=OTHER).create(opening())
    assert receiver.output.read_text() == ""
