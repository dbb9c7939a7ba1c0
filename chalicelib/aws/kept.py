"""The Kept port on S3: every object of the bucket, for who exports or erases what is held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws.media_store import S3Objects
from chalicelib.errors import TransientError

_BODIES: Final = "bodies/"


class S3Kept(S3Objects):
    """The objects of a bucket, with a list of those that are webhook bodies."""

    def bodies(self) -> Iterator[str]:
        """Yield the keys of all kept bodies; raise TransientError where S3 cannot tell."""
        pages = self._client.get_paginator("list_objects_v2")
        try:
            for page in pages.paginate(Bucket=self._bucket, Prefix=_BODIES):
                yield from (found["Key"] for found in page.get("Contents", ()))
        except (BotoCoreError, ClientError) as error:
            raise TransientError(f"S3: {error}") from error
