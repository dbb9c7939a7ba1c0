"""`python -m tests.matrix`: writes the generated parts of docs/feature-matrix.md anew."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.matrix.document import written

PATH = Path(__file__).parents[2] / "docs" / "feature-matrix.md"


def main() -> int:
    """Write the document."""
    PATH.write_text(written(PATH.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
