"""The part of a channel that is the same on all of Meta's: verify, handshake, the way out."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from chalicelib.errors import ConfigurationError, Refused, TransientError, Unauthorised
from chalicelib.graph_api import handshake, signature
from chalicelib.graph_api.error_codes import FILE_GONE

if TYPE_CHECKING:
    from chalicelib.domain.account import Account
    from chalicelib.domain.contact import Contact
    from chalicelib.domain.content import File, Location
    from chalicelib.domain.ports import Secrets
    from chalicelib.graph_api.client import Graph
    from chalicelib.http_client import Transport
    from chalicelib.settings import Settings


class MetaChannel(ABC):
    """
    Keeps half of the contract of `ports.Channel`; the channels add split, parse and the sends.

    An account's secret holds its `access_tokens`, and `app_secrets` of the app that they are of.

    `http` is the process's shared client unless another is given; `pause` waits for seconds.
    """

    name: ClassVar[str]

    def __init__(
        self,
        *,
        secrets: Secrets,
        settings: Settings,
        http: Transport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._secrets = secrets
        self._settings = settings
        self._http = http
        self._pause = pause
        self._seen = ""

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Return if Meta signed the raw body with one of our secrets; see `ports.Webhook`."""
        secrets = self._secrets.get("meta", "app_secrets")
        signature.verify(body, headers.get(signature.HEADER), secrets=secrets)

    def handshake(self, query: Mapping[str, str]) -> str:
        """Return the challenge to echo; see `ports.Channel`."""
        return handshake.answer(query, tokens=self._secrets.get("meta", "verify_tokens"))

    def locate(self, file: File, *, account: Account) -> Location:
        """
        Return where a customer's file is: at the address that the webhook told.

        Raises Refused where it told none. No token is needed there, so none is given away.
        """
        del account
        if not file.url:
            raise Refused(FILE_GONE)
        return self._location(file.url)

    def seen(self, *, account: Account, contact: Contact, message_id: str) -> None:
        """
        Show that the newest message was read, and typing; see `ports.Channel`.

        What this process has just shown is not shown again: a reply may have many portions.
        """
        if message_id == self._seen:
            return
        self._seen = message_id
        signs = self._signs(contact, message_id)
        try:
            graph, token = self._graph(account), self._token(account)
        except (TransientError, ConfigurationError):
            return
        for sign in signs:
            if not graph.sign(account.node, sign, token=token):
                return

    @abstractmethod
    def _signs(self, contact: Contact, message_id: str) -> Sequence[Mapping[str, Any]]:
        """Return the bodies of the calls that show that a message was read."""

    def _location(self, url: str, *, token: str = "") -> Location:
        from chalicelib.domain.content import Location  # as below
        from chalicelib.graph_api import media

        headers = {"authorization": f"Bearer {token}"} if token else {}
        return Location(url=url, hosts=media.hosts(self._settings.graph_url), headers=headers)

    def _profile(
        self, person: str | None, *, account: Account, fields: Sequence[str]
    ) -> dict[str, str]:
        """Return what the platform tells of a person who is only known by an id."""
        if person is None:
            return {}
        try:
            graph, token = self._graph(account), self._token(account)
            return graph.profile(person, fields=fields, token=token)
        except (TransientError, ConfigurationError):
            return {}

    def _graph_url(self, account: Account) -> str:
        """Return where the Graph API answers for an account."""
        del account
        return self._settings.graph_url

    def connection(self, account: Account) -> tuple[Graph, str]:
        """Return the Graph API and the token with which an account is spoken for; see `_token`."""
        return self._graph(account), self._token(account)

    def _graph(self, account: Account) -> Graph:
        # What receives webhooks must not pay for an HTTP client that it never uses.
        from chalicelib import http_client
        from chalicelib.graph_api.client import Graph

        return Graph(
            http=self._http or http_client.shared(),
            url=self._graph_url(account),
            version=self._settings.graph_version,
            app_secret=next(iter(self._secret(account, "app_secrets")), ""),
        )

    def _token(self, account: Account) -> str:
        """Return the newest access token of an account; raise Unauthorised where it has none."""
        tokens = self._secret(account, "access_tokens")
        if not tokens:
            raise Unauthorised("the account has no access token")
        return tokens[0]

    def _secret(self, account: Account, field: str) -> Sequence[str]:
        return self._secrets.get(f"accounts/{self.name}/{account.ref.id}", field)
