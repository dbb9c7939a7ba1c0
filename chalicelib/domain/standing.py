"""How an account or a desk stands: what was looked at, whether it is well, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

SOON: Final = 10 * 24 * 3600  #: seconds before its end at which a token is to be replaced


class Light(StrEnum):
    """Whether something is well; `UNKNOWN` where nobody can tell."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One thing that was looked at.

    `subject` is a word for it, `words` what was found, `act` what an operator should do, empty
    where that is nothing. Neither a token nor anything of a customer's stands in it.
    """

    subject: str
    light: Light
    words: str
    act: str = ""


def green(subject: str, words: str) -> Finding:
    """Return that something is well."""
    return Finding(subject=subject, light=Light.GREEN, words=words)


def red(subject: str, words: str, act: str) -> Finding:
    """Return that something is not, and what to do."""
    return Finding(subject=subject, light=Light.RED, words=words, act=act)


def unknown(subject: str, words: str, act: str = "") -> Finding:
    """Return that something cannot be told, and why."""
    return Finding(subject=subject, light=Light.UNKNOWN, words=words, act=act)


def of_end(subject: str, ends: int, *, now: int, act: str) -> Finding:
    """Return how a token stands that ends at a time; times in seconds since the epoch, 0 for never."""
    if not ends:
        return green(subject, "good, without an end")
    if ends <= now:
        return red(subject, f"ended on {date(ends)}", act)
    if ends - now < SOON:
        return red(subject, f"ends on {date(ends)}", act)
    return green(subject, f"good until {date(ends)}")


def date(seconds: int) -> str:
    """Return a time in seconds since the epoch as a date."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A token that stands in for another one; `until` is when it ends, in ms since the epoch."""

    token: str
    until: int
