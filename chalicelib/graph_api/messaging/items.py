"""Takes a webhook of Messenger or Instagram apart, and says whose each part is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from chalicelib.domain.envelope import Item
from chalicelib.graph_api import keys
from chalicelib.graph_api.fields import flag, identifier, kind, mapping, scalar, shallow
from chalicelib.graph_api.messaging.threads import PUBLIC, thread

MESSAGING: Final = "messaging"
STANDBY: Final = "standby"  #: what another application answers; we only listen
CHANGES: Final = "changes"
_RECEIPTS: Final = ("delivery", "read")
# Instagram with Instagram Login is documented to put one change into the entry itself:
# https://developers.facebook.com/docs/instagram-platform/webhooks/examples
_FLAT: Final = ("field", "value")
_ABOUT_THE_ENTRY: Final = ("id", "time", "uid", "changed_fields")
#: The entry that a test from the app dashboard names.
TEST_ENTRY: Final = "0"


class Parties(NamedTuple):
    """Between whom something happened; either may be unknown, which is the empty string."""

    account: str
    customer: str


def parties(entry_id: str, item: Mapping[str, Any]) -> Parties:
    """Return the account and the customer of a `messaging` item."""
    sender = identifier(mapping(item.get("sender")).get("id"))
    recipient = identifier(mapping(item.get("recipient")).get("id"))
    if is_echo(item):
        return Parties(sender if entry_id in ("", recipient) else entry_id, recipient)
    if "postback" in item and sender == entry_id:
        # Only customers press buttons. Instagram's examples name the customer as the entry:
        # https://developers.facebook.com/docs/instagram-platform/webhooks/examples
        return Parties(recipient, sender)
    account = entry_id or recipient
    return Parties(account, recipient if sender == account else sender)


def is_echo(item: Mapping[str, Any]) -> bool:
    """Return whether an item tells of a message that the account itself sent."""
    return flag(mapping(item.get("message")).get("is_echo"))


def split(body: Mapping[str, Any], *, channel: str) -> list[Item]:
    """
    Return the items of a webhook of Messenger or Instagram; see `ports.Webhook`.

    An item is `{"object", "entry": {"id", "time"}, "kind", "item"}`, with the kind `messaging`,
    `standby`, `changes:<field>`, or `entry` and `body` for what stands elsewhere. A private message
    that comes as a change of its account is one of `messaging`.
    """
    entries = body.get("entry")
    if isinstance(entries, list):
        return [item for entry in entries for item in _of_entry(body, entry, channel=channel)]
    rest = {key: value for key, value in body.items() if key != "object"}
    return [_item(body, {}, "body", rest, channel=channel)] if rest else []


def _of_entry(body: Mapping[str, Any], entry: object, *, channel: str) -> Iterator[Item]:
    if not isinstance(entry, dict):
        yield _item(body, {}, "entry", entry, channel=channel)
        return
    for name, part in _parts(entry):
        yield _item(body, entry, name, part, channel=channel)


def _parts(entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the parts of an entry, each with its kind."""
    for name in (MESSAGING, STANDBY):
        for part in _each(entry.get(name, [])):
            yield name, part
    flat = {key: entry[key] for key in _FLAT if key in entry}
    for change in [*_each(entry.get(CHANGES, [])), *([flat] if flat else [])]:
        for part in _single(change):
            yield _of_change(entry, part)
    known = (MESSAGING, STANDBY, CHANGES, *_FLAT, *_ABOUT_THE_ENTRY)
    rest = {key: value for key, value in entry.items() if key not in known}
    if rest:
        yield "entry", rest


def _each(value: object) -> list[Any]:
    """Return the elements of a list; what should be one and is none is its own only element."""
    return value if isinstance(value, list) else [value]


def _single(change: object) -> list[Any]:
    """Return a change as one for each of its values: it is documented to have a list of them."""
    values = mapping(change).get("value")
    if not isinstance(change, dict) or not isinstance(values, list) or not values:
        return [change]
    return [{**change, "value": value} for value in values]


def _of_change(entry: Mapping[str, Any], part: object) -> tuple[str, Any]:
    """Return a change with its kind; a message to the account is what it would be elsewhere."""
    value = mapping(mapping(part).get("value"))
    named = [identifier(mapping(value.get(side)).get("id")) for side in ("sender", "recipient")]
    entry_id = identifier(entry.get("id"))
    if all(named) and entry_id in named and entry_id != TEST_ENTRY:
        return MESSAGING, value
    return f"{CHANGES}:{_field(part)}", part


def _field(part: object) -> str:
    return kind(mapping(part).get("field"), otherwise="other")


def _item(
    body: Mapping[str, Any], entry: Mapping[str, Any], name: str, part: object, *, channel: str
) -> Item:
    entry_id = identifier(entry.get("id"))
    raw = {
        "object": identifier(body.get("object")),
        "entry": {"id": entry_id, "time": scalar(entry.get("time"))},
        "kind": name,
        "item": shallow(part),
    }
    return Item(lane=_lane(channel, entry_id, name, mapping(part)), raw=raw)


def _lane(channel: str, entry_id: str, name: str, part: Mapping[str, Any]) -> str:
    if name not in (MESSAGING, STANDBY):
        return _public_lane(channel, entry_id, _field(part), mapping(part.get("value")))
    account, customer = parties(entry_id, part)
    if any(receipt in part for receipt in _RECEIPTS):
        return keys.receipts_lane(channel, account, customer or account)
    return keys.lane(channel, account, customer)


def _public_lane(channel: str, entry_id: str, field: str, value: Mapping[str, Any]) -> str:
    """Return the lane of one author in one thread, else that of the account itself."""
    found = thread(entry_id, field, value) if field in PUBLIC else None
    return keys.lane(channel, entry_id, found.name if found and found.author else "")
