"""How a mistake gets into the pipeline: what stands before a port, or in place of a part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chalicelib.domain.work import Verb
from chalicelib.pipeline.drain import Line
from chalicelib.storage.store import TableStore
from tests.storm.world import Bug, StormWorld


class Instead:
    """Stands before an object and answers itself where it can."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


Wrap = Callable[[Any], Any]


def desks(wrap: Wrap) -> Bug:
    def ports(world: StormWorld) -> None:
        world.adapters = {name: wrap(desk) for name, desk in world.cast.desks.items()}

    return Bug(ports=ports)


def faces(wrap: Wrap) -> Bug:
    def ports(world: StormWorld) -> None:
        world.faces = {name: wrap(channel) for name, channel in world.cast.channels.items()}

    return Bug(ports=ports)


def table(wrap: Wrap) -> Bug:
    def ports(world: StormWorld) -> None:
        world.store = TableStore(wrap(world.table), clock=world.clock)

    return Bug(ports=ports)


def store(wrap: Wrap) -> Bug:
    def ports(world: StormWorld) -> None:
        world.store = wrap(TableStore(world.table, clock=world.clock))

    return Bug(ports=ports)


def received_through(wrap: Wrap) -> Bug:
    return Bug(parts=lambda world: world.receive_through(wrap(world.queues["ingest"])))


def line(verb: Verb, kind: type[Line]) -> Bug:
    def parts(world: StormWorld) -> None:
        line = kind(
            store=world.store,
            directory=world.directory,
            clock=world.clock,
            log=world.log,
            verb=verb,
        )
        if verb is Verb.FORWARD:
            world.forwarder = replace(world.forwarder, line=line)
        else:
            world.deliverer = replace(world.deliverer, line=line)

    return Bug(parts=parts)
