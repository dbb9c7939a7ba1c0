"""What an Instagram account must have, by either kind of login; docs/channels/instagram.md says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from chalicelib.domain.account import Account
from chalicelib.domain.standing import Finding, Renewed, green, red, unknown
from chalicelib.errors import ScriptaError, TransientError, Unauthorised
from chalicelib.graph_api.fields import identifier, listing, mapping, number, words
from chalicelib.graph_api.onboarding import (
    LIMITS,
    SUBSCRIPTIONS,
    TOKEN,
    Connect,
    Demands,
    MetaOnboarding,
    fields_found,
    new_token,
    told_by,
)

_FIELDS: Final = (
    "messages",
    "messaging_postbacks",
    "messaging_seen",
    "message_reactions",
    "messaging_referral",
    "messaging_optins",
    "messaging_handover",
    "standby",
)
_COMMENTS: Final = ("comments", "live_comments", "mentions")
#: With Facebook's login webhooks are subscribed through the page, under the page's names.
BY_FACEBOOK: Final = Demands(
    permissions=("instagram_basic", "instagram_manage_messages", "pages_manage_metadata"),
    fields=("messages", "messaging_postbacks"),
)
BY_INSTAGRAM: Final = Demands(permissions=(), fields=_FIELDS, more=_COMMENTS)
_MS: Final = 1000


class OwnLogin(MetaOnboarding):
    """
    Accounts with Instagram's own login: their token lasts 60 days and tells little of itself.

    https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
    """

    def __init__(self, connect: Connect) -> None:
        super().__init__(connect, BY_INSTAGRAM)

    def examine(self, account: Account, *, now: int) -> Sequence[Finding]:
        """Return how an account stands; when its token ends, only whoever renewed it knows."""
        del now
        try:
            graph, token = self._connect(account)
            query = {"fields": "user_id,username"}
            me = told_by(graph.read("me", query, token=token))
        except Unauthorised as exc:
            return [red(TOKEN, f"Meta does not take it: {exc}", new_token(account))]
        except ScriptaError as exc:
            return [unknown(TOKEN, f"Meta cannot be asked: {exc}", "look at it again later")]
        if identifier(me.get("user_id")) != account.ref.id:
            return [red(TOKEN, "it is of another account", new_token(account))]
        return [
            green(TOKEN, "good"),
            self._told(SUBSCRIPTIONS, lambda: self._of_fields(account)),
            self._told(LIMITS, lambda: self._of_limits(graph, token, account)),
        ]

    def renews(self, account: Account) -> bool:
        """Return True: it ends after 60 days."""
        del account
        return True

    def renewed(self, account: Account, *, now: int) -> Renewed:
        """Return a new token; Instagram refuses for one that is younger than a day."""
        graph, token = self._connect(account)
        asking = replace(graph, version="", app_secret="")
        query = {"grant_type": "ig_refresh_token"}
        answer = told_by(asking.read("refresh_access_token", query, token=token))
        new, seconds = words(answer.get("access_token")), number(answer.get("expires_in"))
        if not new or not seconds:
            raise TransientError("the answer names no token")
        return Renewed(token=new, until=now + seconds * _MS)

    def subscribed(self, account: Account) -> str:
        """Return the account itself, as its own token names it."""
        del account
        return "me"

    def _of_fields(self, account: Account) -> Finding:
        graph, token = self._connect(account)
        apps = listing(told_by(graph.read("me/subscribed_apps", {}, token=token)).get("data"))
        # There is one entry at most, of the app whose token asks.
        ours = next(map(mapping, apps), None)
        return fields_found(account, self._demands.fields_of(account), ours)


class InstagramOnboarding:
    """Keeps the contract of `upkeep.Onboarding`, for each account by its kind of login."""

    def __init__(self, connect: Connect) -> None:
        self._by_facebook = MetaOnboarding(connect, BY_FACEBOOK)
        self._by_instagram = OwnLogin(connect)

    def examine(self, account: Account, *, now: int) -> Sequence[Finding]:
        """Return how an account stands; see `upkeep.Onboarding`."""
        return self._of(account).examine(account, now=now)

    def subscribe(self, account: Account) -> None:
        """Subscribe an account; see `upkeep.Onboarding`."""
        self._of(account).subscribe(account)

    def renews(self, account: Account) -> bool:
        """Return whether an account's token ends by itself; see `upkeep.Onboarding`."""
        return self._of(account).renews(account)

    def renewed(self, account: Account, *, now: int) -> Renewed:
        """Return a new token; see `upkeep.Onboarding`."""
        return self._of(account).renewed(account, now=now)

    def _of(self, account: Account) -> MetaOnboarding:
        own = account.options.get("login") == "instagram"
        return self._by_instagram if own else self._by_facebook
