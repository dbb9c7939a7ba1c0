"""Public comments as the Graph API has them: read, and answered under the same post."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from infra.local.meta import errors, ids, page_webhooks
from infra.local.meta.accounts import BUSINESSES, INSTAGRAM, MESSENGER
from infra.local.meta.delivery import Delivery, Kind, News
from infra.local.meta.ladder import lane_of
from infra.local.meta.records import Message
from infra.local.meta.store import Store

_EDGES: Final = {MESSENGER: "comments", INSTAGRAM: "replies"}
_LONGEST: Final = {MESSENGER: 8000, INSTAGRAM: 2200}
_COMMENT: Final = "comment"


class Comments:
    """The comments, over the store; whoever is answered is told by the platform, not by us."""

    def __init__(self, store: Store, delivery: Delivery) -> None:
        self._store = store
        self._delivery = delivery

    def find(self, comment_id: str) -> Message | None:
        """Return a comment that is still there, by its id, or None."""
        found = self._store.message(comment_id)
        if found is None or found.type != _COMMENT or found.details.get("deleted"):
            return None
        return found

    def node(self, comment: Message) -> Mapping[str, Any]:
        """Return a comment as a GET tells it."""
        about = comment.details[_COMMENT]
        time = datetime.fromtimestamp(comment.at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
        author = self._author(comment)
        if comment.channel == INSTAGRAM:
            return {
                "id": comment.id,
                "text": comment.text,
                "timestamp": time,
                "username": author["username"],
                "from": {"id": author["id"], "username": author["username"]},
                "media": {"id": about["post"]},
                **({"parent_id": about["parent"]} if "parent" in about else {}),
            }
        return {
            "id": comment.id,
            "message": comment.text,
            "created_time": time,
            "from": {"id": author["id"], "name": author["name"]},
            **({"parent": {"id": about["parent"]}} if "parent" in about else {}),
        }

    def answer(self, comment_id: str, edge: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """
        Answer a comment under the post and return the new one's id; it comes back as a webhook.

        Raises:
            GraphError: there is no such comment, or the answer is not right.
        """
        comment = self.find(comment_id)
        if comment is None or _EDGES[comment.channel] != edge:
            raise errors.no_such_node(comment_id)
        text = body.get("message")
        if not isinstance(text, str) or not text or len(text) > _LONGEST[comment.channel]:
            longest = _LONGEST[comment.channel]
            raise errors.invalid(f"Param message has 1 to {longest} characters")
        post = comment.details[_COMMENT]["post"]
        reply = Message(
            seq=ids.tick(),
            id=ids.comment_id(comment.channel, post),
            channel=comment.channel,
            contact=comment.contact,
            outgoing=True,
            type=_COMMENT,
            text=text,
            media="",
            tracking="",
            at=ids.now_ms(),
            status="read",
            fate=0,
            details={_COMMENT: {"post": post, "parent": comment.id}},
        )
        told = page_webhooks.comment(reply, self._author(reply), verb="add", at=reply.at)
        with self._store.transaction():
            self._store.add_message(reply)
            self._store.set_status(reply.id, "read")
            self._delivery.tell(
                News(
                    channel=reply.channel,
                    contact=reply.contact,
                    kind=Kind.ECHO,
                    body=told,
                    lane=lane_of(reply.channel, reply.contact),
                )
            )
        return {"id": reply.id}

    def _author(self, comment: Message) -> Mapping[str, str]:
        if comment.outgoing:
            profile = BUSINESSES[comment.channel].profile
            username = profile.get("username", "")
            return {"id": profile["id"], "name": profile["name"], "username": username}
        customer = self._store.customer(comment.channel, comment.contact)
        if customer is None:
            raise LookupError(comment.contact)
        name = customer.name or customer.contact
        return {"id": customer.contact, "name": name, "username": customer.username}
