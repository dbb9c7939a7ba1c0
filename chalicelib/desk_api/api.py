"""The calls of a helpdesk's HTTP API: with each credential in turn, and failures in our words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Final, TypeVar
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter, ValidationError

from chalicelib.desk_api.pages import numbered
from chalicelib.errors import (
    AmbiguousError,
    Gone,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from chalicelib.http_client import (
    LONGEST_WAIT,
    READ_TIMEOUT,
    Body,
    Response,
    Transport,
    failure,
    retry_after,
)

_CHECK_TIMEOUT: Final = 5.0

_Answer = TypeVar("_Answer")
_Row = TypeVar("_Row")

Meaning = Callable[[Response, bool], ScriptaError]
"""Returns the error that an unsuccessful answer stands for; the flag tells whether we wrote."""


def meaning(response: Response, wrote: bool) -> ScriptaError:
    """
    Return what most helpdesks mean by an unsuccessful answer; see `http_client.failure`.

    Where a limit was reached and no Retry-After tells how long it holds, `ratelimit-reset` may.
    """
    error = failure(response, wrote=wrote)
    if response.status == HTTPStatus.TOO_MANY_REQUESTS and retry_after(response) is None:
        return TransientError(str(error), retry_after=_rate_reset(response))
    return error


def _rate_reset(response: Response) -> float | None:
    """Return in how many seconds a limit ends, None where it is not told, or not in seconds."""
    # https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-07; some tell the
    # time since the epoch instead.
    value = response.headers.get("ratelimit-reset", "")
    seconds = float(value) if value.isascii() and value.isdigit() else LONGEST_WAIT + 1
    return seconds if seconds <= LONGEST_WAIT else None


def said_by_the_api(
    error: ScriptaError, response: Response, *, field: str, word: str = ""
) -> ScriptaError:
    """
    Return an error as it is, unless it says Gone and the answer lacks the field of the API's own.

    With `word` that is what has to stand there. Else somebody else answers: the address is wrong, or
    the helpdesk is not up behind its proxy.
    """
    about = said(response)
    if isinstance(error, Gone) and (field not in about or word not in ("", about[field])):
        return TransientError(f"HTTP {response.status}, not from the helpdesk's API")
    return error


def refused(response: Response, fields: Iterable[str]) -> Refused:
    """Return that a request was refused for what is in `fields`: what is said of it may quote it."""
    return Refused("desk_refused", f"HTTP {response.status}: {', '.join(sorted(fields))}")


class Api:
    """
    One desk's API.

    `url` is what paths are put behind, with no slash at its end. `credentials` are the headers of
    each credential, the newest first: while one is replaced there are two. Reads raise
    TransientError instead of AmbiguousError. Every call may raise what `meaning` gives.
    """

    def __init__(
        self,
        *,
        url: str,
        credentials: Sequence[Mapping[str, str]],
        http: Transport,
        meaning: Meaning = meaning,
    ) -> None:
        self._url = url
        self._credentials = credentials
        self._http = http
        self._meaning = meaning

    def read(
        self,
        path: str,
        answer: type[_Answer],
        *,
        asked: Mapping[str, object] | None = None,
        within: str = "",
        timeout: float = READ_TIMEOUT,
    ) -> _Answer:
        """
        Return what a GET of `path` answers, as `answer`: a model, or a list of one.

        `asked` is the query behind the path. `within` are the names of the objects round the answer,
        from the outside in, with dots between.
        """
        query = f"?{urlencode(asked, quote_via=quote)}" if asked else ""
        return self._looked("GET", f"{path}{query}", answer, within, timeout)

    def pages(
        self,
        path: str,
        answer: type[list[_Row]],
        *,
        asked: Mapping[str, object],
        within: str = "",
        size: int,
        most: int,
    ) -> Iterator[_Row]:
        """Yield what is on the pages of a list, as `read` has each; see `pages.numbered`."""

        def page(number: int) -> list[_Row]:
            return self.read(path, answer, asked={**asked, "page": number}, within=within)

        return numbered(page, size=size, most=most)

    def check(self, path: str, answer: type[_Answer], *, within: str = "") -> _Answer:
        """Return what `read` does, or raise, while somebody waits to hear if the desk is set up."""
        return self.read(path, answer, within=within, timeout=_CHECK_TIMEOUT)

    def options(
        self, path: str, answer: type[_Answer], *, timeout: float = READ_TIMEOUT
    ) -> _Answer:
        """Return what the API tells of `path`; the same as `read` else."""
        return self._looked("OPTIONS", path, answer, "", timeout)

    def _looked(
        self, method: str, path: str, answer: type[_Answer], within: str, timeout: float
    ) -> _Answer:
        response = self._succeed(method, path, body=None, headers={}, timeout=timeout, wrote=False)
        try:
            return _understood(response, answer, within)
        except (ValueError, LookupError, TypeError) as exc:
            raise TransientError("the answer is not understood") from exc

    def write(
        self,
        method: str,
        path: str,
        body: Body,
        answer: type[_Answer],
        *,
        within: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> _Answer:
        """Write, once, and return what is answered; raise AmbiguousError where that is garbled."""
        response = self.send(method, path, body, headers=headers)
        try:
            return _understood(response, answer, within)
        except (ValueError, LookupError, TypeError) as exc:
            # Written, but under which id?
            raise AmbiguousError("the answer to a write is not understood") from exc

    def prepare(
        self, method: str, path: str, body: Body, answer: type[_Answer], *, within: str = ""
    ) -> _Answer:
        """Write what may be written again, and no agent sees twice: nothing of it is ambiguous."""
        try:
            return self.write(method, path, body, answer, within=within)
        except AmbiguousError as exc:
            raise TransientError("no whole answer to a preparation") from exc

    def send(
        self, method: str, path: str, body: Body, *, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Write, once, and return the answer as it came, which is a success."""
        return self._succeed(
            method, path, body=body, headers=headers or {}, timeout=READ_TIMEOUT, wrote=True
        )

    def _succeed(
        self,
        method: str,
        path: str,
        *,
        body: Body | None,
        headers: Mapping[str, str],
        timeout: float,
        wrote: bool,
    ) -> Response:
        try:
            response = self._ask(method, path, body=body, headers=headers, timeout=timeout)
        except AmbiguousError as exc:
            if not wrote:
                raise TransientError("no whole answer to a look-up") from exc
            raise
        if response.ok:
            return response
        raise self._meaning(response, wrote)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        body: Body | None,
        headers: Mapping[str, str],
        timeout: float,
    ) -> Response:
        """Ask with each credential in turn until one is taken."""
        response = None
        for credential in self._credentials:
            response = self._http.request(
                method,
                f"{self._url}/{path}",
                headers={"accept": "application/json", **headers, **credential},
                body=body,
                timeout=timeout,
            )
            if response.status != HTTPStatus.UNAUTHORIZED:
                break
        if response is None:
            raise Unauthorised("no credential is configured")
        return response


class DeskClient:
    """
    What clients begin with whose desk has one API, at a `path` of its address.

    `url` is that address without a slash at the end. See `Api` for what every call may raise.
    """

    path: ClassVar[str]

    def __init__(
        self, *, url: str, credentials: Sequence[Mapping[str, str]], http: Transport
    ) -> None:
        self._api = Api(
            url=f"{url}{self.path}", credentials=credentials, http=http, meaning=self._meaning
        )

    def _meaning(self, response: Response, wrote: bool) -> ScriptaError:
        """Return the error that an unsuccessful answer of this API stands for; see `Meaning`."""
        return meaning(response, wrote)


def _understood(response: Response, answer: type[_Answer], within: str) -> _Answer:
    """Return what an answer says; raise ValueError, LookupError or TypeError where it does not."""
    try:
        if not within:
            return TypeAdapter(answer).validate_json(response.body)
        found = response.json()
        for name in within.split("."):
            found = found[name]
        return TypeAdapter(answer).validate_python(found)
    except ValidationError as exc:
        # It quotes what came, which may be what a customer wrote.
        raise ValueError(f"{exc.error_count()} faults") from None


def said(response: Response) -> dict[str, Any]:
    """Return the JSON object of an answer; an empty one where it is none."""
    try:
        value = response.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
