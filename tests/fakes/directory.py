"""The Directory port in memory."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.account import Account, AccountRef, Desk


class MemoryDirectory:
    """The Directory port over plain lists, to be changed at will."""

    def __init__(self, accounts: Sequence[Account], desks: Sequence[Desk]) -> None:
        self.accounts = {account.ref: account for account in accounts}
        self.rows = {desk.id: desk for desk in desks}

    def account(self, ref: AccountRef) -> Account | None:
        """See ports.Directory."""
        return self.accounts.get(ref)

    def desk(self, desk_id: str) -> Desk | None:
        """See ports.Directory."""
        return self.rows.get(desk_id)

    def accounts_of(self, desk_id: str) -> Sequence[Account]:
        """See ports.Directory."""
        return [account for account in self.accounts.values() if account.desk == desk_id]

    def desks(self) -> Sequence[Desk]:
        """See ports.Directory."""
        return list(self.rows.values())
