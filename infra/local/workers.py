"""The application's workers, fed from the queues, and its clock: `python -m infra.local.workers`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from chalice.local import LambdaContext

from app import app
from chalicelib import bootstrap
from chalicelib.aws.clients import client
from chalicelib.aws.queues import SqsQueue
from infra.local import parent
from infra.local.pumps import pump
from infra.local.resources import dead_letter_url

_RUNTIME_MS = 55_000  #: what Lambda would give a worker, below the queues' visibility time-out
#: Seconds between two runs of what the clock starts: not a minute and not an hour, since who tries
#: it out should see a desk come back.
_SCHEDULES = {"sweep": 3.0, "reconcile": 300.0, "erase": 10.0, "renew": 86_400.0}
_MEMORY = 512
#: What EventBridge hands a schedule's function, as far as Chalice reads it.
_TICK: Final[dict[str, Any]] = dict.fromkeys(
    ("version", "account", "region", "source", "id", "time", "detail-type"), ""
) | {"detail": {}, "resources": []}


class _Source(NamedTuple):
    """A queue, the function it feeds, and how many batches at once."""

    url: str
    function: str
    workers: int


def main() -> None:
    """Work until SIGTERM or the parent's end, and finish what was begun."""
    settings = bootstrap.settings()
    queues = {
        "ingest": _Source(settings.intake_queue, "ingest", 4),
        "forward": _Source(settings.forward_queue, "forward", 6),
        "deliver": _Source(settings.deliver_queue, "deliver", 3),
    }
    dead = {
        "dead_intake": _Source(dead_letter_url(settings.intake_queue), "dead_intake", 1),
        "dead_forward": _Source(dead_letter_url(settings.forward_queue), "dead_forward", 1),
        "dead_deliver": _Source(dead_letter_url(settings.deliver_queue), "dead_deliver", 1),
    }
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    parent.end_with_it()
    threads = [threading.Thread(target=_feed, args=(s, stop)) for s in (queues | dead).values()]
    threads += [threading.Thread(target=_tick, args=(*s, stop)) for s in _SCHEDULES.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _feed(source: _Source, stop: threading.Event) -> None:
    pump(
        SqsQueue(source.url, client("sqs")),
        partial(_invoke, source.function),
        name=source.function,
        batch=10,
        workers=source.workers,
        stop=stop,
    )


def _tick(function: str, seconds: float, stop: threading.Event) -> None:
    while not stop.wait(seconds):
        try:
            _invoke(function, _TICK)
        except Exception as exc:  # noqa: BLE001 - the next tick is another invocation
            bootstrap.log().warning(f"{function} failed", error=type(exc).__name__)


def _invoke(function: str, event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Call a function of the application as Lambda would."""
    handler: Callable[..., Mapping[str, Any] | None] = app.handler_map[function]
    return handler(event, LambdaContext(function, _MEMORY, _RUNTIME_MS))


if __name__ == "__main__":
    main()
