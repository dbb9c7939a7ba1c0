"""The keyring on the emulated Secrets Manager: what it writes, the functions read."""

from __future__ import annotations

import pytest

from chalicelib.aws.keyring import AwsKeyring
from chalicelib.aws.secrets import AwsSecrets
from chalicelib.domain import rotation
from chalicelib.errors import ConfigurationError, TransientError
from tests.fixtures.ministack import AwsAccount

NAME = "accounts/messenger/1"


@pytest.fixture
def keyring(aws: AwsAccount) -> AwsKeyring:
    return AwsKeyring("scripta/", aws.client("secretsmanager"))


def test_what_is_added_is_what_the_functions_get_newest_first(keyring, aws):
    assert keyring.read(NAME) == {}
    rotation.add(keyring, NAME, {"access_tokens": "first"})
    rotation.add(keyring, NAME, {"access_tokens": "second"}, ends=7)
    secrets = AwsSecrets("scripta/", aws.client("secretsmanager"))
    assert secrets.get(NAME, "access_tokens") == ("second", "first")
    assert rotation.end_of(keyring.read(NAME)) == 7


def test_a_secret_that_was_removed_is_gone_and_can_be_made_again(keyring):
    rotation.add(keyring, NAME, {"access_tokens": "first"})
    keyring.remove(NAME)
    keyring.remove(NAME)
    assert keyring.read(NAME) == {}
    rotation.add(keyring, NAME, {"access_tokens": "second"})
    assert keyring.read(NAME)["access_tokens"] == ("second",)
    assert keyring.called(NAME) == "scripta/accounts/messenger/1"


def test_a_secret_of_another_form_is_not_overwritten(keyring, aws):
    aws.client("secretsmanager").create_secret(Name="scripta/odd", SecretString="plain")
    with pytest.raises(ConfigurationError):
        rotation.add(keyring, "odd", {"access_tokens": "t"})


def test_a_store_that_does_not_answer_is_a_transient_error(monkeypatch, aws):
    client = aws.client("secretsmanager")
    client.meta.events.register("before-call", _down)
    with pytest.raises(TransientError):
        AwsKeyring("scripta/", client).read(NAME)
    with pytest.raises(TransientError):
        AwsKeyring("scripta/", client).write(NAME, {"a": ["b"]})


def _down(**_: object) -> None:
    from botocore.exceptions import EndpointConnectionError

    raise EndpointConnectionError(endpoint_url="http://nowhere")
