"""What people wrote, on its way into a helpdesk that takes pages: shown as it was written."""

from __future__ import annotations

import html
import re
from typing import Final

from chalicelib.desk_api.values import storable

_SPACES: Final = re.compile(r"(?<= ) |^ ", re.MULTILINE)


def literal(text: str) -> str:
    """Return the page that shows just `text`: no markup in it is one, and no space is lost."""
    clean = storable(text).replace("\r\n", "\n")
    shown = html.escape(_SPACES.sub("\xa0", clean), quote=False)
    return f"<div>{shown.replace(chr(10), '<br>')}</div>"
