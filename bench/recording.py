"""What was asked of AWS and answered: to be told again by the stub, and made again bare."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from bench.stub import Answer
from chalicelib.aws import clients

SERVICES: Final = ("sqs", "s3", "secretsmanager", "dynamodb")
_TARGET: Final = "X-Amz-Target"
_WATCHES: Final = ("provide-client-params", "before-call", "after-call")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a client: what is needed to make it again."""

    service: str
    operation: str
    parameters: Mapping[str, Any]


@dataclass(slots=True)
class Recording:
    """Calls in their order, and their answers by what was asked."""

    calls: list[Call] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)

    def with_configuration_of(self, other: Recording) -> Mapping[str, Sequence[Answer]]:
        """Return the answers, and another's to what is asked now and then: secrets and single rows."""
        rest = {
            asked: answers
            for asked, answers in other.answers.items()
            if asked.startswith(("secretsmanager.", "DynamoDB_20120810.GetItem"))
        }
        return {**rest, **self.answers}


@contextmanager
def recorded(services: Sequence[str] = SERVICES) -> Iterator[Recording]:
    """Record what this process's clients are asked and answered; one thread may ask."""
    recording = Recording()
    listeners = [(clients.client(name), _Listener(name, recording)) for name in services]  # type: ignore[call-overload]
    for client, listener in listeners:
        for event, handler in zip(_WATCHES, listener.handlers(), strict=True):
            client.meta.events.register(event, handler)
    try:
        yield recording
    finally:
        for client, listener in listeners:
            for event, handler in zip(_WATCHES, listener.handlers(), strict=True):
                client.meta.events.unregister(event, handler)


class _Listener:
    """Hears of the calls of one client."""

    def __init__(self, service: str, recording: Recording) -> None:
        self._service = service
        self._recording = recording
        self._kind = ""
        self._body = ""

    def handlers(self) -> tuple[Any, Any, Any]:
        """Return what listens to each of the events."""
        return self.told, self.asked, self.answered

    def told(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        """Keep what the code gave to the client."""
        call = Call(
            service=self._service, operation=model.name, parameters=copy.deepcopy(dict(params))
        )
        self._recording.calls.append(call)

    def asked(self, params: Mapping[str, Any], **_: Any) -> None:
        """Keep what goes out."""
        headers = params["headers"]
        self._kind = str(headers.get(_TARGET, params["method"]))
        body = params["body"]
        self._body = body.decode() if isinstance(body, bytes) and _TARGET in headers else ""

    def answered(self, http_response: Any, **_: Any) -> None:
        """Keep what came back, under the very request, and under its kind."""
        answer = (
            str(http_response.headers.get("content-type", "")),
            http_response.content.decode(),
        )
        for asked in (f"{self._kind}\n{self._body}", self._kind):
            self._recording.answers.setdefault(asked, []).append(answer)
