"""Takes a webhook of WhatsApp apart, and says whose each part is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from chalicelib.channels.whatsapp import people
from chalicelib.domain.envelope import Item
from chalicelib.graph_api import keys
from chalicelib.graph_api.fields import identifier, kind, listing, mapping, scalar, shallow

MESSAGE: Final = "message"
STATUS: Final = "status"
ERROR: Final = "error"
OTHER: Final = "other"

_MESSAGES: Final = "messages"  #: the field of what customers send, and of receipts
_WITHOUT_CARD: Final = {"statuses": STATUS, "errors": ERROR}
_CONTEXT: Final = ("messaging_product", "metadata", "contacts")
_METADATA: Final = ("phone_number_id", "display_phone_number")
_ABOUT_THE_ENTRY: Final = ("id", "time", "changes")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where an item stood: everything that it shares with its neighbours."""

    channel: str
    webhook: str
    entry_id: str = ""
    time: int | str | None = None
    topic: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    def item(self, name: str, part: object, card: object = None) -> Item:
        """Return a part as an item of its own, with the contact that it belongs to."""
        raw = {
            "object": self.webhook,
            "entry": {"id": self.entry_id, "time": self.time},
            "field": self.topic,
            "metadata": self.metadata,
            "contact": shallow(card),
            "kind": name,
            "item": shallow(part),
        }
        return Item(lane=_lane(self.channel, raw), raw=raw)


def split(body: Mapping[str, Any], *, channel: str) -> list[Item]:
    """
    Return the items of a webhook of WhatsApp; see `ports.Webhook`.

    An item is `{"object", "entry": {"id", "time"}, "field", "metadata", "contact", "kind", "item"}`.
    Of the field `messages` each message, status and error is one; a change of another field is one
    as a whole.
    """
    place = _Place(channel=channel, webhook=identifier(body.get("object")))
    entries = body.get("entry")
    if isinstance(entries, list):
        return [item for entry in entries for item in _of_entry(place, entry)]
    rest = {key: value for key, value in body.items() if key != "object"}
    return [place.item(OTHER, rest)] if rest else []


def account_id(raw: Mapping[str, Any]) -> str:
    """
    Return the number that an item is about, else the business account.

    Events of the whole business account have no metadata, and handovers name the number elsewhere:
    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
    """
    recipient = mapping(mapping(raw.get("item")).get("recipient"))
    return (
        identifier(mapping(raw.get("metadata")).get("phone_number_id"))
        or identifier(recipient.get("phone_number_id"))
        or identifier(mapping(raw.get("entry")).get("id"))
    )


def _of_entry(place: _Place, entry: object) -> Iterator[Item]:
    if not isinstance(entry, dict):
        yield place.item(OTHER, entry)
        return
    place = replace(place, entry_id=identifier(entry.get("id")), time=scalar(entry.get("time")))
    for change in _each(entry.get("changes", [])):
        yield from _of_change(place, change)
    rest = {key: value for key, value in entry.items() if key not in _ABOUT_THE_ENTRY}
    if rest:
        yield place.item(OTHER, rest)


def _of_change(place: _Place, change: object) -> Iterator[Item]:
    if not isinstance(change, dict):
        yield place.item(OTHER, change)
        return
    value = change.get("value")
    about = mapping(mapping(value).get("metadata"))
    place = replace(
        place,
        topic=kind(change.get("field"), otherwise=OTHER),
        metadata={key: identifier(about[key]) for key in _METADATA if key in about},
    )
    # The field decides, not the keys: after an import old messages come under `history`, and what
    # another application answers comes under `standby`.
    if place.topic == _MESSAGES and isinstance(value, dict):
        yield from _of_value(place, value)
    else:
        yield place.item(OTHER, value)


def _of_value(place: _Place, value: Mapping[str, Any]) -> Iterator[Item]:
    messages = _each(value.get(_MESSAGES, []))
    cards = people.Cards(listing(value.get("contacts")))
    for part in messages:
        yield place.item(MESSAGE, part, cards.of(mapping(part), alone=len(messages) == 1))
    for key, name in _WITHOUT_CARD.items():
        for part in _each(value.get(key, [])):
            yield place.item(name, part)
    known = (_MESSAGES, *_WITHOUT_CARD)
    rest = {key: part for key, part in value.items() if key not in (*known, *_CONTEXT)}
    if rest or not any(key in value for key in known):
        yield place.item(OTHER, rest)


def _each(value: object) -> list[Any]:
    """Return the elements of a list; what should be one and is none is its own only element."""
    return value if isinstance(value, list) else [value]


def _lane(channel: str, raw: Mapping[str, Any]) -> str:
    account, item = account_id(raw), mapping(raw["item"])
    if raw["kind"] == STATUS:
        subjects = (item.get("id"), item.get("recipient_user_id"), item.get("recipient_id"))
        subject = next((identifier(s) for s in subjects if identifier(s)), account)
        return keys.receipts_lane(channel, account, subject)
    if raw["kind"] == MESSAGE:
        names = people.aliases(item, mapping(raw["contact"]))
        return keys.lane(channel, account, names[0].value if names else "")
    return keys.lane(channel, account)
