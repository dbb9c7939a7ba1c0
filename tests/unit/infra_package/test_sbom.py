"""The bill of materials: every distribution in the zip, and the zip itself."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from chalicelib.version import VERSION
from infra import sbom

LIBRARY = (
    "Metadata-Version: 2.4\nName: some_library\nVersion: 1.2.3\nLicense-Expression: MIT\n\nText."
)
OTHER = "Metadata-Version: 2.1\nName: other\nVersion: 4\nLicense: A text\n  of two lines\n\nText."


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "deployment.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("some_library-1.2.3.dist-info/METADATA", LIBRARY)
        packed.writestr("other-4.dist-info/METADATA", OTHER)
        packed.writestr("app.py", "")
    return path


def test_it_names_what_is_in_the_zip(package, tmp_path):
    sbom.write(package, tmp_path / "sbom.json")
    told = json.loads((tmp_path / "sbom.json").read_text())
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    found = {each["name"]: each for each in told["components"]}
    assert {name: each["version"] for name, each in found.items()} == {
        "some_library": "1.2.3",
        "other": "4",
    }
    assert found["some_library"]["purl"] == "pkg:pypi/some-library@1.2.3"
    assert found["some_library"]["licenses"] == [{"license": {"id": "MIT"}}]
    assert "licenses" not in found["other"]
    whole = told["metadata"]["component"]
    assert (whole["name"], whole["version"]) == ("scripta", VERSION)
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    assert whole["hashes"] == [{"alg": "SHA-256", "content": digest}]


def test_the_same_zip_gives_the_same_bytes(package, tmp_path):
    for name in ("one", "two"):
        sbom.write(package, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
