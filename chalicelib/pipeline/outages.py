"""While a platform takes no credentials of an account: who is told of it, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chalicelib.domain.account import Account
from chalicelib.domain.breaker import Breaker
from chalicelib.domain.changes import ClaimKey
from chalicelib.domain.ports import Clock, Log
from chalicelib.domain.store import Store

#: ms after which an operator is told again of what is still so, or what nobody saw end.
REMINDER: Final = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outages:
    """Remembers of which accounts an operator was told; costs nothing while sends succeed."""

    store: Store
    clock: Clock
    log: Log

    def begins(self, account: Account, error: Exception) -> None:
        """Tell an operator that an account cannot send, once until it can again."""
        name, now = _name(account), self.clock()
        known = self.store.breaker(name)
        if known.is_open and now - known.opened_at < REMINDER:
            return
        kind = type(error).__name__
        self.store.keep_breaker(Breaker(desk=name, opened_at=now, reason=kind))
        channel, id_ = account.ref
        self.log.alarm("token refused", channel=channel, account=id_, error=kind)

    def ends(self, account: Account) -> None:
        """Note that a send of an account which waited was taken, or refused for what it says."""
        name = _name(account)
        if self.store.breaker(name).is_open:
            self.store.keep_breaker(Breaker(desk=name))
            channel, id_ = account.ref
            self.log.info("token taken", channel=channel, account=id_)


def _name(account: Account) -> str:
    return ClaimKey.of_account(account.ref, "").scope
