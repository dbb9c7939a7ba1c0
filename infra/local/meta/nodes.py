"""What a GET of the Graph API tells of its objects: accounts, people, files, comments, templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from infra.local import credentials
from infra.local.meta import errors, portraits, templates
from infra.local.meta.accounts import INSTAGRAM, MESSENGER, NODES, WHATSAPP
from infra.local.meta.comments import Comments
from infra.local.meta.records import Customer
from infra.local.meta.standing import Standings
from infra.local.meta.store import Store

_SHOP: Final = "The shop"


class Nodes:
    """The objects, over the store; whatever is not there is raised as GraphError."""

    def __init__(self, store: Store, comments: Comments, standings: Standings) -> None:
        self._store = store
        self._comments = comments
        self._standings = standings

    def find(self, node: str, *, fields: str, media_url: Callable[[str], str]) -> Mapping[str, Any]:
        """Answer `GET /{node}`; `media_url` tells where a file of an id is found."""
        if business := NODES.get(node):
            quality = self._standings.of(business.channel).quality
            is_number = business.channel == WHATSAPP
            return {**business.profile, **({"quality_rating": quality} if is_number else {})}
        if node == credentials.WHATSAPP_BUSINESS_ID:
            return {"id": node, "name": _SHOP}
        media = self._store.media(node)
        if media and media.channel == WHATSAPP:
            return {
                "messaging_product": WHATSAPP,
                "url": media_url(media.id),
                "mime_type": media.mime,
                "sha256": media.digest,
                "file_size": str(len(media.content)),
                "id": media.id,
            }
        if comment := self._comments.find(node):
            return self._comments.node(comment)
        # Real ids are of one channel; the phones here may have the same one on both. Only on
        # Instagram people have a `username`.
        first, second = MESSENGER, INSTAGRAM
        if "username" in fields.split(","):
            first, second = second, first
        customer = self._store.customer(first, node) or self._store.customer(second, node)
        if customer is None:
            raise errors.no_such_node(node)
        picture = self._store.media(portraits.id_of(customer.channel, customer.contact))
        return _profile(customer, media_url(picture.id) if picture else "")

    def templates(self, node: str) -> Mapping[str, Any]:
        """Answer `GET /{node}/message_templates`."""
        if node != credentials.WHATSAPP_BUSINESS_ID:
            raise errors.no_such_node(node)
        return {"data": templates.listed()}


def _profile(customer: Customer, picture: str) -> Mapping[str, Any]:
    name = customer.name or customer.contact
    shown = {"profile_pic": picture} if picture else {}
    if customer.channel == INSTAGRAM:
        return {"id": customer.contact, "name": name, "username": customer.username, **shown}
    first, _, last = name.partition(" ")
    return {"id": customer.contact, "name": name, "first_name": first, "last_name": last, **shown}
