"""What the service was like: volumes, how soon people were answered, what failed, by account."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import fmean, median
from typing import Final

from chalicelib.domain.account import AccountRef
from chalicelib.domain.changes import Delivery, MessageKept, Sent
from chalicelib.domain.content import Content
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.message import Direction, Status, highest
from chalicelib.domain.ticket import TicketTimes
from chalicelib.operations.waits import Answers
from chalicelib.storage.audit import TableAudit

_MS: Final = 1000
_TENTHS: Final = 9  #: of all times, which are not longer than what `p90` says
#: What customers are asked in feedback forms and reviews, and the best answer to it.
SCALES: Final[Mapping[str, int]] = {"csat": 5, "ces": 7, "nps": 10, "stars": 5}
UNCONFIRMED: Final = "unconfirmed"  #: the reason of a reply of which nobody knows whether it came


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long something took, in ms: how often, the one in the middle, and the ninth of ten."""

    count: int
    median: int
    p90: int

    @classmethod
    def of(cls, times: Iterable[int]) -> Times | None:
        """Return what some times are like; None where there are none."""
        ordered = sorted(times)
        if not ordered:
            return None
        # The smallest one that nine of ten do not exceed.
        ninth = ordered[-(-_TENTHS * len(ordered) // 10) - 1]
        return cls(count=len(ordered), median=round(median(ordered)), p90=ninth)


@dataclass(slots=True, kw_only=True)
class Figures:
    """
    What happened in a time on an account, or on all accounts of a channel.

    `people` wrote or were written to. `received` counts customers' messages, `sent` agents' replies
    that a platform took, `elsewhere` what the business said outside of the helpdesk. The waits and
    resolutions, in ms, are those that ended in that time; `unanswered` counts the conversations in
    which at its end somebody waits. `ratings` are by scale, `failures` count replies by reason.
    """

    people: int = 0
    received: int = 0
    sent: int = 0
    elsewhere: int = 0
    unanswered: int = 0
    first_responses: list[int] = field(default_factory=list)
    resolutions: list[int] = field(default_factory=list)
    ratings: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, other: Figures) -> None:
        """Take in the figures of somebody else."""
        self.people += other.people
        self.received += other.received
        self.sent += other.sent
        self.elsewhere += other.elsewhere
        self.unanswered += other.unanswered
        self.first_responses += other.first_responses
        self.resolutions += other.resolutions
        for scale, values in other.ratings.items():
            self.ratings[scale] += values
        self.failures += other.failures

    def satisfaction(self) -> dict[str, tuple[int, float]]:
        """Return how many answered on each scale, and their mean."""
        return {scale: (len(got), fmean(got)) for scale, got in sorted(self.ratings.items())}


@dataclass(slots=True, kw_only=True)
class ServiceReport:
    """
    The figures of each account, and what came in and went out on each day of UTC.

    The days reach from the first to the last on which anything happened.
    """

    since: int
    until: int
    accounts: dict[AccountRef, Figures] = field(default_factory=dict)
    days: dict[str, tuple[int, int]] = field(default_factory=dict)

    def channels(self) -> dict[str, Figures]:
        """Return the figures of each channel, which are those of its accounts together."""
        summed: dict[str, Figures] = {}
        for ref, figures in self.accounts.items():
            summed.setdefault(ref.channel, Figures()).add(figures)
        return summed

    def total(self) -> Figures:
        """Return all figures together."""
        total = Figures()
        for figures in self.accounts.values():
            total.add(figures)
        return total


def service_report(audit: TableAudit, *, since: int, until: int) -> ServiceReport:
    """
    Return what the service was like from one time to another, in ms since the epoch.

    Costs a scan of the table; raises TransientError where it does not answer. What was forgotten
    meanwhile (receipts after 90 days, what a person asked to erase) is not in it.
    """
    found: dict[str, _Thread] = defaultdict(_Thread)
    for row in audit.everything():
        match row:
            case Conversation():
                found[row.id].conversation = row
            case MessageKept():
                found[row.conversation_id].messages.append(row)
            case Delivery():
                found[row.conversation_id].deliveries[row.sequence] = row
            case Sent():
                found[row.conversation_id].receipts[row.sequence].append(row)
            case TicketTimes():
                found[row.conversation_id].tickets.append(row)
            case _:
                continue
    report = ServiceReport(since=since, until=until)
    for thread in found.values():
        thread.report(report)
    report.accounts = dict(sorted(report.accounts.items()))
    report.days = _without_gaps(report.days)
    return report


@dataclass(slots=True)
class _Thread:
    """The rows of one conversation."""

    conversation: Conversation | None = None
    messages: list[MessageKept] = field(default_factory=list)
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    receipts: dict[int, list[Sent]] = field(default_factory=lambda: defaultdict(list))
    tickets: list[TicketTimes] = field(default_factory=list)

    def report(self, report: ServiceReport) -> None:
        """Add what happened in the conversation to the figures of its account."""
        if self.conversation is None:
            return
        figures, answers = Figures(), Answers(since=report.since, until=report.until)
        for kept in sorted(self.messages, key=lambda each: each.sequence):
            if self._count(kept, figures, answers, report):
                figures.people = 1
        figures.first_responses, figures.unanswered = answers.waits, int(answers.somebody_waits)
        figures.resolutions = [
            each.closed_at - each.opened_at
            for each in self.tickets
            if report.since <= each.closed_at < report.until and 0 < each.opened_at < each.closed_at
        ]
        total = report.accounts.setdefault(self.conversation.account, Figures())
        total.add(figures)

    def _count(
        self, kept: MessageKept, figures: Figures, answers: Answers, report: ServiceReport
    ) -> bool:
        """Count one thing that was said; return whether it was, in that time, by or to a person."""
        message, at = kept.message, kept.message.occurred_at
        is_counted = report.since <= at < report.until
        match message.direction:
            case Direction.IN:
                if not message.standby:
                    answers.asked(at)
                figures.received += is_counted
                for scale, value in _ratings(message.content) if is_counted else ():
                    figures.ratings[scale].append(value)
                _of_day(report, at, received=int(is_counted))
                return is_counted
            case Direction.OUTSIDE:
                answers.answered_elsewhere(at)
                figures.elsewhere += is_counted
                return is_counted
            case Direction.OUT:
                return self._reply(kept.sequence, figures, answers, report)
            case Direction.NOTE:
                return False

    def _reply(
        self, sequence: int, figures: Figures, answers: Answers, report: ServiceReport
    ) -> bool:
        ended = self.deliveries.get(sequence)
        if ended is None or not report.since <= ended.changed_at < report.until:
            if ended is not None and ended.status is Status.ACCEPTED:
                answers.answered(ended.changed_at)
            return False
        receipts = self.receipts.get(sequence, ())
        told = highest({ended.status, *(s for each in receipts for s in each.receipts)})
        if told is Status.FAILED:
            reasons = (each.reason for each in receipts if each.reason)
            figures.failures[ended.reason or next(reasons, "other")] += 1
        elif told is Status.UNCONFIRMED:
            figures.failures[UNCONFIRMED] += 1
        else:
            answers.answered(ended.changed_at)
            figures.sent += 1
            _of_day(report, ended.changed_at, sent=1)
        return True


def _of_day(report: ServiceReport, at: int, *, received: int = 0, sent: int = 0) -> None:
    if received or sent:
        day = f"{datetime.fromtimestamp(at / _MS, UTC):%Y-%m-%d}"
        before = report.days.get(day, (0, 0))
        report.days[day] = (before[0] + received, before[1] + sent)


def _without_gaps(days: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    if not days:
        return {}
    first, last = (date.fromisoformat(day) for day in (min(days), max(days)))
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return {f"{day}": days.get(f"{day}", (0, 0)) for day in every}


def _ratings(content: Content) -> Iterator[tuple[str, int]]:
    """Yield the ratings in a feedback form or a review, each with its scale."""
    lines: Sequence[str] = [
        line
        for part in content.parts
        if part.word == "feedback"
        for line in part.values.get("lines", "").replace(" · ", "\n").splitlines()
    ]
    for line in lines:
        label, colon, value = line.rpartition(":")
        scale = label.strip().lower() if colon else "stars"
        # isdecimal() alone also takes the digits of other scripts, which int() reads as well.
        if scale in SCALES and value.strip().isdecimal() and int(value) <= SCALES[scale]:
            yield scale, int(value)
