"""Secrets are changed with an overlap: the new value beside the old one, which goes later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from chalicelib.domain.account import AccountRef
from chalicelib.domain.upkeep import Keyring

META: Final = "meta"  #: the secret that all of Meta's webhooks are checked with
META_FIELDS: Final = ("app_secrets", "verify_tokens")
ENDS: Final = (
    "access_tokens_end"  #: when each access token ends, ms since the epoch, "0" for unknown
)
ACCESS_TOKENS: Final = "access_tokens"
_MOST: Final = 10  #: values of a field: a secret must not grow for ever


def of_account(ref: AccountRef) -> str:
    """Return the name of an account's secret."""
    return f"accounts/{ref.channel}/{ref.id}"


def of_desk(desk_id: str) -> str:
    """Return the name of a desk's secret."""
    return f"desks/{desk_id}"


def add(keyring: Keyring, name: str, values: Mapping[str, str], *, ends: int = 0) -> bool:
    """
    Put values in front of a secret's lists, and return whether anything changed.

    What was there goes on being good. `ends` is when a new access token does, in ms since the
    epoch, 0 where that is not known. Doing it again with the same values changes nothing.
    """
    before = dict(keyring.read(name))
    after = dict(before)
    for field, value in values.items():
        known = before.get(field, ())
        if known[:1] == (value,):
            continue
        after[field] = (value, *(each for each in known if each != value))[:_MOST]
        if field == ACCESS_TOKENS:
            after[ENDS] = _ends(before, after[field], new=value, at=ends)
    if after == before:
        return False
    keyring.write(name, after)
    return True


def retire(keyring: Keyring, name: str, field: str) -> int:
    """Forget all values of a field but the newest, and return how many they were."""
    before = dict(keyring.read(name))
    values = before.get(field, ())
    if len(values) < 2:  # noqa: PLR2004 - one of them stays
        return 0
    after = {**before, field: values[:1]}
    if field == ACCESS_TOKENS and ENDS in before:
        after[ENDS] = before[ENDS][:1]
    keyring.write(name, after)
    return len(values) - 1


def end_of(fields: Mapping[str, Sequence[str]]) -> int:
    """Return when the newest access token of a secret ends, in ms since the epoch; 0 for unknown."""
    newest = next(iter(fields.get(ENDS, ())), "0")
    return int(newest) if newest.isascii() and newest.isdigit() else 0


def _ends(
    before: Mapping[str, Sequence[str]], tokens: Sequence[str], *, new: str, at: int
) -> tuple[str, ...]:
    known = dict(zip(before.get(ACCESS_TOKENS, ()), before.get(ENDS, ()), strict=False))
    return tuple(str(at) if token == new else known.get(token, "0") for token in tokens)
