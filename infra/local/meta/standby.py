"""What an application is told of a conversation that another one answers: the same, set apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: What a change of WhatsApp says of a conversation.
_SET_APART: Final = frozenset({"messages", "smb_message_echoes"})
_ENVELOPE: Final = ("messaging_product", "metadata")


def set_apart(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a webhook's body as it is told to whoever only listens."""
    return {**body, "entry": [_entry(entry) for entry in body["entry"]]}


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    if "messaging" in entry:
        kept = {key: value for key, value in entry.items() if key != "messaging"}
        return {**kept, "standby": [_item(item) for item in entry["messaging"]]}
    return {**entry, "changes": [_change(change) for change in entry["changes"]]}


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    if "postback" not in item:
        return dict(item)
    told = {key: value for key, value in item["postback"].items() if key != "payload"}
    return {**item, "postback": told}


def _change(change: Mapping[str, Any]) -> dict[str, Any]:
    if change["field"] not in _SET_APART:
        return dict(change)
    value = change["value"]
    told = {key: found for key, found in value.items() if key not in _ENVELOPE}
    if "message_echoes" in told:
        told["message_echoes"] = [_echo(echo) for echo in told["message_echoes"]]
    kept = {key: value[key] for key in _ENVELOPE}
    return {"field": "standby", "value": {**kept, "standby": told}}


def _echo(echo: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: value for key, value in echo.items() if key not in ("from", "id", "timestamp")}
    message = {"messaging_product": "whatsapp", **said}
    return {"id": echo["id"], "timestamp": echo["timestamp"], "message": message}
