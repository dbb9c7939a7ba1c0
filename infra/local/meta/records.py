"""What the simulated Meta remembers, as values: people, messages, files."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """
    A person who wrote to the business.

    `contact` is what the simulation calls the person: the PSID, the IGSID, the phone number, or,
    on WhatsApp, a name without a number. `bsuid` is empty elsewhere than on WhatsApp; `number` is
    one that is shown since.
    """

    channel: str
    contact: str
    name: str
    bsuid: str
    last_inbound_at: int
    number: str = ""

    @property
    def phone(self) -> str:
        """Return the WhatsApp number, empty for a customer who shows none."""
        if self.number or not self.bsuid:
            return self.number
        return self.contact if is_phone(self.contact) else ""

    @property
    def is_numbered(self) -> bool:
        """Return whether the simulation calls a WhatsApp customer by a phone number."""
        return bool(self.bsuid) and is_phone(self.contact)

    @property
    def username(self) -> str:
        """Return what Instagram shows a customer as in public."""
        return (self.name or self.contact).lower().replace(" ", ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    What was said, by either side.

    `status` of what the business sent is accepted, sent, delivered, read or failed; of what a
    customer sent, waiting, received or refused. `tracking` is what the business wants back in
    echoes and statuses; `fate` the error code that it will fail with later, 0 for none. `details`
    are whatever a message has besides: the vocabulary is that of `POST /sim/send`.
    """

    seq: int
    id: str
    channel: str
    contact: str
    outgoing: bool
    type: str
    text: str
    media: str
    tracking: str
    at: int
    status: str
    fate: int
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """When a message came to have a status (ms), and the code of the answer or error, 0 for none."""

    at: int
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file that a customer or the business sent, or that the business uploaded to be sent."""

    id: str
    channel: str
    filename: str
    mime: str
    content: bytes

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the content in Base64, as WhatsApp writes it."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()


def is_phone(contact: str) -> bool:
    """Return whether a WhatsApp contact is a phone number: ASCII digits alone."""
    return contact.isascii() and contact.isdigit()
