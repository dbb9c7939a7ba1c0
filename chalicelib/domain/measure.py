"""What is measured: a number with a name and a unit, and by what it can be told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Metric(StrEnum):
    """Everything that is measured, by the name that dashboards and alarms know it by."""

    RECEIVED = "Received"  #: items that receive made durable
    UNAUTHENTIC = "Unauthentic"  #: webhooks that none of our secrets signed
    STALE = "Stale"  #: webhooks that were signed, but not now
    NOT_ACCEPTED = "NotAccepted"  #: webhooks that were answered 503
    UNKNOWN_EVENTS = "UnknownEvents"  #: items that nobody understood; they are kept
    FORWARDED = "Forwarded"  #: entries that stand in a ticket
    INCOMPLETE = "TicketsIncomplete"  #: tickets that lack something their helpdesk refused
    TIME_TO_TICKET = "TimeToTicket"  #: from receiving a customer's message until it stands there
    DELIVERED = "RepliesDelivered"  #: replies that a platform took
    FAILED = "RepliesFailed"  #: replies that were refused, at once or later
    UNCONFIRMED = "RepliesUnconfirmed"  #: replies of which nobody knows whether they arrived
    WINDOW_REFUSALS = "WindowRefusals"  #: of the failed ones, those that came too late
    TIME_TO_FIRST_RESPONSE = "TimeToFirstResponse"  #: from a customer's first unanswered message
    ATTEMPTS_FAILED = "AttemptsFailed"  #: attempts that will be made again
    PARKED = "Parked"  #: items and work that wait for an operator from now on
    MISSED = "Missed"  #: items that reconciliation found and took in
    OLDEST_WAITING = "OldestWaiting"  #: age of the oldest work that waits for a time or a desk
    DESKS_DOWN = "DesksDown"  #: desks for which work waits and that do not answer
    ALARMS = "Alarms"  #: lines of the log that an operator must look at


class Unit(StrEnum):
    """What a number counts, in CloudWatch's words."""

    COUNT = "Count"
    MS = "Milliseconds"
    SECONDS = "Seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """
    One measured value.

    It is told in sum, and by each of its `dimensions` on its own. Their values come from sets that
    configuration or code bound: never a conversation, a person, or anything that somebody wrote.
    """

    metric: Metric
    value: float = 1
    unit: Unit = Unit.COUNT
    dimensions: Mapping[str, str] = field(default_factory=dict)


class Meter(Protocol):
    """Where measures go; calls nobody, and raises nothing that a pipeline could stumble over."""

    def add(self, measure: Measure) -> None:
        """Tell one measured value."""
        ...
