"""Takes a webhook of WhatsApp apart, and says whose each part is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from chalicelib.channels.whatsapp import people
from chalicelib.domain.contact import Alias
from chalicelib.domain.envelope import Item
from chalicelib.graph_api import keys
from chalicelib.graph_api.fields import identifier, kind, listing, mapping, scalar, shallow

MESSAGE: Final = "message"
STATUS: Final = "status"
ERROR: Final = "error"
ERROR_BESIDE: Final = "error_beside"  #: of a message or call that came with it
ECHO: Final = "echo"
CALL: Final = "call"
PREFERENCE: Final = "preference"
RENAMING: Final = "renaming"
HANDOVER: Final = "handover"
GROUP: Final = "group"
PAST: Final = "past"
CONTACTS: Final = "contacts"
OTHER: Final = "other"

STANDBY: Final = "standby"  #: the field of what another application answers
_MESSAGES: Final = "messages"  #: the field of what customers send, and of receipts
_HANDOVERS: Final = "messaging_handovers"
_HISTORY: Final = "history"
_CONTACTS: Final = "state_sync"

# What stands in a list of each field, an item each. The field decides, not the keys: after an
# import old messages come under `history`, what another application answers under `standby`.
# https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
_LISTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        _MESSAGES: {_MESSAGES: MESSAGE, "statuses": STATUS, "errors": ERROR},
        STANDBY: {
            _MESSAGES: MESSAGE,
            "message_echoes": ECHO,
            "statuses": STATUS,
            "errors": ERROR,
        },
        "smb_message_echoes": {"message_echoes": ECHO, "errors": ERROR},
        "calls": {"calls": CALL, "statuses": STATUS, "errors": ERROR},
        "user_preferences": {"user_preferences": PREFERENCE, "errors": ERROR},
        "user_id_update": {"user_id_update": RENAMING},
        _HISTORY: {_HISTORY: PAST, _MESSAGES: PAST, "errors": ERROR},
        "smb_app_state_sync": {_CONTACTS: CONTACTS},
        "group_lifecycle_update": {"groups": GROUP},
        "group_participants_update": {"groups": GROUP},
        "group_settings_update": {"groups": GROUP},
        "group_status_update": {"groups": GROUP},
    }
)
_OF_PERSONS: Final = frozenset({MESSAGE, ECHO, CALL, PREFERENCE, RENAMING, HANDOVER})
_IMPORTED: Final = frozenset({PAST, CONTACTS})
_IMPORTS: Final = (
    "imports"  #: the lane of what is imported: it may be much, and nobody waits for it
)
_SLICE: Final = 50  #: imported messages or contacts in one item
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
    Each message, echo, status, error, call, preference and group is one; what is imported comes in
    slices; a change of a field without lists is one as a whole.
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


def names(raw: Mapping[str, Any]) -> tuple[Alias, ...]:
    """Return what the person is known by whom an item is about, most trusted first; () for nobody."""
    return _names(str(raw.get("kind")), mapping(raw.get("item")), mapping(raw.get("contact")))


def echoed(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a message told back; in standby it is nested as it was sent, beside its id and time."""
    message = mapping(item.get("message"))
    rest = {key: value for key, value in item.items() if key != "message"}
    return {**message, **rest} if message else item


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
    topic = kind(change.get("field", _MESSAGES), otherwise=OTHER)
    place = replace(
        place,
        topic=topic,
        metadata={key: identifier(about[key]) for key in _METADATA if key in about},
    )
    if not isinstance(value, dict):
        yield place.item(OTHER, value)
    elif topic == _HANDOVERS:
        cards = people.Cards(listing(value.get("contacts")))
        sender = mapping(value.get("sender"))
        yield place.item(HANDOVER, value, cards.of(sender, alone=True, sides=[people.HANDED_OVER]))
    elif topic == STANDBY and isinstance(value.get(STANDBY), dict):
        # `{}` is usual: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/standby
        rest = {key: part for key, part in value.items() if key != STANDBY}
        yield from _of_value(place, {**rest, **value[STANDBY]}, _LISTS[topic])
    elif topic in _LISTS:
        yield from _of_value(place, value, _LISTS[topic])
    else:
        yield place.item(OTHER, value)


def _of_value(place: _Place, value: Mapping[str, Any], lists: Mapping[str, str]) -> Iterator[Item]:
    cards = people.Cards(listing(value.get("contacts")))
    beside = any(lists[key] in _OF_PERSONS and value.get(key) for key in lists)
    for key, name in lists.items():
        parts = _each(value.get(key, []))
        alone = not any(_names(name, mapping(part), {}) for part in parts)
        if name in _IMPORTED:
            parts = list(_slices(key, parts))
        for part in parts:
            told = ERROR_BESIDE if name == ERROR and beside else name
            yield place.item(told, part, _card(cards, name, part, alone=alone))
    rest = {key: part for key, part in value.items() if key not in (*lists, *_CONTEXT)}
    if rest or not any(key in value for key in lists):
        yield place.item(OTHER, rest)


def _card(cards: people.Cards, name: str, part: object, *, alone: bool) -> object:
    if name not in _OF_PERSONS:
        return None
    item = mapping(part)
    return cards.of(echoed(item) if name == ECHO else item, alone=alone, sides=_sides(name, item))


def _sides(name: str, item: Mapping[str, Any]) -> Sequence[people.Side]:
    """Return on which sides of an item the customer may be, the likelier one first."""
    if name == ECHO:
        return [people.RECIPIENT, people.SENDER]
    if name == CALL and item.get("direction") == "BUSINESS_INITIATED":
        return [people.RECIPIENT]
    return [people.PERSON] if name in (PREFERENCE, RENAMING) else [people.SENDER]


def _names(name: str, item: Mapping[str, Any], card: Mapping[str, Any]) -> tuple[Alias, ...]:
    if name not in _OF_PERSONS:
        return ()
    if name == ECHO:
        return people.recipient(echoed(item), card)
    if name == MESSAGE and item.get("type") == "system":
        return people.before(item, card)
    if name == RENAMING:
        known = {**item, "user_id": mapping(item.get("user_id")).get("previous")}
        return people.aliases(known, {"wa_id": card.get("wa_id")}, people.PERSON)
    if name == HANDOVER:
        return people.aliases(mapping(item.get("sender")), card, people.HANDED_OVER)
    return people.aliases(item, card, _sides(name, item)[0])


def _slices(key: str, parts: Sequence[Any]) -> Iterator[object]:
    """Yield what is imported in items that fit a queue: one may bring thousands of messages."""
    if key == _CONTACTS:
        for start in range(0, len(parts), _SLICE):
            yield {key: parts[start : start + _SLICE]}
        return
    for part in parts:
        threads = mapping(part).get("threads")
        if not isinstance(threads, list) or not threads:
            yield part
            continue
        for thread in threads:
            for slice_ in _of_thread(thread):
                yield {**part, "threads": [slice_]}


def _of_thread(thread: object) -> Iterator[object]:
    messages = listing(mapping(thread).get(_MESSAGES))
    if len(messages) <= _SLICE:
        yield thread
        return
    for start in range(0, len(messages), _SLICE):
        yield {**mapping(thread), _MESSAGES: messages[start : start + _SLICE]}


def _each(value: object) -> list[Any]:
    """Return the elements of a list; what should be one and is none is its own only element."""
    return value if isinstance(value, list) else [value]


def _lane(channel: str, raw: Mapping[str, Any]) -> str:
    account, item = account_id(raw), mapping(raw["item"])
    if raw["kind"] == STATUS:
        subjects = (item.get("id"), item.get("recipient_user_id"), item.get("recipient_id"))
        subject = next((identifier(s) for s in subjects if identifier(s)), account)
        return keys.receipts_lane(channel, account, subject)
    if raw["kind"] in _IMPORTED:
        return keys.lane(channel, account, _IMPORTS)
    whose = names(raw)
    return keys.lane(channel, account, whose[0].value if whose else "")
