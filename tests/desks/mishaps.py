"""What can go wrong between an adapter and whoever plays its helpdesk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from chalicelib.errors import AmbiguousError, TransientError
from chalicelib.http_client import Body, Response, Transport


@dataclass(slots=True)
class _Failure:
    status: int
    headers: Mapping[str, str]
    done: bool
    times: int


@dataclass(slots=True)
class Mishaps:
    """
    A transport before another one; `calls` are all requests that came, as `METHOD url`.

    What goes wrong with writes does so with those that agents see: `is_seen` tells by the address.
    """

    behind: Transport
    is_seen: Callable[[str], bool] = lambda url: True
    calls: list[str] = field(default_factory=list)
    _cuts: bool = False
    _down: bool = False
    _failures: list[_Failure] = field(default_factory=list)

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
        self.calls.append(f"{method} {url}")
        if self._down:
            raise TransientError("not reached: NewConnectionError")
        writes = body is not None and self.is_seen(url)
        failure = self._failures[0] if writes and self._failures else None
        if failure is not None:
            failure.times -= 1
            self._failures = [each for each in self._failures if each.times]
        answer = None
        if failure is None or failure.done:
            answer = self.behind.request(method, url, headers=headers, body=body, timeout=timeout)
        if writes and self._cuts:
            raise AmbiguousError("no whole answer: ProtocolError")
        if failure is not None:
            return Response(status=failure.status, headers=failure.headers, body=b"<html></html>")
        assert answer is not None
        return answer

    @contextmanager
    def answers_are_cut(self) -> Iterator[None]:
        """See Bench."""
        self._cuts = True
        try:
            yield
        finally:
            self._cuts = False

    @contextmanager
    def is_down(self) -> Iterator[None]:
        """See Bench."""
        self._down = True
        try:
            yield
        finally:
            self._down = False

    def fails(
        self,
        status: int,
        *,
        headers: Mapping[str, str] | None = None,
        done: bool = False,
        times: int = 1,
    ) -> None:
        """See Bench."""
        self._failures.append(_Failure(status, headers or {}, done, times))


class Mishappening:
    """What of Bench a bench hands on to the mishaps that its adapter's transport is behind."""

    __slots__ = ()
    mishaps: Mishaps

    def answers_are_cut(self) -> AbstractContextManager[None]:
        """See Bench."""
        return self.mishaps.answers_are_cut()

    def fails(
        self,
        status: int,
        *,
        headers: Mapping[str, str] | None = None,
        done: bool = False,
        times: int = 1,
    ) -> None:
        """See Bench."""
        self.mishaps.fails(status, headers=headers, done=done, times=times)

    def is_down(self) -> AbstractContextManager[None]:
        """See Bench."""
        return self.mishaps.is_down()

    def calls(self) -> Sequence[str]:
        """See Bench."""
        return list(self.mishaps.calls)
