"""What people write under an account's posts and live videos, and where they mention it."""

from __future__ import annotations

from typing import Annotated

from chalicelib.domain.content import Content
from chalicelib.domain.events import ChannelEvent
from chalicelib.graph_api.fields import mapping
from chalicelib.graph_api.messaging.comments import Comment, of_somebody, on
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.threads import thread
from chalicelib.graph_api.payload import AsObject, Identifier, Payload, Words


class Author(Payload):
    """Who wrote."""

    username: Words = ""


class Media(Payload):
    """Under what it was written; advertisements have a title."""

    id: Identifier = ""
    ad_title: Words = ""


class Value(Payload):
    """
    A comment, or a mention, of which only ids are told.

    https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram
    """

    text: Words = ""
    media_id: Identifier = ""
    media: Annotated[Media, AsObject] = Media()
    author: Annotated[Author, AsObject] = Author()


def commented(notice: Notice, part: object) -> ChannelEvent:
    """Return what somebody commented; Instagram tells of no edits and no removals."""
    return _written(notice, part, word="comment")


def mentioned(notice: Notice, part: object) -> ChannelEvent:
    """Return where somebody mentioned the account: it is to be read there."""
    return _written(notice, part, word="mention")


def _written(notice: Notice, part: object, *, word: str) -> ChannelEvent:
    told = mapping(part)
    value = Value.read({**told, "author": told.get("from")})
    _, _, field = notice.kind.partition(":")
    name = value.author.username
    found = of_somebody(notice, thread(notice.account.id, field, told), name=name)
    if not isinstance(found, Comment):
        return found
    where = value.media.ad_title or value.media.id or value.media_id or "Instagram"
    return found.written(Content(text=value.text, parts=(on(where, word=word),)))
