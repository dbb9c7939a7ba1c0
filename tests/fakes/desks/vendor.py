"""What those who play a vendor's API share: the contract, the time, failures, and what is told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from chalicelib.http_client import Body, Response
from tests.fakes.desks.contract import Contract


class Answered(Exception):
    """The vendor answers with a failure: its status, its body, and its headers."""

    def __init__(
        self, status: int, said: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status)
        self.status = status
        self.said = said
        self.headers = headers or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, as the vendor reads it; `path` is without the API's root."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


class Told(NamedTuple):
    """A webhook as it was posted `at` a time in ms, without its signature."""

    body: Mapping[str, Any]
    at: int


class Vendor:
    """
    A Transport behind which somebody plays a vendor: `answer` is what it does.

    `now` is its time, in seconds since the epoch. What is `strict` is held against the contract, both
    ways; numbers begin behind `first`. What the API writes is seen `lag` seconds later; `wrote` is called with the ticket and with
    each entry that the API puts into it for people to see, before the answer. `told` are the webhooks
    that were posted since it was last emptied.
    """

    root = "/"

    def __init__(
        self,
        contract: str,
        *,
        clock: Callable[[], float] = time.time,
        lag: float = 0.0,
        strict: bool = True,
        first: int = 100,
    ) -> None:
        self.now = clock
        self.told: list[Told] = []
        self.wrote: Callable[[Any, Any], None] = lambda ticket, entry: None
        self._contract = Contract(contract) if strict else None
        self._lag = lag
        self._last = first

    def answer(self, asked: Asked) -> tuple[int, Mapping[str, Any] | list[Any] | None]:
        """Do what is asked and return status and body; raise Answered where it is refused."""
        raise NotImplementedError

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: Body | None = None,
        timeout: float = 10.0,
    ) -> Response:
        """See Transport; there is always an answer."""
        del timeout
        checked = self._contract and self._contract.check(method, url, headers, body)
        response = self._respond(method, url, headers, body)
        if self._contract and checked:
            self._contract.check_answer(checked, response)
        return response

    def _respond(
        self, method: str, url: str, headers: Mapping[str, str], body: Body | None
    ) -> Response:
        parts = urlsplit(url)
        asked = Asked(
            method=method,
            path=tuple(parts.path.removeprefix(self.root).strip("/").split("/")),
            query=dict(parse_qsl(parts.query)),
            headers=headers,
            body=body,
        )
        told = {"content-type": "application/json"}
        said: Any
        try:
            status, said = self.answer(asked)
        except Answered as refused:
            status, said = refused.status, refused.said
            told |= refused.headers
        content = b"" if said is None else json.dumps(said).encode()
        return Response(status=status, headers=told, body=content)

    def _post(self, body: Mapping[str, Any]) -> None:
        """Let a webhook tell of something."""
        self.told.append(Told(body, int(self.now() * 1000)))

    def _number(self) -> int:
        self._last += 1
        return self._last


def iso(seconds: float) -> str:
    """Return a time as Rails writes it."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
