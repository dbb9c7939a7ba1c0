"""The zip: how large it is, and how much of it a cold start need not compile."""

from __future__ import annotations

import importlib.util
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.figures import Figure
from infra.package import ZIP

_MEGABYTE: Final = 1_000_000
_UNCHECKED: Final = 0b01  #: of the flags: made from a hash, and not checked against it


def figures(packaged: Path) -> Iterator[Figure]:
    """Yield the figures of a folder that `make package` wrote."""
    zipped = packaged / ZIP
    yield Figure(key="package_mb", value=zipped.stat().st_size / _MEGABYTE, unit="MB")
    yield Figure(key="package_pyc_share", value=compiled_share(zipped), unit="share of .py files")


def compiled_share(zipped: Path) -> float:
    """Return for which share of the sources in a zip there is byte code that this Python believes."""
    with zipfile.ZipFile(zipped) as packed:
        names = set(packed.namelist())
        sources = [name for name in names if name.endswith(".py")]
        believed = [name for name in sources if _believed(packed, names, name)]
    return len(believed) / len(sources)


def _believed(packed: zipfile.ZipFile, names: set[str], source: str) -> bool:
    """Tell whether a source has byte code of this Python's that is loaded without a look at it."""
    compiled = importlib.util.cache_from_source(source)
    if compiled not in names:
        return False
    # Magic number, then flags: https://peps.python.org/pep-0552/
    head = packed.read(compiled)[:8]
    magic, flags = head[:4], struct.unpack("<I", head[4:])[0]
    return magic == importlib.util.MAGIC_NUMBER and flags == _UNCHECKED
