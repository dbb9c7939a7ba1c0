"""The ports of upkeep: what is asked of platforms and secrets so that accounts go on working."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from chalicelib.domain.account import Account
from chalicelib.domain.standing import Finding, Renewed


class Keyring(Protocol):
    """The secrets as who changes them sees them: as they are now, whole."""

    def read(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """
        Return a secret's fields; empty where there is no such secret.

        Raises TransientError where the store cannot be asked.
        """
        ...

    def write(self, name: str, fields: Mapping[str, Sequence[str]]) -> None:
        """Replace a secret's fields, and make it where there is none. Raises TransientError."""
        ...

    def remove(self, name: str) -> None:
        """Remove a secret; one that is not there is no error. Raises TransientError."""
        ...


class Onboarding(Protocol):
    """What an operator, or a clock for one, asks a platform of an account; it sends nothing."""

    def examine(self, account: Account, *, now: int) -> Sequence[Finding]:
        """
        Return how an account stands: token, permissions, subscriptions, limits.

        Raises nothing but ConfigurationError: what cannot be asked is a finding, too.
        """
        ...

    def subscribe(self, account: Account) -> None:
        """
        Have the platform tell us of an account; doing it again changes nothing.

        Raises Refused, Unauthorised or TransientError.
        """
        ...

    def renews(self, account: Account) -> bool:
        """Return whether an account's token ends by itself and can be renewed before."""
        ...

    def renewed(self, account: Account, *, now: int) -> Renewed:
        """
        Return a new token for an account in place of its newest, which goes on being good.

        Raises Refused, Unauthorised or TransientError.
        """
        ...
