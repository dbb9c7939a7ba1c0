"""The Secrets port on AWS Secrets Manager, behind a short cache."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import ConfigurationError, TransientError

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

FRESH: Final = 60.0
"""Seconds for which a secret is not asked for again: what a rotation takes to be seen."""

RETRY: Final = 5.0
"""Seconds after which a secret that was missing or could not be had is asked for again."""

Fields = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cached:
    fields: Fields
    until: float


class AwsSecrets:
    """
    Secrets as JSON objects in Secrets Manager: `<prefix><name>` holds {field: [values]}.

    A field with one value may be {field: value} as well.
    A secret that was had once is served, however old, while the store cannot be asked: refusing
    every webhook over an outage of Secrets Manager would lose more than it protects.
    Powertools' provider is not used because importing it imports boto3.
    """

    def __init__(
        self,
        prefix: str,
        client: SecretsManagerClient,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._prefix = prefix
        self._client = client
        self._monotonic = monotonic
        self._cache: dict[str, _Cached] = {}

    def get(self, name: str, field: str) -> tuple[str, ...]:
        """
        Return the values of a field, newest first; empty where secret or field is missing.

        Raises ConfigurationError where the secret is not of the form above, TransientError where
        it was never had, or was missing, and the store cannot be asked.
        """
        cached = self._cache.get(name)
        if cached is None or cached.until <= self._monotonic():
            cached = self._refreshed(name, cached)
            self._cache[name] = cached
        return cached.fields.get(field, ())

    def _refreshed(self, name: str, stale: _Cached | None) -> _Cached:
        try:
            fields = self._fetch(name)
        except (BotoCoreError, ClientError) as error:
            if stale is None or not stale.fields:
                raise TransientError(f"Secrets Manager: {error}") from error
            return _Cached(fields=stale.fields, until=self._monotonic() + RETRY)
        if fields is None:
            return _Cached(fields={}, until=self._monotonic() + RETRY)
        return _Cached(fields=fields, until=self._monotonic() + FRESH)

    def _fetch(self, name: str) -> Fields | None:
        try:
            answer = self._client.get_secret_value(SecretId=self._prefix + name)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        return read_fields(self._prefix + name, answer.get("SecretString", ""))


def read_fields(secret: str, text: str) -> Fields:
    """Return the fields in a secret's text; raise ConfigurationError where it has another form."""
    # The parser's error quotes the text, so neither it nor the text may become part of ours.
    malformed = ConfigurationError(f"secret {secret}: not a JSON object of lists of strings")
    try:
        fields = json.loads(text)
    except ValueError:
        raise malformed from None
    if not isinstance(fields, dict) or not all(map(_is_values, fields.values())):
        raise malformed
    # CloudFormation, which generates some, writes a string: it is a list of one.
    given = {name: [v] if isinstance(v, str) else v for name, v in fields.items()}
    return {field: tuple(values) for field, values in given.items()}


def _is_values(values: object) -> bool:
    # An empty string is refused: as a signing secret it would let anybody sign.
    each = [values] if isinstance(values, str) else values
    return isinstance(each, list) and all(isinstance(v, str) and v for v in each)
