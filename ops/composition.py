"""What commands do their work with, put together out of a stage's own parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from chalicelib import bootstrap, registry
from chalicelib.aws.bodies import S3Bodies
from chalicelib.aws.kept import S3Kept
from chalicelib.aws.secrets import AwsSecrets
from chalicelib.domain.ports import Helpdesk, Log, Queue
from chalicelib.errors import UnknownIntegration
from chalicelib.pipeline.belongings import Belongings
from chalicelib.pipeline.erase import Eraser
from chalicelib.pipeline.erased import Erased
from chalicelib.pipeline.receive import Receiver
from chalicelib.pipeline.reconcile import Reconciler
from chalicelib.settings import Settings
from chalicelib.storage.directory import TableDirectory
from chalicelib.storage.people import TablePeople
from chalicelib.storage.store import TableStore
from chalicelib.storage.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A stage's table, intake, secrets and bucket (by `s3`, a client), and where its commands log."""

    settings: Settings
    table: Table
    intake: Queue
    secrets: AwsSecrets
    s3: Any
    log: Log

    def reconciler(self) -> Reconciler:
        """Return what asks the stage's accounts and desks."""
        return Reconciler(
            store=TableStore(self.table, clock=bootstrap.clock),
            erased=Erased(self._mark_keys),
            receiver=Receiver(
                intake=self.intake,
                bodies=S3Bodies(self.settings.bucket, self.s3),
                clock=bootstrap.clock,
                log=self.log,
            ),
            channel=partial(registry.channel, secrets=self.secrets, settings=self.settings),
            helpdesk=partial(registry.helpdesk, secrets=self.secrets),
            clock=bootstrap.clock,
            log=self.log,
        )

    def eraser(self) -> Eraser:
        """Return what erases people."""
        return Eraser(
            belongings=Belongings(
                people=TablePeople(table=self.table),
                kept=S3Kept(self.settings.bucket, self.s3),
                channel=partial(registry.channel, secrets=self.secrets, settings=self.settings),
                helpdesk=self._helpdesk,
            ),
            keys=self._mark_keys,
            is_busy=lambda: bool(self.intake.depth()),
            new_id=bootstrap.new_id,
            clock=bootstrap.clock,
            log=self.log,
        )

    def _mark_keys(self) -> Sequence[str]:
        return self.secrets.get("privacy", "mark_keys")

    def _helpdesk(self, desk_id: str) -> Helpdesk:
        desk = TableDirectory(self.table, clock=bootstrap.clock).desk(desk_id)
        if desk is None:
            raise UnknownIntegration("no such desk")
        return registry.helpdesk(desk, secrets=self.secrets)
