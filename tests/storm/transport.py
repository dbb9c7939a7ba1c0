"""The HTTP transport of the storm: the adapters' requests to what stands in for Meta and the desks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit
from zlib import crc32

from chalicelib.errors import AmbiguousError, ScriptaError, TransientError
from chalicelib.http_client import Body, Form, Raw, Response, Transport
from infra.local.meta import errors
from tests.storm.chaos import Chaos, Failing
from tests.storm.tokens import tokens

_LIKED: Final = 40  #: entries for each one that a desk stumbles over
_PAGE: Final = b"<html><body>Bad gateway</body></html>"
#: Codes by what they mean: not now, not ever, not with this token, who knows.
_CODES: Final = (
    *((4, 613, 80007, 130429, 131056) * 2),
    *(131047, 10, 551, 131026, 131049, 100, 190, 131057),
    *((1, 2, 131000, 131016, 424242) * 2),
)
_UNKNOWN_STATUS: Final = 503  #: of a code that no table has


class HttpAnswer(Exception):
    """The call is answered, instead of by the other side, so."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class StormyTransport:
    """
    Passes requests on through the storm; `is_up` raises instead of an answer where nobody is there.

    `says` returns what an entry says that a request writes; empty for any other request.
    """

    def __init__(self, chaos: Chaos, behind: Transport, failing: Failing) -> None:
        self._chaos = chaos
        self._behind = behind
        self._failing = failing
        self.is_up: Callable[[], None] = lambda: None
        self.says: Callable[[Body | None], str] = _comment

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

        given: list[Response] = []

        def ask() -> Response:
            self.is_up()
            answer = self._behind.request(method, url, headers=headers, body=body, timeout=timeout)
            given.append(answer)
            return answer

        parts = urlsplit(url)
        what = f"{method} {parts.netloc}{parts.path} {_said(body)[:60]}"
        try:
            answer = self._chaos.call(what, ask, self._failing)
        except HttpAnswer as instead:
            # Nobody makes a success of a refusal on the way.
            refused = next((each for each in given if not each.ok), None)
            return refused if refused and instead.response.ok else instead.response
        if self._stumbles(body, answer):
            return Response(status=500, headers={}, body=_PAGE)
        return answer

    def _stumbles(self, body: Body | None, answer: Response) -> bool:
        """Return whether the desk fails behind one of the few entries that it does not like."""
        said = self.says(body)
        if self._chaos.calm or not said or not answer.ok or crc32(said.encode()) % _LIKED:
            return False
        self._chaos.fault("a desk stumbles over an entry, and writes it")
        return self._chaos.happens(0.9)


def said_in(body: Body | None) -> Mapping[str, Any]:
    """Return what a request says by name; a file alone says nothing."""
    if isinstance(body, Form):
        return body.fields
    return {} if body is None or isinstance(body, Raw) else body


def said_by_people(body: Body | None) -> str:
    """Return the tokens of an entry that a request writes, whatever the words of its API."""
    if isinstance(body, Form):
        fields = [*body.fields.values(), *(file.content.decode() for file in body.files)]
        return " ".join(tokens(" ".join(fields)))
    if isinstance(body, Raw):
        is_json = body.mime == "application/json"
        return " ".join(tokens(body.content.decode())) if is_json else ""
    return " ".join(tokens(json.dumps(body))) if body is not None else ""


def _comment(body: Body | None) -> str:
    """Return what a comment of django-helpdesk's says."""
    return str(said_in(body).get("comment", ""))


def _said(body: Body | None) -> str:
    if isinstance(body, Form):
        names = " ".join(file.name for file in body.files)
        return f"{dict(body.fields)} with {names}"
    if isinstance(body, Raw):
        return body.mime
    return json.dumps(body) if body is not None else ""


def _answered(status: int, body: bytes = _PAGE, *, wait: str = "") -> HttpAnswer:
    headers = {"retry-after": wait} if wait else {}
    return HttpAnswer(Response(status=status, headers=headers, body=body))


def _throttled(random: Random, status: int) -> HttpAnswer:
    return _answered(status, b'{"detail": "throttled"}', wait=random.choice(("1", "30", "600")))


def _unreachable(random: Random) -> ScriptaError:
    if random.random() < 0.5:
        return TransientError("not reached: NewConnectionError")
    return AmbiguousError("no whole answer: ReadTimeoutError")


def _desk_refused(random: Random) -> Exception:
    """Return how a request to a desk fails that it did nothing about."""
    roll = random.random()
    if roll < 0.35:
        return _unreachable(random)
    if roll < 0.5:
        return random.choice((_throttled(random, 429), _throttled(random, 503), _answered(429)))
    if roll < 0.95:
        return _answered(random.choice((500, 502, 503, 504, 404, 409)))
    if roll < 0.98:
        return _answered(401, b'{"detail": "Invalid token."}')
    return _answered(400, b'{"comment": ["no"]}')


def _desk_lost(random: Random) -> Exception:
    """Return how a request to a desk fails that it did what was asked."""
    if random.random() < 0.5:
        return AmbiguousError("no whole answer: ProtocolError")
    return random.choice(
        (_answered(500), _answered(502), _answered(504), _answered(201, b'{"id": '), _answered(200))
    )


def _meta_refused(random: Random) -> Exception:
    """Return how a call of the Graph API fails that reached nobody."""
    roll = random.random()
    if roll < 0.3:
        return _unreachable(random)
    if roll < 0.4:
        return _throttled(random, 429)
    if roll < 0.5:
        return _answered(random.choice((429, 500, 502, 503)))
    code = random.choice(_CODES)
    channel = random.choice(("messenger", "instagram", "whatsapp"))
    error = errors.of_code(channel, code, http=_UNKNOWN_STATUS if code > 400_000 else 0)
    wait = random.choice(("", "30"))
    return _answered(error.http, json.dumps(error.body()).encode(), wait=wait)


def _meta_lost(random: Random) -> Exception:
    """Return how a call of the Graph API fails that took effect."""
    roll = random.random()
    if roll < 0.4:
        return AmbiguousError("no whole answer: ProtocolError")
    if roll < 0.7:
        error = errors.of_code("messenger", random.choice((1, 2, 131000)))
        return _answered(error.http, json.dumps(error.body()).encode())
    return random.choice((_answered(502), _answered(200, b'{"messag'), _answered(200, b"{}")))


DESK: Final = Failing(refused=_desk_refused, lost=_desk_lost, outside=True)
META: Final = Failing(refused=_meta_refused, lost=_meta_lost, outside=True)
VENDOR: Final = Failing(refused=_desk_refused, lost=_desk_lost, outside=True)
