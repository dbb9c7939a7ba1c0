"""The fields of private messages that Messenger and Instagram share, as far as they are read."""

from __future__ import annotations

from typing import Annotated

from chalicelib.graph_api.payload import (
    AsObject,
    AsObjects,
    Decimal,
    Flag,
    Identifier,
    Kind,
    Number,
    Payload,
    Words,
)


class Story(Payload):
    """A story: `url` is where it can be seen while it lives."""

    id: Identifier = ""
    url: Words = ""


class Reply(Payload):
    """To what a message answers: to another one, or on Instagram to a story."""

    mid: Identifier = ""
    story: Annotated[Story, AsObject] = Story()


class Coordinates(Payload):
    """A place on earth, in degrees as text."""

    lat: Decimal = ""
    long: Decimal = ""


class Button(Payload):
    """A button of a template: what it says, and where it leads, if anywhere."""

    title: Words = ""
    url: Words = ""


class Element(Payload):
    """One thing that a template shows; a product has an id of the shop's too."""

    title: Words = ""
    subtitle: Words = ""
    item_url: Words = ""
    id: Identifier = ""
    retailer_id: Identifier = ""
    buttons: Annotated[tuple[Button, ...], AsObjects] = ()


class Product(Payload):
    """What a template of products shows, or, by its `id` alone, what a referral is about."""

    id: Identifier = ""
    elements: Annotated[tuple[Element, ...], AsObjects] = ()


class AttachmentPayload(Payload):
    """
    What an attachment is; `sticker_id` is on stickers alone, whatever type they come as.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
    """

    url: Words = ""
    title: Words = ""
    text: Words = ""
    id: Identifier = ""
    sticker_id: Identifier = ""
    reel_video_id: Identifier = ""
    ig_post_media_id: Identifier = ""
    coordinates: Annotated[Coordinates, AsObject] = Coordinates()
    product: Annotated[Product, AsObject] = Product()
    elements: Annotated[tuple[Element, ...], AsObjects] = ()
    buttons: Annotated[tuple[Button, ...], AsObjects] = ()


class Attachment(Payload):
    """Something other than text in a message; older ones have title and address beside `payload`."""

    type: Kind = ""
    title: Words = ""
    url: Words = ""
    payload: Annotated[AttachmentPayload, AsObject] = AttachmentPayload()


class AdContext(Payload):
    """What an advertisement showed to whoever came from it."""

    ad_title: Words = ""


class Referral(Payload):
    """From where a customer came: a link, an advertisement, a product, a plugin on a web page."""

    ref: Words = ""
    source: Words = ""
    ad_id: Identifier = ""
    referer_uri: Words = ""
    ads_context_data: Annotated[AdContext, AsObject] = AdContext()
    product: Annotated[Product, AsObject] = Product()


class Choice(Payload):
    """A quick reply that a customer chose."""

    payload: Words = ""


class Command(Payload):
    """A command that a customer chose from the page's menu."""

    name: Words = ""


class Message(Payload):
    """A message, to or from the customer."""

    mid: Identifier = ""
    text: Words = ""
    is_deleted: Flag = False
    is_unsupported: Flag = False
    reply_to: Annotated[Reply, AsObject] = Reply()
    quick_reply: Annotated[Choice, AsObject] = Choice()
    commands: Annotated[tuple[Command, ...], AsObjects] = ()
    referral: Annotated[Referral, AsObject] = Referral()
    attachments: Annotated[tuple[Attachment, ...], AsObjects] = ()


class PriorMessage(Payload):
    """By which plugin a customer agreed to be written to, before the first message."""

    source: Words = ""


class Edit(Payload):
    """What a message says after it was edited for the `num_edit`th time."""

    mid: Identifier = ""
    text: Words = ""
    num_edit: Number = 0


class Reaction(Payload):
    """A sign on a message: `emoji`, and the platform's word for it."""

    mid: Identifier = ""
    action: Kind = ""
    reaction: Kind = ""
    emoji: Words = ""


class Postback(Payload):
    """A button that a customer pressed; test events and old formats have no id."""

    mid: Identifier = ""
    title: Words = ""
    payload: Words = ""
    referral: Annotated[Referral, AsObject] = Referral()


class OptIn(Payload):
    """That a customer agreed to something, or no longer does."""

    type: Kind = ""
    ref: Words = ""
    title: Words = ""
    payload: Words = ""
    notification_messages_status: Kind = ""


class Handover(Payload):
    """That a conversation changed hands: between which applications, and why."""

    new_owner_app_id: Identifier = ""
    requested_owner_app_id: Identifier = ""
    metadata: Words = ""


class Rating(Payload):
    """How a customer found one answer."""

    feedback: Words = ""


class Policy(Payload):
    """What the platform did to the account because of its rules."""

    action: Kind = ""


class Read(Payload):
    """Up to where a customer has read, on Instagram: up to a message."""

    mid: Identifier = ""
