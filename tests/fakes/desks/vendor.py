"""What those who play a vendor's API share: the contract, the time, and how a failure is answered."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
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


class Vendor:
    """
    A Transport behind which somebody plays a vendor: `answer` is what it does.

    What is `strict` is held against the contract, both ways.
    """

    root = "/"

    def __init__(self, contract: str, *, strict: bool = True) -> None:
        self._contract = Contract(contract) if strict else None
        self._later = 0.0

    def answer(self, asked: Asked) -> tuple[int, Mapping[str, Any] | list[Any] | None]:
        """Do what is asked and return status and body; raise Answered where it is refused."""
        raise NotImplementedError

    def now(self) -> float:
        """Return the vendor's time, in seconds since the epoch."""
        return time.time() + self._later

    def let_pass(self, seconds: float) -> None:
        """Let that much time pass."""
        self._later += seconds

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
