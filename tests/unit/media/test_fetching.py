"""Files fetched from servers that misbehave: what is kept is what was asked for, or nothing."""

from __future__ import annotations

import hashlib
import socket
import time
from dataclasses import replace
from typing import IO

import pytest

from chalicelib.domain.content import File, FileKind, Location
from chalicelib.errors import Gone, Refused, ScriptaError, TransientError
from chalicelib.media import MOST_REDIRECTS, Media
from tests.unit.misbehaving import (
    Behaviour,
    Server,
    drips,
    resets,
    says,
    says_nothing,
    sends,
    serving,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PHOTO = File(kind=FileKind.IMAGE, url="u", mime="image/png", sha256=hashlib.sha256(PNG).hexdigest())
TOKEN = {"authorization": "Bearer secret"}
LARGEST = 100_000


class Objects:
    """Keeps objects in memory: their bytes and type, by key."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, str]] = {}
        self.fails: ScriptaError | None = None

    def keep(self, key: str, content: IO[bytes], *, mime: str) -> None:
        if self.fails:
            raise self.fails
        self.kept[key] = content.read(), mime

    def fetch(self, key: str) -> bytes:
        if key not in self.kept:
            raise Gone(key)
        return self.kept[key][0]

    def delete(self, key: str) -> None:
        self.kept.pop(key, None)

    def link(self, key: str, *, name: str, mime: str, seconds: int) -> str:
        return f"https://files.test/{key}?{name}&{mime}&{seconds}"


@pytest.fixture
def objects() -> Objects:
    return Objects()


@pytest.fixture
def media(objects: Objects) -> Media:
    return Media(objects, largest=LARGEST, longest=10)


def at(server: Server, *others: Server) -> Location:
    hosts = tuple(s.url.removesuffix("/things/") for s in (server, *others))
    return Location(url=server.url, hosts=hosts, headers=TOKEN)


def fetched(media: Media, *answers: Behaviour, file: File = PHOTO) -> File:
    with serving(*answers) as server:
        return media.fetch(file, at(server))


def refusal(media: Media, *answers: Behaviour, file: File = PHOTO) -> str:
    """Return the reason for which a file is refused."""
    with pytest.raises(Refused) as raised:
        fetched(media, *answers, file=file)
    return raised.value.reason


def image(body: bytes = PNG, *, status: str = "200 OK") -> Behaviour:
    return says(body, status=status, headers="Content-Type: image/png\r\n")


def page(kind: str) -> Behaviour:
    return says(b"\n <!DOCTYPE HTML><title>Log in", headers=f"Content-Type: {kind}\r\n")


def redirect(url: str, *, status: str = "302 Found") -> Behaviour:
    return says(b"", status=status, headers=f"Location: {url}\r\n")


def test_a_file_is_kept_with_what_it_really_is(media: Media, objects: Objects):
    answer = says(PNG, headers="Content-Type: Image/PNG; q=1\r\n")
    asked = replace(PHOTO, mime="image/jpeg", name="../a\u202e.jpeg")
    file = fetched(media, answer, file=asked)
    assert objects.kept == {file.key: (PNG, "image/png")}
    assert (file.mime, file.size, file.sha256) == ("image/png", len(PNG), PHOTO.sha256)
    assert (file.kind, file.url, file.name, file.problem) == (FileKind.IMAGE, "u", "a.jpeg", "")


def test_the_same_file_twice_is_two_objects_whose_names_tell_nothing(media: Media):
    first, second = fetched(media, image()), fetched(media, image())
    assert first.key != second.key
    for file in (first, second):
        folder, _, name = file.key.partition("/")
        assert (folder, len(name)) == ("media", 32)
        assert file.sha256 not in file.key


@pytest.mark.parametrize("kind", ["", "Content-Type: application/octet-stream\r\n"])
@pytest.mark.parametrize(
    ("file", "mime"),
    [
        (replace(PHOTO, mime="image/webp; x=y"), "image/webp"),
        (replace(PHOTO, mime="", name="a.gif"), "image/gif"),
        (replace(PHOTO, mime="", name="a"), "application/octet-stream"),
    ],
    ids=["announced", "named", "neither"],
)
def test_where_the_server_says_no_type_the_announced_one_holds(
    media: Media, kind: str, file: File, mime: str
):
    assert fetched(media, says(PNG, headers=kind), file=file).mime == mime


def test_a_file_in_chunks_of_unsaid_size_is_kept_whole(media: Media, objects: Objects):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (PNG[:7], PNG[7:])) + b"0\r\n\r\n"
    file = fetched(media, sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks))
    assert objects.kept[file.key][0] == PNG


def test_the_token_is_shown_to_the_one_who_may_see_it(media: Media):
    with serving(image()) as server:
        media.fetch(PHOTO, at(server))
    assert b"Bearer secret" in server.requests[0]


def test_a_host_that_is_not_listed_is_not_asked(media: Media):
    with serving(image()) as listed, serving(image()) as other:
        elsewhere = replace(at(listed), url=other.url)
        with pytest.raises(Refused, match="file_elsewhere"):
            media.fetch(PHOTO, elsewhere)
    assert (listed.connections, other.connections) == (0, 0)


@pytest.mark.parametrize("status", ["301 a", "302 b", "303 c", "307 d", "308 e"])
def test_a_redirect_to_a_host_that_is_not_listed_is_not_followed(media: Media, status: str):
    with serving(image()) as other:
        assert refusal(media, redirect(other.url, status=status)) == "file_elsewhere"
    assert other.connections == 0


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "//127.0.0.1:1/", "http://u@127.0.0.1/", "data:,a"]
)
def test_a_redirect_to_no_web_address_of_a_listed_host_is_not_followed(media: Media, url: str):
    assert refusal(media, redirect(url)) == "file_elsewhere"


def test_a_redirect_between_listed_hosts_is_followed_without_the_token(
    media: Media, objects: Objects
):
    with serving(image()) as second, serving(redirect(second.url)) as first:
        file = media.fetch(PHOTO, at(first, second))
    assert objects.kept[file.key][0] == PNG
    assert b"Bearer secret" in first.requests[0]
    assert b"secret" not in second.requests[0]
    assert b"authorization" not in second.requests[0].lower()


def test_a_redirect_that_stays_may_be_relative_and_keeps_the_token(media: Media):
    with serving(redirect("../other?a=b"), image()) as server:
        media.fetch(PHOTO, at(server))
    assert server.requests[1].startswith(b"GET /other?a=b ")
    assert b"Bearer secret" in server.requests[1]


def test_redirects_end(media: Media):
    with serving(*[redirect("/again")] * MOST_REDIRECTS, image()) as server:
        assert media.fetch(PHOTO, at(server)).key
    with serving(*[redirect("/again")] * (MOST_REDIRECTS + 2)) as server:
        with pytest.raises(Refused, match="file_unavailable"):
            media.fetch(PHOTO, at(server))
        assert len(server.requests) == MOST_REDIRECTS + 1


def test_a_redirect_to_nowhere_ends(media: Media):
    assert refusal(media, *[says(b"", status="302 Found")] * 9) == "file_unavailable"


def announces(size: int) -> Behaviour:
    """Announce a size, and send nothing of it."""
    return sends(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())


def test_a_file_that_is_announced_too_large_is_not_read(media: Media):
    assert refusal(media, announces(LARGEST + 1)) == "file_too_large"


def floods(connection: socket.socket) -> None:
    """Announce nothing, and send chunks for as long as the client listens."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    block = b"%x\r\n%s\r\n" % (10_000, b"x" * 10_000)
    try:
        while True:
            connection.sendall(block)
    except OSError:
        connection.close()


def test_a_file_that_becomes_too_large_is_not_read_on(media: Media, objects: Objects):
    assert refusal(media, floods) == "file_too_large"
    assert objects.kept == {}


def test_a_file_of_the_largest_size_is_taken_and_one_byte_more_is_not(media: Media):
    largest = replace(PHOTO, sha256="")
    assert fetched(media, says(b"x" * LARGEST), file=largest).size == LARGEST
    more = b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * (LARGEST + 1)
    assert refusal(media, sends(more), file=largest) == "file_too_large"


@pytest.mark.parametrize("behaviour", [drips, says_nothing], ids=["a drip", "silence"])
def test_a_slow_file_is_cut_off(objects: Objects, behaviour: Behaviour):
    media = Media(objects, longest=0.3)
    began = time.monotonic()
    with pytest.raises(TransientError):
        fetched(media, behaviour)
    assert time.monotonic() - began < 5
    assert objects.kept == {}


def slowly(answer: Behaviour) -> Behaviour:
    """Take a tenth of a second before an answer."""

    def act(connection: socket.socket) -> None:
        time.sleep(0.1)
        answer(connection)

    return act


def test_redirects_share_the_time_of_the_file(objects: Objects):
    answers = [slowly(redirect("/on")), slowly(redirect("/on")), slowly(image())]
    with pytest.raises(TransientError):
        fetched(Media(objects, longest=0.15), *answers)


@pytest.mark.parametrize(
    "behaviour",
    [
        resets,
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: 264\r\n\r\n" + PNG[:100]),
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"),
        sends(b"SSH-2.0-OpenSSH_9.6\r\n"),
        sends(b""),
    ],
    ids=["reset", "cut", "cut between chunks", "no HTTP", "no answer"],
)
def test_a_file_that_does_not_arrive_whole_is_to_be_tried_again(
    media: Media, objects: Objects, behaviour: Behaviour
):
    with pytest.raises(TransientError):
        fetched(media, behaviour, file=replace(PHOTO, sha256=""))
    assert objects.kept == {}


def test_nobody_at_the_address_is_to_be_tried_again(media: Media):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    with pytest.raises(TransientError):
        media.fetch(PHOTO, Location(url=url, hosts=(url,)))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("401 a", Refused),
        ("403 b", Refused),
        ("404 c", Gone),
        ("410 d", Gone),
        ("400 e", Refused),
        ("304 f", Refused),
        ("408 g", TransientError),
        ("429 h", TransientError),
        ("500 i", TransientError),
        ("503 j", TransientError),
    ],
)
def test_a_status_without_a_file_has_a_meaning(
    media: Media, objects: Objects, status: str, error: type[ScriptaError]
):
    with pytest.raises(ScriptaError) as raised:
        fetched(media, image(status=status))
    assert type(raised.value) is error
    assert objects.kept == {}


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/xhtml+xml"])
def test_a_page_in_place_of_a_file_is_refused(media: Media, kind: str):
    assert refusal(media, page(kind), file=replace(PHOTO, sha256="")) == "file_not_a_file"


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream"])
def test_a_page_that_says_it_is_a_file_is_refused(media: Media, kind: str):
    assert refusal(media, page(kind), file=replace(PHOTO, sha256="")) == "file_not_a_file"


@pytest.mark.parametrize(
    "file",
    [
        File(kind=FileKind.DOCUMENT, mime="text/html"),
        File(kind=FileKind.DOCUMENT, name="offer.HTML"),
    ],
    ids=["by its type", "by its name"],
)
def test_a_page_that_was_announced_is_a_file(media: Media, file: File):
    assert fetched(media, page("text/html"), file=file).mime == "text/html"


def test_a_text_about_a_page_is_a_file(media: Media):
    file = File(kind=FileKind.DOCUMENT, name="how to.txt")
    assert fetched(media, page("text/plain"), file=file).mime == "text/plain"


def test_an_empty_file_is_refused(media: Media):
    assert refusal(media, image(b""), file=replace(PHOTO, sha256="")) == "file_empty"
    assert refusal(media, says(b"", status="204 No Content")) == "file_empty"


def test_another_file_than_the_announced_one_is_refused(media: Media, objects: Objects):
    assert refusal(media, image(PNG + b"\0")) == "file_damaged"
    assert objects.kept == {}


def test_a_hash_may_be_announced_in_capitals(media: Media):
    announced = replace(PHOTO, sha256=PHOTO.sha256.upper())
    assert fetched(media, image(), file=announced).sha256 == PHOTO.sha256


def test_a_file_that_cannot_be_kept_is_to_be_tried_again(media: Media, objects: Objects):
    objects.fails = TransientError("full")
    with pytest.raises(TransientError):
        fetched(media, image())


def test_a_kept_file_is_handed_out_with_a_link(media: Media):
    file = fetched(media, image(), file=replace(PHOTO, name="a.png"))
    attachment = media.attachment(file)
    assert (attachment.kind, attachment.name, attachment.mime) == ("image", "a.png", "image/png")
    assert attachment.content == PNG
    assert attachment.link == f"https://files.test/{file.key}?a.png&image/png&3600"


@pytest.mark.parametrize("key", ["", "media/nobodys"])
def test_a_file_that_is_not_kept_is_gone(media: Media, key: str):
    with pytest.raises(Gone):
        media.attachment(replace(PHOTO, key=key))


def test_a_kept_file_that_is_not_what_was_kept_is_not_handed_out(media: Media, objects: Objects):
    file = fetched(media, image())
    objects.kept[file.key] = PNG + b"\0", "image/png"
    with pytest.raises(TransientError):
        media.attachment(file)
