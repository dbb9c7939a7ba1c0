"""What becomes of everything that can be sent: the recorded sends of each channel, in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib import registry, words
from chalicelib.domain.contact import Contact
from tests import sent
from tests.channels import channel

_BY_ANSWERING = ("comments", "replies")
_ABUNDANCE = 100_000  # characters


def sends() -> Iterator[tuple[str, str, str]]:
    """Yield what is sent, on which channel, and what it becomes there."""
    for name in registry.channel_names():
        for path in sent.cases(name):
            yield path.stem.replace("_", " "), name, _outcome(sent.asked(path))
        longest = channel(name).portions("x" * _ABUNDANCE, contact=Contact(aliases=()))[0]
        yield "longest text of one message", name, f"{len(longest)} characters of ASCII"


def _outcome(asked: Mapping[str, Any]) -> str:
    if "refused" in asked:
        return f"refused: {words.say('en', 'reason.' + asked['refused'])}"
    *before, last = asked["calls"]
    what = last.get("body") or last["form"]
    if last["call"].rpartition("/")[2] in _BY_ANSWERING:
        return "under the comment"
    kind = what["type"] if "type" in what else _kind_of_message(what["message"])
    said = [kind, *_how(what, last, uploaded=bool(before))]
    return ", ".join(said)


def _kind_of_message(message: Mapping[str, Any]) -> str:
    return str(message["attachment"]["type"]) if "attachment" in message else "text"


def _how(what: Mapping[str, Any], call: Mapping[str, Any], *, uploaded: bool) -> Iterator[str]:
    """Yield what else is to be said of a message: how its file goes, as what, and to whom."""
    if uploaded:
        yield "uploaded before"
    elif "files" in call:
        yield "with the call"
    elif "files.example" in f"{what}":
        yield "by a link"
    if "tag" in what:
        yield f"as {what['tag']}"
    if "reply_to" in what or "context" in what:
        yield "quoting"
    if "comment_id" in f"{what.get('recipient')}":
        yield "to the comment's writer alone"
    elif isinstance(what.get("recipient"), str):
        yield "to the business-scoped id"
