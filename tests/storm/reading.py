"""What is read of rows and of entries: whose words and files are in them, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.domain.content import File
from chalicelib.domain.ticket import Entry
from chalicelib.pipeline.files import shown
from tests.storm.tokens import tokens

_MISSING: Final = " missing: "  #: in an entry, for each file that it lacks
TAKEN_BACK: Final = "taken back by its sender"  #: in what tells of an unsend, or stands instead
#: Begins a note with what a message said whose edit came first, and stands in its place.
SAID_BEFORE: Final = "Before it was edited, the message said:"
_IN_PASSING: Final = re.compile(r"\[infile[^\]]*\]")  #: a file in the line of a transcript
_NAMED: Final = "✗ "  #: begins each line that names a file which the desk refused


def stands_in(text: str) -> list[str]:
    """Return the tokens that a text shows: where a file is named in passing, only the file does."""
    return tokens(_IN_PASSING.sub("", text))


def says(row: Mapping[str, Any]) -> list[str]:
    """Return the tokens of what a row of work says and carries."""
    named = (f"{file['url']} {file['id']} {file['name']}" for file in row["files"])
    files = [token for name in named for token in tokens(name)]
    joined = (each["text"] for each in row.get("joined", ()))
    return [*tokens("\n".join([row["text"], *joined])), *dict.fromkeys(files)]


def reads(row: Mapping[str, Any]) -> str:
    """Return what a row of work reads like in a ticket."""
    texts = [row["text"], *(each["text"] for each in row.get("joined", ()))]
    text = "\n".join(filter(None, texts))
    return shown(text, [File(**file) for file in row["files"]], language="en").strip()


def without_names(text: str) -> str:
    """Return an entry's text without the names of files that the desk refused."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(_NAMED)).strip()


def in_files(entry: Entry) -> list[str]:
    """Return the tokens in the files of an entry."""
    return [token for file in entry.files for token in tokens(file.content.decode())]


def lacks(text: str) -> int:
    """Return how many files an entry says that are missing."""
    return text.count(_MISSING) + sum(line.startswith(_NAMED) for line in text.splitlines())
