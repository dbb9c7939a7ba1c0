"""What is read of the answers of RT's REST API."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator

from chalicelib.desk_api.values import Id, Payload, Text

#: The fields that infra/helpdesks/request_tracker/initialdata.pl makes: of tickets, and of entries.
REFERENCE, FIRST_ENTRY = "ScriptaReference", "ScriptaFirstEntry"
CHANNEL, ACCOUNT, CONTACT = "ScriptaChannel", "ScriptaAccount", "ScriptaContact"
ENTRY = "ScriptaEntry"


def _flag(value: object) -> bool:
    return str(value) == "1"


class Field(Payload):
    """A custom field of something, and its values there."""

    name: str
    values: tuple[Text, ...] = ()


class _WithFields(Payload):
    CustomFields: tuple[Field, ...] = ()

    def field(self, name: str) -> str:
        """Return the value of a custom field; "" where it has none."""
        found = (field.values for field in self.CustomFields if field.name == name)
        return next((values[0] for values in found if values), "")


class Created(Payload):
    """A ticket that was just made."""

    id: Id


class TicketRow(_WithFields):
    """A ticket in a list: what was merged into another one has that one's number as effective."""

    id: Id
    EffectiveId: Id = ""


class Author(Payload):
    """Who wrote something, by name."""

    id: Text = ""


class Transaction(_WithFields):
    """Something that happened in a ticket; `Created` is when."""

    id: Id
    ObjectId: Id = ""
    Creator: Author = Author()
    Created: AwareDatetime


class Part(Payload):
    """A part of what was written: a text, or a file, which has a name."""

    id: Id
    TransactionId: Id = ""
    Filename: Text = ""
    ContentType: Text = ""
    Content: Text = ""


class User(Payload):
    """Somebody whom RT knows; agents are privileged, those who wrote a mail are not."""

    RealName: Text = ""
    Privileged: Annotated[bool, BeforeValidator(_flag)] = False


class Queue(Payload):
    """A queue, and which custom fields its tickets and their entries have."""

    TicketCustomFields: tuple[Field, ...] = ()
    TicketTransactionCustomFields: tuple[Field, ...] = ()

    def fields(self) -> frozenset[str]:
        """Return the names of all custom fields."""
        both = (*self.TicketCustomFields, *self.TicketTransactionCustomFields)
        return frozenset(field.name for field in both)
