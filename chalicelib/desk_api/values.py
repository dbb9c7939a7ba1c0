"""The types that desks' payloads are read with: webhooks leniently, answers of an API strictly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field

from chalicelib.desk_api.items import identifier


def readable(value: object) -> str:
    """Return a text; what no text can hold, half of a surrogate pair, is replaced."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def storable(text: str) -> str:
    """Return a text without what databases refuse: NUL and halves of surrogate pairs."""
    return readable(text).replace("\0", "")


def milliseconds(value: object) -> int:
    """
    Return a time in ms since the epoch; 0 where it is none.

    It may come as RFC 3339, or as seconds or milliseconds since the epoch.
    """
    number = _number(value)
    if number is not None:
        return _bounded(number if number > _MS_FROM else number * 1000)
    try:
        when = datetime.fromisoformat(str(value))
        return _bounded((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0


_MS_FROM = 10_000_000_000  #: numbers above it are ms: as seconds they would be of the year 2286
_MOST = 10**15  #: of whatever is counted
_LAST = 253_402_300_799_000  #: the end of the year 9999


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _bounded(ms: float) -> int:
    return int(ms) if 0 <= ms <= _LAST else 0


def _count(value: object) -> int:
    number = _number(value)
    return int(number) if number is not None and 0 <= number <= _MOST else 0


def _moment(value: object) -> int:
    if not (ms := milliseconds(value)):
        raise ValueError("no time")
    return ms


def _mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _each(value: object) -> list[object]:
    """Return a list's elements; what is there and no list counts as one element."""
    if isinstance(value, list | tuple):
        return list(value)
    return [value] if value else []


def at(*path: str) -> Any:
    """Return that a field stands within objects, named from the outside in, and last by its own name."""
    return Field(validation_alias=AliasPath(path[0], *path[1:]))


Text = Annotated[str, BeforeValidator(readable)]  #: "" for what is no text
Id = Annotated[str, BeforeValidator(identifier)]  #: "" for what is no id
Time = Annotated[int, BeforeValidator(milliseconds)]  #: ms since the epoch, 0 for what is no time
Moment = Annotated[int, BeforeValidator(_moment)]  #: ms since the epoch; refused if it is no time
Count = Annotated[int, BeforeValidator(_count)]  #: 0 for what is no number, or an absurd one
Fields = BeforeValidator(_mapping)  #: nothing for what is no object
Each = BeforeValidator(_each)  #: one element for what is no list


class Payload(BaseModel):
    """What is read of a desk's JSON: the rest is left, and errors do not quote what came."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
