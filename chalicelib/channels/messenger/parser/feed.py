"""What happens on a page for everybody to see: comments, mentions, reviews."""

from __future__ import annotations

from typing import Annotated, Final

from chalicelib.domain.content import Content, File, FileKind, Part, unsupported
from chalicelib.domain.events import ChannelEvent
from chalicelib.graph_api.fields import mapping
from chalicelib.graph_api.messaging import attachments
from chalicelib.graph_api.messaging.comments import Comment, of_somebody, on
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.threads import thread
from chalicelib.graph_api.payload import AsObject, Decimal, Identifier, Kind, Payload, Words

_PERMALINK: Final = "https://www.facebook.com/{post}"
_REVIEW: Final = "rating"
#: Of everything that a page's feed tells, what people write to the page; the rest is counted.
_IN_THE_FEED: Final = frozenset({"comment"})
_IN_REVIEWS: Final = frozenset({"comment", _REVIEW})
_VISIBILITY: Final = {"hide": "comment_hidden", "unhide": "comment_shown"}
_MENTIONS: Final = frozenset({"comment", "post"})


class Author(Payload):
    """Who wrote, where the page may know it."""

    name: Words = ""


class Post(Payload):
    """Under what it was written."""

    permalink_url: Words = ""


class Change(Payload):
    """
    A change of a page's feed, of its reviews, or of where it is mentioned.

    https://developers.facebook.com/docs/graph-api/webhooks/reference/page
    """

    item: Kind = ""
    verb: Kind = ""
    message: Words = ""
    photo: Words = ""
    video: Words = ""
    link: Words = ""
    post_id: Identifier = ""
    post: Annotated[Post, AsObject] = Post()
    author: Annotated[Author, AsObject] = Author()
    sender_name: Words = ""
    reviewer_name: Words = ""
    review_text: Words = ""
    rating: Decimal = ""
    recommendation_type: Kind = ""


def changed(notice: Notice, part: object) -> ChannelEvent:
    """Return what became of a comment; all else in a feed is only counted."""
    return _written(notice, part, items=_IN_THE_FEED, word="comment")


def reviewed(notice: Notice, part: object) -> ChannelEvent:
    """Return what became of a review, or of a comment on one."""
    return _written(notice, part, items=_IN_REVIEWS, word="comment")


def mentioned(notice: Notice, part: object) -> ChannelEvent:
    """Return where somebody mentioned the page."""
    return _written(notice, part, items=_MENTIONS, word="mention")


def _written(notice: Notice, part: object, *, items: frozenset[str], word: str) -> ChannelEvent:
    value = mapping(part)
    change = Change.read({**value, "author": value.get("from")})
    _, _, field = notice.kind.partition(":")
    name = f"{field}:{change.item or 'other'}:{change.verb or 'other'}"
    if change.item not in items:
        return notice.unknown(name)
    author = change.author.name or change.sender_name or change.reviewer_name
    found = of_somebody(notice, thread(notice.account.id, field, value), name=author)
    if not isinstance(found, Comment):
        return found
    return _became(found, change, word=word) or notice.unknown(name)


def _became(comment: Comment, change: Change, *, word: str) -> ChannelEvent | None:
    match change.verb:
        case "add":
            return comment.written(_content(change, word))
        case "edited" | "edit":
            return comment.rewritten(_content(change))
        case "remove" | "delete":
            return comment.removed()
        case "hide" | "unhide":
            return comment.noticed(_VISIBILITY[change.verb])
        case _:
            return None


def _content(change: Change, word: str = "") -> Content:
    """Return what was written; `word` is that for where it was, of which an edit says nothing new."""
    files = [
        File(kind=which, url=url)
        for which, url in ((FileKind.IMAGE, change.photo), (FileKind.VIDEO, change.video))
        if url
    ]
    parts = [on(_where(change), word=word)] if word else []
    if change.link and change.link not in change.message:
        parts.append(attachments.link("", change.link))
    stars = " · ".join(told for told in (change.rating, change.recommendation_type) if told)
    if stars:
        parts.append(Part(word="feedback", values={"lines": stars}))
    text = change.message or change.review_text
    if not (text or files or parts):
        parts.append(unsupported("edit"))
    return Content(text=text, files=tuple(files), parts=tuple(parts))


def _where(change: Change) -> str:
    post = _PERMALINK.format(post=change.post_id) if change.post_id else "Facebook"
    return change.post.permalink_url or post
