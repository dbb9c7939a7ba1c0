"""
What people write in public: under posts and media of the account, or where they mention it.

Its author is known by a name that holds in one thread only, since the ids of public authors are
not those of private conversations.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.content import Content, Part
from chalicelib.domain.events import (
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Noticed,
    UnknownEvent,
)
from chalicelib.graph_api import keys
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.threads import Thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """Something that was written in public by somebody who is not the account itself."""

    notice: Notice
    thread: Thread
    name: str

    def written(self, content: Content) -> MessageReceived:
        """Return that it was written."""
        answered = self.thread.root if self.thread.root != self.thread.item else ""
        return MessageReceived(
            key=keys.comment(self.thread.item),
            account=self.notice.account,
            contact=self._contact,
            message_id=self.thread.item,
            content=content,
            occurred_at=self.notice.occurred_at,
            reply_to=answered,
            about=keys.comment(answered) if answered else "",
            undone_by=keys.comment_removed(self.thread.item),
        )

    def rewritten(self, content: Content) -> MessageEdited:
        """Return what it says now; edits have neither number nor time of their own."""
        return MessageEdited(
            key=self.notice.raw_key,
            account=self.notice.account,
            contact=self._contact,
            message_id=self.thread.item,
            about=keys.comment(self.thread.item),
            content=content,
            occurred_at=self.notice.occurred_at,
            undone_by=keys.comment_removed(self.thread.item),
        )

    def removed(self) -> MessageDeleted:
        """Return that it is no longer there."""
        return MessageDeleted(
            key=keys.comment_removed(self.thread.item),
            account=self.notice.account,
            contact=self._contact,
            message_id=self.thread.item,
            about=keys.comment(self.thread.item),
            occurred_at=self.notice.occurred_at,
        )

    def noticed(self, word: str) -> Noticed:
        """Return something about it that agents should read."""
        return Noticed(
            key=self.notice.raw_key,
            account=self.notice.account,
            contact=self._contact,
            word=word,
            occurred_at=self.notice.occurred_at,
        )

    @property
    def _contact(self) -> Contact:
        return Contact(aliases=(Alias(AliasKind.THREAD, self.thread.name),), name=self.name)


def of_somebody(notice: Notice, thread: Thread | None, *, name: str) -> Comment | UnknownEvent:
    """
    Return what was written, as somebody's; unknown where it is our own, or could be.

    Without the permission to read it, webhooks name no author: then it could be our own words.
    """
    if thread is None or not thread.author:
        return notice.unknown("comment_of_nobody")
    if thread.ours:
        return notice.unknown("own_comment")
    return Comment(notice=notice, thread=thread, name=name)


def on(what: str, *, word: str = "comment") -> Part:
    """Return under what something was written."""
    return Part(word=word, values={"what": what})
