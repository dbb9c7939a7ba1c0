"""What is attached to a message of Messenger or Instagram and is no file: links, places, products."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from chalicelib.domain.content import Part, unsupported
from chalicelib.graph_api.messaging.payloads import Attachment, AttachmentPayload, Button, Element

#: What the platform finds behind a link in the text, and attaches.
_PREVIEW: Final = "fallback"
# Reels are told by their path alone, at times.
_SITE: Final = "https://www.facebook.com"
_OTHER_SITE: Final = "https://www.instagram.com"  #: of attachments whose kind begins with ig_
_MAP: Final = "https://www.google.com/maps?q={lat},{long}"


def parts(attachment: Attachment) -> list[Part]:
    """Return what an attachment that is no file shows; what is not understood says its kind."""
    read = _KINDS.get(attachment.type)
    found = read(attachment) if read else []
    return found or [unsupported(attachment.type or "attachment"), *_where(attachment)]


def is_said(attachment: Attachment, text: str) -> bool:
    """Return whether a text says all that the preview of a link beside it does."""
    if attachment.type != _PREVIEW or not text or _title(attachment):
        return False
    return _url(attachment) in text


def link(title: str, url: str) -> Part:
    """
    Return a link; where nothing gives it a title, the name of its server does.

    What is no address, like the path of a file, can only be such a title.
    """
    server = host(url)
    return Part(word="link", values={"title": title or server or url, "url": url if server else ""})


def host(url: str) -> str:
    """Return the name of the server that an address leads to; empty where it is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _where(attachment: Attachment) -> list[Part]:
    """Return where something that is not understood can be seen, if that is told."""
    url = _url(attachment)
    return [link(_title(attachment), url)] if url else []


def _url(attachment: Attachment) -> str:
    url = attachment.payload.url or attachment.url
    if not url.startswith("/"):
        return url
    return (_OTHER_SITE if attachment.type.startswith("ig_") else _SITE) + url


def _title(attachment: Attachment) -> str:
    return attachment.payload.title or attachment.title


def _fallback(attachment: Attachment) -> list[Part]:
    title, url = _title(attachment), _url(attachment)
    return [link(title, url)] if title or url else []


def _shared(word: str) -> Callable[[Attachment], list[Part]]:
    """Return what reads something of the platforms' own that was shared."""

    def read(attachment: Attachment) -> list[Part]:
        payload = attachment.payload
        url = _url(attachment)
        title = _title(attachment) or payload.id or payload.reel_video_id
        title = title or payload.ig_post_media_id or host(url)
        return [Part(word=word, values={"title": title, "url": url})] if title or url else []

    return read


def _story(word: str) -> Callable[[Attachment], list[Part]]:
    def read(attachment: Attachment) -> list[Part]:
        return [Part(word=word, values={"url": _url(attachment)})]

    return read


def _plain(word: str) -> Callable[[Attachment], list[Part]]:
    def read(attachment: Attachment) -> list[Part]:
        del attachment  # it carries nothing
        return [Part(word=word)]

    return read


def _location(attachment: Attachment) -> list[Part]:
    lat, long = attachment.payload.coordinates.lat, attachment.payload.coordinates.long
    place = f"{lat}, {long}" if lat and long else ""
    url = _url(attachment) or (_MAP.format(lat=lat, long=long) if place else "")
    what = _title(attachment) or place
    return [Part(word="location", values={"what": what, "link": url})] if what or url else []


def _booking(attachment: Attachment) -> list[Part]:
    told = (_title(attachment), attachment.payload.text, _url(attachment))
    what = "\n".join(line for line in told if line)
    return [Part(word="booking", values={"what": what})] if what else []


def _template(attachment: Attachment) -> list[Part]:
    """Return products each by its own; of what else a template shows, all the words."""
    payload = attachment.payload
    products = [
        Part(word="product", values={"what": _product(e)}) for e in payload.product.elements
    ]
    lines = "\n".join(_template_lines(attachment, payload))
    return products + ([Part(word="template", values={"lines": lines})] if lines else [])


def _template_lines(attachment: Attachment, payload: AttachmentPayload) -> list[str]:
    lines = [payload.title or attachment.title, payload.text]
    for element in payload.elements:
        lines += [element.title, element.subtitle, element.item_url]
        lines += map(_button, element.buttons)
    lines += map(_button, payload.buttons)
    lines.append(_url(attachment))
    return [line for line in lines if line]


def _button(button: Button) -> str:
    words = " ".join(word for word in (button.title, button.url) if word)
    return f"• {words}" if words else ""


def _product(element: Element) -> str:
    told = (element.title, element.subtitle, element.retailer_id or element.id)
    return " · ".join(word for word in told if word)


_KINDS: Final[Mapping[str, Callable[[Attachment], list[Part]]]] = MappingProxyType(
    {
        _PREVIEW: _fallback,
        "template": _template,
        "location": _location,
        "reel": _shared("reel"),
        "ig_reel": _shared("reel"),
        "post": _shared("post"),
        "ig_post": _shared("post"),
        "share": _shared("post"),  # Instagram's word for a post until 2026
        "story": _story("story"),
        "ig_story": _story("story"),
        "story_mention": _story("story_mention"),
        "ephemeral": _plain("ephemeral"),
        "like_heart": _plain("like"),
        "appointment_booking": _booking,
    }
)
