"""The Bodies port on S3: webhook bodies too large for the queue, under their hash."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Gone, TransientError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_FOLDER: Final = "bodies/"


class S3Bodies:
    """Bodies as objects `bodies/<SHA-256 in hex>` of a bucket; how long they live is its rule."""

    def __init__(self, bucket: str, client: S3Client) -> None:
        self._bucket = bucket
        self._client = client

    def keep(self, body: bytes) -> str:
        """Keep a body and return its key; the same body twice is one object."""
        key = _key(body)
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body)
        except (BotoCoreError, ClientError) as error:
            raise TransientError(f"S3: {error}") from error
        return key

    def fetch(self, key: str) -> bytes:
        """
        Return the body of a key.

        Raises Gone where it is not there, TransientError where S3 cannot be asked or what arrived
        is not what the key's hash says.
        """
        try:
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                raise Gone(f"no body {key}") from error
            raise TransientError(f"S3: {error}") from error
        except BotoCoreError as error:
            raise TransientError(f"S3: {error}") from error
        if _key(body) != key:
            raise TransientError(f"body {key} arrived damaged")
        return body


def _key(body: bytes) -> str:
    return _FOLDER + hashlib.sha256(body).hexdigest()
