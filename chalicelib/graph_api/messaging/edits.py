"""Messages that were rewritten by whoever wrote them."""

from __future__ import annotations

from chalicelib.domain.content import Content, unsupported
from chalicelib.domain.events import MessageEdited, UnknownEvent
from chalicelib.graph_api import keys
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.payloads import Edit


def edited(notice: Notice, part: object) -> MessageEdited | UnknownEvent:
    """Return what a message says now; without an id or a customer nobody can tell which."""
    edit = Edit.read(part)
    if not edit.mid or not notice.customer:
        return notice.unknown("edit_of_nothing")
    said = keys.echo(edit.mid) if notice.ours else keys.message(edit.mid)
    content = Content(text=edit.text) if edit.text else Content(parts=(unsupported("edit"),))
    return MessageEdited(
        key=notice.key(keys.edited(edit.mid, edit.num_edit)),
        account=notice.account,
        contact=notice.contact,
        message_id=edit.mid,
        about=notice.key(said),
        content=content,
        occurred_at=notice.occurred_at,
        traces=(notice.elsewhere(said),),
        undone_by=keys.deleted(edit.mid),
        ours=notice.ours,
        standby=notice.standby,
    )
