"""What commands about accounts, desks and secrets work on, besides the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from chalicelib import registry
from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Helpdesk, Secrets
from chalicelib.domain.upkeep import Keyring, Onboarding
from chalicelib.settings import Settings


class NamedKeyring(Keyring, Protocol):
    """A keyring that can tell what its store calls a secret, so that a person finds it there."""

    def called(self, name: str) -> str:
        """Return what the store calls a secret."""
        ...


class Fresh:
    """
    The Secrets port over a keyring: as the secrets are now.

    `trial` are values that stand in front of those of a secret, before anybody has written them.
    """

    def __init__(
        self, keyring: Keyring, trial: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        self._keyring = keyring
        self._trial = trial or {}

    def get(self, name: str, field: str) -> tuple[str, ...]:
        """Return the values of a field, newest first."""
        known = self._keyring.read(name).get(field, ())
        tried = self._trial.get(name, {}).get(field)
        return known if tried is None else (tried, *known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """
    A stage's secrets and the sides it speaks to.

    `stage` is what the stage is called, `url` where its webhooks go, without a slash at the end.
    `onboarding` and `helpdesk` make what asks, with the secrets that they are given.
    """

    stage: str
    url: str
    keyring: NamedKeyring
    onboarding: Callable[[str, Secrets], Onboarding]
    helpdesk: Callable[[Desk, Secrets], Helpdesk]

    def call(self, command: str) -> str:
        """Return a command as it is to be typed for this stage."""
        stage = "" if self.stage == "local" else f" --stage {self.stage}"
        return f"python -m ops {command}{stage}"


def outside(stage: str, *, url: str, keyring: NamedKeyring, settings: Settings) -> Outside:
    """Return the outside of a stage, with the real adapters."""

    def helpdesk(desk: Desk, secrets: Secrets) -> Helpdesk:
        return registry.helpdesk(desk, secrets=secrets)

    def onboarding(name: str, secrets: Secrets) -> Onboarding:
        return registry.onboarding(name, secrets=secrets, settings=settings)

    return Outside(
        stage=stage,
        url=url,
        keyring=keyring,
        onboarding=onboarding,
        helpdesk=helpdesk,
    )
