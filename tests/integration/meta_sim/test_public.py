"""Public comments: told, answered in public, and answered privately once."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.integration.meta_sim.world import NODES, Meta, Reply, eventually, new_contact, values

PAGE, ACCOUNT = NODES["messenger"], NODES["instagram"]
PAGES = pytest.mark.parametrize(
    ("channel", "edge"), [("messenger", "comments"), ("instagram", "replies")]
)
WEEK_MS = 7 * 24 * 3_600_000


def comment(
    meta: Meta, channel: str, person: str, text: str = "Is it still there?", **more: str
) -> str:
    """Comment under the first post; return the comment's id."""
    told: dict[str, Any] = {"comment": {"post": "77", "text": text, **more}, "name": "Ana Bell"}
    return str(meta.do(channel, person, **told)["message_id"])


def privately(meta: Meta, channel: str, comment_id: str, text: str = "It is.") -> Reply:
    """Answer a comment privately."""
    body = {"recipient": {"comment_id": comment_id}, "message": {"text": text}}
    return meta.call(NODES[channel], body)


def test_messenger_tells_of_a_comment_in_the_feed_in_seconds(meta, application):
    person = new_contact()
    comment_id = comment(meta, "messenger", person)
    [value] = values(application, "feed", "messenger")
    [entry] = application.taken("messenger")[0]["entry"]
    post = f"{PAGE}_77"
    assert entry["time"] == value["created_time"] < 10**11
    assert {key: value[key] for key in ("item", "verb", "comment_id", "post_id", "parent_id")} == {
        "item": "comment",
        "verb": "add",
        "comment_id": comment_id,
        "post_id": post,
        "parent_id": post,
    }
    assert value["from"] == {"id": person, "name": "Ana Bell"}
    assert value["message"] == "Is it still there?"
    assert comment_id.startswith("77_")


def test_instagram_tells_of_a_comment_under_a_media(meta, application):
    person = new_contact()
    first = comment(meta, "instagram", person)
    second = comment(meta, "instagram", person, "hello?", parent=first)
    one, two = values(application, "comments", "instagram")
    assert (one["id"], one["text"]) == (first, "Is it still there?")
    assert one["from"] == {"id": person, "username": "ana.bell"}
    assert one["media"] == {"id": "77", "media_product_type": "FEED"}
    assert (two["id"], two["parent_id"]) == (second, first)


def test_messenger_tells_that_a_comment_was_changed_or_removed(meta, application):
    person = new_contact()
    comment_id = comment(meta, "messenger", person)
    meta.do("messenger", person, edit={"message_id": comment_id, "text": "Is it gone?"})
    meta.do("messenger", person, unsend={"message_id": comment_id})
    _, edited, removed = values(application, "feed", "messenger")
    assert (edited["verb"], edited["message"]) == ("edited", "Is it gone?")
    assert removed["verb"] == "remove"
    assert "message" not in removed
    assert {edited["comment_id"], removed["comment_id"]} == {comment_id}


def test_instagram_tells_nobody_that_a_comment_was_removed(meta, application):
    person = new_contact()
    comment_id = comment(meta, "instagram", person)
    order = {"channel": "instagram", "contact": person, "unsend": {"message_id": comment_id}}
    assert meta.post("/sim/send", order).status == 400
    assert len(application.attempts) == 1
    assert meta.thread("instagram", person)["entries"][0]["text"] == "Is it still there?"


@PAGES
def test_an_answer_in_public_comes_back_as_our_own_comment(meta, application, channel, edge):
    person = new_contact()
    comment_id = comment(meta, channel, person)
    reply = meta.edge(comment_id, edge, {"message": "Yes, it is."})
    assert reply.status == 200
    field = "feed" if channel == "messenger" else "comments"
    _, ours = eventually(
        lambda: told if len(told := values(application, field, channel)) == 2 else None
    )
    assert ours["from"]["id"] == NODES[channel]
    assert ours["parent_id"] == comment_id
    assert ours.get("comment_id", ours.get("id")) == reply.body["id"]
    [sent] = meta.outbox(channel, person)
    assert (sent["type"], sent["text"], sent["id"]) == ("comment", "Yes, it is.", reply.body["id"])


@PAGES
def test_a_comment_can_be_read_as_long_as_it_is_there(meta, channel, edge):
    person = new_contact()
    comment_id = comment(meta, channel, person)
    found = meta.node(comment_id).body
    assert found.get("text", found.get("message")) == "Is it still there?"
    assert found["from"]["id"] == person
    assert meta.node("4711").status == 400
    assert meta.edge("4711", edge, {"message": "x"}).status == 400
    other = {"comments": "replies", "replies": "comments"}[edge]
    assert meta.edge(comment_id, other, {"message": "x"}).status == 400
    for wrong in ({}, {"message": ""}, {"message": 5}, {"message": "x" * 9000}):
        assert meta.edge(comment_id, edge, wrong).body["error"]["code"] == 100
    assert meta.outbox(channel, person) == []


@PAGES
def test_a_comment_is_answered_privately_once_and_opens_no_window(meta, channel, edge):
    person = new_contact()
    comment_id = comment(meta, channel, person)
    assert meta.reply(channel, person).status == 403
    reply = privately(meta, channel, comment_id)
    assert reply.body["recipient_id"] == person
    assert privately(meta, channel, comment_id).body["error"]["code"] == 10900
    assert meta.reply(channel, person).status == 403
    [sent] = meta.outbox(channel, person)
    assert (sent["type"], sent["text"]) == ("text", "It is.")
    assert edge != sent["type"]


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_comment_is_answered_privately_for_a_week(meta, channel):
    for days, status in ((6.9, 200), (7.1, 403)):
        person, at = new_contact(), int(time.time() * 1000 - WEEK_MS * days / 7)
        told: dict[str, Any] = {"comment": {"post": "1", "text": "x"}, "at": at}
        comment_id = meta.do(channel, person, **told)["message_id"]
        assert privately(meta, channel, comment_id).status == status
    assert privately(meta, channel, "4711").body["error"]["code"] == 100


def test_instagram_comments_are_answered_through_the_page_as_well(meta):
    person = new_contact()
    comment_id = comment(meta, "instagram", person)
    body = {"recipient": {"comment_id": comment_id}, "message": {"text": "x"}}
    assert meta.call(PAGE, body).status == 200
    assert [sent["account"] for sent in meta.outbox("instagram", person)] == [ACCOUNT]
