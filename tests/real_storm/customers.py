"""The customers of a storm: they write from their phones, and Meta tells of many in one webhook."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from infra.local import credentials
from infra.local.meta import ids
from infra.local.meta.accounts import BUSINESSES
from tests import webhooks
from tests.e2e.local_run import LocalRun
from tests.real_storm.said import Kind, Person, Said
from tests.webhooks import TIME

CHANNELS: Final = ("messenger", "instagram", "whatsapp")
_OK: Final = 200
_NO_ANSWER: Final = 0
_MOST: Final = 6  #: messages in one webhook
_AGAIN: Final = 0.15  #: how often a webhook that was answered with 200 comes again
_AT_ONCE: Final = 0.10  #: how often it comes twice at the same time
_PAUSE: Final = 0.3  #: seconds until a webhook that was not taken is sent again


class NotTaken(AssertionError):
    """A webhook was refused for good, which Meta never sends again."""


@dataclass(slots=True, kw_only=True)
class Customers:
    """Some customers, who write one after the other; `told` counts webhooks by what they were."""

    run: LocalRun
    said: Said
    random: Random
    persons: Sequence[Person]
    told: Counter[str]

    def write_by_phone(self, number: int) -> None:
        """Write that many messages, each from its phone; what is not taken Meta sends again."""
        for _ in range(number):
            self._phone(self.random.choice(self.persons))

    def write_in_batches(self, number: int) -> None:
        """Write that many messages, after a first one of each, in webhooks of several."""
        for person in self.persons:
            # Known to the phones from here on; taken, too: a batch must not overtake it.
            while self._phone(person) != _OK:
                number -= 1
            number -= 1
        by_channel = {c: [p for p in self.persons if p.channel == c] for c in CHANNELS}
        while number > 0:
            channel = self.random.choice([c for c in CHANNELS if by_channel[c]])
            size = min(number, self.random.randint(1, _MOST))
            self._batch(channel, self.random.choices(by_channel[channel], k=size))
            number -= size

    def _phone(self, person: Person) -> int:
        status = self.run.write(*person, self.said.new(Kind.IN, person), name=f"N{person.contact}")
        if status not in {_OK, _NO_ANSWER} and status < 500:
            raise NotTaken(f"a message was answered {status}")
        self.told["single"] += 1
        return status

    def _batch(self, channel: str, persons: Sequence[Person]) -> None:
        """Send one webhook until it is taken, now and then at once twice, or once more."""
        body = _body(channel, [(person, self.said.new(Kind.IN, person)) for person in persons])
        if self.random.random() < _AT_ONCE:
            self.told["at once"] += 1
            with ThreadPoolExecutor(2) as pool:
                taken = _OK in pool.map(lambda _: self.run.raw(channel, body), range(2))
        else:
            taken = False
        while not taken:
            status = self.run.raw(channel, body)
            taken = status == _OK
            if not taken:
                if status != _NO_ANSWER and status < 500:
                    raise NotTaken(f"a batch was answered {status}")
                self.told["again, not taken"] += 1
                time.sleep(_PAUSE)
        self.told["batch"] += 1
        if self.random.random() < _AGAIN:
            self.run.raw(channel, body)
            self.told["again, taken"] += 1


def _body(channel: str, said: Sequence[tuple[Person, str]]) -> str:
    """Return a webhook in which customers say something just now, as the simulated Meta has it."""
    account = BUSINESSES[channel].id
    messages = [
        webhooks.Said(account, person.contact, ids.message_id(channel, person.contact), text)
        for person, text in said
    ]
    body = webhooks.webhook(channel, webhooks.entry(channel, messages))
    if channel == "whatsapp":
        _name(body["entry"][0]["changes"][0]["value"])
    now = round(time.time() * 1000)
    # What is older than a fortnight would be kept, and not shown.
    return (
        json.dumps(body).replace(str(TIME), str(now)).replace(str(TIME // 1000), str(now // 1000))
    )


def _name(value: dict[str, Any]) -> None:
    """Have WhatsApp's customers named by the ids that their phones have."""
    for card in value["contacts"]:
        card["user_id"] = ids.bsuid_of(card["wa_id"])
    for message in value["messages"]:
        message["from_user_id"] = ids.bsuid_of(message["from"])
    value["metadata"]["display_phone_number"] = credentials.DISPLAY_NUMBER


def persons(number: int) -> list[Person]:
    """Return that many customers, on all channels alike."""
    return [Person(CHANNELS[n % len(CHANNELS)], f"1666{n:07}") for n in range(number)]


class Crowd:
    """All customers at once, in threads of their own, that write a number of messages together."""

    def __init__(
        self, run: LocalRun, said: Said, random: Random, *, customers: int, messages: int
    ) -> None:
        self.told: Counter[str] = Counter()
        everybody = persons(customers)
        shares = [everybody[n::_THREADS] for n in range(_THREADS)]
        self._groups = [
            Customers(
                run=run,
                said=said,
                random=Random(random.random()),
                persons=share,
                told=self.told,
            )
            for share in shares
        ]
        self._messages = messages
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="customers")
        self._done = threading.Event()

    def write(self) -> None:
        """Write all; return when every webhook was taken or is in Meta's hands."""
        share, rest = divmod(self._messages, _THREADS)
        with self._pool as pool:
            writing = [
                pool.submit(
                    group.write_in_batches if n % 2 else group.write_by_phone, share + (n < rest)
                )
                for n, group in enumerate(self._groups)
            ]
        for each in writing:
            each.result()


_THREADS: Final = 6
