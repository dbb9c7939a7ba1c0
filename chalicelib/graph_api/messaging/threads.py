"""
In which public thread something was written, and by whom: what a webhook tells without a look-up.

A thread is a comment with the answers to it; what one person writes in it is one conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from chalicelib.graph_api.fields import identifier, mapping

#: The fields of changes in which people write for everybody to read.
PUBLIC: Final = frozenset({"feed", "ratings", "mention", "mentions", "comments", "live_comments"})
# Only who mentions the account is nobody else: of a mention that names no author, the comment
# stands for them. What names none elsewhere could be our own words.
_MENTIONS: Final = frozenset({"mention", "mentions"})


class Thread(NamedTuple):
    """
    Where somebody wrote what: `root` makes the thread, `item` is what was written.

    `author` is empty where nobody is named; `ours` says that it was the account itself.
    """

    root: str
    item: str
    author: str
    ours: bool

    @property
    def name(self) -> str:
        """Return the name that the author has in this thread alone; ask only where there is one."""
        return f"{self.root}/{self.author}"


def thread(account: str, field: str, value: Mapping[str, Any]) -> Thread | None:
    """Return in which thread of an account a change was written, None where it tells no id."""
    item = _first(value, "comment_id", "id", "post_id", "open_graph_story_id", "media_id")
    if not item:
        return None
    named = mapping(value.get("from"))
    author = identifier(named.get("id")) or _first(value, "sender_id", "reviewer_id")
    # https://developers.facebook.com/docs/instagram-platform/self-messaging
    ours = author == account or bool(identifier(named.get("self_ig_scoped_id")))
    if not author and field in _MENTIONS:
        author = item
    parent = identifier(value.get("parent_id"))
    root = item if parent in ("", *_on(value)) else parent
    return Thread(root=root, item=item, author=author, ours=ours)


def _on(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of what was commented on: such a parent is no comment that makes a thread."""
    media = identifier(mapping(value.get("media")).get("id"))
    return identifier(value.get("post_id")), media


def _first(value: Mapping[str, Any], *names: str) -> str:
    found = (identifier(value.get(name)) for name in names)
    return next((each for each in found if each), "")
