"""Several webhooks in one, as Meta packs them when there is much to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

_ITEMS: Final = ("messaging", "standby")
_LISTS: Final = (
    *("contacts", "messages", "statuses", "message_echoes", "calls", "user_preferences"),
)


def merged(bodies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """
    Return one body with all that bodies of the same channel (at least one) tell, in their order.

    What follows one another and is of one kind shares an entry, and on WhatsApp a value, where
    nobody is named twice.
    """
    entries: list[dict[str, Any]] = []
    for body in bodies:
        for entry in body["entry"]:
            if not entries or not _join(entries[-1], entry):
                entries.append(_copy(entry))
    return {**bodies[0], "entry": entries}


def _join(last: dict[str, Any], entry: Mapping[str, Any]) -> bool:
    for kind in _ITEMS:
        if kind in last and kind in entry:
            last[kind] = [*last[kind], *entry[kind]]
            return True
    if "changes" not in last or "changes" not in entry:
        return False
    for change in entry["changes"]:
        if not _share(last["changes"][-1], change):
            last["changes"].append(_copy(change))
    return True


def _share(last: dict[str, Any], change: Mapping[str, Any]) -> bool:
    """Put a change into the one before, where it has lists of the same kind; return whether."""
    before, value = last["value"], change["value"]
    keys = [key for key in value if key in _LISTS]
    if last["field"] != change["field"] or "metadata" not in value or not keys:
        return False
    joined = {**before}
    for key in keys:
        known = joined.get(key, [])
        joined[key] = [
            *known,
            *(one for one in value[key] if key != "contacts" or one not in known),
        ]
    last["value"] = joined
    return True


def _copy(value: Mapping[str, Any]) -> dict[str, Any]:
    return {**value, **({"changes": list(value["changes"])} if "changes" in value else {})}
