"""The files among the attachments of Messenger and Instagram."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from chalicelib.domain.content import File, FileKind
from chalicelib.graph_api.error_codes import FILE_UNAVAILABLE
from chalicelib.graph_api.messaging.payloads import Attachment

# What else there is (a post, a story, a template, a place) is a link or no file at all.
# https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
_KINDS: Final[Mapping[str, FileKind]] = MappingProxyType(
    {
        "image": FileKind.IMAGE,
        "audio": FileKind.AUDIO,
        "video": FileKind.VIDEO,
        "file": FileKind.DOCUMENT,
        "media": FileKind.DOCUMENT,  # Instagram's word for a picture or a video
        "sticker": FileKind.STICKER,
    }
)


def is_file(attachment: Attachment) -> bool:
    """Return whether an attachment is a file, whether it can be had or not."""
    return attachment.type in _KINDS


def files(attachments: Iterable[Attachment]) -> tuple[File, ...]:
    """
    Return the files among attachments, each sticker once: for a time they came as pictures too.

    One without an address, which cannot be had, has that as its problem.
    """
    found: dict[object, File] = {}
    for place, attachment in enumerate(attachments):
        if is_file(attachment):
            key = attachment.payload.sticker_id or place
            found.setdefault(key, _file(attachment))
    return tuple(found.values())


def _file(attachment: Attachment) -> File:
    payload = attachment.payload
    kind = FileKind.STICKER if payload.sticker_id else _KINDS[attachment.type]
    return File(kind=kind, url=payload.url, problem="" if payload.url else FILE_UNAVAILABLE)
