"""Calls of the Graph API: what is asked, and what each kind of answer means."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import (
    AmbiguousError,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from chalicelib.graph_api.client import Graph, message_id
from chalicelib.http_client import LONGEST_WAIT, Response
from tests.fakes.http import FakeHttp, answered

TOKEN = "the-token"


def graph(answer: Response | ScriptaError) -> tuple[Graph, FakeHttp]:
    http = FakeHttp(answer)
    return Graph(http=http, url="https://graph.example/", version="v26.0"), http


def failure(status: int, body: object, **headers: str) -> ScriptaError:
    """Return what a call raises for an answer."""
    speaker, _ = graph(answered(body, status=status, headers=headers))
    with pytest.raises(ScriptaError) as raised:
        speaker.send("1", {}, token=TOKEN)
    return raised.value


def error(code: object, subcode: int = 0, **more: Any) -> dict[str, Any]:
    found = {"message": "in Meta's words", "code": code, "error_subcode": subcode, **more}
    return {"error": found}


def test_a_message_is_posted_to_its_node_with_the_token_in_a_header_only() -> None:
    speaker, http = graph(answered({"message_id": "m1"}))
    assert speaker.send("12/../3", {"text": "x"}, token=TOKEN) == {"message_id": "m1"}
    (asked,) = http.asked
    assert (asked.method, asked.url) == ("POST", "https://graph.example/v26.0/12%2F..%2F3/messages")
    assert asked.headers == {"authorization": f"Bearer {TOKEN}"}
    assert asked.body == {"text": "x"}
    assert TOKEN not in asked.url


@pytest.mark.parametrize(
    ("status", "code", "subcode", "reason"),
    [
        (400, 10, 2018278, "window_closed"),
        (400, 10, 2534022, "window_closed"),
        (400, 131047, 0, "window_closed"),
        (400, 100, 2018001, "not_reachable"),
        (400, 551, 1545041, "not_reachable"),
        (403, 200, 1545041, "not_reachable"),
        (400, 131026, 0, "not_reachable"),
        (403, 10, 2018300, "handled_elsewhere"),
        (400, 131049, 0, "held_back"),
        (400, 131050, 0, "opted_out"),
        (400, 131062, 0, "phone_needed"),
        (400, 132001, 0, "template_refused"),
        (400, 131053, 0, "content_not_supported"),
        (400, 100, 33, "invalid_request"),
        (400, 131009, 0, "invalid_request"),
        (400, 987654, 0, "other"),
        (400, None, 0, "other"),
        (404, "190", 0, "other"),
    ],
)
def test_a_refusal_carries_its_reason_and_the_platforms_words(
    status: int, code: object, subcode: int, reason: str
) -> None:
    refusal = failure(status, error(code, subcode))
    assert isinstance(refusal, Refused)
    assert (refusal.reason, refusal.detail) == (reason, "in Meta's words")


@pytest.mark.parametrize(
    "message",
    [
        "(#100) Length of param message[text] must be less than or equal to 2000",
        "(#100) Param text['body'] must be at most 4096 characters long.",
    ],
)
def test_a_text_that_is_too_long_is_known_by_the_wording(message: str) -> None:
    refusal = failure(400, error(100, message=message))
    assert isinstance(refusal, Refused)
    assert refusal.reason == "too_long"


def test_the_details_of_whatsapp_say_more_than_its_message() -> None:
    refusal = failure(400, error(131026, error_data={"details": "not on WhatsApp"}))
    assert isinstance(refusal, Refused)
    assert refusal.detail == "not on WhatsApp"


@pytest.mark.parametrize(
    ("status", "code", "subcode"),
    [
        (401, 190, 460),
        (400, 190, 0),
        (401, 0, 0),
        (403, 10, 0),
        (403, 299, 0),
        (403, 131005, 0),
        (400, 131042, 0),
        (403, 368, 0),
        (401, 987654, 0),
        (403, 200, 2534041),
    ],
)
def test_what_only_an_operator_can_mend_waits(status: int, code: int, subcode: int) -> None:
    assert type(failure(status, error(code, subcode))) is Unauthorised


@pytest.mark.parametrize(
    ("status", "code", "subcode"),
    [
        (400, 4, 0),
        (400, 613, 0),
        (400, 613, 2018338),
        (400, 80007, 0),
        (400, 131056, 0),
        (500, 130429, 0),
        (500, 131057, 0),
        (429, 987654, 0),
        (302, None, 0),
    ],
)
def test_what_was_not_done_may_be_tried_again(status: int, code: object, subcode: int) -> None:
    assert type(failure(status, error(code, subcode))) is TransientError


@pytest.mark.parametrize(
    ("header", "wait"),
    [("30", 30.0), ("999999999", LONGEST_WAIT), ("", None), ("soon", None), ("-5", None)],
)
def test_the_time_that_the_platform_asks_to_wait_is_told(header: str, wait: float | None) -> None:
    raised = failure(400, error(4), **{"retry-after": header})
    assert isinstance(raised, TransientError)
    assert raised.retry_after == wait


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, error(1)),
        (503, error(2)),
        (400, error(131000)),
        (400, error(987654, is_transient=True)),
        (500, error(987654)),
        (500, b"<html>"),
        (502, b""),
        (408, b""),
        (200, error(987654, is_transient=True)),
        (200, error(1)),
    ],
)
def test_what_may_have_been_done_is_ambiguous(status: int, body: object) -> None:
    assert type(failure(status, body)) is AmbiguousError


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (404, Refused), (401, Unauthorised), (429, TransientError)],
)
def test_an_answer_that_is_not_the_graph_apis_is_judged_by_its_status(
    status: int, kind: type[ScriptaError]
) -> None:
    assert type(failure(status, b"<html>no</html>")) is kind


@pytest.mark.parametrize("raised", [TransientError("refused"), AmbiguousError("cut")])
def test_what_the_http_client_raises_is_passed_on(raised: ScriptaError) -> None:
    speaker, _ = graph(raised)
    with pytest.raises(type(raised)) as passed:
        speaker.send("1", {}, token=TOKEN)
    assert passed.value is raised


def test_no_error_tells_the_token_and_a_wait_tells_no_words_of_the_platform() -> None:
    for status, code in ((400, 10), (401, 190), (400, 4), (500, 1)):
        assert TOKEN not in repr(failure(status, error(code)))
    assert "Meta's words" not in repr(failure(400, error(4, message="Meta's words")))


@pytest.mark.parametrize("answer", [None, "", {}, [], True])
def test_an_answer_without_an_id_is_ambiguous(answer: object) -> None:
    with pytest.raises(AmbiguousError):
        message_id(answer)
