"""What adapters ask an API with: queries, answers within objects, preparations, pages, forms, people."""

from __future__ import annotations

import traceback

import pytest

from chalicelib.desk_api.api import Api, DeskClient, refused
from chalicelib.desk_api.contacts import found_or_made
from chalicelib.desk_api.pages import numbered
from chalicelib.desk_api.uploads import with_files
from chalicelib.domain.content import Attachment, FileKind
from chalicelib.errors import AmbiguousError, Gone, Refused, ScriptaError, TransientError
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


def test_a_query_says_what_is_asked_whatever_is_in_it():
    http = FakeHttp(answered([7]))
    asked = Api(url="https://desk.test", credentials=[{}], http=http)
    assert asked.read("a", list[int], asked={"q": "a b/&+ü", "n": 1}) == [7]
    assert http.asked[0].url == "https://desk.test/a?q=a%20b%2F%26%2B%C3%BC&n=1"


def test_a_list_is_read_page_by_page_within_the_objects_round_each():
    http = FakeHttp(*(answered({"rows": rows}) for rows in ([1, 2], [3])))
    asked = Api(url="https://desk.test", credentials=[{}], http=http)
    rows = asked.pages("a", list[int], asked={"q": "b"}, within="rows", size=2, most=9)
    assert list(rows) == [1, 2, 3]
    assert [each.url.rpartition("?")[2] for each in http.asked] == ["q=b&page=1", "q=b&page=2"]


def test_a_client_asks_behind_its_path_and_says_what_failures_mean():
    class Client(DeskClient):
        """The API of a desk that knows no customer."""

        path = "/api/v9"

        def _meaning(self, response: Response, wrote: bool) -> ScriptaError:
            return Gone("nobody") if response.status == 418 else super()._meaning(response, wrote)

        def ask(self) -> int:
            """Ask for a number."""
            return self._api.read("a", int)

    http = FakeHttp(answered({}, status=418), answered({}, status=422))
    client = Client(url="https://desk.test", credentials=[{}], http=http)
    with pytest.raises(Gone, match="nobody"):
        client.ask()
    with pytest.raises(Refused, match="422"):
        client.ask()
    assert http.asked[0].url == "https://desk.test/api/v9/a"


def making(*made: int | ScriptaError, found: list[int | None]) -> int:
    """Return who is found or made, where looks find `found` and attempts give `made`."""

    def make() -> int:
        (answer,) = made
        if isinstance(answer, ScriptaError):
            raise answer
        return answer

    return found_or_made(lambda: found.pop(0), make)


def test_nobody_is_made_who_is_there():
    assert making(found=[7]) == 7
    assert making(8, found=[None]) == 8


@pytest.mark.parametrize("error", [Refused("desk_refused"), AmbiguousError("cut")], ids=repr)
def test_who_was_made_meanwhile_is_found_and_nobody_else_is(error: ScriptaError):
    assert making(error, found=[None, 7]) == 7
    with pytest.raises(type(error)):
        making(error, found=[None, None])


def test_who_was_surely_not_made_is_not_looked_for_again():
    with pytest.raises(TransientError):
        making(TransientError("later"), found=[None])


def test_a_request_without_files_goes_as_it_is():
    assert with_files({"a": True}, [], field="f") == {"a": True}


def test_a_form_says_what_the_request_would():
    body = {"a": True, "b": {"c": {"d": 1}, "e": "x"}, "tags": ["t", "u"]}
    assert with_files(body, [PICTURE], field="f[]") == Form(
        fields={"a": "true", "b[c][d]": "1", "b[e]": "x"},
        repeated=[("tags[]", "t"), ("tags[]", "u")],
        files=[Upload("f[]", "a.png", "image/png", b"x")],
    )
