"""Secrets Manager behind the Secrets port: the cache, and what is made of failures."""

import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from chalicelib.aws.secrets import FRESH, RETRY, AwsSecrets
from chalicelib.errors import ConfigurationError, TransientError

UNREACHABLE = ConnectTimeoutError(endpoint_url="http://127.0.0.1")
MISSING = ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")
THROTTLED = ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue")


class Store:
    """Stands in for the botocore client; answers with `now`, a secret's text or an error."""

    def __init__(self, now: str | Exception) -> None:
        self.now = now
        self.asked: list[str] = []

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - as botocore spells it
        self.asked.append(SecretId)
        if isinstance(self.now, Exception):
            raise self.now
        return {"SecretString": self.now}


class Time:
    """A monotonic clock that stands still."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time():
    return Time()


def secrets_over(now: str | Exception, time: Time) -> tuple[AwsSecrets, Store]:
    store = Store(now)
    return AwsSecrets("scripta/", cast("Any", store), monotonic=time), store


def test_a_field_is_its_list_of_values_in_order(time):
    secrets, store = secrets_over(json.dumps({"app": ["new", "old"], "token": ["t"]}), time)
    assert secrets.get("meta", "app") == ("new", "old")
    assert secrets.get("meta", "token") == ("t",)
    assert store.asked == ["scripta/meta"]


def test_a_field_that_is_not_there_is_empty(time):
    secrets, _ = secrets_over(json.dumps({"app": ["x"]}), time)
    assert secrets.get("meta", "other") == ()


def test_a_rotation_is_seen_when_the_cached_secret_is_no_longer_fresh(time):
    secrets, store = secrets_over(json.dumps({"app": ["old"]}), time)
    secrets.get("meta", "app")
    store.now = json.dumps({"app": ["new", "old"]})
    time.now += FRESH - 1
    assert secrets.get("meta", "app") == ("old",)
    time.now += 1
    assert secrets.get("meta", "app") == ("new", "old")


def test_a_missing_secret_is_empty_and_asked_for_again_soon(time):
    secrets, store = secrets_over(MISSING, time)
    assert secrets.get("meta", "app") == ()
    store.now = json.dumps({"app": ["x"]})
    assert secrets.get("meta", "app") == ()
    time.now += RETRY
    assert secrets.get("meta", "app") == ("x",)


@pytest.mark.parametrize("failure", [UNREACHABLE, THROTTLED], ids=["unreachable", "throttled"])
def test_a_secret_once_had_is_served_while_the_store_cannot_be_asked(failure, time):
    secrets, store = secrets_over(json.dumps({"app": ["x"]}), time)
    secrets.get("meta", "app")
    store.now = failure
    time.now += 10 * FRESH
    assert secrets.get("meta", "app") == ("x",)


def test_an_outage_is_looked_into_every_few_seconds_and_not_at_every_webhook(time):
    secrets, store = secrets_over(json.dumps({"app": ["x"]}), time)
    secrets.get("meta", "app")
    store.now = UNREACHABLE
    time.now += FRESH
    secrets.get("meta", "app")
    secrets.get("meta", "app")
    assert len(store.asked) == 2
    store.now = json.dumps({"app": ["y"]})
    time.now += RETRY
    assert secrets.get("meta", "app") == ("y",)


def test_a_secret_never_had_is_a_transient_error_while_the_store_cannot_be_asked(time):
    secrets, store = secrets_over(UNREACHABLE, time)
    with pytest.raises(TransientError):
        secrets.get("meta", "app")
    assert len(store.asked) == 1


def test_a_secret_that_was_missing_is_not_taken_for_missing_during_an_outage(time):
    secrets, store = secrets_over(MISSING, time)
    secrets.get("meta", "app")
    store.now = UNREACHABLE
    time.now += RETRY
    with pytest.raises(TransientError):
        secrets.get("meta", "app")


@pytest.mark.parametrize(
    "text",
    ["", "hunter2", '["hunter2"]', '{"app": ""}', '{"app": [1]}', '{"app": [""]}'],
)
def test_a_malformed_secret_is_a_configuration_error_that_does_not_quote_it(text, time):
    secrets, _ = secrets_over(text, time)
    with pytest.raises(ConfigurationError, match="scripta/meta") as caught:
        secrets.get("meta", "app")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_single_value_needs_no_list(time):
    secrets, _ = secrets_over('{"mark_keys": "k"}', time)
    assert secrets.get("privacy", "mark_keys") == ("k",)
