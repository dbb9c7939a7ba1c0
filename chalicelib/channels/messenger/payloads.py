"""The fields of Messenger's webhooks that no other channel has, as far as they are read."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from chalicelib.graph_api import fields
from chalicelib.graph_api.messaging import payloads
from chalicelib.graph_api.payload import Identifier


def _reference(value: Any) -> str:
    return fields.reference(value)


class Message(payloads.Message):
    """
    A message; an echo says which application sent it, and gives back that one's `metadata`.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
    """

    app_id: Identifier = ""
    metadata: Annotated[str, BeforeValidator(_reference)] = ""
