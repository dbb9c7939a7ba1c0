"""The bill of materials of a package: what is in the zip, as CycloneDX JSON."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from chalicelib.version import VERSION

_METADATA: Final = ".dist-info/METADATA"
_NAME: Final = "scripta"
#: As in the zip: no time of the day may make the same sources two packages.
_EPOCH: Final = datetime(1980, 1, 1, tzinfo=UTC)


def write(package: Path, target: Path) -> None:
    """
    Write what a zip is made of: each distribution in it, with its version and licence.

    The same zip gives the same bytes.
    """
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    bom = Bom(
        serial_number=uuid5(NAMESPACE_URL, f"{_NAME}:{digest}"),
        components=list(_components(package)),
    )
    bom.metadata.timestamp = _EPOCH
    whole = Component(
        name=_NAME,
        version=VERSION,
        type=ComponentType.APPLICATION,
        bom_ref=_NAME,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )
    bom.metadata.component = whole
    bom.register_dependency(whole, bom.components)
    target.write_text(JsonV1Dot6(bom).output_as_string(indent=1) + "\n")


def _components(package: Path) -> Iterator[Component]:
    with zipfile.ZipFile(package) as packed:
        for name in sorted(packed.namelist()):
            if name.endswith(_METADATA):
                yield _component(message_from_bytes(packed.read(name)))


def _component(about: Message) -> Component:
    name, version = str(about["Name"]), str(about["Version"])
    url = PackageURL("pypi", name=name.lower().replace("_", "-"), version=version)
    said = about["License-Expression"] or about["License"] or ""
    # Some put the whole text there, which is no name of a licence.
    licences = [LicenseFactory().make_from_string(said)] if said and "\n" not in said else []
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=url.to_string(),
        purl=url,
        licenses=licences,
    )
