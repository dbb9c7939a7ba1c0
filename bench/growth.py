"""Whether a message costs more when there are many conversations, or many messages in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from bench.bridge import Bridge, said
from bench.figures import Figure
from chalicelib.storage import keys
from chalicelib.storage.table import Put

_CONVERSATIONS: Final = (1_000, 100_000)
_MESSAGES: Final = (10, 10_000)
_FEW: Final = 10  #: messages that are measured


def figures() -> Iterator[Figure]:
    """Yield the largest ratio of calls or units per message, large against small."""
    ratios = []
    for sizes, populate in ((_CONVERSATIONS, _conversations), (_MESSAGES, _messages)):
        small, large = (_cost(populate, size) for size in sizes)
        ratios += [large[what] / small[what] for what in small if small[what]]
    yield Figure(key="growth", value=max(ratios), unit="x, of calls and units")


def _cost(populate: Any, size: int) -> dict[str, float]:
    """Return what a message costs where there is so much already."""
    bridge = Bridge()
    bridge.hear([said(0, 0)])
    bridge.work()
    populate(bridge, size)
    meter = bridge.counted
    before = (meter.calls, meter.reads, meter.writes)
    for number in range(1, _FEW + 1):
        bridge.hear([said(0, number)])
        bridge.work()
        bridge.clock.advance(1)
    after = (meter.calls, meter.reads, meter.writes)
    names = ("calls", "reads", "writes")
    return {n: (b - a) / _FEW for n, a, b in zip(names, before, after, strict=True)}


def _conversations(bridge: Bridge, size: int) -> None:
    """Copy everything that there is of the one conversation, under other names."""
    rows = list(bridge.table.scan())
    (own,) = {row["id"] for row in rows if row["sk"] == keys.CONV}
    for number in range(size - 1):
        for row in rows:
            pk = f"{row['pk'].replace(own, f'{own}x{number}')}"
            pk = pk if pk != row["pk"] else f"{row['pk']}x{number}"
            _put(bridge, row, pk, row["sk"])


def _messages(bridge: Bridge, size: int) -> None:
    """Copy the one message to numbers that are far from those to come."""
    rows = [row for row in bridge.table.scan() if row["sk"].startswith(keys.MESSAGE_PREFIX)]
    for number in range(size - 1):
        for row in rows:
            _put(bridge, row, row["pk"], f"{keys.MESSAGE_PREFIX}{number + 1_000_000:010}")


def _put(bridge: Bridge, row: dict[str, Any], pk: str, sk: str) -> None:
    content = {name: value for name, value in row.items() if name not in ("pk", "sk")}
    bridge.counted._table.write([Put(key=(pk, sk), row=content)])  # noqa: SLF001 - uncounted
