"""What is read of a receiver's answers, all of which may be left out."""

from __future__ import annotations

from chalicelib.desk_api.values import Id, Payload, Text


class Answer(Payload):
    """
    What a receiver says of a conversation, or of why it does not take a message.

    `ticket_id` and `url` are how it calls the ticket and where agents see it. `error` is one of
    those of docs/helpdesks/standard_webhooks.md.
    """

    ticket_id: Id = ""
    url: Text = ""
    error: Text = ""
