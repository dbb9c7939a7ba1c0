"""What the application answers while something it needs is down, or missing."""

from __future__ import annotations

import pytest

from infra.local import credentials
from infra.local.resources import put_secrets
from tests.channels import signature
from tests.fixtures.deployment import call, deployed, environment
from tests.integration.http.calls import (
    REPLY,
    SUBSCRIPTION,
    UNAVAILABLE,
    encoded,
    handshake,
    outcome,
    post,
    said,
    signed_by_desk,
)


def test_nothing_is_accepted_while_there_is_no_queue_to_keep_it(aws):
    variables = environment(aws)
    with deployed(variables):
        aws.client("sqs").delete_queue(QueueUrl=variables["SCRIPTA_INTAKE_QUEUE"])
        assert outcome(post(encoded(said()))) == UNAVAILABLE
        assert outcome(post(encoded(said(customers=11)))) == UNAVAILABLE


def test_nothing_is_accepted_while_a_large_body_cannot_be_kept(aws):
    variables = environment(aws) | {"SCRIPTA_BUCKET": "missing"}
    with deployed(variables) as app:
        body = encoded(said(customers=11))
        assert outcome(post(body)) == UNAVAILABLE
        assert app.queued() == []
    with deployed(variables | {"SCRIPTA_BUCKET": environment(aws)["SCRIPTA_BUCKET"]}) as app:
        assert outcome(post(body)) == (200, "")
        assert len(app.queued()) == 1


def test_nothing_is_accepted_while_the_secrets_cannot_be_asked_for(aws):
    variables = environment(aws) | {"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:9"}
    with deployed(variables) as app:
        assert outcome(post(encoded(said()))) == UNAVAILABLE
        assert outcome(handshake(SUBSCRIPTION)) == UNAVAILABLE
        assert outcome(call(signed_by_desk(encoded(REPLY)))) == UNAVAILABLE
        assert app.queued() == []


@pytest.mark.parametrize("values", [{}, {"app_secrets": [], "verify_tokens": []}], ids=repr)
def test_nothing_is_accepted_without_a_secret(aws, values):
    variables = environment(aws)
    put_secrets(aws.environment, {"meta": values})
    with deployed(variables) as app:
        body = encoded(said())
        for secret in ["", credentials.APP_SECRET]:
            headers = {"X-Hub-Signature-256": signature(body, secret)}
            assert outcome(post(body, headers=headers)) == (401, "unauthorised")
        for token in ["", credentials.VERIFY_TOKEN]:
            query = SUBSCRIPTION | {"hub.verify_token": token}
            assert outcome(handshake(query)) == (403, "forbidden")
        assert app.queued() == []
