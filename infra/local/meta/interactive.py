"""
What WhatsApp's interactive messages offer to a customer: buttons, lists, questions.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-messages
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.local.meta import errors

_MOST_BUTTONS: Final = 3
_MOST_ROWS: Final = 10
_LONGEST_BODY: Final = 1024
_LONGEST_BUTTON: Final = 20
_LONGEST_ROW: Final = 24


def content(what: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """
    Return the text of an interactive message, and what it offers.

    Raises:
        GraphError: it has no body, or offers too much.
    """
    body, action = what.get("body"), what.get("action")
    text = body.get("text") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text or len(text) > _LONGEST_BODY:
        raise errors.invalid(
            f"Param interactive['body']['text'] has 1 to {_LONGEST_BODY} characters."
        )
    if not isinstance(action, dict):
        raise errors.invalid("The parameter interactive['action'] is required.")
    kind = what.get("type")
    if kind == "button":
        return text, {"choices": _buttons(action)}
    if kind == "list":
        return text, {"choices": _rows(action)}
    return text, {}


def _buttons(action: Mapping[str, Any]) -> list[dict[str, str]]:
    buttons = [one.get("reply") for one in _objects(action.get("buttons"))]
    if not 0 < len(buttons) <= _MOST_BUTTONS:
        raise errors.invalid(f"Param buttons has 1 to {_MOST_BUTTONS} entries.")
    return [_choice(one, longest=_LONGEST_BUTTON) for one in buttons]


def _rows(action: Mapping[str, Any]) -> list[dict[str, str]]:
    sections = _objects(action.get("sections"))
    rows = [row for section in sections for row in _objects(section.get("rows"))]
    if not 0 < len(rows) <= _MOST_ROWS:
        raise errors.invalid(f"Param rows has 1 to {_MOST_ROWS} entries.")
    return [
        {**_choice(row, longest=_LONGEST_ROW), "description": str(row.get("description", ""))}
        for row in rows
    ]


def _choice(what: object, *, longest: int) -> dict[str, str]:
    title = what.get("title") if isinstance(what, dict) else None
    payload = what.get("id") if isinstance(what, dict) else None
    if not isinstance(title, str) or not 0 < len(title) <= longest or not payload:
        raise errors.invalid(f"A choice needs an id, and a title of 1 to {longest} characters.")
    return {"title": title, "payload": str(payload), "kind": "quick_reply"}


def _objects(value: object) -> list[Mapping[str, Any]]:
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, dict)]
