"""Renews tokens that end by themselves, while there is still time for a person to step in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.domain import rotation
from chalicelib.domain.account import Account
from chalicelib.domain.ports import Clock, Log
from chalicelib.domain.standing import SOON, Renewed
from chalicelib.domain.upkeep import Keyring, Onboarding
from chalicelib.errors import ConfigurationError, Refused, ScriptaError, UnknownIntegration

_MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewer:
    """What renewing needs."""

    onboarding: Callable[[str], Onboarding]
    keyring: Keyring
    clock: Clock
    log: Log

    def renew(self, accounts: Sequence[Account], *, whether_due: bool = True) -> int:
        """
        Renew the tokens that end within ten days, or whose end nobody knows; return how many.

        Without `whether_due` every token that can be renewed is. What fails is an alarm, and tried
        again the next time: the old token is good until its end.
        """
        return sum(self._renewed(account, whether_due=whether_due) for account in accounts)

    def _renewed(self, account: Account, *, whether_due: bool) -> bool:
        ref = "#".join(account.ref)
        try:
            onboarding = self.onboarding(account.ref.channel)
        except UnknownIntegration:
            # A channel that tells nothing of its accounts has nothing to renew.
            return False
        try:
            if not onboarding.renews(account):
                return False
            secret = rotation.of_account(account.ref)
            ends = rotation.end_of(self.keyring.read(secret))
            if whether_due and ends - self.clock() > SOON * _MS:
                return False
            token = self._new(onboarding, account, ref, is_known=bool(ends))
            if token is None:
                return False
            values = {rotation.ACCESS_TOKENS: token.token}
            rotation.add(self.keyring, secret, values, ends=token.until)
        except (ScriptaError, ConfigurationError) as exc:
            self.log.alarm("token not renewed", account=ref, error=type(exc).__name__)
            return False
        self.log.info("token renewed", account=ref, until=token.until)
        return True

    def _new(
        self, onboarding: Onboarding, account: Account, ref: str, *, is_known: bool
    ) -> Renewed | None:
        """Return a new token; None where one whose end nobody knows is too young for that."""
        try:
            return onboarding.renewed(account, now=self.clock())
        except Refused:
            # A token that is not good is Unauthorised; this one was made within the last day.
            if is_known:
                raise
            self.log.warning("token too young to renew", account=ref)
            return None
