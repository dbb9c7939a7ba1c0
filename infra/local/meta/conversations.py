"""
The Conversations API: what was said on the page and on the Instagram account, the newest first.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from infra.local.meta import errors
from infra.local.meta.accounts import BUSINESSES, INSTAGRAM, MESSENGER, NODES
from infra.local.meta.expansion import Expansion, parse
from infra.local.meta.records import Customer, Message
from infra.local.meta.store import Store

_PLATFORMS: Final = (MESSENGER, INSTAGRAM)
_PAGE: Final = 25  #: of anything, where no limit is asked for
_LARGEST_PAGE: Final = 100
_TOLD: Final = 20  #: messages of an Instagram conversation of which more than the id is told
_PREFIX: Final = {MESSENGER: "t_", INSTAGRAM: "aWdfZAG06"}
_DATA: Final = {"image": "image_data", "video": "video_data"}
_MINIMAL: Final = ("id", "created_time")

T = TypeVar("T")
Json = dict[str, Any]
Query = Mapping[str, str]


class Conversations:
    """The calls of the API over the store; `media_url` tells where a file can be fetched."""

    def __init__(self, store: Store, media_url: Callable[[str], str]) -> None:
        self._store = store
        self._media_url = media_url

    def listed(self, node: str, query: Query) -> Json:
        """Answer `GET /{node}/conversations`; raise GraphError for an odd call."""
        business = NODES.get(node)
        if business is None or business.channel not in _PLATFORMS:
            raise errors.no_such_node(node)
        channel = query.get("platform") or business.channel
        # The page is asked for its Instagram account's conversations, too.
        if channel not in _PLATFORMS or business.channel not in (MESSENGER, channel):
            raise errors.invalid("Param platform must be one of {INSTAGRAM, MESSENGER}")
        fields = _asked(query)
        newest = sorted(self._store.customers(channel), key=self._updated, reverse=True)
        return _paged(
            newest, query, lambda customer: self._conversation(customer, fields), of=_node
        )

    def messages(self, node: str, query: Query) -> Json:
        """Answer `GET /{conversation}/messages`; raise GraphError for an odd call."""
        customer = self._customer(node)
        return self._messages(customer, _asked(query), query)

    def _customer(self, node: str) -> Customer:
        for channel, prefix in _PREFIX.items():
            if node.startswith(prefix):
                found = self._store.customer(channel, _contact(node.removeprefix(prefix)))
                if found:
                    return found
        raise errors.no_such_node(node)

    def _said(self, customer: Customer) -> list[Message]:
        """Return what was said in private, reached the platform and stands, the newest first."""
        said = self._store.messages(channel=customer.channel, contact=customer.contact)
        return [message for message in reversed(said) if _stands(message)]

    def _updated(self, customer: Customer) -> int:
        return next((message.at for message in self._said(customer)), 0)

    def _conversation(self, customer: Customer, fields: Mapping[str, Expansion]) -> Json:
        found: Json = {"updated_time": _time(self._updated(customer)), "id": _node(customer)}
        if fields:
            found = {name: value for name, value in found.items() if name in {*fields, "id"}}
        if asked := fields.get("messages"):
            limit = {"limit": str(asked.limit)} if asked.limit else {}
            found["messages"] = self._messages(customer, asked.fields, limit)
        return found

    def _messages(self, customer: Customer, fields: Mapping[str, Expansion], query: Query) -> Json:
        said = self._said(customer)
        known = {message.id for message in said[:_TOLD]}

        def told(message: Message) -> Json:
            wanted = {*fields, "id"} if fields else set(_MINIMAL)
            if customer.channel == INSTAGRAM and message.id not in known:
                wanted = set(_MINIMAL)
            whole = self._message(message, customer)
            return {name: value for name, value in whole.items() if name in wanted}

        return _paged(said, query, told, of=lambda message: message.id)

    def _message(self, message: Message, customer: Customer) -> Json:
        shop, person = _business(customer.channel), _person(customer)
        sides = (shop, person) if message.outgoing else (person, shop)
        found: Json = {
            "id": message.id,
            "created_time": _time(message.at),
            "from": sides[0],
            "to": {"data": [sides[1]]},
            "message": message.text,
        }
        media = self._store.media(message.media)
        if media is None:
            return found
        url = self._media_url(media.id)
        if message.type == "sticker" and customer.channel == MESSENGER:
            return {**found, "sticker": url}
        kind = _DATA.get("image" if message.type == "sticker" else message.type)
        where = {kind: {"url": url}} if kind else {"file_url": url}
        data = {
            "id": media.id,
            "mime_type": media.mime,
            "name": media.filename,
            "size": len(media.content),
            **where,
        }
        return {**found, "attachments": {"data": [data]}}


def _stands(message: Message) -> bool:
    is_gone = message.status == "failed" or message.details.get("deleted")
    return not is_gone and message.type != "comment"


def _asked(query: Query) -> Mapping[str, Expansion]:
    try:
        return parse(query.get("fields", ""))
    except ValueError as exc:
        raise errors.invalid(f"Syntax error in fields: {exc}") from exc


def _paged(
    everything: Sequence[T], query: Query, tell: Callable[[T], Json], *, of: Callable[[T], str]
) -> Json:
    """Return one page, with Meta's cursors: opaque, and good as long as the thing is there."""
    try:
        limit = min(int(query.get("limit", _PAGE)), _LARGEST_PAGE)
    except ValueError as exc:
        raise errors.invalid("Param limit must be a number") from exc
    names = [of(each) for each in everything]
    after = _contact(query.get("after", ""))
    if after and after not in names:
        raise errors.invalid("Invalid cursors values")
    first = names.index(after) + 1 if after else 0
    page = everything[first : first + limit]
    answer: Json = {"data": [tell(each) for each in page]}
    if page:
        cursors = {"before": _cursor(of(page[0])), "after": _cursor(of(page[-1]))}
        answer["paging"] = {"cursors": cursors}
        if first + limit < len(everything):
            # Nobody follows it: it would carry the token. That it is there says that there is more.
            answer["paging"]["next"] = f"https://graph.facebook.com/?after={cursors['after']}"
    return answer


def _business(channel: str) -> Json:
    profile = BUSINESSES[channel].profile
    name = "username" if channel == INSTAGRAM else "name"
    return {name: profile[name], "id": profile["id"]}


def _person(customer: Customer) -> Json:
    if customer.channel == INSTAGRAM:
        return {"username": customer.name.lower().replace(" ", "."), "id": customer.contact}
    email = f"{customer.contact}@facebook.com"
    return {"name": customer.name, "email": email, "id": customer.contact}


def _node(customer: Customer) -> str:
    return _PREFIX[customer.channel] + _cursor(customer.contact)


def _cursor(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _contact(cursor: str) -> str:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return base64.urlsafe_b64decode(padded).decode()
    except ValueError as exc:
        raise errors.no_such_node(cursor) from exc


def _time(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%S}+0000"
