"""How accounts and desks stand: what platforms, helpdesks, secrets and the books tell of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain import rotation
from chalicelib.domain.account import Account, Desk
from chalicelib.domain.changes import Claim
from chalicelib.domain.ports import Clock, Helpdesk
from chalicelib.domain.setting import Setting
from chalicelib.domain.standing import Finding, Light, green, of_end, red, unknown
from chalicelib.domain.store import Store
from chalicelib.domain.upkeep import Keyring, Onboarding
from chalicelib.errors import (
    ConfigurationError,
    Refused,
    ScriptaError,
    Unauthorised,
    UnknownIntegration,
)
from chalicelib.storage.audit import TableAudit

_MS = 1000
_QUIET = 3 * 24 * 3600 * _MS  #: ms without a webhook after which somebody should look
_HOUR = 3600 * _MS
_TOKEN, _WEBHOOK, _SECRETS, _ANSWERS = "token", "webhook", "secrets", "answers"

Heard = Mapping[str, int]
"""When a webhook last told something that is in the books, by scope (`desk#id`, `channel#id`)."""


def heard(audit: TableAudit) -> Heard:
    """Return when each account and desk was last heard of; costs a scan of the table."""
    found: dict[str, int] = {}
    for row in audit.everything():
        if isinstance(row, Claim):
            scope = row.key.scope
            found[scope] = max(found.get(scope, 0), row.received_at)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspector:
    """
    Looks at accounts and desks, and changes nothing.

    `heard` is None where the books are not to be read.
    """

    onboarding: Callable[[str], Onboarding]
    helpdesk: Callable[[Desk], Helpdesk]
    settings: Callable[[Desk], Sequence[Setting]]
    keyring: Keyring
    store: Store
    clock: Clock
    heard: Heard | None = None

    def account(self, account: Account, *, desks: Sequence[str]) -> list[Finding]:
        """Return how an account stands, told the desks there are."""
        return [*self._desk_of(account, desks), *self._platform(account), *self._books(account)]

    def desk(self, desk: Desk, *, served: int) -> list[Finding]:
        """Return how a desk stands, told how many accounts it serves."""
        found = [*self._configured(desk)]
        if not found:
            found = [green(_SECRETS, "all are there"), self._answers(desk)]
        found.append(self._breaker(desk))
        found += self._heard_of(f"desk#{desk.id}", "answer a ticket publicly, and look again")
        if served:
            return [*found, green("accounts", f"serves {served}")]
        return [*found, unknown("accounts", "serves none", "`ops accounts add` configures one")]

    def _desk_of(self, account: Account, desks: Sequence[str]) -> Iterator[Finding]:
        if account.desk not in desks:
            act = "`ops desks add`, or `ops accounts add` with another desk"
            yield red("desk", f"there is no desk {account.desk}", act)

    def _platform(self, account: Account) -> Iterator[Finding]:
        try:
            onboarding = self.onboarding(account.ref.channel)
            found = onboarding.examine(account, now=self.clock())
            renews = onboarding.renews(account)
        except UnknownIntegration as exc:
            yield unknown(_TOKEN, f"nobody can tell: {exc}")
            return
        except (ScriptaError, ConfigurationError) as exc:
            yield red(_TOKEN, f"cannot be asked: {exc}", "correct the account's row or secret")
            return
        for finding in found:
            ends_by_itself = finding.subject == _TOKEN and finding.light is Light.GREEN and renews
            yield self._end(account) if ends_by_itself else finding

    def _end(self, account: Account) -> Finding:
        """Return how a token stands that is renewed on schedule."""
        ends = rotation.end_of(self.keyring.read(rotation.of_account(account.ref))) // _MS
        if not ends:
            return green(_TOKEN, "good; it is renewed once a day until its end is known")
        act = "`ops secrets renew`, or look for `token not renewed` in the log"
        found = of_end(_TOKEN, ends, now=self.clock() // _MS, act=act)
        return replace(found, words=f"{found.words}; renewed by itself")

    def _books(self, account: Account) -> Iterator[Finding]:
        known = self.keyring.read(rotation.META)
        for field in rotation.META_FIELDS:
            if not known.get(field):
                act = f"`ops secrets rotate meta {field}`"
                yield red(_WEBHOOK, f"none can be accepted: {field} are missing", act)
        yield from self._heard_of(
            "#".join(account.ref), "write to it as a customer, and look again"
        )

    def _heard_of(self, scope: str, act: str) -> Iterator[Finding]:
        if self.heard is None:
            return
        last = self.heard.get(scope, 0)
        if not last:
            yield unknown(_WEBHOOK, "none was ever seen that is still in the books", act)
        elif self.clock() - last > _QUIET:
            yield unknown(_WEBHOOK, f"the last one came {_ago(self.clock() - last)} ago", act)
        else:
            yield green(_WEBHOOK, f"the last one came {_ago(self.clock() - last)} ago")

    def _configured(self, desk: Desk) -> Iterator[Finding]:
        """Yield what is wrong with a desk's options and secrets."""
        try:
            settings = self.settings(desk)
        except ScriptaError:
            yield red("helpdesk", f"there is none called {desk.helpdesk}", "correct the desk's row")
            return
        secrets = self.keyring.read(rotation.of_desk(desk.id))
        for setting in settings:
            if setting.secret:
                if setting.required and not secrets.get(setting.name):
                    act = f"`ops secrets rotate desk#{desk.id} {setting.name}`"
                    yield red(_SECRETS, f"{setting.name} is missing", act)
            elif value := desk.options.get(setting.name, ""):
                if fault := setting.fault(value):
                    act = f"`ops desks add {desk.id} --option {setting.name}=…`"
                    yield red("options", f"{setting.name} {fault}", act)
            elif setting.required:
                act = f"`ops desks add {desk.id} --option {setting.name}=…`"
                yield red("options", f"{setting.name} is missing", act)

    def _answers(self, desk: Desk) -> Finding:
        try:
            self.helpdesk(desk).check()
        except Unauthorised as exc:
            act = f"`ops secrets rotate desk#{desk.id} …` with a good token"
            return red(_ANSWERS, f"it does not take our token: {exc}", act)
        except Refused as exc:
            return red(
                _ANSWERS, f"it refuses: {exc.detail or exc.reason}", "set the helpdesk right"
            )
        except (ScriptaError, ConfigurationError) as exc:
            return red(_ANSWERS, f"it does not: {exc}", f"bring {desk.url} back, or correct it")
        return green(_ANSWERS, "and takes our token")

    def _breaker(self, desk: Desk) -> Finding:
        breaker = self.store.breaker(desk.id)
        if not breaker.is_open:
            return green("breaker", "closed")
        since = _ago(self.clock() - breaker.opened_at)
        words = f"open for {since} ({breaker.reason}): messages wait"
        return red("breaker", words, "once the desk answers, the sweep closes it within a minute")


def _ago(ms: int) -> str:
    """Return a time that has passed, in words."""
    if ms < _HOUR:
        return f"{ms // 60_000} min"
    hours = ms // _HOUR
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004 - two days
