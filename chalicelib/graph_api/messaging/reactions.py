"""The signs that customers put on messages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from chalicelib.domain.contact import AliasKind
from chalicelib.domain.events import Reacted, UnknownEvent
from chalicelib.graph_api import keys
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.payloads import Reaction

_REMOVED: Final = "unreact"
_LONGEST_EMOJI: Final = 32  #: characters; families of four with their skins have eleven

# https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-reactions
_EMOJI: Final[Mapping[str, str]] = MappingProxyType(
    {
        "smile": "😆",
        "angry": "😠",
        "sad": "😢",
        "wow": "😮",
        "love": "❤",
        "like": "👍",
        "dislike": "👎",
    }
)


def reacted(notice: Notice, part: object) -> Reacted | UnknownEvent:
    """Return with which sign a customer reacted; with none, that it was taken away."""
    reaction = Reaction.read(part)
    if not reaction.mid or notice.ours or not notice.customer:
        return notice.unknown("reaction_of_nobody")
    emoji = _emoji(reaction)
    key = keys.reaction(reaction.mid, notice.customer, emoji, notice.told_at)
    return Reacted(
        key=notice.key(key),
        account=notice.account,
        contact=notice.contact,
        message_id=reaction.mid,
        about=notice.key(keys.message(reaction.mid)),
        traces=(notice.elsewhere(keys.message(reaction.mid)),),
        emoji=emoji,
        occurred_at=notice.occurred_at,
        # https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy
        opens_window=bool(emoji) and notice.alias_kind is AliasKind.PSID,
    )


def _emoji(reaction: Reaction) -> str:
    """Return the sign, else the platform's word where it has none of ours; empty where removed."""
    if reaction.action == _REMOVED:
        return ""
    told = reaction.emoji if len(reaction.emoji) <= _LONGEST_EMOJI else ""
    word = _EMOJI.get(reaction.reaction, reaction.reaction)
    return told or word or ("?" if reaction.action else "")
