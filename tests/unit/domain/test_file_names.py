"""Any name that somebody sends becomes one that can stand on a disk, in a header and on a page."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.content import FileKind
from chalicelib.domain.file_names import (
    LONGEST_NAME,
    kind_of,
    mime_of,
    safe_name,
    simple_mime,
)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Perché no.tar.gz", "Perché no.tar.gz"),
        ("../../etc/passwd", "passwd.jpg"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("/", "image.jpg"),
        ("..", "image.jpg"),
        (". .", "image.jpg"),
        ("", "image.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("a\0b\r\nc\x1b.png", "abc.png"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("\u2066a\u2069\u200b.png", "a.png"),
        ("\ud83d.png", "png.jpg"),
        ('a"; filename=b.exe', "a__ filename=b.exe"),
        ("a%2e%2e.png", "a_2e_2e.png"),
        ("  a   b .png ", "a b.png"),
        ("version 3.5 of it", "version 3.5 of it.jpg"),
        ("x.", "x.jpg"),
        ("a" * 200 + ".pdf", "a" * 116 + ".pdf"),
        ("a." + "b" * 200, "a." + "b" * 114 + ".jpg"),
    ],
)
def test_a_name_keeps_what_is_harmless(name: str, safe: str):
    assert safe_name(name, mime="image/jpeg", fallback="image") == safe


@given(name=st.text(st.characters(exclude_categories=[])), mime=st.text())
def test_no_name_is_a_path_a_command_or_too_long(name: str, mime: str):
    safe = safe_name(name, mime=mime, fallback="file")
    assert 0 < len(safe) <= LONGEST_NAME
    assert len(safe.encode()) <= 200
    assert not set(safe) & set('/\\<>:"|?*%;')
    assert not any(unicodedata.category(character)[0] == "C" for character in safe)
    assert not safe.startswith(".")
    assert safe == safe.strip()
    assert safe_name(safe, mime=mime, fallback="file") == safe


@pytest.mark.parametrize(
    ("mime", "name"),
    [
        ("image/png", "image.png"),
        ("image/webp", "image.webp"),
        ("audio/ogg", "image.ogg"),
        ("video/mp4", "image.mp4"),
        ("application/pdf", "image.pdf"),
        ("application/vnd.unheard-of", "image"),
        ("", "image"),
    ],
)
def test_a_file_without_a_name_gets_one_that_fits_its_type(mime: str, name: str):
    assert safe_name("", mime=mime, fallback="image") == name


@pytest.mark.parametrize(
    ("value", "mime"),
    [
        ("image/png", "image/png"),
        ("Audio/OGG; codecs=opus", "audio/ogg"),
        (" text/plain ;charset=utf-8", "text/plain"),
        ("png", ""),
        ("", ""),
        ("image/png\r\nx: y", ""),
        ("image/png, text/html", ""),
        ("a/" + "b" * 200, ""),
    ],
)
def test_a_media_type_is_read_without_its_parameters(value: str, mime: str):
    assert simple_mime(value) == mime


@pytest.mark.parametrize(
    ("name", "mime", "kind"),
    [
        ("a.JPG", "image/jpeg", FileKind.IMAGE),
        ("a.ogg", "audio/ogg", FileKind.AUDIO),
        ("a.mp4", "video/mp4", FileKind.VIDEO),
        ("a.pdf", "application/pdf", FileKind.DOCUMENT),
        ("a.unheard-of", "", FileKind.DOCUMENT),
        ("a", "", FileKind.DOCUMENT),
        ("", "", FileKind.DOCUMENT),
    ],
)
def test_a_name_tells_the_type_and_the_type_how_it_is_sent(name: str, mime: str, kind: FileKind):
    assert mime_of(name) == mime
    assert kind_of(mime) is kind
