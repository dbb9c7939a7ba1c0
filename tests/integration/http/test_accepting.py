"""Webhooks that are accepted: what comes in, what is queued, and what that costs."""

from __future__ import annotations

import json

import pytest

from chalicelib.pipeline.receive import LARGEST_BODY
from infra.local import credentials
from tests.channels import signature
from tests.integration.http.calls import CHANNELS, encoded, numbers, outcome, post, said
from tests.webhooks import Said, entry, webhook


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("secret", credentials.APP_SECRETS)
def test_a_signed_webhook_is_answered_empty_when_it_is_queued(app, channel, secret):
    said = Said("1", "2", f"m.{next(numbers)}", "hello")
    body = encoded(webhook(channel, entry(channel, [said])))
    answer = post(body, channel=channel, headers={"X-Hub-Signature-256": signature(body, secret)})
    assert outcome(answer) == (200, "")
    (envelope,) = app.queued()
    assert envelope.source == f"channel:{channel}"
    assert said.message_id in json.dumps(envelope.items)


@pytest.mark.parametrize("binary", [False, True])
def test_the_bytes_that_were_signed_are_the_bytes_that_are_checked(app, binary):
    body = b" \n" + encoded(said(text="caff\u00e8 \U0001f600 \u2028 \\u00e8")) + b"\r\n"
    assert outcome(post(body, binary=binary)) == (200, "")
    assert len(app.queued()) == 1


@pytest.mark.parametrize("name", ["x-hub-signature-256", "X-HUB-SIGNATURE-256"])
def test_the_case_of_a_headers_name_does_not_matter(app, name):
    body = encoded(said())
    answer = post(body, headers={name: signature(body, credentials.APP_SECRET)})
    assert outcome(answer) == (200, "")
    assert len(app.queued()) == 1


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json; charset=UTF-8"])
def test_the_content_type_does_not_matter(app, content_type):
    body = encoded(said())
    headers = {
        "X-Hub-Signature-256": signature(body, credentials.APP_SECRET),
        "Content-Type": content_type,
    }
    assert outcome(post(body, headers=headers)) == (200, "")
    assert len(app.queued()) == 1


@pytest.mark.parametrize("body", [{}, {"object": "page"}, {"object": "page", "entry": []}])
def test_a_webhook_with_nothing_in_it_is_accepted_and_asks_nothing_of_the_queue(app, body):
    calls = app.watch()
    assert outcome(post(encoded(body))) == (200, "")
    assert "SendMessageBatch" not in calls


def test_a_webhook_costs_one_call_of_the_queue(app):
    post(encoded(said()))
    calls = app.watch()
    assert outcome(post(encoded(said()))) == (200, "")
    assert calls == ["SendMessageBatch"]
    calls.clear()
    assert outcome(post(encoded(said(customers=10)))) == (200, "")
    assert calls == ["SendMessageBatch"]


@pytest.mark.parametrize(
    "content",
    [{"customers": 11}, {"text": "x" * 300_000}, {"customers": 3, "text": "x" * 100_000}],
    ids=["of many", "of much", "of several that are much together"],
)
def test_a_large_webhook_costs_two_calls(app, content):
    post(encoded(said()))
    app.queued()
    calls = app.watch()
    assert outcome(post(encoded(said(**content)))) == (200, "")
    assert calls == ["PutObject", "SendMessageBatch"]
    (envelope,) = app.queued()
    assert envelope.pointer


def test_a_refused_webhook_costs_no_call(app):
    post(encoded(said()))
    calls = app.watch()
    post(encoded(said()), headers={})
    post(b"{")
    post(b" " * (LARGEST_BODY + 1))
    assert calls == []
