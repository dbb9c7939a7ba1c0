"""
The only place that chooses implementations; each is made when first asked for, once a process.

Everything is imported where it is made: a process loads what it uses, and `import app` nothing.
"""

from __future__ import annotations

import os
import time
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.errors import UnknownIntegration

if TYPE_CHECKING:
    from chalicelib.aws.bodies import S3Bodies
    from chalicelib.aws.queues import SqsQueue
    from chalicelib.aws.secrets import AwsSecrets
    from chalicelib.domain.account import Desk
    from chalicelib.domain.ports import Channel, Helpdesk
    from chalicelib.domain.work import Verb
    from chalicelib.metering import MeteredLog
    from chalicelib.pipeline.breakers import Breakers
    from chalicelib.pipeline.deliver import Deliverer
    from chalicelib.pipeline.drain import Line
    from chalicelib.pipeline.files import FileKeeper
    from chalicelib.pipeline.forward import Forwarder
    from chalicelib.pipeline.ingest import Ingester
    from chalicelib.pipeline.receive import Receiver
    from chalicelib.pipeline.wake import Wakeups
    from chalicelib.settings import Settings
    from chalicelib.storage.directory import TableDirectory
    from chalicelib.storage.dynamo import DynamoTable
    from chalicelib.storage.people import TablePeople
    from chalicelib.storage.store import TableStore


def clock() -> int:
    """Return the time in ms since the epoch."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """Return an id that nobody has had: 64 random bits, short enough for people to compare."""
    return os.urandom(8).hex()


@cache
def settings() -> Settings:
    """Return the deployment's settings; raise ConfigurationError where some are missing."""
    from chalicelib.settings import Settings

    return Settings.read()


@cache
def log() -> MeteredLog:
    """Return the log, whose lines are counted."""
    from chalicelib.metering import MeteredLog
    from chalicelib.observability import EmfMeter, StructuredLog

    return MeteredLog(StructuredLog(), EmfMeter())


@cache
def secrets() -> AwsSecrets:
    """Return the secrets."""
    from chalicelib.aws.clients import later
    from chalicelib.aws.secrets import AwsSecrets

    return AwsSecrets(settings().secrets, later("secretsmanager"))


@cache
def intake() -> SqsQueue:
    """Return the intake queue."""
    return _queue(settings().intake_queue)


@cache
def wake_queue(verb: Verb) -> SqsQueue:
    """Return the queue of a verb's wake-ups."""
    from chalicelib.domain.work import Verb

    urls = {Verb.FORWARD: settings().forward_queue, Verb.DELIVER: settings().deliver_queue}
    return _queue(urls[verb])


@cache
def bodies() -> S3Bodies:
    """Return where large bodies are kept."""
    from chalicelib.aws.bodies import S3Bodies
    from chalicelib.aws.clients import later

    return S3Bodies(settings().bucket, later("s3"))


@cache
def channel(name: str) -> Channel:
    """Return a channel; raise UnknownIntegration where there is none of that name."""
    from chalicelib import registry

    return registry.channel(name, secrets=secrets(), settings=settings())


_helpdesks: dict[str, tuple[Desk, Helpdesk]] = {}


def helpdesk(desk: Desk) -> Helpdesk:
    """Return the adapter of a desk, made anew when the desk's row has changed."""
    from chalicelib import registry

    known = _helpdesks.get(desk.id)
    if known is None or known[0] != desk:
        known = _helpdesks[desk.id] = desk, registry.helpdesk(desk, secrets=secrets())
    return known[1]


def helpdesk_of(desk_id: str) -> Helpdesk:
    """Return the adapter of the desk of that id; raise UnknownIntegration where there is none."""
    desk = directory().desk(desk_id)
    if desk is None:
        raise UnknownIntegration("no such desk")
    return helpdesk(desk)


@cache
def receiver() -> Receiver:
    """Return what receives."""
    from chalicelib.pipeline.receive import Receiver

    return Receiver(intake=intake(), bodies=bodies(), clock=clock, log=log())


@cache
def table() -> DynamoTable:
    """Return the table."""
    from chalicelib.aws.clients import client
    from chalicelib.storage.dynamo import DynamoTable

    return DynamoTable(settings().table, client=client("dynamodb"))


@cache
def directory() -> TableDirectory:
    """Return the configured accounts and desks."""
    from chalicelib.storage.directory import TableDirectory

    return TableDirectory(table(), clock=clock)


@cache
def store() -> TableStore:
    """Return the store."""
    from chalicelib.storage.lives import Lives
    from chalicelib.storage.store import TableStore

    lives = Lives.of_days(items=settings().item_days, messages=settings().message_days)
    return TableStore(table(), clock=clock, lives=lives)


@cache
def wakeups() -> Wakeups:
    """Return what sends wake-ups."""
    from chalicelib.domain.work import Verb
    from chalicelib.pipeline.wake import Wakeups

    return Wakeups(queues={verb: wake_queue(verb) for verb in Verb}, new_id=new_id)


@cache
def ingester() -> Ingester:
    """Return what ingests."""
    from chalicelib import registry
    from chalicelib.pipeline.channel_events import ChannelEvents
    from chalicelib.pipeline.confirm import Confirmer
    from chalicelib.pipeline.desk_events import DeskEvents
    from chalicelib.pipeline.erased import Erased
    from chalicelib.pipeline.ingest import Ingester

    confirmer = Confirmer(store=store())
    return Ingester(
        store=store(),
        directory=directory(),
        intake=intake(),
        bodies=bodies(),
        wakeups=wakeups(),
        channel=channel,
        helpdesk=helpdesk_of,
        channel_events=ChannelEvents(store=store(), confirmer=confirmer, new_id=new_id),
        desk_events=DeskEvents(
            store=store(),
            directory=directory(),
            channel=channel,
            starts=cache(lambda: registry.starting_channels(channel)),
            new_id=new_id,
        ),
        keeper=keeper(),
        erased=Erased(mark_keys),
        requests=people(),
        clock=clock,
        log=log(),
    )


@cache
def people() -> TablePeople:
    """Return all that is kept of people."""
    from chalicelib.storage.people import TablePeople

    return TablePeople(table=table())


def mark_keys() -> tuple[str, ...]:
    """Return the keys of the marks of erased people, newest first."""
    return secrets().get("privacy", "mark_keys")


@cache
def keeper() -> FileKeeper:
    """Return what fetches and keeps files."""
    from chalicelib.aws.clients import later
    from chalicelib.aws.media_store import S3Objects
    from chalicelib.media import Media
    from chalicelib.pipeline.files import FileKeeper

    media = Media(S3Objects(settings().bucket, later("s3")))
    return FileKeeper(media=media, clock=clock, log=log())


@cache
def breakers() -> Breakers:
    """Return the desks' breakers."""
    from chalicelib.pipeline.breakers import Breakers

    return Breakers(store=store(), clock=clock, log=log())


@cache
def forwarder() -> Forwarder:
    """Return what forwards."""
    from chalicelib.domain.work import Verb
    from chalicelib.pipeline.forward import Forwarder

    return Forwarder(
        line=_line(Verb.FORWARD),
        directory=directory(),
        breakers=breakers(),
        helpdesk=helpdesk,
        channel=channel,
        keeper=keeper(),
    )


@cache
def deliverer() -> Deliverer:
    """Return what delivers."""
    from chalicelib.domain.work import Verb
    from chalicelib.pipeline.deliver import Deliverer
    from chalicelib.pipeline.dispatch import Dispatch

    return Deliverer(
        line=_line(Verb.DELIVER),
        directory=directory(),
        wakeups=wakeups(),
        dispatch=Dispatch(
            directory=directory(),
            channel=channel,
            helpdesk=helpdesk,
            keeper=keeper(),
            clock=clock,
        ),
    )


def _queue(url: str) -> SqsQueue:
    from chalicelib.aws.clients import client
    from chalicelib.aws.queues import SqsQueue

    return SqsQueue(url, client("sqs"))


def _line(verb: Verb) -> Line:
    from chalicelib.pipeline.drain import Line

    return Line(store=store(), directory=directory(), clock=clock, log=log(), verb=verb)
