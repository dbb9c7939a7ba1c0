"""S3 behind the Bodies port: keys and what is made of failures."""

import hashlib
import io
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, ResponseStreamingError

from chalicelib.aws.bodies import S3Bodies
from chalicelib.errors import Gone, TransientError


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "GetObject")


class Bucket:
    """Stands in for the botocore client; `fails` is raised by every call."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.fails: Exception | None = None

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 - as botocore spells them
        self._fail()
        self.objects[Bucket, Key] = Body

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, io.BytesIO]:  # noqa: N803 - as botocore spells them
        self._fail()
        if (Bucket, Key) not in self.objects:
            raise refused("NoSuchKey")
        return {"Body": io.BytesIO(self.objects[Bucket, Key])}

    def _fail(self) -> None:
        if self.fails:
            raise self.fails


@pytest.fixture
def bucket():
    return Bucket()


@pytest.fixture
def bodies(bucket):
    return S3Bodies("scripta", cast("Any", bucket))


def test_a_body_is_kept_under_its_hash_and_fetched_byte_for_byte(bodies, bucket):
    body = '{"text": "schön"}'.encode() + b"\x00\xff"
    key = bodies.keep(body)
    assert key == "bodies/" + hashlib.sha256(body).hexdigest()
    assert list(bucket.objects) == [("scripta", key)]
    assert bodies.fetch(key) == body


def test_a_body_that_is_not_there_is_gone(bodies):
    with pytest.raises(Gone):
        bodies.fetch("bodies/" + "0" * 64)


def test_a_damaged_body_is_not_returned(bodies, bucket):
    key = bodies.keep(b"whole")
    bucket.objects["scripta", key] = b"who"
    with pytest.raises(TransientError):
        bodies.fetch(key)


def test_a_key_outside_the_folder_of_bodies_is_not_served(bodies, bucket):
    digest = hashlib.sha256(b"x").hexdigest()
    bucket.objects["scripta", f"media/{digest}"] = b"x"
    with pytest.raises(TransientError):
        bodies.fetch(f"media/{digest}")


@pytest.mark.parametrize(
    "failure",
    [refused("SlowDown"), refused("NoSuchBucket"), ResponseStreamingError(error="cut")],
    ids=["slow down", "no bucket", "cut"],
)
def test_everything_else_is_transient(failure, bodies, bucket):
    key = bodies.keep(b"x")
    bucket.fails = failure
    with pytest.raises(TransientError):
        bodies.keep(b"y")
    with pytest.raises(TransientError):
        bodies.fetch(key)
