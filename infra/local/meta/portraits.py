"""What customers look like in their profiles: nobody has a picture until one is ordered."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from infra.local.meta.accounts import WHATSAPP
from infra.local.meta.deeds import InvalidOrder
from infra.local.meta.orders import parse_channel
from infra.local.meta.records import Media

_STARTS: Final = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def id_of(channel: str, contact: str) -> str:
    """Return the id of the file that is a customer's picture."""
    return f"portrait-{channel}-{contact}"


def parse(body: Mapping[str, Any]) -> Media:
    """
    Return the picture of an order `{channel, contact, content}`, whose content is Base64.

    Raises:
        InvalidOrder: a field is missing, unknown or wrong.
    """
    channel, contact, encoded = parse_channel(body), body.get("contact"), body.get("content")
    if body.keys() - {"channel", "contact", "content"} or channel == WHATSAPP:
        raise InvalidOrder("a picture has channel (not whatsapp), contact and content")
    if not isinstance(contact, str) or not contact or not isinstance(encoded, str):
        raise InvalidOrder("contact and content are strings")
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidOrder("content is Base64") from error
    mime = next((mime for start, mime in _STARTS.items() if content.startswith(start)), "")
    if not mime:
        raise InvalidOrder("content is a PNG or JPEG")
    return Media(
        id=id_of(channel, contact), channel=channel, filename="", mime=mime, content=content
    )
