"""S3 behind the media store: objects, links, and what is made of failures."""

import io
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ResponseStreamingError

from chalicelib.aws.media_store import S3Objects
from chalicelib.errors import Gone, TransientError


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "GetObject")


class Bucket:
    """Stands in for the botocore client; `fails` is raised by every call."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], tuple[bytes, str]] = {}
        self.signed: list[tuple[str, dict[str, str], int]] = []
        self.fails: Exception | None = None

    def put_object(self, *, Bucket: str, Key: str, Body: io.BytesIO, ContentType: str) -> None:  # noqa: N803 - as botocore spells them
        self._fail()
        self.objects[Bucket, Key] = Body.read(), ContentType

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, io.BytesIO]:  # noqa: N803 - as botocore spells them
        self._fail()
        if (Bucket, Key) not in self.objects:
            raise refused("NoSuchKey")
        return {"Body": io.BytesIO(self.objects[Bucket, Key][0])}

    def generate_presigned_url(self, call: str, wanted: dict[str, str], *, ExpiresIn: int) -> str:  # noqa: N803 - as botocore spells them
        self._fail()
        self.signed.append((call, wanted, ExpiresIn))
        return "https://signed.test"

    def _fail(self) -> None:
        if self.fails:
            raise self.fails


@pytest.fixture
def bucket():
    return Bucket()


@pytest.fixture
def objects(bucket):
    return S3Objects("scripta", cast("Any", bucket))


def test_a_file_is_kept_with_its_type_and_fetched(objects, bucket):
    objects.keep("media/a", io.BytesIO(b"\x89PNG"), mime="image/png")
    assert bucket.objects == {("scripta", "media/a"): (b"\x89PNG", "image/png")}
    assert objects.fetch("media/a") == b"\x89PNG"


def test_a_file_that_is_not_there_is_gone(objects):
    with pytest.raises(Gone):
        objects.fetch("media/a")


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("a b.png", "attachment; filename*=UTF-8''a%20b.png"),
        ("è.pdf", "attachment; filename*=UTF-8''%C3%A8.pdf"),
        ("a';b/..", "attachment; filename*=UTF-8''a%27%3Bb%2F.."),
    ],
)
def test_a_link_is_a_download_of_a_name_and_type(objects, bucket, name, disposition):
    link = objects.link("media/a", name=name, mime="image/png", seconds=900)
    assert link == "https://signed.test"
    wanted = {
        "Bucket": "scripta",
        "Key": "media/a",
        "ResponseContentType": "image/png",
        "ResponseContentDisposition": disposition,
    }
    assert bucket.signed == [("get_object", wanted, 900)]


@pytest.mark.parametrize(
    "failure",
    [refused("SlowDown"), refused("NoSuchBucket"), ResponseStreamingError(error="cut")],
    ids=["slow down", "no bucket", "cut"],
)
def test_everything_else_is_transient(failure, objects, bucket):
    bucket.fails = failure
    with pytest.raises(TransientError):
        objects.keep("media/a", io.BytesIO(b"x"), mime="image/png")
    with pytest.raises(TransientError):
        objects.fetch("media/a")


def test_without_credentials_there_is_no_link_for_now(objects, bucket):
    bucket.fails = NoCredentialsError()
    with pytest.raises(TransientError):
        objects.link("media/a", name="a", mime="image/png", seconds=900)
