"""The lines of the channels to a Meta in memory, on which a token may have expired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from chalicelib.http_client import Response
from tests.fakes.meta_api import ACCOUNTS, MetaApi


@dataclass(slots=True)
class Line:
    """A channel's line to Meta; `expired` is a token that is no longer good."""

    expired: bool = False


class Expiring:
    """Meta, for which a token may have expired."""

    def __init__(self, meta: MetaApi, lines: Mapping[str, Line]) -> None:
        self._meta = meta
        self._lines = {ACCOUNTS[name]: line for name, line in lines.items()}

    def request(self, method: str, url: str, **asked: Any) -> Response:
        """See Transport."""
        line = self._lines.get(urlsplit(url).path.split("/")[2])
        if line and line.expired:
            asked["headers"] = {"authorization": "Bearer expired"}
        return self._meta.request(method, url, **asked)
