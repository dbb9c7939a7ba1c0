"""What the workers cost for a text message in a ticket that exists: their calls, and their CPU."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bench import bare, timing
from bench.figures import COUNT, RATIO_MS, Figure
from bench.recording import recorded
from bench.stories import Stories
from bench.stub import Stub
from chalicelib import http_client


def figures(stories: Stories, stub: Stub, *, rounds: int) -> Iterator[Figure]:
    """Yield the figures of the message `in`."""
    with stories.on(stub):
        story = stories.load(stub, "in")
        for step in story.steps:
            step.run()

        def workers() -> None:
            for step in story.workers:
                step.run()

        stub.counts()
        posted: list[Any] = []
        with recorded() as recording, _told_of_posts(posted):
            workers()
        counts = stub.counts()
        outside = sum(number for kind, number in counts.items() if kind.startswith("POST "))
        aws_calls = sum(counts.values()) - outside
        yield Figure(key="worker_text_aws_calls", value=aws_calls, unit=COUNT)
        yield Figure(key="worker_text_http_calls", value=outside, unit=COUNT)

        make = bare.calls_of(recording.calls)
        ((url, body),) = posted
        post = bare.posts(url, body)

        def floor() -> None:
            make()
            post()

        taken = timing.alternately(workers, floor, rounds=rounds, times=10)
        yield Figure(key="worker_warm_text", value=taken.ratio, floor=taken.floor, unit=RATIO_MS)


class _told_of_posts:  # noqa: N801 - used like a function
    """Appends the address and the body of each request outside to a list."""

    def __init__(self, posted: list[Any]) -> None:
        self._posted = posted
        self._request = http_client.Http.request

    def __enter__(self) -> None:
        request, posted = self._request, self._posted

        def told(http: Any, method: str, url: str, **asked: Any) -> Any:
            posted.append((url, json.loads(json.dumps(asked["body"]))))
            return request(http, method, url, **asked)

        http_client.Http.request = told  # type: ignore[method-assign,assignment]

    def __exit__(self, *_: object) -> None:
        http_client.Http.request = self._request  # type: ignore[method-assign]
