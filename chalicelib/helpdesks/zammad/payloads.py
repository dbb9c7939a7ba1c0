"""What is read of Zammad's webhooks (leniently) and of its API's answers (strictly)."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from chalicelib.desk_api.values import Count, Each, Fields, Id, Payload, Text, Time


class Kept(Payload):
    """A file of an article."""

    id: Id = ""
    filename: Text = ""
    size: Count = 0


class Said(Payload):
    """An article; `from` is who wrote it, `preferences` of a file are left."""

    id: Id = ""
    ticket_id: Id = ""
    message_id: Text = ""
    content_type: Text = ""
    body: Text = ""
    author: Annotated[Text, Field(alias="from")] = ""
    created_at: Time = 0
    attachments: Annotated[tuple[Annotated[Kept, Fields], ...], Each] = ()


class Customer(Payload):
    """Whose a ticket is."""

    login: Text = ""


class _Fields(Payload):
    model_config = ConfigDict(extra="allow")

    def own(self, field: str) -> str:
        """Return the value of one of the fields that an operator made; empty where it has none."""
        value = (self.model_extra or {}).get(field) if field else ""
        return value if isinstance(value, str) else ""


class Stands(_Fields):
    """A ticket as a webhook tells of it."""

    id: Id = ""
    state: Text = ""
    updated_at: Time = 0
    customer: Annotated[Customer, Fields] = Customer()


class Notice(Payload):
    """One item of a webhook."""

    ticket: Annotated[Stands, Fields] = Stands()
    article: Annotated[Said, Fields] = Said()


class Ticket(_Fields):
    """A ticket as the API shows it with names; `customer` is the login."""

    id: int
    state: str
    requester_id: Annotated[int, Field(alias="customer_id")]
    customer: str | None = None
    article_ids: tuple[int, ...] = ()


class Written(Ticket):
    """A ticket that something was written into."""

    article_ids: Annotated[tuple[int, ...], Field(min_length=1)]


class Article(Payload):
    """An article as the API shows it; the rest is what a webhook would tell of it."""

    model_config = ConfigDict(extra="allow")

    id: int
    ticket_id: int
    created_at: str
    message_id: str | None = None
    in_reply_to: str | None = None


class Link(Payload):
    """A link of a ticket to another one."""

    link_type: str
    link_object: str
    link_object_value: int


class Me(Payload):
    """Whose the token is."""

    id: int
