"""The deployable form, one template and one zip: `python -m infra.package`, or `make package`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from infra import archive, fragments, sbom

TEMPLATE: Final = "sam.json"
ZIP: Final = "deployment.zip"
SBOM: Final = "sbom.json"

_ROOT: Final = Path(__file__).parents[1]
_SHIPPED: Final = ("app.py", "chalicelib", ".chalice", "requirements.txt")
_LEFT: Final = shutil.ignore_patterns("__pycache__", "deployments", "deployed")
_FRAGMENTS: Final = "fragments.json"
_CONSTRAINTS: Final = _ROOT / "constraints.txt"
#: A template names no region; Chalice wants to be told one all the same.
_ANY_REGION: Final = "eu-west-1"
_MEGABYTE: Final = 1_000_000


class NotPackaged(Exception):
    """Chalice could not package the application; the text is what it said."""


def package(out: Path, *, stage: str) -> None:
    """
    Write the template `sam.json`, the zip that it names, and what is in it into the folder `out`.

    Needs no credentials. The zip is for the Python that this runs under. Raises NotPackaged or
    NotCompiled.
    """
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        project, built = scratch / "project", scratch / "built"
        copy(project)
        generate(project, built, stage=stage)
        out.mkdir(parents=True, exist_ok=True)
        archive.refine(built / ZIP, out / ZIP, scratch=scratch / "unpacked")
        shutil.copy(built / TEMPLATE, out / TEMPLATE)
        sbom.write(out / ZIP, out / SBOM)


def copy(project: Path) -> None:
    """
    Copy what is shipped into the folder `project`.

    Chalice packs every file it finds, byte code of this machine included, and takes a zip that it
    built before for requirements of the same text: in a folder of its own it finds neither.
    """
    project.mkdir()
    for name in _SHIPPED:
        source = _ROOT / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=_LEFT)
        else:
            shutil.copy(source, project / name)


def generate(project: Path, out: Path, *, stage: str) -> None:
    """Have Chalice package a copied project into `out`, with our fragments in its template."""
    (project / _FRAGMENTS).write_text(json.dumps(fragments.merged()))
    command = [str(Path(sys.executable).with_name("chalice")), "package", "--stage", stage]
    environment = {
        **os.environ,
        "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION") or _ANY_REGION,
        "PYTHONDONTWRITEBYTECODE": "1",
        # What the requirements require in turn is shipped as it was tested.
        "PIP_CONSTRAINT": str(_CONSTRAINTS),
    }
    ended = subprocess.run(  # noqa: S603 - Chalice, on our own project
        [*command, "--merge-template", _FRAGMENTS, str(out)],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    # Chalice only mentions a dependency that it could not find, and packages without it.
    if ended.returncode or "Could not install dependencies" in ended.stdout + ended.stderr:
        raise NotPackaged(ended.stdout + ended.stderr)


def sizes(out: Path) -> str:
    """Return how large the zip is, packed and unpacked, in words."""
    with zipfile.ZipFile(out / ZIP) as packed:
        unpacked = sum(entry.file_size for entry in packed.infolist())
    size = (out / ZIP).stat().st_size
    return f"{size / _MEGABYTE:.1f} MB, {unpacked / _MEGABYTE:.1f} MB unpacked"


def main() -> int:
    """Package what the command line asks for and return the exit status."""
    parser = argparse.ArgumentParser(prog="make package", description=__doc__)
    parser.add_argument("--stage", default="prod", help="a stage of .chalice/config.json")
    parser.add_argument("--out", type=Path, default=_ROOT / "out", help="the folder to write to")
    call = parser.parse_args()
    try:
        package(call.out, stage=call.stage)
    except (NotPackaged, archive.NotCompiled, fragments.Contradiction) as exc:
        sys.stderr.write(f"Not packaged: {exc}\n")
        return 1
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    sys.stdout.write(f"{call.out / TEMPLATE} and {ZIP} for {python}: {sizes(call.out)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
