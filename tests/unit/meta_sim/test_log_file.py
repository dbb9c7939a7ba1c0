"""A log file is read as it grows, whatever happens to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.meta import log_file
from infra.local.meta.log_file import LogFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


def _append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_a_file_that_is_not_there_yet_has_no_lines_until_it_is(path: Path) -> None:
    log = LogFile(path)
    assert log.new_lines() == []
    _append(path, "one\n")
    assert log.new_lines() == ["one"]


def test_each_line_is_told_once(path: Path) -> None:
    log = LogFile(path)
    _append(path, "one\ntwo\n")
    assert log.new_lines() == ["one", "two"]
    assert log.new_lines() == []
    _append(path, "three\n")
    assert log.new_lines() == ["three"]


def test_a_line_is_told_when_it_has_ended(path: Path) -> None:
    log = LogFile(path)
    _append(path, "on")
    assert log.new_lines() == []
    _append(path, "e\ntw")
    assert log.new_lines() == ["one"]
    _append(path, "o\n")
    assert log.new_lines() == ["two"]


def test_a_file_that_was_cut_is_read_from_its_beginning(path: Path) -> None:
    log = LogFile(path)
    _append(path, "one\ntwo\nthr")
    log.new_lines()
    path.write_text("four\n")
    assert log.new_lines() == ["four"]


def test_a_file_in_another_ones_place_is_read_from_its_beginning(path: Path) -> None:
    log = LogFile(path)
    _append(path, "one\n")
    log.new_lines()
    path.rename(path.with_suffix(".old"))
    _append(path, "two, and longer than the first\n")
    assert log.new_lines() == ["two, and longer than the first"]


def test_bytes_that_are_no_text_do_not_stop_the_reading(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\nnext\n")
    assert LogFile(path).new_lines()[1] == "next"


def test_of_a_long_file_the_end_is_read_from_a_whole_line_on(path: Path) -> None:
    line = "x" * 1023 + "\n"
    count = log_file.MOST_AT_ONCE // len(line)
    path.write_text(line * (count + 10) + "last\n")
    lines = LogFile(path).new_lines()
    assert lines[-1] == "last"
    assert {len(one) for one in lines[:-1]} == {1023}
    assert count - 2 <= len(lines) <= count + 1
