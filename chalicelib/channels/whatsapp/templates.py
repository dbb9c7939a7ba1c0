"""
How a template is filled in on WhatsApp.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from chalicelib.domain.file_names import mime_of
from chalicelib.domain.sending import Template
from chalicelib.graph_api.fields import words

_SHOWN: Final = ("image", "video")  # any other file in a header is a document


def content(template: Template) -> Mapping[str, Any]:
    """Return a template as the call that sends it holds it; what has no blanks is left out."""
    components: list[Mapping[str, Any]] = []
    if template.header:
        components.append({"type": "header", "parameters": [_header(template.header)]})
    body = [_text(value) for value in template.values]
    body += [{**_text(value), "parameter_name": name} for name, value in template.named.items()]
    if body:
        components.append({"type": "body", "parameters": body})
    components += [_button(number, value) for number, value in sorted(template.buttons.items())]
    return {
        "name": template.name,
        "language": {"code": template.language},
        **({"components": components} if components else {}),
    }


def _text(value: str) -> Mapping[str, Any]:
    return {"type": "text", "text": words(value)}


def _header(value: str) -> Mapping[str, Any]:
    """Return a header: a file by its link, of the kind that its name tells, else a text."""
    if not value.startswith("https://"):
        return _text(value)
    name = unquote(urlsplit(value).path).rpartition("/")[2]
    kind = mime_of(name).partition("/")[0]
    if kind in _SHOWN:
        return {"type": kind, kind: {"link": value}}
    document = {"link": value, **({"filename": words(name)} if name else {})}
    return {"type": "document", "document": document}


def _button(number: int, value: str) -> Mapping[str, Any]:
    """Return what is put behind the address of a button; the platform counts them from 0."""
    return {
        "type": "button",
        "sub_type": "url",
        "index": str(number - 1),
        "parameters": [_text(value)],
    }
