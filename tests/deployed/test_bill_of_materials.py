"""What the package says that it is made of is what is in it."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from infra.package import SBOM, ZIP

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]


def test_everything_that_is_required_is_in_the_bill_with_its_version(packaged):
    told = json.loads((packaged / SBOM).read_text())
    versions = {
        each["name"].lower().replace("_", "-"): each["version"] for each in told["components"]
    }
    required = re.findall(
        r"^([\w-]+)==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE
    )
    assert len(required) > 4
    assert all(versions.get(name.lower()) == version for name, version in required)
    pinned = dict(
        re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    )
    lower = {name.lower().replace("_", "-"): version for name, version in pinned.items()}
    assert all(lower.get(name) == version for name, version in versions.items())
    with zipfile.ZipFile(packaged / ZIP) as packed:
        folders = {name.split("/")[0] for name in packed.namelist() if ".dist-info/" in name}
    assert len(folders) == len(versions)
