"""The Conversations API: what was said, page by page, in Meta's shape, told by webhook or not."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.integration.meta_sim.world import (
    NODES,
    TOKEN,
    Meta,
    Reply,
    eventually,
    message_id,
    new_contact,
)

CHANNELS = ["messenger", "instagram"]
FIELDS = "id,created_time,from,to,message,sticker,attachments{mime_type,image_data,file_url}"


def ask(meta: Meta, path: str, *, token: str = TOKEN, **query: Any) -> Reply:
    headers = {"Authorization": f"Bearer {token}"}
    return meta.get(f"/v26.0/{path}", fields=query, headers=headers)


def conversations(meta: Meta, channel: str, *, node: str = "", **query: Any) -> Any:
    reply = ask(meta, f"{node or NODES[channel]}/conversations", platform=channel, **query)
    assert reply.status == 200, reply
    return reply.body


def newest(meta: Meta, channel: str, fields: str = FIELDS, **query: Any) -> Any:
    """Return the conversation in which something was said last."""
    asked = f"updated_time,messages.limit(20){{{fields}}}"
    return conversations(meta, channel, fields=asked, limit=1, **query)["data"][0]


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_a_customer_and_the_business_said_is_told_the_newest_first(meta, channel):
    contact = new_contact()
    asked = meta.write(channel, contact, "where is it? 🙂", name="Ana Bell")["message_id"]
    answered = message_id(meta.reply(channel, contact, "on its way"))
    told = newest(meta, channel)
    first, second = told["messages"]["data"]
    assert [first["id"], second["id"]] == [answered, asked]
    assert (second["message"], second["from"]["id"]) == ("where is it? 🙂", contact)
    assert second["to"]["data"][0]["id"] == NODES[channel]
    assert (first["message"], first["from"]["id"]) == ("on its way", NODES[channel])
    assert first["to"]["data"][0]["id"] == contact
    assert first["created_time"].endswith("+0000")
    assert told["updated_time"] == first["created_time"]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_message_of_which_no_webhook_is_to_tell_is_told_here(meta, application, channel):
    contact = new_contact()
    answer = meta.write(channel, contact, "nobody hears me", webhook=False)
    assert answer["status"] == 0
    (message,) = newest(meta, channel)["messages"]["data"]
    assert (message["id"], message["message"]) == (answer["message_id"], "nobody hears me")
    assert meta.write(channel, contact, "but this")["status"] == 200
    assert len(application.attempts) == 1


def test_whether_a_webhook_tells_is_yes_or_no(meta):
    order = {"channel": "messenger", "contact": "1", "text": "x", "webhook": "no"}
    assert meta.post("/sim/send", order).status == 400


def test_the_page_tells_of_its_instagram_account_too(meta):
    contact = new_contact()
    meta.write("instagram", contact, "hi")
    told = conversations(meta, "instagram", node=NODES["messenger"], fields="messages{from}")
    assert told["data"][0]["messages"]["data"][0]["from"]["id"] == contact


@pytest.mark.parametrize("channel", CHANNELS)
def test_conversations_come_page_by_page_the_last_spoken_in_first(meta, channel):
    contacts = [new_contact() for _ in range(3)]
    for contact in contacts:
        meta.write(channel, contact, "hi")
    found: list[str] = []
    after: dict[str, str] = {}
    while len(found) < 3:
        page = conversations(meta, channel, fields="messages{from}", limit=2, **after)
        assert len(page["data"]) <= 2
        found += [each["messages"]["data"][0]["from"]["id"] for each in page["data"]]
        after = {"after": page["paging"]["cursors"]["after"]}
    assert found[:3] == contacts[::-1]


def test_the_last_page_names_no_next_one_and_none_comes_behind_it(meta):
    meta.write("messenger", new_contact(), "hi")
    after: dict[str, str] = {}
    while True:
        page = conversations(meta, "messenger", limit=100, **after)
        after = {"after": page["paging"]["cursors"]["after"]}
        if "next" not in page["paging"]:
            break
        assert len(page["data"]) == 100
    assert conversations(meta, "messenger", limit=100, **after) == {"data": []}


def test_messages_of_one_conversation_come_page_by_page(meta):
    contact = new_contact()
    said = [meta.write("messenger", contact, f"{n}")["message_id"] for n in range(5)][::-1]
    first = newest(meta, "messenger", fields="id")
    node, after, found = first["id"], "", []
    while True:
        query = {"after": after} if after else {}
        page = ask(meta, f"{node}/messages", fields="id", limit=2, **query).body
        found += [message["id"] for message in page["data"]]
        after = page["paging"]["cursors"]["after"]
        if "next" not in page["paging"]:
            break
    assert found == said == [message["id"] for message in first["messages"]["data"]]


def test_of_older_messages_instagram_tells_the_id_alone(meta):
    contact = new_contact()
    for number in range(22):
        meta.write("instagram", contact, f"{number}")
    node = newest(meta, "instagram", fields="id")["id"]
    told = ask(meta, f"{node}/messages", fields=FIELDS, limit=50).body["data"]
    assert ["message" in message for message in told] == [True] * 20 + [False] * 2
    assert set(told[-1]) == {"id", "created_time"}


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_file_is_told_with_an_address_where_it_is(meta, channel):
    file = {"kind": "image", "filename": "a.png", "content": base64.b64encode(b"png").decode()}
    contact = new_contact()
    meta.write(channel, contact, "", attachment=file)
    (message,) = newest(meta, channel)["messages"]["data"]
    (attachment,) = message["attachments"]["data"]
    url = attachment["image_data"]["url"]
    assert meta.request("GET", url.removeprefix(meta.base)).data == b"png"
    meta.write(channel, contact, "", attachment=file | {"kind": "file", "filename": "a.pdf"})
    message, _ = newest(meta, channel)["messages"]["data"]
    (attachment,) = message["attachments"]["data"]
    assert (attachment["mime_type"], "image_data" in attachment) == ("application/pdf", False)
    assert attachment["file_url"].startswith(meta.base)


def test_what_failed_was_not_said(meta):
    contact = new_contact()
    meta.write("messenger", contact, "hi")
    meta.post("/sim/faults", {"match": {}, "times": 1, "fault": "late_failure"})
    meta.reply("messenger", contact, "never arrives")
    eventually(lambda: meta.statuses("messenger", contact) == ["failed"])
    (message,) = newest(meta, "messenger")["messages"]["data"]
    assert message["message"] == "hi"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("106540352242922/conversations", {}),
        ("nobody/conversations", {}),
        ("17841400000000001/conversations", {"platform": "messenger"}),
        ("100200300400500/conversations", {"platform": "whatsapp"}),
        ("100200300400500/conversations", {"fields": "messages{id"}),
        ("100200300400500/conversations", {"fields": "a b"}),
        ("100200300400500/conversations", {"limit": "x"}),
        ("100200300400500/conversations", {"after": "bm9ib2R5"}),
        ("100200300400500/conversations", {"after": "é"}),
        ("t_bm9ib2R5/messages", {}),
        ("nothing/messages", {}),
    ],
)
def test_an_odd_question_is_refused_in_metas_words(meta, path, query):
    reply = ask(meta, path, **query)
    assert (reply.status, reply.body["error"]["code"]) == (400, 100)


@pytest.mark.parametrize("path", ["100200300400500/conversations", "t_MQ/messages"])
def test_nobody_without_the_token_is_told_anything(meta, path):
    assert ask(meta, path, token="wrong").status == 401
