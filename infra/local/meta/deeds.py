"""
What a customer can do besides writing: which channel has it, and how an order describes it.

A deed is a field of `POST /sim/send`. Whatever another channel has, or nobody, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from infra.local.meta.accounts import INSTAGRAM, MESSENGER, WHATSAPP

_PAGES: Final = (MESSENGER, INSTAGRAM)
_ALL: Final = (*_PAGES, WHATSAPP)
_NUMBER: Final = (int, float)
_MOST: Final = 50  #: entries of a list
_LONGEST: Final = 8000  #: characters of a string

#: The kinds of post, reel or story that can be shared, with the type that webhooks have for each.
SHARES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        MESSENGER: {"link": "fallback", "post": "post", "reel": "reel"},
        INSTAGRAM: {"link": "share", "post": "ig_post", "reel": "ig_reel", "story": "ig_story"},
    }
)


class InvalidOrder(ValueError):
    """What a phone was asked to do is not understood; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """
    A field of an order: the channels that have it, and what it looks like.

    An object has the fields of `needed` and may have those of `optional`, of one type or another;
    with `many` it is a list of such objects. Neither makes it a flag, `true` and nothing else;
    `plain` is the type of what is no object.
    """

    channels: tuple[str, ...] = _ALL
    needed: Mapping[str, Any] = field(default_factory=dict)
    optional: Mapping[str, Any] = field(default_factory=dict)
    many: bool = False
    plain: type | None = None


_PRODUCTS: Final = Shape(
    needed={"id": str, "quantity": int, "price": _NUMBER, "currency": str},
    optional={"name": str},
    many=True,
)
_CHOICE: Final[Mapping[str, Any]] = {"title": str, "payload": str}

#: What stands as an entry of its own in a conversation.
SAID: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "location": Shape(
            channels=(MESSENGER, WHATSAPP),
            needed={"latitude": _NUMBER, "longitude": _NUMBER},
            optional={"name": str, "address": str, "url": str},
        ),
        "contacts": Shape(
            channels=(WHATSAPP,), needed={"name": str}, optional={"phone": str}, many=True
        ),
        "share_number": Shape(channels=(WHATSAPP,), plain=str),
        "order": Shape(
            channels=(MESSENGER, WHATSAPP), needed={"products": _PRODUCTS}, optional={"note": str}
        ),
        "quick_reply": Shape(needed=_CHOICE, optional={"message_id": str, "description": str}),
        "button": Shape(needed=_CHOICE, optional={"message_id": str}),
        "flow": Shape(
            channels=(WHATSAPP,), needed={"response": dict}, optional={"name": str, "body": str}
        ),
        "share": Shape(channels=_PAGES, needed={"kind": str, "url": str}, optional={"title": str}),
        "like": Shape(channels=_PAGES),
        "story_mention": Shape(channels=(INSTAGRAM,), needed={"url": str}),
        "ephemeral": Shape(channels=(INSTAGRAM,)),
        "unsupported": Shape(),
        "call": Shape(channels=(WHATSAPP,), needed={"seconds": int}),
        "comment": Shape(
            channels=_PAGES, needed={"post": str, "text": str}, optional={"parent": str}
        ),
    }
)
#: What changes something that was said before, or how the two stand to each other.
DONE: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "reaction": Shape(needed={"message_id": str, "emoji": str}),
        "edit": Shape(needed={"message_id": str, "text": str}),
        "unsend": Shape(needed={"message_id": str}),
        "opt_in": Shape(channels=(MESSENGER, WHATSAPP)),
        "opt_out": Shape(channels=(MESSENGER, WHATSAPP)),
        "feedback": Shape(
            channels=(MESSENGER,), needed={"question": str, "score": int}, optional={"text": str}
        ),
        "new_number": Shape(channels=(WHATSAPP,), plain=str),
        "new_id": Shape(channels=(WHATSAPP,)),
        "new_identity": Shape(channels=(WHATSAPP,)),
    }
)
#: What goes along with a text, a file or a deed.
ALONG: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "reply_to": Shape(plain=str),
        "referral": Shape(
            optional=dict.fromkeys(
                ("ref", "source", "type", "ad_id", "ad_title", "url", "headline", "body"), str
            )
        ),
        "story_reply": Shape(channels=(INSTAGRAM,), needed={"id": str, "url": str}),
        "forwarded": Shape(channels=(WHATSAPP,)),
        "group": Shape(channels=(WHATSAPP,), plain=str),
    }
)


def check(channel: str, name: str, value: object) -> Any:
    """Return the value of a deed as it was ordered; raise InvalidOrder where it cannot be done."""
    shape = {**SAID, **DONE, **ALONG}[name]
    if channel not in shape.channels:
        raise InvalidOrder(f"{channel} has no {name}")
    _check(name, value, shape)
    if name == "share" and isinstance(value, dict) and value["kind"] not in SHARES[channel]:
        raise InvalidOrder(f"share.kind is one of {', '.join(SHARES[channel])}")
    return value


def _check(name: str, value: object, shape: Shape) -> None:
    if shape.many:
        if not isinstance(value, list) or not 0 < len(value) <= _MOST:
            raise InvalidOrder(f"{name} is a list of 1 to {_MOST}")
        for entry in value:
            _check_object(name, entry, shape)
    elif shape.needed or shape.optional:
        _check_object(name, value, shape)
    elif shape.plain is None:
        if value is not True:
            raise InvalidOrder(f"{name} is true or left out")
    elif not _is(value, shape.plain):
        raise InvalidOrder(f"{name} is a string that is not empty")


def _check_object(name: str, value: object, shape: Shape) -> None:
    known = {**shape.needed, **shape.optional}
    if not isinstance(value, dict) or value.keys() - known.keys():
        raise InvalidOrder(f"{name} is an object with {', '.join(known)}")
    if missing := shape.needed.keys() - value.keys():
        raise InvalidOrder(f"{name} needs {', '.join(sorted(missing))}")
    for key, found in value.items():
        wanted = known[key]
        if isinstance(wanted, Shape):
            _check(f"{name}.{key}", found, wanted)
        elif not _is(found, wanted, is_empty_right=key in {"emoji", "payload"}):
            raise InvalidOrder(f"{name}.{key} is {_NAMES[wanted]}")


_NAMES: Final[Mapping[Any, str]] = MappingProxyType(
    {
        str: f"a string of at most {_LONGEST} characters",
        int: "a whole number",
        _NUMBER: "a number",
        dict: "an object",
    }
)


def _is(value: object, wanted: Any, *, is_empty_right: bool = False) -> bool:
    if isinstance(value, bool) or not isinstance(value, wanted):
        return False
    if isinstance(value, str):
        return len(value) <= _LONGEST and (is_empty_right or bool(value))
    return True
