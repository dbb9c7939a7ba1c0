"""The business's three accounts as the simulated Meta has them, and their limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from infra.local import credentials

MESSENGER: Final = "messenger"
INSTAGRAM: Final = "instagram"
WHATSAPP: Final = "whatsapp"

#: The application behind Meta's own inbox, which answers beside ours.
INBOX_APP_ID: Final = 26390203743090


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """
    One account of the business.

    `id` is the Graph API node that messages are sent through, `secret` signs the webhooks,
    `profile` is what a GET of the node tells.
    """

    channel: str
    id: str
    secret: str
    profile: Mapping[str, str]


_ALL: Final = (
    Business(
        channel=MESSENGER,
        id=credentials.PAGE_ID,
        secret=credentials.APP_SECRET,
        profile={"id": credentials.PAGE_ID, "name": "The shop"},
    ),
    Business(
        channel=INSTAGRAM,
        id=credentials.INSTAGRAM_ID,
        secret=credentials.INSTAGRAM_SECRET,
        profile={"id": credentials.INSTAGRAM_ID, "name": "The shop", "username": "the.shop"},
    ),
    Business(
        channel=WHATSAPP,
        id=credentials.PHONE_NUMBER_ID,
        secret=credentials.APP_SECRET,
        profile={
            "id": credentials.PHONE_NUMBER_ID,
            "display_phone_number": credentials.DISPLAY_NUMBER,
            "verified_name": "The shop",
            "quality_rating": "GREEN",
        },
    ),
)

BUSINESSES: Final[Mapping[str, Business]] = MappingProxyType({b.channel: b for b in _ALL})
NODES: Final[Mapping[str, Business]] = MappingProxyType({b.id: b for b in _ALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """
    One of Meta's hosts: the `path` that it is simulated under, and the channels that it has.

    `me` is the account that its tokens belong to. With `own_id` that one has another id here, and
    the one that webhooks name is its `user_id`.
    """

    path: str
    me: str
    channels: tuple[str, ...]
    own_id: str = ""


HOSTS: Final = (
    Host(path="", me=credentials.PAGE_ID, channels=(MESSENGER, INSTAGRAM, WHATSAPP)),
    Host(
        path="/graph.instagram.com",
        me=credentials.INSTAGRAM_ID,
        channels=(INSTAGRAM,),
        own_id="27430000000000001",
    ),
)
