"""What adapters ask an API with: answers within objects, preparations, pages, forms, refusals."""

from __future__ import annotations

import traceback

import pytest

from chalicelib.desk_api.api import Api, refused
from chalicelib.desk_api.pages import numbered
from chalicelib.desk_api.uploads import with_files
from chalicelib.domain.content import Attachment, FileKind
from chalicelib.errors import AmbiguousError, ScriptaError, TransientError
from chalicelib.http_client import Form, Response, Upload
from tests.fakes.http import FakeHttp, answered

WORDS = "what a customer wrote"
PICTURE = Attachment(kind=FileKind.IMAGE, name="../a.png", mime="image/png", content=b"x")


def api(*answers: Response | ScriptaError) -> Api:
    return Api(url="https://desk.test", credentials=[{}], http=FakeHttp(*answers))


def test_an_answer_is_found_within_the_objects_round_it():
    asked = api(answered({"data": {"numbers": ["1", 2]}}))
    assert asked.read("a", list[int], within="data.numbers") == [1, 2]
    assert asked.write("POST", "a", {}, list[int], within="data.numbers") == [1, 2]


@pytest.mark.parametrize(
    "body", [{}, [], None, "data", {"data": []}, {"data": {"numbers": "x"}}, b"<p>"], ids=repr
)
def test_an_answer_of_another_form_is_not_understood(body: object):
    with pytest.raises(TransientError, match="not understood"):
        api(answered(body)).read("a", list[int], within="data.numbers")
    with pytest.raises(AmbiguousError, match="not understood"):
        api(answered(body)).write("POST", "a", {}, list[int], within="data.numbers")


@pytest.mark.parametrize("within", ["", "data"])
def test_what_is_not_understood_is_quoted_nowhere(within: str):
    with pytest.raises(TransientError) as raised:
        api(answered({"data": WORDS})).read("a", list[int], within=within)
    assert WORDS not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("answer", [AmbiguousError("cut"), answered({}, status=500)])
def test_a_preparation_in_doubt_is_made_again(answer: Response | ScriptaError):
    with pytest.raises(TransientError, match="preparation"):
        api(answer).prepare("POST", "a", {}, dict[str, int])


def test_a_refusal_names_fields_and_quotes_nobody():
    error = refused(answered({"name": ["Ana is too short"]}, status=422), ["phone", "name"])
    assert str(error) == "desk_refused: HTTP 422: name, phone"


@pytest.mark.parametrize(
    ("rows", "most", "asked"), [(5, 9, [1, 2, 3]), (4, 9, [1, 2, 3]), (9, 2, [1, 2]), (0, 9, [1])]
)
def test_pages_are_asked_for_until_one_is_not_full(rows: int, most: int, asked: list[int]):
    seen: list[int] = []

    def page(number: int) -> range:
        seen.append(number)
        return range(rows)[(number - 1) * 2 : number * 2]

    assert list(numbered(page, size=2, most=most)) == list(range(min(rows, most * 2)))
    assert seen == asked


def test_a_page_that_nobody_needs_is_not_asked_for():
    assert next(numbered(lambda _: [1, 2], size=2, most=9)) == 1


def test_a_request_without_files_goes_as_it_is():
    assert with_files({"a": True}, [], field="f") == {"a": True}


def test_a_form_says_what_the_request_would():
    body = {"a": True, "b": {"c": {"d": 1}, "e": "x"}, "tags": ["t", "u"]}
    assert with_files(body, [PICTURE], field="f[]") == Form(
        fields={"a": "true", "b[c][d]": "1", "b[e]": "x"},
        repeated=[("tags[]", "t"), ("tags[]", "u")],
        files=[Upload("f[]", "a.png", "image/png", b"x")],
    )
