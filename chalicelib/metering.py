"""What each line of the log counts: the log tells the facts, and metrics are derived from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from chalicelib.domain.measure import Measure, Meter, Metric, Unit
from chalicelib.domain.ports import Log

#: Why something is parked, beside the reasons of the words catalogue and errors nobody foresaw.
PARKED_FOR: Final = frozenset(
    {
        "crash",
        "dead_letter",
        "foreign_ticket",
        "keeps_failing",
        "no_account",
        "no_desk",
        "no_envelope",
        "no_ticket",
        "too_old",
    }
)
OTHER: Final = "other"  #: every reason that is in no list, so that nobody can invent one
WINDOW_CLOSED: Final = "window_closed"

_Keys = Mapping[str, Any]
_Measures = Iterator[Measure]


class MeteredLog:
    """Keeps the contract of ports.Log with another log, and tells `meter` what each line counts."""

    def __init__(self, log: Log, meter: Meter) -> None:
        self._log, self.meter = log, meter

    def info(self, message: str, **keys: object) -> None:
        """See ports.Log."""
        self._log.info(message, **keys)
        self._count(message, keys)

    def warning(self, message: str, **keys: object) -> None:
        """See ports.Log."""
        self._log.warning(message, **keys)
        self._count(message, keys)

    def alarm(self, message: str, **keys: object) -> None:
        """See ports.Log; every alarm is counted under its message."""
        self._log.alarm(message, **keys)
        self.meter.add(Measure(metric=Metric.ALARMS, dimensions={"alarm": message}))
        self._count(message, keys)

    def _count(self, message: str, keys: Mapping[str, object]) -> None:
        for measure in measures(message, keys):
            self.meter.add(measure)


def measures(message: str, keys: Mapping[str, object]) -> _Measures:
    """Yield what a line of the log counts, beside that it may be an alarm."""
    count = COUNTED.get(message)
    if count is not None:
        yield from count(keys)


def reason(word: str) -> str:
    """Return a reason as one of a list that is known beforehand."""
    from chalicelib import words  # most processes never need it

    known = "crash" if word.startswith("crash:") else word
    return known if known in PARKED_FOR or words.is_reason(known) else OTHER


def _received(keys: _Keys) -> _Measures:
    items = sum(sum(message["items"].values()) for message in keys["messages"])
    if items:
        yield Measure(metric=Metric.RECEIVED, value=items, dimensions={"source": keys["source"]})


def _refused(keys: _Keys) -> _Measures:
    if keys["error"] == "InvalidSignature":
        # Of the source only the side: what stands behind it may be whatever somebody called.
        side = str(keys["source"]).partition(":")[0]
        yield Measure(metric=Metric.UNAUTHENTIC, dimensions={"side": side})


def _stale(keys: _Keys) -> _Measures:
    yield Measure(metric=Metric.STALE, dimensions={"source": keys["source"]})


def _not_accepted(_keys: _Keys) -> _Measures:
    yield Measure(metric=Metric.NOT_ACCEPTED)


def _ingested(keys: _Keys) -> _Measures:
    from chalicelib.domain.events import UnknownEvent  # receive loads this module, too

    if keys["event"] == UnknownEvent.__name__:
        yield Measure(metric=Metric.UNKNOWN_EVENTS, dimensions={"source": keys["source"]})


def _forwarded(keys: _Keys) -> _Measures:
    where = {"channel": keys["channel"], "desk": keys["desk"]}
    yield Measure(metric=Metric.FORWARDED, dimensions=where)
    if "waited" in keys:
        yield Measure(
            metric=Metric.TIME_TO_TICKET, value=keys["waited"], unit=Unit.MS, dimensions=where
        )


def _incomplete(keys: _Keys) -> _Measures:
    yield Measure(metric=Metric.INCOMPLETE, dimensions={"desk": keys["desk"]})


def _sent(keys: _Keys) -> _Measures:
    where = {"channel": keys["channel"]}
    yield Measure(metric=Metric.DELIVERED, dimensions=where)
    if "answered_after" in keys:
        yield Measure(
            metric=Metric.TIME_TO_FIRST_RESPONSE,
            value=keys["answered_after"],
            unit=Unit.MS,
            dimensions=where,
        )


def _failed(keys: _Keys) -> _Measures:
    where = {"channel": keys["channel"]}
    yield Measure(metric=Metric.FAILED, dimensions={**where, "reason": reason(keys["reason"])})
    if keys["reason"] == WINDOW_CLOSED:
        yield Measure(metric=Metric.WINDOW_REFUSALS, dimensions=where)


def _failed_later(keys: _Keys) -> _Measures:
    side, _, name = keys["source"].partition(":")
    yield Measure(metric=Metric.FAILED, dimensions={side: name, "reason": reason(keys["reason"])})
    if keys["reason"] == WINDOW_CLOSED:
        yield Measure(metric=Metric.WINDOW_REFUSALS, dimensions={side: name})


def _unconfirmed(keys: _Keys) -> _Measures:
    yield Measure(metric=Metric.UNCONFIRMED, dimensions={"channel": keys["channel"]})


def _attempt_failed(keys: _Keys) -> _Measures:
    yield Measure(metric=Metric.ATTEMPTS_FAILED, dimensions={"verb": keys["verb"]})


def _parked(keys: _Keys) -> _Measures:
    yield Measure(metric=Metric.PARKED, dimensions={"reason": reason(keys["reason"])})


def _missed(keys: _Keys) -> _Measures:
    yield Measure(metric=Metric.MISSED, value=keys["missed"])


#: What counts, by the message of the line, which is constant.
COUNTED: Final[Mapping[str, Callable[[_Keys], _Measures]]] = {
    "received": _received,
    "webhook refused": _refused,
    "webhook not of now": _stale,
    "webhook not accepted": _not_accepted,
    "ingested": _ingested,
    "forwarded": _forwarded,
    "ticket incomplete": _incomplete,
    "sent": _sent,
    "send refused": _failed,
    "reply failed": _failed_later,
    "never confirmed": _unconfirmed,
    "attempt failed": _attempt_failed,
    "item parked": _parked,
    "work parked": _parked,
    "webhook never came": _missed,
}
