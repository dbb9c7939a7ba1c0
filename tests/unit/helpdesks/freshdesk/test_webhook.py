"""Whether a webhook brings one of our secrets along, and of which ticket it is."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.envelope import Book
from chalicelib.errors import InvalidSignature
from chalicelib.helpdesks.freshdesk import webhook

SECRET = "a-secret-of-24-characters"


def basic(user: str, password: str) -> dict[str, str]:
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


@pytest.mark.parametrize(
    "headers",
    [
        {"x-scripta-secret": SECRET},
        basic("scripta", SECRET),
        {"authorization": basic("", SECRET)["authorization"].replace("Basic", "basic")},
    ],
    ids=["header", "password", "lower case"],
)
@pytest.mark.parametrize("secrets", [[SECRET], ["another-secret-of-ours", SECRET]])
def test_a_secret_may_come_in_a_header_or_as_a_password(headers, secrets):
    webhook.verify(b"", headers, secrets=secrets)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-scripta-secret": ""},
        {"x-scripta-secret": SECRET + " "},
        {"x-scripta-secret": "\ud800"},
        {"authorization": f"Bearer {SECRET}"},
        {"authorization": f"Basic {SECRET}"},
        {"authorization": "Basic"},
        {"authorization": "Basic \ud800"},
        {"authorization": "Basic /w=="},
        basic(SECRET, ""),
        basic("scripta", "another"),
    ],
    ids=repr,
)
def test_nothing_else_is_taken(headers):
    with pytest.raises(InvalidSignature):
        webhook.verify(b"", headers, secrets=[SECRET])


@pytest.mark.parametrize("secret", ["", "short", "fifteen-letters"])
def test_a_secret_that_could_be_guessed_is_none(secret: str):
    for headers in ({"x-scripta-secret": secret}, basic("scripta", secret)):
        with pytest.raises(InvalidSignature):
            webhook.verify(b"", headers, secrets=[secret])


@given(st.text())
def test_whatever_comes_as_authorization_nothing_else_happens(value: str):
    with pytest.raises(InvalidSignature):
        webhook.verify(b"", {"authorization": value}, secrets=[SECRET])


@pytest.mark.parametrize(
    ("body", "lane", "book"),
    [
        ({"freshdesk_webhook": {"ticket_id": 7}}, "desk:d:7", "out"),
        ({"freshdesk_webhook": {"ticket_id": "7"}}, "desk:d:7", "out"),
        ({"event": "reply", "ticket_id": "7", "conversation_id": "8"}, "desk:d:7", "out"),
        ({"event": "status", "ticket_id": "7"}, "desk:d:7", "desk"),
        ({"freshdesk_webhook": [7]}, "desk:d", "out"),
        ({"event": ["reply"], "ticket_id": {}}, "desk:d", "desk"),
        ({}, "desk:d", "desk"),
    ],
)
def test_a_webhook_is_one_item_in_the_lane_of_its_ticket(body, lane, book):
    (item,) = webhook.split(body, desk="d")
    assert (item.lane, item.book, item.raw) == (lane, Book(book), body)
