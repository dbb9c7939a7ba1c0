"""What an account lets us do with the files of its customers: copy them, or only say where they are."""

from __future__ import annotations

from dataclasses import replace

from chalicelib import words
from chalicelib.domain.account import Account
from chalicelib.domain.content import File, Part
from chalicelib.domain.events import ChannelEvent, MessageEchoed, MessageEdited, MessageReceived

#: The option of an account under which files stay where the platform keeps them, and its value.
FILES, AS_LINKS = "files", "links"


def as_wanted(event: ChannelEvent, account: Account) -> ChannelEvent:
    """
    Return an event in which files are links, where the account wants no copies of them.

    What is known by an id is only given out to us, so that a link to it would be of no use: it stays.
    """
    if account.options.get(FILES) != AS_LINKS:
        return event
    if not isinstance(event, MessageReceived | MessageEchoed | MessageEdited):
        return event
    linked = [file for file in event.content.files if file.url and not file.id]
    links = [_link(file, account.language) for file in linked]
    content = replace(
        event.content,
        files=tuple(file for file in event.content.files if file not in linked),
        parts=(*event.content.parts, *links),
    )
    return replace(event, content=content)


def _link(file: File, language: str) -> Part:
    title = file.name or words.say(language, f"file.{file.kind}")
    return Part(word="link", values={"title": title, "url": file.url})
