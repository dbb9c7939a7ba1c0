"""The bucket from which CloudFormation takes a package: made when missing, ours alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.package import TEMPLATE, ZIP

_NO_LOCATION: Final = "us-east-1"  #: the one region that must not be named
_KEPT_DAYS: Final = 180  #: a stack that rolls back asks for the package before
_CLOSED: Final = (
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "IgnorePublicAcls",
    "RestrictPublicBuckets",
)


class ForeignBucket(Exception):
    """The bucket cannot be used, mostly because it is somebody else's; the text is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefacts:
    """A bucket in an account; every call says whose it has to be, so that no namesake is used."""

    s3: Any
    bucket: str
    owner: str
    region: str

    def prepare(self) -> bool:
        """
        Make the bucket where it is missing, and return whether it was.

        Private, encrypted, and forgetting. What is missing of that in a bucket of ours, after a
        call that was interrupted, is made good. Raises ForeignBucket.
        """
        made = not self._exists()
        if made:
            where = {"LocationConstraint": self.region}
            location = {} if self.region == _NO_LOCATION else {"CreateBucketConfiguration": where}
            try:
                self.s3.create_bucket(Bucket=self.bucket, **location)
            except self.s3.exceptions.BucketAlreadyExists as exc:
                raise ForeignBucket(self._foreign()) from exc
        self._close()
        return made

    def upload(self, out: Path) -> str:
        """
        Upload a package, each file under its hash, and return the template's address.

        In the template the zip stands as a path of this machine; uploaded, as a place in the bucket.
        """
        template = json.loads((out / TEMPLATE).read_text())
        code = self._put((out / ZIP).read_bytes(), suffix=".zip")
        for resource in template["Resources"].values():
            if "CodeUri" in resource.get("Properties", {}):
                resource["Properties"]["CodeUri"] = {"Bucket": self.bucket, "Key": code}
        key = self._put(json.dumps(template).encode(), suffix=".json")
        return f"{self.s3.meta.endpoint_url}/{self.bucket}/{key}"

    def _exists(self) -> bool:
        try:
            self.s3.head_bucket(Bucket=self.bucket, ExpectedBucketOwner=self.owner)
        except self.s3.exceptions.ClientError as exc:
            # HEAD has no body, so that there is no code but the status.
            status = exc.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 404:  # noqa: PLR2004 - as every HTTP client knows
                return False
            if status == 403:  # noqa: PLR2004 - as above
                raise ForeignBucket(self._foreign()) from exc
            raise
        return True

    def _foreign(self) -> str:
        return f"The bucket {self.bucket} is not ours to use: name another one with BUCKET=…"

    def _close(self) -> None:
        ours = {"Bucket": self.bucket, "ExpectedBucketOwner": self.owner}
        self.s3.put_public_access_block(
            **ours, PublicAccessBlockConfiguration=dict.fromkeys(_CLOSED, True)
        )
        by_default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        self.s3.put_bucket_encryption(
            **ours, ServerSideEncryptionConfiguration={"Rules": [by_default]}
        )
        forget = {
            "ID": "packages",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Expiration": {"Days": _KEPT_DAYS},
        }
        self.s3.put_bucket_lifecycle_configuration(
            **ours, LifecycleConfiguration={"Rules": [forget]}
        )

    def _put(self, content: bytes, *, suffix: str) -> str:
        key = hashlib.sha256(content).hexdigest() + suffix
        self.s3.put_object(
            Bucket=self.bucket, ExpectedBucketOwner=self.owner, Key=key, Body=content
        )
        return key
