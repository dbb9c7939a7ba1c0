"""What every adapter has of its desk: webhooks, options, numbers, and where our token goes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from chalicelib.desk_api.adapter import Adapter, author_of, basic, behind, number, number_or_zero
from chalicelib.domain.account import Desk
from chalicelib.domain.content import File, FileKind, Location
from chalicelib.domain.ticket import Entry, EntryKind
from chalicelib.errors import Gone, InvalidSignature, Refused, TransientError
from chalicelib.registry import helpdesk_names
from tests.fakes.secrets import MemorySecrets

TOKEN = {"authorization": "Bearer newest"}
ELSEWHERE = ("files.test", ".cdn.test")


class Bare(Adapter):
    """An adapter that shows what it has."""

    def located(self, url: str, *, is_open: bool = False) -> Location:
        """Return where a file at an address is fetched."""
        file = File(kind=FileKind.IMAGE, url=url)
        return self._location(file, also=ELSEWHERE, is_open=is_open)

    def number(self, option: str) -> int:
        """Return an option that has to be a number."""
        return self._number(option)

    def number_if_any(self, option: str) -> int | None:
        """Return an option that is a number where it is there."""
        return self._number_if_any(option)

    def needed(self, option: str) -> str:
        """Return an option that has to be there."""
        return self._needed(option)

    def listed(self, option: str) -> tuple[str, ...]:
        """Return what stands in an option that has several."""
        return self._listed(option)

    def own_fields(self) -> dict[str, str]:
        """Return the fields that were made for us, which have names of letters."""
        return self._own_fields("[a-z]+")


def bare(url: str = "https://desk.test/", **options: str) -> Bare:
    desk = Desk(id="d", helpdesk="bare", url=url, options=options)
    tokens = MemorySecrets({"desks/d": {"api_tokens": ["newest", "older"]}})
    return Bare(desk=desk, secrets=tokens)


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://desk.test/file/1", TOKEN),
        ("https://files.test/1", {}),
        ("https://a.cdn.test/1", {}),
    ],
)
def test_our_token_goes_to_the_desk_alone(url: str, headers: Mapping[str, str]):
    location = bare().located(url)
    assert location == Location(
        url=url, hosts=("https://desk.test:443", *ELSEWHERE), headers=headers
    )


def test_our_token_does_not_go_with_what_is_open():
    assert bare().located("https://desk.test/file/1?signed", is_open=True).headers == {}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://evil.test/1",
        "https://desk.test.evil.test/1",
        "https://desk.test@evil.test/1",
        "https://desk.test:8443/1",
        "http://desk.test/1",
        "file:///etc/passwd",
    ],
)
def test_a_file_elsewhere_is_refused(url: str):
    with pytest.raises(Refused, match="file_elsewhere"):
        bare().located(url)


def test_a_desk_without_a_place_has_no_files():
    with pytest.raises(Refused, match="file_elsewhere"):
        bare("desk").located("https://desk.test/1")


@pytest.mark.parametrize("value", ["", "x", "0", "-1", "1" * 19, "\u0661"])
def test_an_option_that_is_no_number_lets_messages_wait(value: str):
    with pytest.raises(TransientError, match="'queue' is no number"):
        bare(queue=value).number("queue")


def test_an_option_may_be_left_out_where_that_is_said():
    assert bare().number_if_any("group") is None
    assert bare(group=" 7 ").number_if_any("group") == 7
    with pytest.raises(TransientError):
        bare(group="x").number_if_any("group")
    with pytest.raises(TransientError, match="'email' is missing"):
        bare(email=" ").needed("email")


def test_an_option_may_have_several_values():
    assert bare(hosts=" a.test,,.b.test , ").listed("hosts") == ("a.test", ".b.test")
    assert bare().listed("hosts") == ()


def test_fields_are_those_that_an_option_names_and_can_be_names():
    fields = bare(reference_field=" ours ", handle_field="who", channel_field="").own_fields()
    assert fields == {"reference_field": "ours", "handle_field": "who"}
    with pytest.raises(TransientError, match="'account_field' names no field"):
        bare(account_field="x'y").own_fields()


@dataclass(frozen=True)
class Row:
    """An entry of a ticket."""

    id: int
    text: str


def test_an_entry_is_looked_for_behind_another():
    rows = [Row(3, "a"), Row(4, "b"), Row(5, "a"), Row(6, "a")]
    assert behind(0, rows, lambda row: row.text == "a") == "3"
    assert behind(3, rows, lambda row: row.text == "a") == "5"
    assert behind(6, rows, lambda row: row.text == "a") is None


def test_webhooks_are_in_our_own_words_unless_a_helpdesk_has_its_own():
    with pytest.raises(InvalidSignature):
        bare().verify(b"{}", {})
    (item,) = bare().split({"type": "reply.send", "data": {"ticket_id": "7"}})
    assert item.lane == "desk:d:7"


def test_an_id_that_no_ticket_can_have_is_gone():
    assert (number("12"), number_or_zero("12"), number_or_zero("x")) == (12, 12, 0)
    for each in ("", "0", "x", "-1", "9" * 19):
        with pytest.raises(Gone):
            number(each)


@pytest.mark.parametrize(
    ("kind", "requester", "author"),
    [
        (EntryKind.COMMENT, "5", 5),
        (EntryKind.COMMENT, "", 9),
        (EntryKind.NOTE, "5", 9),
        (EntryKind.OUTSIDE, "5", 9),
    ],
)
def test_only_the_customers_own_words_are_theirs(kind: EntryKind, requester: str, author: int):
    assert author_of(Entry(kind=kind, text="a", requester=requester), us=9) == author


def test_basic_authentication_is_that_of_the_standard():
    # https://www.rfc-editor.org/rfc/rfc7617#section-2
    assert basic("Aladdin", "open sesame") == {
        "authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    }


@pytest.mark.parametrize("name", helpdesk_names())
def test_receiving_loads_neither_a_schema_library_nor_an_http_client(name: str):
    code = (
        f"import sys, chalicelib.helpdesks.{name}.helpdesk;"
        "print(sorted({'pydantic', 'urllib3', 'boto3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
