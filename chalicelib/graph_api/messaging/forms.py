"""What customers fill in: forms with facts about them, and ratings of the conversation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from chalicelib.domain.content import Content, Part, unsupported
from chalicelib.domain.events import MessageReceived, Noticed, UnknownEvent
from chalicelib.graph_api.fields import decimal, listing, mapping, words
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.payloads import Rating

_MOST_LINES: Final = 100
_DEEPEST: Final = 8  #: levels


def informed(notice: Notice, part: object) -> MessageReceived | UnknownEvent:
    """
    Return what a customer told about themselves in a form.

    The platform's documentation does not show the form of the answers: whatever stands there is
    told, by the names it has.
    """
    lines = [line for screen in _screens(part, "screens") for line in _responses(screen)]
    return _filled(notice, part, word="form", lines=lines, name=notice.family)


def gave_feedback(notice: Notice, part: object) -> MessageReceived | UnknownEvent:
    """
    Return how a customer rated the conversation, question by question.

    https://developers.facebook.com/docs/messenger-platform/reference/templates/customer-feedback
    """
    lines = [line for screen in _screens(part, "feedback_screens") for line in _questions(screen)]
    return _filled(notice, part, word="feedback", lines=lines)


def rated(notice: Notice, part: object) -> Noticed | UnknownEvent:
    """Return whether one answer was good or bad to a customer."""
    feedback = Rating.read(part).feedback
    return notice.news("rated", {"what": feedback}) if feedback else notice.unknown("rating")


def _filled(
    notice: Notice, part: object, *, word: str, lines: list[str], name: str = ""
) -> MessageReceived | UnknownEvent:
    told = (lines or list(_leaves(part, "", _DEEPEST)))[:_MOST_LINES]
    values = {"lines": "\n".join(told)} | ({"name": name} if name else {})
    shown = Part(word=word, values=values) if told else unsupported(notice.family)
    return notice.chosen(Content(parts=(shown,)), key=notice.raw_key)


def _screens(part: object, name: str) -> list[dict[str, Any]]:
    return [screen for screen in listing(mapping(part).get(name)) if isinstance(screen, dict)]


def _responses(screen: dict[str, Any]) -> Iterator[str]:
    for response in listing(screen.get("responses")):
        said = mapping(response)
        yield from _line(said.get("key"), said.get("value"))


def _questions(screen: dict[str, Any]) -> Iterator[str]:
    for question in mapping(screen.get("questions")).values():
        answer = mapping(question)
        yield from _line(answer.get("type"), answer.get("payload"))
        further = mapping(answer.get("follow_up"))
        yield from _line(further.get("type"), further.get("payload"))


def _line(name: object, value: object) -> Iterator[str]:
    told = words(value) or decimal(value)
    if told:
        label = words(name)
        yield f"{label}: {told}" if label else told


def _leaves(value: object, name: str, levels: int) -> Iterator[str]:
    """Yield every word and number in a value, each with the name under which it stands."""
    if isinstance(value, dict) and levels:
        for key, inner in value.items():
            yield from _leaves(inner, words(key), levels - 1)
    elif isinstance(value, list) and levels:
        for inner in value:
            yield from _leaves(inner, name, levels - 1)
    else:
        yield from _line(name, value)
