"""The zip: nothing of AWS that is not called, byte code that Lambda believes, the same bytes again."""

from __future__ import annotations

import importlib.util
import json
import struct
import zipfile
from pathlib import Path

import pytest

from infra import archive

UNCHECKED_HASH = 0b01


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An unpacked zip as Chalice makes it, in small."""
    files = {
        "app.py": "WORDS = {'a', 'b', 'c', 'd'}\n",
        "botocore/session.py": "NAME = 'session'\n",
        "botocore/data/_retry.json": "{}",
        "botocore/data/endpoints.json": json.dumps(
            {"partitions": [{"partition": "aws", "services": {"sqs": {}, "ec2": {}}}]}
        ),
        "botocore/data/sqs/2012-11-05/service-2.json": "{}",
        "botocore/data/ec2/2016-11-15/service-2.json": "{}",
    }
    for name, text in files.items():
        path = tmp_path / "unpacked" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "unpacked"


def names(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_of_botocore_the_services_that_are_called_stay_and_what_all_of_them_need(folder):
    archive.prune(folder)
    assert names(folder) == {
        "app.py",
        "botocore/session.py",
        "botocore/data/_retry.json",
        "botocore/data/endpoints.json",
        "botocore/data/sqs/2012-11-05/service-2.json",
    }
    (partition,) = json.loads((folder / "botocore/data/endpoints.json").read_text())["partitions"]
    assert partition == {"partition": "aws", "services": {"sqs": {}}}


def test_byte_code_is_believed_without_a_look_at_its_source(folder):
    archive.compile_sources(folder)
    compiled = Path(importlib.util.cache_from_source(str(folder / "app.py"))).read_bytes()
    assert compiled[:4] == importlib.util.MAGIC_NUMBER
    assert struct.unpack("<I", compiled[4:8]) == (UNCHECKED_HASH,)
    assert b"/var/task/app.py" in compiled
    assert str(folder).encode() not in compiled


def test_what_does_not_compile_is_not_shipped(folder):
    (folder / "app.py").write_text("def:\n")
    with pytest.raises(archive.NotCompiled, match=r"app\.py"):
        archive.compile_sources(folder)


def test_the_same_application_gives_the_same_bytes(folder, tmp_path):
    source = tmp_path / "chalice.zip"
    archive.pack(folder, source)
    zips = []
    for attempt in ("first", "second"):
        target = tmp_path / f"{attempt}.zip"
        archive.refine(source, target, scratch=tmp_path / attempt)
        zips.append(target.read_bytes())
    assert zips[0] == zips[1]


def test_every_file_can_be_read_and_none_has_a_time(folder, tmp_path):
    archive.pack(folder, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as packed:
        entries = packed.infolist()
    assert [entry.filename for entry in entries] == sorted(names(folder))
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o644}
