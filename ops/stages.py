"""What a command works on: the table, the intake and the log of a stage."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from click import ClickException

from chalicelib.domain.ports import Queue
from chalicelib.domain.work import Verb
from chalicelib.storage.audit import TableAudit
from chalicelib.storage.table import Table

LOCAL = "local"
_STATE = "SCRIPTA_STATE"


class WrongCall(ClickException):
    """The call cannot be answered as it was made; the text is one line that says why."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    A running bridge.

    `intake` is the intake queue, then its dead-letter queue; `wakes` are those for wake-ups; `log` yields the lines that the
    application's HTTP side has logged, oldest first.
    """

    table: Table
    intake: Sequence[Queue]
    wakes: Mapping[Verb, Queue]
    log: Callable[[], Iterator[str]]

    @property
    def audit(self) -> TableAudit:
        """Return what an operator reads of the table."""
        return TableAudit(table=self.table)


Connect = Callable[[str], Stage]
"""Returns the stage of a name; raises WrongCall where it is not to be had."""


def connect(name: str) -> Stage:
    """Keep the contract of Connect with the local run, the one stage that there is."""
    if name != LOCAL:
        raise WrongCall(f"There is no stage {name!r}: only the local run can be asked.")
    return _local(Path(os.environ.get(_STATE) or ".local"))


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
        url = environment["SCRIPTA_INTAKE_QUEUE"]
        return Stage(
            table=DynamoTable(environment["SCRIPTA_TABLE"], client=client(environment, "dynamodb")),
            intake=(SqsQueue(url, sqs), SqsQueue(dead_letter_url(url), sqs)),
            wakes={
                verb: SqsQueue(environment[f"SCRIPTA_{verb.upper()}_QUEUE"], sqs) for verb in Verb
            },
            log=lambda: _lines(folder.logs / "app.log"),
        )
    except (OSError, ValueError, LookupError) as exc:
        raise WrongCall(f"{state}/run.json cannot be read: start the run again.") from exc


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(errors="replace") as log:
            yield from log
    except OSError as exc:
        raise WrongCall(f"{path} cannot be read: without it nothing can be verified.") from exc
