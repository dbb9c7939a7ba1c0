"""The fields of Instagram's webhooks that no other channel has, as far as they are read."""

from __future__ import annotations

from chalicelib.graph_api.messaging import payloads
from chalicelib.graph_api.payload import Flag


class Message(payloads.Message):
    """
    A message; `is_self` marks one that the account wrote to itself.

    https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks
    """

    is_self: Flag = False
