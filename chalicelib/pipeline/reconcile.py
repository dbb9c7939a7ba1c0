"""Reconcile: ask both sides what was said, and take in what no webhook has told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.domain.account import Account, Desk
from chalicelib.domain.changes import ClaimKey
from chalicelib.domain.envelope import compact
from chalicelib.domain.ports import Channel, Clock, Helpdesk, Log
from chalicelib.domain.store import Found, Store
from chalicelib.errors import TransientError, Unauthorised
from chalicelib.pipeline.decision import OLDEST
from chalicelib.pipeline.erased import Erased
from chalicelib.pipeline.receive import Receiver
from chalicelib.pipeline.sides import AccountSide, DeskSide, Side, Told, scope_of

_HOUR: Final = 3_600_000
#: ms for which a webhook is waited for: what was said later than that ago is left alone.
GRACE: Final = 5 * 60_000
LOOK_BACK: Final = 24 * _HOUR  #: ms, where nobody says otherwise
#: ms; what is older may have been told and forgotten again, and would be taken for never told.
LONGEST_LOOK_BACK: Final = OLDEST - 24 * _HOUR
TIME_IS_UP: Final = "time_is_up"  #: the trouble of a source that had more to tell

_MOST_NAMED: Final = 20  #: of what was missed, in one line of the log

Source = Account | Desk
TimeLeft = Callable[[], float]
"""Returns how many seconds the process has left."""


@dataclass(slots=True, kw_only=True)
class Report:
    """
    What asking one source brought to light.

    `scope` is the account (`channel#id`) or the desk (`desk#id`). `asked` is not set where it tells
    nothing of the past. `told` counts what it told, `missed` is what of that no webhook has told,
    the oldest first, and `sent` counts what of it is in the intake now. `trouble` names what cut
    the telling off: an error's type, or TIME_IS_UP.
    """

    scope: str
    asked: bool = True
    told: int = 0
    missed: Sequence[Told] = field(default_factory=list)
    sent: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciler:
    """What reconciling needs; `channel` and `helpdesk` raise UnknownIntegration where none is."""

    store: Store
    erased: Erased
    receiver: Receiver
    channel: Callable[[str], Channel]
    helpdesk: Callable[[Desk], Helpdesk]
    clock: Clock
    log: Log

    def reconcile(
        self,
        sources: Sequence[Source],
        *,
        since: int,
        grace: int = GRACE,
        dry_run: bool = False,
        time_left: TimeLeft | None = None,
    ) -> Iterator[Report]:
        """
        Ask each source what was said since a time (ms since the epoch), and report on each.

        What is younger than `grace` (ms) may still come by itself, and is left alone. What was
        missed goes into the intake as its webhook would have brought it, unless it is a `dry_run`:
        doing that twice, at once, or while the webhook comes after all, is harmless. Each source
        gets an equal share of the `time_left`, and one that cannot be asked costs no other its
        turn. Raises TransientError where the table or the intake does not answer.
        """
        for place, source in enumerate(sources):
            until = None
            if time_left is not None:
                until = self.clock() + round(time_left() * 1000 / (len(sources) - place))
            report = Report(scope=scope_of(source))
            side, told = self._ask(source, since=since, until=until, report=report)
            if side is not None:
                self._judge(side, told, since=since, before=self.clock() - grace, report=report)
                self._tell(report, dry_run=dry_run)
                if not dry_run:
                    self._take(side, report)
            yield report

    def _ask(
        self, source: Source, *, since: int, until: int | None, report: Report
    ) -> tuple[Side | None, list[Told]]:
        """Return the side of a source and what it tells, newest first, as far as it does."""
        side: Side | None = None
        told: list[Told] = []
        try:
            side = self._side(source)
            bodies = side.recall(since)
            report.asked = bodies is not None
            for body in bodies or ():
                told += self._understood(side, body, report)
                if until is not None and self.clock() >= until:
                    report.trouble = TIME_IS_UP
                    break
        except Exception as exc:  # noqa: BLE001 - one source must not cost the others their turn
            report.trouble = type(exc).__name__
            if isinstance(exc, TransientError) and not isinstance(exc, Unauthorised):
                self.log.warning("not answered", source=report.scope, error=report.trouble)
            else:
                self.log.alarm("source cannot be asked", source=report.scope, error=report.trouble)
        return side, told

    def _understood(self, side: Side, body: Mapping[str, Any], report: Report) -> list[Told]:
        try:
            return list(side.told(body, received_at=self.clock()))
        except Exception as exc:  # noqa: BLE001 - one bad item never costs its neighbours
            report.trouble = type(exc).__name__
            self.log.alarm("source cannot be asked", source=report.scope, error=report.trouble)
            return []

    def _side(self, source: Source) -> Side:
        if isinstance(source, Account):
            channel = self.channel(source.ref.channel)
            return AccountSide(account=source, channel=channel, store=self.store)
        return DeskSide(desk=source, helpdesk=self.helpdesk(source), store=self.store)

    def _judge(
        self, side: Side, told: Sequence[Told], *, since: int, before: int, report: Report
    ) -> None:
        """Find what of that was never heard of; what was said first was told last."""
        asked_for = {each.key: each for each in reversed(told) if since <= each.at <= before}
        # What was erased stands in the books under other keys.
        lines = {line: key for key in asked_for for line in self.erased.lines(key)}
        claimed: frozenset[ClaimKey] = self.store.claimed([*asked_for, *lines])
        known = {lines.get(key, key) for key in claimed}
        report.told = len(asked_for)
        news = side.news([each for key, each in asked_for.items() if key not in known])
        desk = report.scope.partition("#")[2] if isinstance(side, DeskSide) else ""
        report.missed = [each for each in news if not self._is_erased(each, desk)]

    def _is_erased(self, told: Told, desk: str) -> bool:
        """Return whether ingest would keep nothing of it, since somebody was erased."""
        marks = self.erased.marks(told.event, desk=desk)
        found = self.store.find(marks=marks) if marks else Found()
        return self.erased.decision(told.event, told.key, found) is not None

    def _tell(self, report: Report, *, dry_run: bool) -> None:
        counts = {"source": report.scope, "told": report.told, "missed": len(report.missed)}
        if report.missed and not dry_run:
            names = [each.name for each in report.missed[:_MOST_NAMED]]
            self.log.alarm("webhook never came", **counts, items=names)
        elif report.asked:
            self.log.info("reconciled", **counts)

    def _take(self, side: Side, report: Report) -> None:
        for each in report.missed:
            body = compact(each.body).encode()
            self.receiver.take(side.webhook, source=side.source, body=body)
            report.sent += 1
