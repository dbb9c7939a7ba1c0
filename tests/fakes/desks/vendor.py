"""What those who play a vendor's API share: the contract, mishaps, the time, and webhooks to post."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from chalicelib.errors import AmbiguousError, TransientError
from chalicelib.http_client import Body, Response
from tests.fakes.desks.contract import Contract

_READS: Final = "GET"


class Answered(Exception):
    """The vendor answers with a failure: its status, its body, and its headers."""

    def __init__(
        self, status: int, said: Mapping[str, Any], headers: Mapping[str, str] | None = None
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


@dataclass(frozen=True, slots=True)
class Failure:
    """How a write is answered instead, and whether it is done all the same."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    done: bool = False


class Vendor:
    """
    A Transport behind which somebody plays a vendor.

    `answer` is the vendor. What is `strict` is held against the contract, both ways. Mishaps happen
    to the writes that agents can see: `is_seen` tells them. `sent` counts all requests.
    """

    root = "/"

    def __init__(self, contract: str, *, strict: bool = True) -> None:
        self._contract = Contract(contract) if strict else None
        self.is_down = False
        self.is_cut = False
        self.failures: list[Failure] = []
        self.sent: list[Asked] = []
        self._later = 0.0

    def answer(self, asked: Asked) -> tuple[int, Mapping[str, Any] | list[Any] | None]:
        """Do what is asked and return status and body; raise Answered where it is refused."""
        raise NotImplementedError

    def is_seen(self, asked: Asked) -> bool:
        """Tell whether a request changes what agents see."""
        return asked.method != _READS

    def now(self) -> float:
        """Return the vendor's time, in seconds since the epoch."""
        return time.time() + self._later

    def let_pass(self, seconds: float) -> None:
        """Let that much time pass."""
        self._later += seconds

    @contextmanager
    def answers_are_cut(self) -> Iterator[None]:
        """Do what is asked, and lose every answer to a write."""
        self.is_cut = True
        try:
            yield
        finally:
            self.is_cut = False

    @contextmanager
    def nobody_is_there(self) -> Iterator[None]:
        """Let nobody be reached."""
        self.is_down = True
        try:
            yield
        finally:
            self.is_down = False

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: Body | None = None,
        timeout: float = 10.0,
    ) -> Response:
        """See Transport."""
        del timeout
        if self.is_down:
            raise TransientError("not reached")
        parts = urlsplit(url)
        checked = self._contract and self._contract.check(method, url, headers, body)
        asked = Asked(
            method=method,
            path=tuple(parts.path.removeprefix(self.root).strip("/").split("/")),
            query=dict(parse_qsl(parts.query)),
            headers=headers,
            body=body,
        )
        self.sent.append(asked)
        seen = self.is_seen(asked)
        failure = self.failures.pop(0) if seen and self.failures else None
        if failure and not failure.done:
            return Response(status=failure.status, headers=failure.headers, body=b"{}")
        response = self._respond(asked)
        if self._contract and checked:
            self._contract.check_answer(checked, response)
        if failure:
            return Response(status=failure.status, headers=failure.headers, body=b"{}")
        if seen and self.is_cut:
            raise AmbiguousError("no whole answer")
        return response

    def _respond(self, asked: Asked) -> Response:
        headers = {"content-type": "application/json"}
        said: Any
        try:
            status, said = self.answer(asked)
        except Answered as refused:
            status, said = refused.status, refused.said
            headers |= refused.headers
        content = b"" if said is None else json.dumps(said).encode()
        return Response(status=status, headers=headers, body=content)
