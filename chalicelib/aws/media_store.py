"""The S3 side of the media store: files as objects, and links to them for outsiders."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Gone, TransientError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


class S3Objects:
    """Objects of a bucket; how long they live is its rule."""

    def __init__(self, bucket: str, client: S3Client) -> None:
        self._bucket = bucket
        self._client = client

    def keep(self, key: str, content: IO[bytes], *, mime: str) -> None:
        """Keep what is read from `content`; raise TransientError where S3 cannot."""
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=mime)
        except (BotoCoreError, ClientError) as error:
            raise TransientError(f"S3: {error}") from error

    def fetch(self, key: str) -> bytes:
        """Return an object; raise Gone where it is not there, TransientError where S3 cannot."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                raise Gone(f"no object {key}") from error
            raise TransientError(f"S3: {error}") from error
        except BotoCoreError as error:
            raise TransientError(f"S3: {error}") from error

    def delete(self, key: str) -> None:
        """Delete an object, which may be gone already; raise TransientError where S3 cannot."""
        try:
            self._client.delete_object(Bucket=self._bucket, Key=key)
        except (BotoCoreError, ClientError) as error:
            raise TransientError(f"S3: {error}") from error

    def link(self, key: str, *, name: str, mime: str, seconds: int) -> str:
        """
        Return an address where anybody can download the object for that many seconds.

        It ends earlier where the credentials that signed it do. Asks nobody; raises TransientError
        where there are no credentials.
        """
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        wanted = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentType": mime,
            "ResponseContentDisposition": _download(name),
        }
        try:
            return self._client.generate_presigned_url("get_object", wanted, ExpiresIn=seconds)
        except BotoCoreError as error:
            raise TransientError(f"S3: {error}") from error


def _download(name: str) -> str:
    """Return the header that makes it a download of that name, never a page of the bucket's."""
    # https://www.rfc-editor.org/rfc/rfc6266#section-4.3
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
