"""Chatwoot's two languages in a message: the Markdown of its editor, and Liquid in what is sent."""

from __future__ import annotations

import re
from typing import Final

# Every outgoing message, notes too, is rendered as a Liquid template, but for what stands between
# backticks, which Chatwoot marks as raw itself.
# https://github.com/chatwoot/chatwoot/blob/develop/app/models/concerns/liquidable.rb
_CODE: Final = re.compile(r"(`.*?`)", re.DOTALL)
_TAG: Final = re.compile(r"\{(?=[{%]|\Z)")
_BRACE: Final = '{{ "{" }}'

_TOKEN: Final = re.compile(
    r"""
    (?P<code>`+[^`]*`+)
    | \\(?P<line>\n)
    | \\(?P<escaped>[!-/:-@\[-`{-~])
    | !?\[(?P<words>(?:\\.|[^\[\]\\])*)\]\((?P<link>[^()\s]+)\)
    | <(?P<address>https?://[^\s<>]+)>
    | \*\*(?P<strong>(?=\S)(?:\\.|[^*\\])+)(?<=\S)\*\*
    | (?<!\w)\*(?P<em>(?=\S)(?:\\.|[^*\\\n])+)(?<=\S)\*(?!\w)
    """,
    re.VERBOSE | re.DOTALL,
)


def verbatim(text: str) -> str:
    """Return what Chatwoot renders as `text` in an outgoing message."""
    pieces = _CODE.split(text)
    return "".join(
        piece if place % 2 else _TAG.sub(_BRACE, piece) for place, piece in enumerate(pieces)
    )


def read(content: str) -> str:
    """
    Return an agent's message as the text that a phone shows.

    Bold and italics go, as a customer's channel may not know them; addresses of links stay, and what
    the editor put a backslash before is itself again.
    """
    return _TOKEN.sub(_plain, content.replace("\r\n", "\n")).strip()


def _plain(found: re.Match[str]) -> str:
    kind = found.lastgroup or ""
    said = found[kind]
    match kind:
        case "line" | "escaped" | "address":
            return said
        case "strong" | "em":
            return _TOKEN.sub(_plain, said)
        case "link":
            words = _TOKEN.sub(_plain, found["words"]).strip()
            return said if words in ("", said) else f"{words} ({said})"
        case _:
            return found[0]
