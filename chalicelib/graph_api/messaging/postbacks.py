"""The buttons that customers press instead of writing: get-started, icebreakers, menus, templates."""

from __future__ import annotations

from chalicelib.domain.content import Content
from chalicelib.domain.events import MessageReceived, UnknownEvent
from chalicelib.graph_api import keys
from chalicelib.graph_api.messaging import referrals
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.payloads import Postback


def pressed(notice: Notice, part: object) -> MessageReceived | UnknownEvent:
    """Return what stands on a button, else what it stands for, as what the customer said."""
    postback = Postback.read(part)
    text = postback.title or postback.payload
    content = Content(text=text, parts=tuple(referrals.parts(postback.referral)))
    if not (content.text or content.parts):
        return notice.unknown("postback")
    # Whoever asks the platform later is told of a message of that id.
    key = notice.key(keys.message(postback.mid)) if postback.mid else notice.raw_key
    return notice.chosen(content, key=key, message_id=postback.mid)
