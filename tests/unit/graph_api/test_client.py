"""Calls of the Graph API: what is asked, and what each kind of answer means."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import (
    AmbiguousError,
    Refused,
    ScriptaError,
    TooFast,
    TransientError,
    Unauthorised,
)
from chalicelib.graph_api.client import Graph, message_id
from chalicelib.http_client import LONGEST_WAIT, Form, Response
from tests.fakes.http import FakeHttp, answered

TOKEN = "the-token"


def graph(answer: Response | ScriptaError) -> tuple[Graph, FakeHttp]:
    http = FakeHttp(answer)
    return Graph(http=http, url="https://graph.example/", version="v26.0"), http


def proven(answer: Response | ScriptaError) -> tuple[Graph, FakeHttp]:
    http = FakeHttp(answer)
    url = "https://graph.example"
    return Graph(http=http, url=url, version="v26.0", app_secret="the-secret"), http


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
        (400, 131048, 0),
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


def test_a_time_to_wait_may_be_a_date() -> None:
    raised = failure(400, error(4), **{"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"})
    assert isinstance(raised, TransientError)
    assert raised.retry_after == 0.0


def test_what_was_sent_to_one_person_too_fast_waits_longer_each_time() -> None:
    raised = failure(400, error(131056), **{"retry-after": "30"})
    assert isinstance(raised, TooFast)
    assert raised.retry_after == 30.0


@pytest.mark.parametrize("code", [131048, 131064, 131057])
def test_a_throttle_that_will_not_pass_by_itself_is_alarming(code: int) -> None:
    raised = failure(400, error(code))
    assert isinstance(raised, TransientError)
    assert raised.alarm


@pytest.mark.parametrize(("code", "alarming"), [(131009, True), (131030, True), (131026, False)])
def test_a_refusal_that_will_meet_others_is_alarming(code: int, alarming: bool) -> None:
    raised = failure(400, error(code))
    assert isinstance(raised, Refused)
    assert raised.alarm is alarming


@pytest.mark.parametrize(
    "message",
    [
        "Invalid appsecret_proof provided in the API argument",
        "API calls from the server require an appsecret_proof argument",
    ],
)
def test_a_proof_that_is_not_taken_is_the_operators_to_mend(message: str) -> None:
    assert type(failure(400, error(100, message=message))) is Unauthorised


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


#: hmac.new(b"the-secret", b"the-token", "sha256"), reckoned elsewhere
PROOF = "f5b09c8acdb18571cae3e66edf0f48355330da5a725eb5361f27207a386398f0"


def test_every_call_proves_that_it_is_the_apps_where_the_secret_is_known() -> None:
    speaker, http = proven(answered({"message_id": "m1", "id": "f1", "url": "u"}))
    speaker.send("1", {}, token=TOKEN)
    speaker.comment("1_2", "comments", "x", token=TOKEN)
    speaker.take_control("1", "2", token=TOKEN)
    speaker.sign("1", {}, token=TOKEN)
    speaker.upload("1", Form(), token=TOKEN)
    speaker.media_url("f1", token=TOKEN)
    speaker.profile("2", fields=("name", "username"), token=TOKEN)
    at = "https://graph.example/v26.0"
    proof = f"appsecret_proof={PROOF}"
    assert [(asked.method, asked.url) for asked in http.asked] == [
        ("POST", f"{at}/1/messages?{proof}"),
        ("POST", f"{at}/1_2/comments?{proof}"),
        ("POST", f"{at}/1/take_thread_control?{proof}"),
        ("POST", f"{at}/1/messages?{proof}"),
        ("POST", f"{at}/1/media?{proof}"),
        ("GET", f"{at}/f1?{proof}"),
        ("GET", f"{at}/2?fields=name,username&{proof}"),
    ]
    assert all("the-secret" not in f"{asked}" for asked in http.asked)


def test_a_comment_is_answered_with_a_message() -> None:
    speaker, http = graph(answered({"id": "9"}))
    assert speaker.comment("1/2", "replies", "ciao", token=TOKEN) == {"id": "9"}
    (asked,) = http.asked
    assert asked.url == "https://graph.example/v26.0/1%2F2/replies"
    assert asked.body == {"message": "ciao"}


def test_a_conversation_is_taken_of_a_person() -> None:
    speaker, http = graph(answered({"success": True}))
    speaker.take_control("1", "2", token=TOKEN)
    assert http.asked[0].body == {"recipient": {"id": "2"}}


def test_a_take_over_of_which_nobody_knows_has_sent_nothing() -> None:
    speaker, _ = graph(AmbiguousError("cut"))
    with pytest.raises(TransientError):
        speaker.take_control("1", "2", token=TOKEN)


@pytest.mark.parametrize(
    "answer", [answered(error(190), status=401), AmbiguousError("cut"), TransientError("no")]
)
def test_a_sign_that_cannot_be_shown_is_not_shown(answer: Response | ScriptaError) -> None:
    speaker, http = graph(answer)
    assert not speaker.sign("1", {"sender_action": "mark_seen"}, token=TOKEN)
    assert http.asked[0].headers == {"authorization": f"Bearer {TOKEN}"}
