"""The Onboarding port in memory."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.account import Account
from chalicelib.domain.standing import Finding, Renewed, green
from chalicelib.errors import ScriptaError

DAY = 24 * 3600 * 1000


class FakeOnboarding:
    """
    Tells `findings` of every account; `subscribed` and `asked` are those that it was asked for.

    `trouble` is raised by what changes something; `ends_by_itself` are the ids of accounts whose
    token does, and each new one is good for 60 days.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = [green("token", "good"), green("subscriptions", "messages")]
        self.subscribed: list[str] = []
        self.renewals = 0
        self.trouble: ScriptaError | None = None
        self.ends_by_itself: set[str] = set()

    def examine(self, account: Account, *, now: int) -> Sequence[Finding]:
        """Return the findings."""
        return list(self.findings)

    def subscribe(self, account: Account) -> None:
        """Remember the account, or raise the trouble."""
        if self.trouble:
            raise self.trouble
        self.subscribed.append(account.ref.id)

    def renews(self, account: Account) -> bool:
        """Return whether its token ends by itself."""
        return account.ref.id in self.ends_by_itself

    def renewed(self, account: Account, *, now: int) -> Renewed:
        """Return a token that is new, or raise the trouble."""
        if self.trouble:
            raise self.trouble
        self.renewals += 1
        return Renewed(token=f"new-token-{self.renewals}", until=now + 60 * DAY)
