"""The texts of the storm: each there only once, and telling whose it is."""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(r"(?:infile|in|edit|outside|replyfile|reply|private|forged)\d+@[a-z]\d+")


def tokens(text: str) -> list[str]:
    """Return the tokens in a text, like `reply7@m3`: what it is, its number, and whose it is."""
    return _TOKEN.findall(text)


def owner(token: str) -> str:
    """Return whose a token is."""
    return token.partition("@")[2]
