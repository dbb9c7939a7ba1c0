"""What a message of Messenger or Instagram carries, where it is more than a table."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.content import Content, FileKind, Part, unsupported
from chalicelib.domain.events import MessageReceived
from chalicelib.graph_api.messaging import attachments
from chalicelib.graph_api.messaging.messages import content
from chalicelib.graph_api.messaging.payloads import Message
from tests.channels import channel
from tests.webhooks import TIME


def said(*attached: Any, **facts: Any) -> Content:
    return content(Message.read({"mid": "m", "attachments": list(attached), **facts}))


def test_a_message_that_carries_nothing_still_says_so() -> None:
    assert said() == Content(parts=(unsupported("message"),))
    assert said(is_unsupported=True) == Content(parts=(unsupported("unsupported"),))


def test_the_files_that_can_be_had_stand_beside_those_that_cannot() -> None:
    found = said({"type": "image", "payload": {"url": "https://a.example/1"}}, {"type": "image"})
    assert [bool(file.problem) for file in found.files] == [False, True]
    assert found.parts == ()


def test_of_files_that_cannot_be_had_the_kinds_are_told_beside_what_can_be_shown() -> None:
    place = {"type": "location", "payload": {"coordinates": {"lat": 1, "long": 2}}}
    found = said({"type": "video"}, place)
    assert [part.word for part in found.parts] == ["unsupported", "location"]
    assert found.files == ()


def test_a_sticker_that_comes_as_a_picture_too_is_one_sticker() -> None:
    payload = {"url": "https://a.example/s", "sticker_id": 369239263222822}
    found = said({"type": "image", "payload": payload}, {"type": "sticker", "payload": payload})
    assert [file.kind for file in found.files] == [FileKind.STICKER]


@pytest.mark.parametrize(
    ("title", "url", "values"),
    [
        ("Shop", "https://a.example/x", {"title": "Shop", "url": "https://a.example/x"}),
        ("", "https://a.example/x", {"title": "a.example", "url": "https://a.example/x"}),
        ("", "My Documents/a.doc", {"title": "My Documents/a.doc", "url": ""}),
        ("", "http://[::1", {"title": "http://[::1", "url": ""}),
        ("Shop", "", {"title": "Shop", "url": ""}),
    ],
)
def test_a_link_has_a_title_and_an_address_only_where_it_is_one(
    title: str, url: str, values: dict[str, str]
) -> None:
    assert attachments.link(title, url) == Part(word="link", values=values)


@pytest.mark.parametrize(
    "odd", [None, 7, "image", [], {"type": 7}, {"type": "image", "payload": 1}]
)
def test_an_odd_attachment_costs_neither_the_text_nor_its_neighbour(odd: Any) -> None:
    found = said(odd, {"type": "image", "payload": {"url": "https://a.example/1"}}, text="look")
    assert found.text == "look"
    assert "https://a.example/1" in [file.url for file in found.files]


def test_a_form_is_told_by_whatever_names_it_has_and_to_an_end() -> None:
    deep: Any = {"street": "Via Roma 1"}
    for _ in range(20):
        deep = {"inner": deep}
    wide = {f"answer {number}": str(number) for number in range(1000)}
    form = {"deep": deep, "consent": True, "wide": wide}
    item = {"sender": {"id": "7"}, "recipient": {"id": "100"}, "timestamp": TIME}
    entry = {"id": "100", "messaging": [{**item, "messaging_customer_information": form}]}
    speaker = channel("messenger")
    (told,) = speaker.split({"object": "page", "entry": [entry]})
    event = speaker.parse(told.raw, received_at=TIME)
    assert isinstance(event, MessageReceived)
    lines = event.content.parts[0].values["lines"].split("\n")
    assert "answer 7: 7" in lines
    assert len(lines) == 100
    assert not any("Via Roma" in line for line in lines)
