"""Whether a webhook is Zendesk's own, of now, and of which ticket."""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.envelope import Book
from chalicelib.errors import InvalidSignature, Replayed
from chalicelib.helpdesks.zendesk import webhook
from tests.fakes.desks.zendesk_api import sign

BODY = b'{"type":"zen:event-type:ticket.comment_added"}'
SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="


def test_the_time_and_the_body_are_signed_without_anything_between():
    # The example of https://developer.zendesk.com/documentation/webhooks/verifying/ has no
    # signature to compare with; this one was computed with openssl.
    headers = {
        "x-zendesk-webhook-signature": "FTl1PgqVn0JG5wME/niAj+LSTQ/tCfsaZxEGoyVnvaw=",
        "x-zendesk-webhook-signature-timestamp": "2026-11-20T09:30:00Z",
    }
    with pytest.raises(Replayed):
        webhook.verify(BODY, headers, secrets=[SECRET])


@pytest.mark.parametrize("secrets", [[SECRET], ["other", SECRET], [SECRET, ""]])
def test_any_secret_in_use_is_taken(secrets: list[str]):
    webhook.verify(BODY, sign(BODY, secret=SECRET), secrets=secrets)


@pytest.mark.parametrize("secrets", [[], [""], ["other"]])
def test_without_the_right_secret_nothing_is_taken(secrets: list[str]):
    with pytest.raises(InvalidSignature):
        webhook.verify(BODY, sign(BODY, secret=SECRET), secrets=secrets)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_is_signed_but_not_of_now_was_sent_again(minutes: int):
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    with pytest.raises(Replayed):
        webhook.verify(BODY, sign(BODY, secret=SECRET, at=at), secrets=[SECRET])


def test_what_is_signed_without_a_time_is_not_taken():
    for stamp in ("", "yesterday", "\ud800", "9" * 400):
        signed = stamp.encode("utf-8", "replace") + BODY
        signature = base64.b64encode(hmac.digest(SECRET.encode(), signed, "sha256")).decode()
        headers = {
            "x-zendesk-webhook-signature": signature,
            "x-zendesk-webhook-signature-timestamp": stamp,
        }
        with pytest.raises(InvalidSignature):
            webhook.verify(BODY, headers, secrets=[SECRET])


@pytest.mark.parametrize(
    ("body", "lane", "book"),
    [
        ({"type": "zen:event-type:ticket.comment_added", "detail": {"id": "7"}}, "desk:d:7", "out"),
        ({"type": "zen:event-type:ticket.comment_added", "detail": {"id": 7}}, "desk:d:7", "out"),
        (
            {
                "type": "zen:event-type:ticket.attachment_linked_to_comment",
                "subject": "zen:ticket:7",
            },
            "desk:d:7",
            "out",
        ),
        ({"type": "zen:event-type:ticket.merged", "detail": {"id": "7"}}, "desk:d:7", "desk"),
        ({"type": "comment_added", "subject": "zen:user:7"}, "desk:d", "desk"),
        ({"type": ["zen:event-type:ticket.comment_added"], "detail": 7}, "desk:d", "desk"),
    ],
)
def test_a_webhook_is_one_item_in_the_lane_of_its_ticket(body, lane, book):
    (item,) = webhook.split(body, desk="d")
    assert (item.lane, item.book, item.raw) == (lane, Book(book), body)
