"""Files in the emulated S3: kept from a real server, fetched again, and given out by a link."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import httpx
import pytest

from chalicelib.aws import clients
from chalicelib.aws.media_store import S3Objects
from chalicelib.domain.content import File, FileKind, Location
from chalicelib.errors import Gone
from chalicelib.media import Media
from infra.local import resources
from tests.fixtures.ministack import AwsAccount
from tests.unit.misbehaving import says, serving

#: More than is held in memory while it arrives.
LARGE = bytes(range(256)) * 32_768


@pytest.fixture
def bucket(aws: AwsAccount) -> str:
    return resources.provision(aws.environment)["SCRIPTA_BUCKET"]


@pytest.fixture
def media(aws: AwsAccount, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Media]:
    for name, value in aws.environment.items():
        monkeypatch.setenv(name, value)
    clients._clients.clear()
    yield Media(S3Objects(bucket, clients.client("s3")))
    clients._clients.clear()


def kept(media: Media, content: bytes, *, name: str) -> File:
    with serving(says(content, headers="Content-Type: video/mp4\r\n")) as server:
        origin = server.url.removesuffix("/things/")
        file = File(kind=FileKind.VIDEO, url=server.url, name=name)
        return media.fetch(file, Location(url=server.url, hosts=(origin,)))


def test_a_large_file_is_kept_and_fetched_byte_for_byte(media: Media):
    file = kept(media, LARGE, name="a.mp4")
    assert file.sha256 == hashlib.sha256(LARGE).hexdigest()
    assert media.attachment(file).content == LARGE


def test_anybody_with_the_link_can_download_the_file_and_nobody_with_another(media: Media):
    link = media.attachment(kept(media, b"moving", name="Perché \u202eno?.mp4")).link
    assert link.startswith("http://127.0.0.1:")
    answer = httpx.get(link)
    assert (answer.status_code, answer.content) == (200, b"moving")
    assert answer.headers["content-type"] == "video/mp4"
    expected = "attachment; filename*=UTF-8''Perch%C3%A9%20no_.mp4"
    assert answer.headers["content-disposition"] == expected
    assert httpx.get(link.replace("X-Amz-Signature=", "X-Amz-Signature=0")).status_code == 403


def test_a_file_that_is_not_there_is_gone(media: Media):
    file = kept(media, b"moving", name="a.mp4")
    with pytest.raises(Gone):
        media.attachment(File(kind=FileKind.VIDEO, key=f"{file.key}0"))


def test_files_and_bodies_end_by_themselves(aws: AwsAccount, bucket: str):
    found = aws.client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    rules = {rule["Filter"]["Prefix"]: (rule["Status"], rule["Expiration"]) for rule in found}
    assert rules == dict.fromkeys(("bodies/", "media/"), ("Enabled", {"Days": 30}))
