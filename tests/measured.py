"""Every measure that the code can tell, of the log and of the sweep; and how CloudWatch takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.measure import Measure
from chalicelib.metering import MeteredLog
from tests.fakes.log import MemoryMeter, RecordingLog
from tests.fakes.world import World

#: A line of each message that counts, with the keys that the code gives it.
LINES: Mapping[str, Mapping[str, Any]] = {
    "received": {"source": "channel:messenger", "messages": [{"items": {"in": 2}}]},
    "webhook refused": {"source": "channel:messenger", "error": "InvalidSignature"},
    "webhook not of now": {"source": "desk:local"},
    "webhook not accepted": {"source": "desk:local", "error": "TransientError"},
    "ingested": {"source": "channel:messenger", "event": "UnknownEvent"},
    "forwarded": {"channel": "messenger", "desk": "local", "waited": 1000},
    "ticket incomplete": {"desk": "local"},
    "sent": {"channel": "messenger", "answered_after": 60_000},
    "send refused": {"channel": "messenger", "reason": "window_closed"},
    "reply failed": {"source": "channel:messenger", "reason": "window_closed"},
    "never confirmed": {"channel": "messenger"},
    "attempt failed": {"verb": "forward"},
    "item parked": {"reason": "no_account"},
    "work parked": {"reason": "keeps_failing"},
    "webhook never came": {"missed": 1},
}


def everything(alarms: set[str]) -> list[Measure]:
    """Return what is measured of each line, of each of these alarms, and by a sweep."""
    meter = MemoryMeter()
    log = MeteredLog(RecordingLog(), meter)
    for message, keys in LINES.items():
        log.info(message, **keys)
    for message in sorted(alarms):
        log.alarm(message, **LINES.get(message, {}))
    world = World()
    world.sweep()
    return [*meter.added, *world.meter.added]


def read_off_the_log(cloudwatch: Any, line: Mapping[str, Any]) -> None:
    """Do what CloudWatch does by itself and the emulated one does not: take metrics off a line."""
    for told in line["_aws"]["CloudWatchMetrics"]:
        data = [
            {
                "MetricName": metric["Name"],
                "Unit": metric["Unit"],
                "Dimensions": [{"Name": name, "Value": line[name]} for name in names],
                "Values": line[metric["Name"]],
            }
            for metric in told["Metrics"]
            for names in told["Dimensions"]
        ]
        cloudwatch.put_metric_data(Namespace=told["Namespace"], MetricData=data)
