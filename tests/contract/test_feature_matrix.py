"""The feature matrix in docs/ says what the code does: it is written by the code."""

from __future__ import annotations

from tests.matrix.__main__ import PATH
from tests.matrix.document import written


def test_the_feature_matrix_is_what_the_code_would_write_now():
    """Run `make matrix` where it is not."""
    document = PATH.read_text("utf-8")
    assert written(document) == document
