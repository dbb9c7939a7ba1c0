"""What people wrote, on its way into a helpdesk that takes pages: shown as it was written."""

from __future__ import annotations

import html
import re
from typing import Final

from chalicelib.desk_api.values import readable

_SPACES: Final = re.compile(r"(?<= ) |^ ", re.MULTILINE)


def literal(text: str) -> str:
    """Return the page that shows just `text`: no markup in it is one, and no space is lost."""
    clean = readable(text).replace("\0", "").replace("\r\n", "\n")
    shown = html.escape(_SPACES.sub("\xa0", clean), quote=False)
    return f"<div>{shown.replace(chr(10), '<br>')}</div>"


def line(text: str, *, longest: int) -> str:
    """Return a text as one line of at most so many characters, which is never empty."""
    return words(readable(text).replace("\0", ""))[:longest] or "-"


def words(text: str) -> str:
    """Return a text as it can be compared: its words, whatever was between them."""
    return " ".join(text.split())
