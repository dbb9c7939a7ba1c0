"""The configured accounts and desks, read through a short cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chalicelib.domain.account import Account, AccountRef, Desk
from chalicelib.domain.ports import Clock
from chalicelib.storage import keys
from chalicelib.storage.table import Delete, Put, Row, Table

_MOST = 1000  #: rows that are remembered
_FRESH = 30_000  #: ms for which a row is believed, missing ones included

T = TypeVar("T")


class TableDirectory:
    """Keeps the contract of ports.Directory on any table, and lets the operator write it."""

    def __init__(self, table: Table, *, clock: Clock) -> None:
        self._table = table
        self._clock = clock
        self._cache: dict[keys.Key, tuple[int, Row | None]] = {}

    def account(self, ref: AccountRef) -> Account | None:
        """See ports.Directory."""
        return self._read(keys.account(ref), _to_account)

    def desk(self, desk_id: str) -> Desk | None:
        """See ports.Directory."""
        return self._read(keys.desk(desk_id), _to_desk)

    def desks(self) -> Sequence[Desk]:
        """See ports.Directory."""
        found = self._table.query(keys.CONFIGURATION, keys.DESK_PREFIX)
        return [_to_desk(row) for row in found]

    def accounts_of(self, desk_id: str) -> Sequence[Account]:
        """See ports.Directory."""
        return [account for account in self.accounts() if account.desk == desk_id]

    def accounts(self) -> Sequence[Account]:
        """Return all accounts."""
        found = self._table.query(keys.CONFIGURATION, keys.ACCOUNT_PREFIX)
        return [_to_account(row) for row in found]

    def keep_account(self, account: Account) -> None:
        """Configure an account, or change it."""
        self._table.write([Put(key=keys.account(account.ref), row=_from_account(account))])

    def keep_desk(self, desk: Desk) -> None:
        """Configure a desk, or change it."""
        self._table.write([Put(key=keys.desk(desk.id), row=_from_desk(desk))])

    def forget_account(self, ref: AccountRef) -> None:
        """Configure an account no more; what it said stays."""
        self._table.write([Delete(key=keys.account(ref))])

    def forget_desk(self, desk_id: str) -> None:
        """Configure a desk no more; its tickets' conversations stay."""
        self._table.write([Delete(key=keys.desk(desk_id))])

    def _read(self, key: keys.Key, convert: Callable[[Row], T]) -> T | None:
        now = self._clock()
        until, row = self._cache.get(key, (0, None))
        if until <= now:
            row = self._table.get([key]).get(key)
            if len(self._cache) >= _MOST:
                # Names that nobody configured come from outside: they must not fill the memory.
                self._cache.clear()
            self._cache[key] = (now + _FRESH, row)
        return convert(row) if row else None


def _from_account(account: Account) -> dict[str, Any]:
    return {
        "channel": account.ref.channel,
        "id": account.ref.id,
        "desk": account.desk,
        "language": account.language,
        "graph_id": account.graph_id,
        "options": dict(account.options),
    }


def _to_account(row: Row) -> Account:
    return Account(
        ref=AccountRef(row["channel"], row["id"]),
        desk=row["desk"],
        language=row["language"],
        graph_id=row["graph_id"],
        options=row.get("options", {}),
    )


def _from_desk(desk: Desk) -> dict[str, Any]:
    return {
        "id": desk.id,
        "helpdesk": desk.helpdesk,
        "url": desk.url,
        "reopen_window": desk.reopen_window,
        "restored_at": desk.restored_at,
        "options": dict(desk.options),
    }


def _to_desk(row: Row) -> Desk:
    return Desk(
        id=row["id"],
        helpdesk=row["helpdesk"],
        url=row["url"],
        reopen_window=row["reopen_window"],
        restored_at=row.get("restored_at", 0),  # rows of 0.1 know no restoring
        options=row["options"],
    )
