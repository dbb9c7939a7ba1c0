"""Everything in the store that an event may be about, looked for in one call."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.account import AccountRef
from chalicelib.domain.changes import ClaimKey, SentKey
from chalicelib.domain.contact import Alias, Contact
from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.events import ChannelEvent, MessageEchoed
from chalicelib.domain.store import Found, Store
from chalicelib.pipeline.confirm import words_of
from chalicelib.pipeline.erased import Erased


def found_of(
    event: ChannelEvent | DeskEvent, key: ClaimKey, *, desk: str, store: Store, erased: Erased
) -> Found:
    """Return what the store holds under an event's key, names, ids and ticket; `desk` told of it."""
    ticket_id: str = getattr(event, "ticket_id", "")
    account: AccountRef | None = getattr(event, "account", None)
    contact: Contact | None = getattr(event, "contact", None)
    names: Sequence[Alias] = getattr(event, "names", ())
    ids = {getattr(event, name, "") for name in ("message_id", "reply_to")} - {""}
    related = {getattr(event, name, "") for name in ("about", "undone_by")} - {""}
    related |= set(getattr(event, "traces", ()))
    words = words_of(event) if isinstance(event, MessageEchoed) else []
    return store.find(
        claim=key,
        others=[
            *(ClaimKey(key.scope, other) for other in sorted(related)),
            *erased.lines(key),
        ],
        account=account,
        aliases=(*(contact.aliases if contact else ()), *names),
        sent=[SentKey(account, mid) for mid in sorted(ids)] + words if account else (),
        ticket=(desk, ticket_id) if ticket_id else None,
        marks=erased.marks(event, desk=desk),
    )
