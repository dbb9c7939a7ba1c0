"""What was said on Messenger and Instagram, asked of the Conversations API, as webhooks tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from chalicelib.domain.account import Account
from chalicelib.errors import ConfigurationError
from chalicelib.graph_api.client import Graph
from chalicelib.graph_api.fields import flag, identifier, listing, mapping, number, words
from chalicelib.graph_api.messaging.items import MESSAGING

# https://developers.facebook.com/docs/graph-api/reference/message
_MESSAGE: Final = (
    "id,created_time,from,to,message,sticker,is_unsupported,story,shares{link},"
    "attachments{mime_type,file_url,image_data,video_data}"
)
_CONVERSATIONS: Final = 25  #: in one page
#: In one page. Of older ones Instagram tells that they are there, and nothing else.
_MESSAGES: Final = 20
#: Seconds between two calls: twice a second is what a page may be asked.
#: https://developers.facebook.com/docs/graph-api/overview/rate-limiting
_PAUSE: Final = 0.5
_MS: Final = 1000


@dataclass(slots=True, kw_only=True)
class Conversations:
    """
    The conversations of one account, read page by page, none faster than the platform allows.

    `webhook_object` is the `object` of the account's webhooks; `pause` waits for seconds.
    https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
    """

    graph: Graph
    account: Account
    webhook_object: str
    token: str
    pause: Callable[[float], None]
    _asked: bool = field(default=False, init=False)
    _named: bool = field(default=False, init=False)
    _nameless: bool = field(default=False, init=False)

    def recall(self, *, since: int) -> Iterator[Mapping[str, Any]]:
        """
        Yield the webhook of each message since a time (ms since the epoch).

        The newest conversation comes first, and in each the newest message. Conversations that
        another application has the control of are left out: their webhooks are not meant for us.
        Raises what `Graph.edge` does, and ConfigurationError in the end where messages were told
        and none names the account: it is known there by another id.
        """
        for conversation in self._conversations(since):
            yield from self._said(conversation, since)
        if self._nameless and not self._named:
            raise ConfigurationError("no message names the account")

    def _conversations(self, since: int) -> Iterator[Mapping[str, Any]]:
        fields = f"updated_time,is_owner,messages.limit({_MESSAGES}){{{_MESSAGE}}}"
        query = {
            "platform": self.account.ref.channel,
            "fields": fields,
            "limit": str(_CONVERSATIONS),
        }
        for page in self._pages(self.account.node, "conversations", query):
            for conversation in map(mapping, listing(page.get("data"))):
                if 0 < _moment(conversation.get("updated_time")) < since:
                    return
                if conversation.get("is_owner") is not False:
                    yield conversation

    def _said(self, conversation: Mapping[str, Any], since: int) -> Iterator[Mapping[str, Any]]:
        query = {"fields": _MESSAGE, "limit": str(_MESSAGES)}
        first = mapping(conversation.get("messages"))
        node = identifier(conversation.get("id"))
        for page in self._pages(node, "messages", query, first=first):
            for message in map(mapping, listing(page.get("data"))):
                at = _moment(message.get("created_time"))
                if at < since:
                    return
                if told := self._messaging(message, at):
                    self._named = True
                    yield self._webhook(told, at)
                else:
                    self._nameless = True

    def _pages(
        self,
        node: str,
        edge: str,
        query: Mapping[str, str],
        *,
        first: Mapping[str, Any] | None = None,
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the pages of an edge; the first one may be at hand already."""
        page = self._page(node, edge, query) if first is None else first
        yield page
        before = ""
        while (after := _next(page)) and after != before:
            page, before = self._page(node, edge, {**query, "after": after}), after
            yield page

    def _page(self, node: str, edge: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        if self._asked:
            self.pause(_PAUSE)
        self._asked = True
        return self.graph.edge(node, edge, query, token=self.token)

    def _messaging(self, message: Mapping[str, Any], at: int) -> Mapping[str, Any] | None:
        """Return a message as webhooks tell it, None where it does not say who wrote to whom."""
        own = {self.account.ref.id, self.account.node}
        sender = identifier(mapping(message.get("from")).get("id"))
        to = [
            identifier(mapping(each).get("id"))
            for each in listing(mapping(message.get("to")).get("data"))
        ]
        customers = [each for each in (sender, *to) if each and each not in own]
        said = _content(message)
        # What names us on neither side, or two others, could be shown as somebody else's words.
        if len(customers) != 1 or not said["mid"] or not own & {sender, *to}:
            return None
        (customer,) = customers
        business = self.account.ref.id
        if sender in own:
            said["is_echo"] = True
            sides = {"sender": {"id": business}, "recipient": {"id": customer}}
        else:
            sides = {"sender": {"id": customer}, "recipient": {"id": business}}
        return {**sides, "timestamp": at, "message": said}

    def _webhook(self, messaging: Mapping[str, Any], at: int) -> Mapping[str, Any]:
        entry = {"id": self.account.ref.id, "time": at, MESSAGING: [messaging]}
        return {"object": self.webhook_object, "entry": [entry]}


def _content(message: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"mid": identifier(message.get("id"))}
    if text := words(message.get("message")):
        said["text"] = text
    if flag(message.get("is_unsupported")):
        said["is_unsupported"] = True
    if attachments := list(_attachments(message)):
        said["attachments"] = attachments
    return said


def _attachments(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for attachment in map(mapping, listing(mapping(message.get("attachments")).get("data"))):
        yield _attachment(attachment)
    if sticker := words(message.get("sticker")):
        yield _linked("sticker", sticker)
    for share in map(mapping, listing(mapping(message.get("shares")).get("data"))):
        yield _linked("share", words(share.get("link")))
    if mention := mapping(mapping(message.get("story")).get("mention")):
        yield _linked("story_mention", words(mention.get("link")))


def _attachment(attachment: Mapping[str, Any]) -> dict[str, Any]:
    for kind in ("image", "video"):
        if data := mapping(attachment.get(f"{kind}_data")):
            return _linked(kind, words(data.get("url")))
    is_audio = words(attachment.get("mime_type")).startswith("audio/")
    return _linked("audio" if is_audio else "file", words(attachment.get("file_url")))


def _linked(kind: str, url: str) -> dict[str, Any]:
    return {"type": kind, "payload": {"url": url} if url else {}}


def _next(page: Mapping[str, Any]) -> str:
    """Return the cursor of the next page; a whole address from outside would not be followed."""
    paging = mapping(page.get("paging"))
    return words(mapping(paging.get("cursors")).get("after")) if paging.get("next") else ""


def _moment(value: object) -> int:
    """Return a time of the Graph API in ms since the epoch, 0 where it is none."""
    if seconds := number(value):
        return seconds * _MS
    try:
        at = datetime.fromisoformat(words(value))
    except ValueError:
        return 0
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * _MS)
