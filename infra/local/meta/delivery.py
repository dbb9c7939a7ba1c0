"""
How webhooks get from Meta to the application: one by one and at once, unless mishaps are ordered.

Held back, late, in another order, twice, several in one: all of that Meta does, and promises not
to lose anything by it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from infra.local.meta import batches, ids, standby, wire
from infra.local.meta.deeds import InvalidOrder
from infra.local.meta.orders import parse_channel
from infra.local.meta.postman import HELD, Letter, Postman
from infra.local.meta.presence import OTHER, Presences
from infra.local.meta.standing import Standings
from infra.local.meta.store import Store

_MOST_HELD: Final = 1000  #: as many updates as Meta puts into one webhook
_MOST_SECONDS: Final = 3600


class Kind(StrEnum):
    """What a webhook tells."""

    SAID = "said"  #: what a customer said or did
    ECHO = "echo"  #: that the business said something
    RECEIPT = "receipt"  #: how far it has come
    CONTROL = "control"  #: who answers


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """
    Something to tell the application, of a conversation with a contact.

    `message_id` is the customer's message that it tells of, empty for anything else. News of one
    `lane` are told in their order.
    """

    channel: str
    contact: str
    kind: Kind
    body: Mapping[str, Any]
    lane: str
    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishaps:
    """
    What happens to the webhooks of a channel.

    `hold` are collected before any is sent; then each has `duplicate` copies, they are put into
    an order drawn by `seed` with `shuffle`, and go `batch` in a webhook, after `delay` seconds.
    Echoes come `echo_delay` seconds late or, with `no_echo`, never. With `early`, a call of the
    Graph API is answered only after the application was told what became of it.
    """

    hold: int = 1
    batch: int = 1
    duplicate: int = 0
    delay: float = 0
    shuffle: bool = False
    seed: int = 0
    echo_delay: float = 0
    no_echo: bool = False
    early: bool = False

    @property
    def holds_back(self) -> bool:
        """Return whether webhooks are not sent at once."""
        return self.hold > 1 or self.delay > 0


def parse(order: Mapping[str, Any]) -> tuple[str, Mishaps]:
    """Return the channel and the mishaps of a `POST /sim/delivery`; raise InvalidOrder."""
    channel = parse_channel(order)
    asked = {key: value for key, value in order.items() if key != "channel"}
    if unknown := asked.keys() - asdict(Mishaps()).keys():
        raise InvalidOrder(f"unknown field: {', '.join(sorted(unknown))}")
    for key, value in asked.items():
        _check(key, value)
    mishaps = Mishaps(**asked)
    return channel, replace(mishaps, hold=asked.get("hold", mishaps.batch))


def _check(key: str, value: object) -> None:
    default = getattr(Mishaps(), key)
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise InvalidOrder(f"{key} is true or false")
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidOrder(f"{key} is a number")
    is_time = key in {"delay", "echo_delay"}
    lowest, highest = (0, _MOST_SECONDS) if is_time else (default, _MOST_HELD)
    if not (is_time or isinstance(value, int)) or not lowest <= value <= highest:
        raise InvalidOrder(f"{key} is from {lowest} to {highest}")


class Delivery:
    """Takes news to the postman; what is held back survives a restart."""

    def __init__(
        self, store: Store, postman: Postman, presences: Presences, standings: Standings
    ) -> None:
        self._store = store
        self._postman = postman
        self._presences = presences
        self._standings = standings

    def order(self, channel: str, mishaps: Mishaps) -> None:
        """Let mishaps happen on a channel from now on, instead of those before."""
        self._store.run(
            "INSERT INTO delivery VALUES (?1, ?2) ON CONFLICT DO UPDATE SET mishaps = ?2",
            *(channel, json.dumps(asdict(mishaps))),
        )

    def clear(self) -> None:
        """Let everything go right again, and send what is held back."""
        for row in self._store.rows("SELECT channel FROM delivery"):
            self._release(row["channel"], self._mishaps(row["channel"]))
        self._store.run("DELETE FROM delivery")

    def is_early(self, channel: str) -> bool:
        """Return whether calls on a channel are answered after what became of them was told."""
        return self._mishaps(channel).early

    async def quiet(self, lane: str) -> None:
        """Return when all of a lane was told, or given up."""
        await self._postman.quiet(lane)

    def tell(self, news: News) -> None:
        """Tell the application in the background, as far as it is subscribed."""
        if not self._standings.of(news.channel).subscribed:
            return
        mishaps = self._mishaps(news.channel)
        letter = self._letter(news)
        if news.kind is Kind.ECHO:
            if mishaps.no_echo:
                return
            if mishaps.echo_delay:
                lane = f"echo:{letter.seq}"
                self._postman.send(_later(replace(letter, lane=lane), mishaps.echo_delay))
                return
        if mishaps.holds_back:
            self._hold(letter, mishaps)
            return
        for copy in range(mishaps.duplicate + 1):
            self._postman.send(letter if not copy else replace(letter, seq=ids.tick()))

    async def tell_now(self, news: News) -> int | None:
        """
        Tell the application and return what it answered, or None where it is not told yet.

        See `Postman.send_now`. Who is not subscribed is told nothing.
        """
        if not self._standings.of(news.channel).subscribed:
            return None
        mishaps = self._mishaps(news.channel)
        letter = self._letter(news)
        if mishaps.holds_back:
            self._hold(letter, mishaps)
            return None
        status = await self._postman.send_now(letter)
        for _ in range(mishaps.duplicate):
            self._postman.send(replace(letter, seq=ids.tick()))
        return status

    def _letter(self, news: News) -> Letter:
        is_apart = (
            news.kind is not Kind.CONTROL
            and self._presences.of(news.channel, news.contact).owner == OTHER
        )
        body = standby.set_apart(news.body) if is_apart else news.body
        return Letter(
            seq=ids.tick(),
            lane=news.lane,
            channel=news.channel,
            body=wire.encode(body),
            message_id=news.message_id,
        )

    def _mishaps(self, channel: str) -> Mishaps:
        rows = self._store.rows("SELECT mishaps FROM delivery WHERE channel = ?", channel)
        return Mishaps(**json.loads(rows[0]["mishaps"])) if rows else Mishaps()

    def _hold(self, letter: Letter, mishaps: Mishaps) -> None:
        self._postman.hold(replace(letter, lane=HELD + letter.channel))
        if len(self._postman.held(letter.channel)) >= mishaps.hold:
            self._release(letter.channel, mishaps)

    def _release(self, channel: str, mishaps: Mishaps) -> None:
        held = self._postman.held(channel)
        letters = [letter for letter in held for _ in range(mishaps.duplicate + 1)]
        if mishaps.shuffle:
            letters = _shuffled(letters, random.Random(mishaps.seed))  # noqa: S311 - no secret
        for letter in held:
            self._postman.drop(letter)
        for start in range(0, len(letters), mishaps.batch):
            packed = _packed(letters[start : start + mishaps.batch])
            self._postman.send(_later(packed, mishaps.delay))


def lane_in(channel: str, contact: str) -> str:
    """Return the lane of what a customer says."""
    return f"in:{channel}:{contact}"


def _shuffled(letters: Sequence[Letter], chance: random.Random) -> list[Letter]:
    """Return letters in another order, wherever there is one."""
    found = list(letters)
    while len({letter.seq for letter in letters}) > 1 and found == list(letters):
        chance.shuffle(found)
    return found


def _packed(letters: Sequence[Letter]) -> Letter:
    first = letters[0]
    body = first.body
    if len(letters) > 1:
        body = wire.encode(batches.merged([json.loads(letter.body) for letter in letters]))
    told = dict.fromkeys(letter.message_id for letter in letters if letter.message_id)
    return replace(
        first,
        seq=ids.tick(),
        lane=f"packed:{first.channel}",
        body=body,
        message_id=" ".join(told),
    )


def _later(letter: Letter, seconds: float) -> Letter:
    return replace(letter, due_at=ids.now_ms() + int(seconds * 1000) if seconds else 0)
