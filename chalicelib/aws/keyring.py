"""The Keyring port on AWS Secrets Manager: secrets as they are now, to be changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.secrets import read_fields
from chalicelib.errors import TransientError

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

_MISSING: Final = "ResourceNotFoundException"
_KEPT_DAYS: Final = 7  #: for which a secret that was removed can still be had back


class AwsKeyring:
    """Keeps the contract of upkeep.Keyring: `<prefix><name>` holds {field: [values]} as JSON."""

    def __init__(self, prefix: str, client: SecretsManagerClient) -> None:
        self._prefix = prefix
        self._client = client

    def called(self, name: str) -> str:
        """Return what Secrets Manager calls a secret."""
        return self._prefix + name

    def read(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """Return a secret's fields; see upkeep.Keyring, and AwsSecrets for ConfigurationError."""
        with _asked():
            try:
                answer = self._client.get_secret_value(SecretId=self.called(name))
            except ClientError as error:
                # Of one that was removed, and can still be had back, nothing is told either.
                if error.response["Error"]["Code"] in (_MISSING, "InvalidRequestException"):
                    return {}
                raise
        return read_fields(self.called(name), answer.get("SecretString", ""))

    def write(self, name: str, fields: Mapping[str, Sequence[str]]) -> None:
        """Replace a secret's fields; see upkeep.Keyring."""
        text = json.dumps({field: list(values) for field, values in fields.items()})
        with _asked():
            try:
                self._client.put_secret_value(SecretId=self.called(name), SecretString=text)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "InvalidRequestException":
                    # It was removed, and its name is not free for as long as it can be had back.
                    self._client.restore_secret(SecretId=self.called(name))
                    self._client.put_secret_value(SecretId=self.called(name), SecretString=text)
                elif code == _MISSING:
                    self._client.create_secret(Name=self.called(name), SecretString=text)
                else:
                    raise

    def remove(self, name: str) -> None:
        """Remove a secret; see upkeep.Keyring. It can be had back for a week."""
        with _asked():
            try:
                self._client.delete_secret(
                    SecretId=self.called(name), RecoveryWindowInDays=_KEPT_DAYS
                )
            except ClientError as error:
                if error.response["Error"]["Code"] not in (_MISSING, "InvalidRequestException"):
                    raise


@contextmanager
def _asked() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise TransientError(f"Secrets Manager: {error}") from error
