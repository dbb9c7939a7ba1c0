"""The audit of dependencies: an answer is told, and no answer is said loudly."""

from __future__ import annotations

import pytest

from infra.audit import answered


@pytest.mark.parametrize(
    ("status", "out", "err", "told"),
    [
        (0, "", "No known vulnerabilities found\n", 0),
        (1, "name 1.0 CVE-1\n", "Found 1 known vulnerability in 1 package\n", 1),
        (1, "", "Traceback ...\nConnectionError: no network\n", 2),
        (0, "", "", 2),
        (2, "", "usage: ...\n", 2),
    ],
)
def test_only_an_answer_is_an_answer(status, out, err, told, capsys):
    assert answered(status, out, err) == told
    shown = capsys.readouterr()
    assert shown.err.startswith("NOT AUDITED: NOBODY COULD BE ASKED") == (told == 2)
    assert out in shown.out
