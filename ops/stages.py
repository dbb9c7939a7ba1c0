"""What a command works on: the table, the intake and the log of a stage."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from click import ClickException

from chalicelib import bootstrap
from chalicelib.domain.ports import Queue
from chalicelib.domain.work import Verb
from chalicelib.errors import ConfigurationError
from chalicelib.pipeline.erase import Eraser
from chalicelib.pipeline.reconcile import Reconciler
from chalicelib.settings import Settings
from chalicelib.storage.audit import TableAudit
from chalicelib.storage.directory import TableDirectory
from chalicelib.storage.table import Table
from ops.journal import Journal

if TYPE_CHECKING:
    from ops.composition import Parts
    from ops.outside import Outside

LOCAL = "local"
_STATE = "SCRIPTA_STATE"
_APPLICATION, _WORKERS, _JOURNAL = "app.log", "workers.log", "ops.log"


class WrongCall(ClickException):
    """The call cannot be answered as it was made; the text is one line that says why."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    A running bridge.

    `intake` is the intake queue, then its dead-letter queue; `wakes` are those for wake-ups; `log`
    yields the lines that whatever puts items into the intake has logged, each one's oldest first.
    `reconciler` makes what asks its accounts and desks, `outside` what changes them, `eraser` what
    erases people. `other_table` returns another table beside the stage's own, by its name.
    """

    table: Table
    intake: Sequence[Queue]
    wakes: Mapping[Verb, Queue]
    log: Callable[[], Iterator[str]]
    reconciler: Callable[[], Reconciler]
    eraser: Callable[[], Eraser]
    outside: Callable[[], Outside]
    other_table: Callable[[str], Table]

    @property
    def directory(self) -> TableDirectory:
        """Return its accounts and desks."""
        return TableDirectory(self.table, clock=bootstrap.clock)

    @property
    def audit(self) -> TableAudit:
        """Return what an operator reads of the table."""
        return TableAudit(table=self.table)


Connect = Callable[[str], Stage]
"""Returns the stage of a name; raises WrongCall where it is not to be had."""


def connect(name: str) -> Stage:
    """Keep the contract of Connect with the local run, and with what was deployed into AWS."""
    if name == LOCAL:
        return _local(Path(os.environ.get(_STATE) or ".local"))
    from ops import deployed

    if name not in deployed.names():
        known = ", ".join([LOCAL, *deployed.names()])
        raise WrongCall(f"There is no stage {name!r}: there are {known}.")
    return _deployed(name)


def _deployed(name: str) -> Stage:
    from infra.account import Unavailable, asked
    from ops.deployed import Deployed, NotDeployed

    try:
        with asked():
            found = Deployed(name)
    except (NotDeployed, Unavailable) as exc:
        raise WrongCall(str(exc)) from exc
    return Stage(
        table=found.table,
        intake=found.intake(),
        wakes=found.wakes(),
        log=found.log,
        reconciler=lambda: found.parts().reconciler(),
        eraser=lambda: found.parts().eraser(),
        outside=found.outside,
        other_table=found.other_table,
    )


def _local(state: Path) -> Stage:
    from chalicelib.aws.queues import SqsQueue
    from chalicelib.storage.dynamo import DynamoTable
    from infra.local.aws import client
    from infra.local.folder import Folder
    from infra.local.resources import dead_letter_url

    folder = Folder(state)
    try:
        run = folder.read_run()
        if run is None:
            raise WrongCall(f"Nothing runs in {state}: start it with `make run`, or set {_STATE}.")
        environment = run["environment"]
        sqs = client(environment, "sqs")
        url, journal = environment["SCRIPTA_INTAKE_QUEUE"], Journal(folder.logs / _JOURNAL)
        return Stage(
            table=DynamoTable(environment["SCRIPTA_TABLE"], client=client(environment, "dynamodb")),
            intake=(SqsQueue(url, sqs), SqsQueue(dead_letter_url(url), sqs)),
            wakes={
                verb: SqsQueue(environment[f"SCRIPTA_{verb.upper()}_QUEUE"], sqs) for verb in Verb
            },
            log=lambda: _lines(folder.logs),
            reconciler=lambda: _parts(environment, journal=journal).reconciler(),
            eraser=lambda: _parts(environment, journal=journal).eraser(),
            other_table=lambda name: DynamoTable(name, client=client(environment, "dynamodb")),
            outside=partial(_outside, environment, url=f"http://127.0.0.1:{run.get('app', 0)}"),
        )
    except (OSError, ValueError, LookupError) as exc:
        raise WrongCall(f"{state}/run.json cannot be read: start the run again.") from exc


def _settings(environment: Mapping[str, str]) -> Settings:
    try:
        # Without its address that of the real platform would be taken, which has no part in this.
        return replace(Settings.read(environment), graph_url=environment["SCRIPTA_GRAPH_URL"])
    except (ConfigurationError, KeyError) as exc:
        raise WrongCall(f"run.json cannot be used ({exc}): start the run again.") from exc


def _outside(environment: Mapping[str, str], *, url: str) -> Outside:
    from chalicelib.aws.keyring import AwsKeyring
    from infra.local.aws import client
    from ops.outside import outside

    settings = _settings(environment)
    keyring = AwsKeyring(settings.secrets, client(environment, "secretsmanager"))
    return outside(LOCAL, url=url, keyring=keyring, settings=settings)


def _parts(environment: Mapping[str, str], *, journal: Journal) -> Parts:
    from chalicelib.aws.queues import SqsQueue
    from chalicelib.aws.secrets import AwsSecrets
    from chalicelib.storage.dynamo import DynamoTable
    from infra.local.aws import client
    from ops.composition import Parts

    settings = _settings(environment)
    return Parts(
        settings=settings,
        table=DynamoTable(settings.table, client=client(environment, "dynamodb")),
        intake=SqsQueue(settings.intake_queue, client(environment, "sqs")),
        secrets=AwsSecrets(settings.secrets, client(environment, "secretsmanager")),
        s3=client(environment, "s3"),
        log=journal,
    )


def _lines(logs: Path) -> Iterator[str]:
    """Yield what the application, its schedules and our own commands have logged."""
    others = [logs / name for name in (_WORKERS, _JOURNAL) if (logs / name).exists()]
    for path in (logs / _APPLICATION, *others):
        try:
            with path.open(errors="replace") as log:
                yield from log
        except OSError as exc:
            raise WrongCall(f"{path} cannot be read: without it nothing can be verified.") from exc
