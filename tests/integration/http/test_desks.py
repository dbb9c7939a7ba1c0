"""The webhooks of a desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from infra.local import credentials
from tests.channels import signature
from tests.fixtures.deployment import call
from tests.integration.http.calls import REPLY, encoded, from_desk, outcome, signed_by_desk


def test_a_desks_signed_webhook_is_answered_empty_when_it_is_queued(app):
    assert outcome(call(signed_by_desk(encoded(REPLY)))) == (200, "")
    (envelope,) = app.queued()
    assert envelope.source == f"desk:{credentials.DESK_ID}"
    assert list(envelope.items) == [REPLY]


def test_a_desks_webhook_that_is_not_signed_is_refused(app):
    body = encoded(REPLY)
    meta = {"X-Hub-Signature-256": signature(body, credentials.APP_SECRET)}
    for answer in [
        call(from_desk(body, headers={})),
        call(from_desk(body, headers=meta)),
        call(signed_by_desk(body, secret="whsec_" + "QkJC" * 8)),
        call(from_desk(body, headers={"webhook-id": "\u00e8", "webhook-signature": "v1,\ud83d"})),
    ]:
        assert outcome(answer) == (401, "unauthorised")
    assert app.queued() == []


def test_a_desks_webhook_that_is_sent_again_later_is_answered_and_nothing_is_done(app):
    old = datetime.now(UTC) - timedelta(minutes=6)
    assert outcome(call(signed_by_desk(encoded(REPLY), at=old))) == (200, "")
    assert app.queued() == []


def test_a_desks_signed_webhook_that_is_no_json_object_is_malformed(app):
    for body in [b"{", b"[]"]:
        assert outcome(call(signed_by_desk(body))) == (400, "malformed")
    assert app.queued() == []


def test_there_is_no_desk_of_another_name(app):
    assert outcome(call(signed_by_desk(encoded(REPLY), desk="django_helpdesk"))) == (
        404,
        "not found",
    )
    assert app.queued() == []
