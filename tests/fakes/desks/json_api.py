"""What those who play a vendor's JSON API share: the contract, credentials, failures, what was told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from chalicelib.http_client import Body, Response
from tests.fakes.desks.contract import Contract


@dataclass(frozen=True, slots=True)
class Failed(Exception):
    """The vendor says no: a status, and what it says beside."""

    status: int
    about: Mapping[str, Any]


class JsonApi:
    """
    A Transport behind which somebody plays a vendor.

    `told` are the bodies of the webhooks that were posted. What is `strict` is held to the contract,
    both ways. What is written is seen `lag` seconds later.
    """

    def __init__(
        self,
        contract: str,
        *,
        url: str,
        tokens: Sequence[str],
        clock: Callable[[], float],
        strict: bool = True,
        lag: float = 0.0,
    ) -> None:
        self.told: list[dict[str, Any]] = []
        self._url, self._tokens, self._clock, self._lag = url, tokens, clock, lag
        self._contract = Contract(contract) if strict else None
        self._last = 0

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
        asked = self._contract.check(method, url, headers, body) if self._contract else None
        try:
            self._admit(headers)
            status, said = self._answer(method, url, body)
        except Failed as failed:
            status, said = HTTPStatus(failed.status), failed.about
        answer = Response(
            status=status,
            headers={"content-type": "application/json"},
            body=json.dumps(said).encode(),
        )
        if self._contract and asked:
            self._contract.check_answer(asked, answer)
        return answer

    def _admit(self, headers: Mapping[str, str]) -> None:
        """Return if one of the tokens came along; raise Failed."""
        raise NotImplementedError

    def _answer(self, method: str, url: str, body: Body | None) -> tuple[HTTPStatus, Any]:
        """Do what is asked, and return status and body; raise Failed where it is refused."""
        raise NotImplementedError

    def _number(self) -> int:
        self._last += 1
        return self._last


def iso(seconds: float) -> str:
    """Return a time as Rails writes it."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
