"""Webhooks that are refused: constant bodies, and nothing on the queue."""

from __future__ import annotations

import json

import pytest

from chalicelib.pipeline.receive import LARGEST_BODY
from infra.local import credentials
from tests.channels import signature
from tests.integration.http.calls import (
    CHANNELS,
    SUBSCRIPTION,
    encoded,
    handshake,
    outcome,
    post,
    said,
)


def headers_that_sign_nothing(body: bytes) -> dict[str, dict[str, str]]:
    """Return headers by what is wrong with them."""
    good = signature(body, credentials.APP_SECRET)
    wrong = {
        "forged": signature(body, "forged"),
        "of another body": signature(body + b" ", credentials.APP_SECRET),
        "empty": "",
        "prefix only": "sha256=",
        "without its prefix": good.removeprefix("sha256="),
        "of another hash": good.replace("sha256=", "sha1="),
        "short": good[:-1],
        "long": good + "0",
        "of other letters": good.replace("sha256=", "SHA256="),
        "not ASCII": "sha256=" + "\u00e8" * 64,
        "half a character": "sha256=" + "\ud83d" * 64,
        "control characters": good + "\x00\n",
    }
    return {"none": {}, "old one": {"X-Hub-Signature": good}} | {
        name: {"X-Hub-Signature-256": value} for name, value in wrong.items()
    }


@pytest.mark.parametrize("what", headers_that_sign_nothing(b""))
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_body_that_is_not_signed_is_refused_and_nothing_is_queued(app, channel, what):
    body = encoded(said())
    answer = post(body, channel=channel, headers=headers_that_sign_nothing(body)[what])
    assert outcome(answer) == (401, "unauthorised")
    assert app.queued() == []


def test_bytes_that_did_not_arrive_as_they_were_signed_are_refused(app):
    body = encoded(said()).replace(b"hello", b"\xff\xfe")
    assert outcome(post(body)) == (401, "unauthorised")
    text = '{"object": "\ud83d"}'
    headers = {"X-Hub-Signature-256": signature(b"", credentials.APP_SECRET)}
    assert outcome(post(text, headers=headers)) == (401, "unauthorised")
    assert app.queued() == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"hello", b"[]", b"null", b'"text"', b"1", b"[" * 100_000],
    ids=lambda body: repr(body[:8]),
)
def test_a_signed_body_that_is_no_json_object_is_malformed(app, body):
    assert outcome(post(body)) == (400, "malformed")
    assert app.queued() == []


def test_a_body_that_is_not_signed_is_not_even_read(app):
    assert outcome(post(b"{", headers={})) == (401, "unauthorised")


def test_a_body_is_too_large_from_five_megabytes_on(app):
    largest = b'{"object":"page"}'.ljust(LARGEST_BODY)
    assert LARGEST_BODY == 5 * 1024 * 1024
    assert outcome(post(largest)) == (200, "")
    assert outcome(post(largest + b" ")) == (413, "too large")
    assert outcome(post(largest + b" ", headers={})) == (413, "too large")
    assert app.queued() == []


@pytest.mark.parametrize("channel", ["telegram", "parser", "..", "messenger.parser", "__init__"])
def test_there_is_no_channel_of_another_name(app, channel):
    body = encoded(said())
    assert outcome(post(body, channel=channel)) == (404, "not found")
    assert outcome(handshake(SUBSCRIPTION, channel)) == (404, "not found")
    assert app.queued() == []


def test_an_unauthentic_webhook_is_counted_and_not_under_what_was_called(app, capsys):
    post(encoded(said()), headers={})
    post(encoded(said()), channel="x" * 40, headers={})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    counted = [line for line in lines if "Unauthentic" in line]
    assert [(line["side"], line["Unauthentic"]) for line in counted] == [("channel", [1.0])]
    assert "xxxx" not in json.dumps(counted)
    assert app.queued() == []
