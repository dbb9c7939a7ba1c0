"""How an account on one of Meta's channels stands, as far as the Graph API tells; sends nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib.domain.account import Account
from chalicelib.domain.standing import SOON, Finding, Renewed, date, green, of_end, red, unknown
from chalicelib.errors import ScriptaError, TransientError, Unauthorised
from chalicelib.graph_api.client import Graph
from chalicelib.graph_api.fields import identifier, listing, mapping, number, words
from chalicelib.http_client import Response

_FULL: Final = 80  #: percent of Meta's limit of calls
_USAGE: Final = ("x-business-use-case-usage", "x-app-usage", "x-page-usage")
_MS: Final = 1000

TOKEN, PERMISSIONS, SUBSCRIPTIONS, LIMITS = "token", "permissions", "subscriptions", "limits"

Connect = Callable[[Account], tuple[Graph, str]]
"""Returns with what an account is spoken for; raises as `MetaChannel.connection`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """
    What an account must have.

    `permissions` of its token; `fields` that are subscribed, none where a subscription is of all.
    `more` are further ones for accounts whose public comments become tickets.
    """

    permissions: Sequence[str]
    fields: Sequence[str] = ()
    more: Sequence[str] = ()

    def fields_of(self, account: Account) -> list[str]:
        """Return the fields that an account is subscribed to."""
        return [*self.fields, *(self.more if account.options.get("comments") else ())]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What is known of a token; times in seconds since the epoch, 0 for none."""

    app: str
    scopes: frozenset[str]
    ends: int
    data_ends: int


class MetaOnboarding:
    """Keeps the contract of `upkeep.Onboarding` for accounts whose token `debug_token` tells of."""

    def __init__(self, connect: Connect, demands: Demands) -> None:
        self._connect = connect
        self._demands = demands

    def examine(self, account: Account, *, now: int) -> Sequence[Finding]:
        """Return how an account stands; see `upkeep.Onboarding`."""
        try:
            graph, token = self._connect(account)
            facts = self._facts(graph, token)
        except Unauthorised as exc:
            return [red(TOKEN, f"Meta does not take it: {exc}", new_token(account))]
        except ScriptaError as exc:
            return [unknown(TOKEN, f"Meta cannot be asked: {exc}", "look at it again later")]
        return [
            _of_token(facts, account, now=now // _MS),
            self._of_permissions(facts, account),
            self._told(SUBSCRIPTIONS, lambda: self._of_subscriptions(graph, token, account, facts)),
            self._told(LIMITS, lambda: self._of_limits(graph, token, account)),
        ]

    def subscribe(self, account: Account) -> None:
        """Subscribe the fields; see `upkeep.Onboarding`."""
        graph, token = self._connect(account)
        graph.subscribe(self.subscribed(account), self._demands.fields_of(account), token=token)

    def renews(self, account: Account) -> bool:
        """Return False: such a token ends with its maker's password or role, and not before."""
        del account
        return False

    def renewed(self, account: Account, *, now: int) -> Renewed:
        """Raise TransientError: there is nothing to renew."""
        del account, now
        raise TransientError("a token of this kind is not renewed")

    def subscribed(self, account: Account) -> str:
        """Return the node whose webhooks are subscribed; raise TransientError where none is known."""
        return account.node

    def _facts(self, graph: Graph, token: str) -> TokenFacts:
        """
        Return what Meta tells of a token.

        https://developers.facebook.com/docs/graph-api/reference/debug_token
        """
        app = identifier(told_by(graph.read("app", {"fields": "id"}, token=token)).get("id"))
        # The app itself may ask of every token of its own; a token not always of itself.
        asker = f"{app}|{graph.app_secret}" if app and graph.app_secret else token
        asking = graph if asker is token else replace(graph, app_secret="")
        told = mapping(
            told_by(asking.read("debug_token", {"input_token": token}, token=asker)).get("data")
        )
        if told.get("is_valid") is not True:
            reason = words(mapping(told.get("error")).get("message"))
            raise Unauthorised(reason or "it is not valid")
        return TokenFacts(
            app=identifier(told.get("app_id")) or app,
            scopes=frozenset(map(words, listing(told.get("scopes")))),
            ends=number(told.get("expires_at")),
            data_ends=number(told.get("data_access_expires_at")),
        )

    def _of_permissions(self, facts: TokenFacts, account: Account) -> Finding:
        missing = [name for name in self._demands.permissions if name not in facts.scopes]
        if missing:
            act = f"give the app {', '.join(missing)}, make a new token, then: {new_token(account)}"
            return red(PERMISSIONS, f"missing: {', '.join(missing)}", act)
        return green(PERMISSIONS, ", ".join(self._demands.permissions))

    def _of_subscriptions(
        self, graph: Graph, token: str, account: Account, facts: TokenFacts
    ) -> Finding:
        path = f"{self.subscribed(account)}/subscribed_apps"
        apps = listing(told_by(graph.read(path, {}, token=token)).get("data"))
        ours = next((app for app in map(mapping, apps) if _app_id(app) == facts.app), None)
        return fields_found(account, self._demands.fields_of(account), ours)

    def _of_limits(self, graph: Graph, token: str, account: Account) -> Finding:
        answer = graph.read(account.node, {"fields": "id"}, token=token)
        used = max((_most_used(answer.headers.get(name, "")) for name in _USAGE), default=0)
        if used >= _FULL:
            return red(
                LIMITS, f"{used} % of Meta's calls per hour are used", "call Meta less often"
            )
        return green(LIMITS, f"{used} % of Meta's calls per hour are used")

    def _told(self, subject: str, look: Callable[[], Finding]) -> Finding:
        try:
            return look()
        except ScriptaError as exc:
            return unknown(subject, f"Meta does not tell: {exc}", "look at it again later")


def new_token(account: Account) -> str:
    """Return what puts a new token into an account's secret."""
    return f"`ops secrets rotate {'#'.join(account.ref)} access_tokens`"


def fields_found(account: Account, wanted: Sequence[str], app: Mapping[str, Any] | None) -> Finding:
    """Return how an account's subscription stands, told the app's entry in it, None for none."""
    act = f"`ops accounts check {'#'.join(account.ref)} --fix` subscribes it"
    if app is None:
        return red(SUBSCRIPTIONS, "the app hears nothing of it", act)
    have = set(map(words, listing(app.get("subscribed_fields"))))
    if missing := [field for field in wanted if field not in have]:
        return red(SUBSCRIPTIONS, f"missing: {', '.join(missing)}", act)
    return green(SUBSCRIPTIONS, ", ".join(wanted) or "subscribed")


def told_by(answer: Response) -> Mapping[str, Any]:
    """Return the JSON object of an answer; empty where it is none."""
    try:
        return mapping(answer.json())
    except (ValueError, RecursionError):
        return {}


def _of_token(facts: TokenFacts, account: Account, *, now: int) -> Finding:
    act = new_token(account)
    found = of_end(TOKEN, facts.ends, now=now, act=act)
    if found.act or not facts.data_ends or facts.data_ends - now >= SOON:
        return found
    said = f"good, but its access to data ends on {date(facts.data_ends)}"
    return red(TOKEN, said, f"somebody with a role on the app signs in again; {act}")


def _app_id(app: Mapping[str, Any]) -> str:
    """Return an app's id: WhatsApp tells it one level deeper."""
    return identifier(app.get("id")) or identifier(
        mapping(app.get("whatsapp_business_api_data")).get("id")
    )


def _most_used(header: str) -> int:
    """
    Return the highest percentage that a header of usage tells, 0 where it tells none.

    https://developers.facebook.com/docs/graph-api/overview/rate-limiting
    """
    try:
        told = json.loads(header)
    except (ValueError, RecursionError):
        return 0
    rows = [row for value in mapping(told).values() for row in listing(value)]
    return max(map(_percent, [mapping(told), *map(mapping, rows)]), default=0)


def _percent(row: Mapping[str, Any]) -> int:
    names: Iterable[str] = ("call_count", "total_time", "total_cputime")
    return max(number(row.get(name)) for name in names)
