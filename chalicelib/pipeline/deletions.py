"""Requests for deletion that come through Meta: taken at once, worked off later, told of by code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib.domain import erasure as marks
from chalicelib.domain.envelope import Envelope
from chalicelib.domain.erasure import DeletionRequest, RequestState
from chalicelib.domain.ports import Clock, Log, Outgoing, Queue
from chalicelib.domain.store import DeletionRequests
from chalicelib.errors import Conflict, MalformedPayload, TransientError
from chalicelib.pipeline.belongings import SeveralPeople
from chalicelib.pipeline.erase import Eraser

#: The source of envelopes that hold requests: no channel's and no desk's.
REQUESTED: Final = "meta:data-deletion"
_CODE_LENGTH: Final = 32
_ENOUGH: Final = 120.0  #: seconds that an erasure may need

TimeLeft = Callable[[], float]
Read = Callable[[bytes], Mapping[str, Any]]
"""Returns what a form of Meta tells; raises InvalidSignature or MalformedPayload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletions:
    """
    What taking requests needs; `keys` are those of the marks.

    What answers Meta can write nothing but queue messages, so a request goes the way of all that
    comes in, and is in the table once it was ingested.
    """

    requests: DeletionRequests
    intake: Queue
    read: Read
    keys: marks.Keys
    clock: Clock
    log: Log

    def take(self, body: bytes) -> str:
        """
        Return the code of a request once it is durable.

        The same request twice is one, and has one code, which tells nothing of whom it is about.
        Raises InvalidSignature, MalformedPayload, TransientError.
        """
        told = self.read(body)
        user = _user(told)
        name = ("request", user, str(told.get("issued_at", "")))
        secret = next(iter(self.keys()), "")
        if not secret:
            raise TransientError("there is no key for codes yet")
        code = marks.mark(secret, *name)[:_CODE_LENGTH]
        envelope = Envelope(
            source=REQUESTED, received_at=self.clock(), items=[{"code": code, "user": user}]
        )
        message = Outgoing(body=envelope.encode(), group=code, deduplication=code)
        if self.intake.send([message]) == [None]:
            raise TransientError("the queue refused the request")
        self.log.info("deletion requested", code=code)
        return code

    def leave(self, body: bytes) -> None:
        """
        Take that a user of the app, one who connected accounts to it, has left.

        Which accounts those are is not told: an operator must look whether their tokens are good.
        Raises what `take` does.
        """
        _user(self.read(body))
        self.log.alarm("app deauthorised")

    def state(self, code: str) -> DeletionRequest | None:
        """Return a request; None where there is none of that code."""
        return self.requests.request(code)


def take_in(envelope: Envelope, requests: DeletionRequests) -> None:
    """Keep the requests of an envelope that `take` has queued; those that are known stay as they are."""
    for item in envelope.items:
        request = DeletionRequest(
            code=item["code"], user=item["user"], requested_at=envelope.received_at
        )
        with suppress(Conflict):
            requests.keep_request(request, only_if_new=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undertaker:
    """Works requests off."""

    requests: DeletionRequests
    eraser: Eraser
    clock: Clock
    log: Log

    def work_off(self, *, time_left: TimeLeft) -> None:
        """
        Erase whom the waiting requests are about, as far as time suffices.

        A user's id is one of the app, not of a page: mostly nobody who wrote is known by it, and
        that is said then. May end in the middle. Raises what erasing does.
        """
        for request in self.requests.requests():
            if request.state is not RequestState.WAITING or time_left() < _ENOUGH:
                continue
            state = self._erase(request.user)
            if state is RequestState.WAITING:
                continue
            ended = replace(request, user="", state=state, ended_at=self.clock())
            self.requests.keep_request(ended)
            self.log.info("deletion ended", code=request.code, state=state)

    def _erase(self, user: str) -> RequestState:
        begun = self.eraser.before(user)
        unfinished = begun if begun and not begun.finished_at else None
        try:
            person = self.eraser.belongings.find(user)
        except SeveralPeople:
            # Only an operator can tell them apart.
            self.log.alarm("deletion unclear")
            return RequestState.WAITING
        if person is None:
            if unfinished is None:
                return RequestState.NOTHING
            person = self.eraser.resumed(user, unfinished)
        receipt, _ = self.eraser.erase(person, again=unfinished)
        return RequestState.DONE if receipt.finished_at else RequestState.WAITING


def _user(told: Mapping[str, Any]) -> str:
    user = told.get("user_id")
    if isinstance(user, int) and not isinstance(user, bool):
        user = str(user)
    if not isinstance(user, str) or not user:
        raise MalformedPayload("no user")
    return user
