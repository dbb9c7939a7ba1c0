"""A deployment and everybody around it, as a test tells their story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.domain.changes import Claim, Delivery, Sent, SentKey
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.message import Message
from chalicelib.domain.ticket import EntryKind
from chalicelib.domain.work import Verb, Work
from chalicelib.errors import TransientError
from chalicelib.pipeline.wake import Wake
from chalicelib.storage import keys, message_rows, rows
from tests import builders
from tests.builders import Raw
from tests.fakes.channel import SIGNED
from tests.fakes.deployment import DESK, WORKERS, Deployment
from tests.fakes.faults import ProcessDied
from tests.fakes.helpdesk import DeskTicket

SWEEP_EVERY = 60_000  #: ms


class World(Deployment):
    """A deployment in which customers write, agents answer, and time passes as a test wants."""

    # --- what comes in

    def hear(self, *items: Raw) -> None:
        """Receive a webhook of the channel."""
        self._receive(self.channel, f"channel:{self.channel.name}", items)

    def hear_now(self, *items: Raw) -> None:
        """Receive a webhook of the channel, and ingest it at this very moment."""
        self.hear(*items)
        self.pump("ingest")

    def hear_desk(self, *items: Raw, desk: str = DESK) -> None:
        """Receive a webhook of a desk."""
        self._receive(self._helpdesk(desk), f"desk:{desk}", items)

    def receive_through(self, intake: Any) -> None:
        """Have what is received go to another intake, that stands before the real one."""
        self.receiver = replace(self.receiver, intake=intake)

    def open_ticket(self, *texts: str, contact: str = "anna") -> str:
        """Have a contact write, and return the id of the ticket in which that is shown."""
        self.hear(*(builders.message(text, contact=contact) for text in texts))
        self.run_until_quiet()
        return self.desk.tickets[-1].id

    def answer(self, ticket_id: str, *texts: str) -> None:
        """Have an agent answer in a ticket, and everything done that can be done at once."""
        for text in texts:
            self.hear_desk(builders.reply(ticket_id, text, at=self.clock()))
        self.work()

    def wake(self, *conversations: str) -> None:
        """Send a wake-up of each verb for conversations, whether there is work or not."""
        self.wakeups.send([Wake(verb, each) for each in conversations for verb in Verb])

    def _receive(self, webhook: Any, source: str, items: Sequence[Raw]) -> None:
        self.receiver.receive(webhook, source=source, body=builders.body(*items), headers=SIGNED)

    # --- what happens then

    def work(self) -> None:
        """Do everything that can be done at this moment."""
        for _ in range(10_000):
            busy = [self.pump(name) for name in WORKERS]
            busy += [self._hand(self.dead[name], name, 10, dead=True) for name in WORKERS]
            if not any(busy):
                return
        raise AssertionError("it never comes to an end")

    def run(self, seconds: float) -> None:
        """Let time pass, with a sweep each minute."""
        until = self.clock() + round(seconds * 1000)
        self.work()
        while self.clock() < until:
            self._until_something_happens(until)
            if self.clock() % SWEEP_EVERY == 0:
                self.sweep()
            self.work()

    def _until_something_happens(self, at_latest: int) -> None:
        now = self.clock()
        sweep = now - now % SWEEP_EVERY + SWEEP_EVERY
        queues = [*self.queues.values(), *self.dead.values()]
        then = min(at_latest, sweep, *(queue.next_visible() for queue in queues))
        self.clock.advance((then - now) / 1000)

    def sweep(self) -> None:
        """Do what the schedule does each minute; one that fails is followed by the next."""
        try:
            self.sweeper.sweep()
        except TransientError:
            self.log.warning("sweep failed")
        except ProcessDied:
            self.start()

    def run_until_quiet(self, *, at_most: float = 7200) -> None:
        """Let time pass until nothing waits; nothing may be left undone then but what is parked."""
        until = self.clock() + round(at_most * 1000)
        self.work()
        while not self._is_quiet():
            assert self.clock() < until, "it never comes to rest"
            self.run(SWEEP_EVERY / 1000)
        left = [work for work in self.open_work() if not work.parked]
        assert not left, "nobody is going to do this"

    def _is_quiet(self) -> bool:
        queues = [*self.queues.values(), *self.dead.values()]
        waits = any(work.due_at and not work.parked for work in self.open_work())
        return not waits and not any(queue.depth() for queue in queues)

    # --- what there is

    def open_work(self) -> list[Work]:
        """Return all work rows, parked ones included."""
        return [rows.to_work(row) for row in self._rows(keys.WORK_PREFIX)]

    def parked_work(self) -> list[Work]:
        """Return the parked work rows."""
        return [work for work in self.open_work() if work.parked]

    def claims(self) -> list[Claim]:
        """Return the books."""
        return [rows.to_claim(row) for row in self._rows(keys.CLAIM)]

    def claim(self, key: str) -> Claim:
        """Return the line of the books under that key."""
        (found,) = (claim for claim in self.claims() if claim.key.key == key)
        return found

    def conversations(self) -> list[Conversation]:
        """Return all conversations."""
        return [
            rows.to_conversation(row) for row in self._rows(keys.CONV) if row["sk"] == keys.CONV
        ]

    def conversation(self) -> Conversation:
        """Return the only conversation."""
        (found,) = self.conversations()
        return found

    def said(self) -> list[Message]:
        """Return everything that is kept of what was said."""
        return [message_rows.to_message(row) for row in self._rows(keys.MESSAGE_PREFIX)]

    def notes(self) -> list[str]:
        """Return the notes in all tickets, in order."""
        entries = (entry.entry for ticket in self.desk.tickets for entry in ticket.entries)
        return [entry.text for entry in entries if entry.kind is EntryKind.NOTE]

    def arrived(self) -> list[str]:
        """Return what the customers have read, in order."""
        return [sent.text for sent in self.channel.arrived]

    def delivery(self, sequence: int) -> Delivery | None:
        """Return how sending the only conversation's message of that number ended."""
        return self.store.delivery(self.conversation().id, sequence)

    def sent(self, message_id: str) -> Sent:
        """Return what is known of a message by the platform's id."""
        key = SentKey(self.account.ref, message_id)
        return self.store.find(sent=[key]).sent[key]

    def ticket(self) -> DeskTicket:
        """Return the only ticket."""
        (found,) = self.desk.tickets
        return found

    def _rows(self, prefix: str) -> Iterator[dict[str, Any]]:
        return (row for row in self.table.scan() if row["sk"].startswith(prefix))
