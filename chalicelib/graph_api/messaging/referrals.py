"""From where customers come: links, advertisements, products, plugins on web pages."""

from __future__ import annotations

from typing import Final

from chalicelib.domain.content import Part
from chalicelib.domain.events import Noticed, UnknownEvent
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.payloads import Referral

# The message that mentions us tells it, and has the story: two of them would say it twice.
_TOLD_BY_A_MESSAGE: Final = "STORY_MENTION"


def referred(notice: Notice, part: object) -> Noticed | UnknownEvent:
    """Return that a customer came back by a link, an advertisement, or something of a shop."""
    referral = Referral.read(part)
    if referral.source == _TOLD_BY_A_MESSAGE:
        return notice.unknown("referral:story_mention")
    what = _told(referral) or referral.product.id
    if not what:
        return notice.unknown("referral")
    # Who comes by a link or an advertisement is there to be answered, as if they had written.
    return notice.news("referred", {"what": what}, opens_window=True)


def parts(referral: Referral) -> list[Part]:
    """Return what a message or a button tells of where the customer came from."""
    told = _told(referral)
    found = [Part(word="referral", values={"what": told})] if told else []
    if referral.product.id:
        found.append(Part(word="product", values={"what": referral.product.id}))
    return found


def _told(referral: Referral) -> str:
    told = (
        referral.ads_context_data.ad_title,
        referral.ref,
        referral.source,
        referral.ad_id,
        referral.referer_uri,
    )
    return " · ".join(word for word in told if word)
