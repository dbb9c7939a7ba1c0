"""Reactions, edits, and messages that are taken back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.meta_sim.world import Meta, items, message_id, new_contact, values

CHANNELS = ["messenger", "instagram", "whatsapp"]
PAGES = CHANNELS[:2]
every_channel = pytest.mark.parametrize("channel", CHANNELS)


def refused(meta: Meta, channel: str, person: str, **order: Any) -> str:
    """Return why something cannot be done."""
    reply = meta.post("/sim/send", {"channel": channel, "contact": person, **order})
    assert reply.status == 400
    return str(reply.body["error"])


def test_messenger_names_a_reaction_and_the_one_that_is_taken_back(meta, application):
    person = new_contact()
    mid = meta.write("messenger", person)["message_id"]
    for emoji in ("❤️", "🦄", ""):
        meta.do("messenger", person, reaction={"message_id": mid, "emoji": emoji})
    love, other, gone = [item["reaction"] for item in items(application, "messenger")[1:]]
    assert love == {"mid": mid, "action": "react", "reaction": "love", "emoji": "❤️"}
    assert other == {"mid": mid, "action": "react", "reaction": "other", "emoji": "🦄"}
    assert gone == {"mid": mid, "action": "unreact", "reaction": "other", "emoji": "🦄"}


def test_instagram_says_of_a_reaction_taken_back_only_that(meta, application):
    person = new_contact()
    mid = meta.write("instagram", person)["message_id"]
    for emoji in ("👍", ""):
        meta.do("instagram", person, reaction={"message_id": mid, "emoji": emoji})
    liked, gone = [item["reaction"] for item in items(application, "instagram")[1:]]
    assert liked == {"mid": mid, "action": "react", "reaction": "like", "emoji": "👍"}
    assert gone == {"mid": mid, "action": "unreact"}


def test_whatsapp_reacts_with_a_message_and_takes_back_with_an_empty_one(meta, application):
    person = new_contact()
    meta.write("whatsapp", person)
    ours = message_id(meta.reply("whatsapp", person))
    ids = [
        meta.do("whatsapp", person, reaction={"message_id": ours, "emoji": emoji})["message_id"]
        for emoji in ("👍", "")
    ]
    told = [m for v in values(application) for m in v.get("messages", []) if m["type"] != "text"]
    assert [message["id"] for message in told] == ids
    assert [message["reaction"] for message in told] == [
        {"message_id": ours, "emoji": "👍"},
        {"message_id": ours, "emoji": ""},
    ]


@every_channel
def test_a_reaction_is_seen_until_it_is_taken_back(meta, channel):
    person = new_contact()
    mid = meta.write(channel, person)["message_id"]
    meta.do(channel, person, reaction={"message_id": mid, "emoji": "🎉"})
    assert meta.thread(channel, person)["entries"][0]["details"]["reactions"] == {"customer": "🎉"}
    meta.do(channel, person, reaction={"message_id": mid, "emoji": ""})
    assert meta.thread(channel, person)["entries"][0]["details"]["reactions"] == {}
    again = refused(meta, channel, person, reaction={"message_id": mid, "emoji": ""})
    assert "no reaction to take back" in again


def test_a_reaction_opens_the_window(meta):
    person = new_contact()
    mid = meta.write("messenger", person)["message_id"]
    meta.post("/sim/window", {"channel": "messenger", "contact": person, "hours": 30})
    meta.do("messenger", person, reaction={"message_id": mid, "emoji": "👍"})
    assert meta.reply("messenger", person).status == 200


@pytest.mark.parametrize(("channel", "numbers"), [("messenger", [1, 2]), ("instagram", ["1", "2"])])
def test_edits_of_a_page_are_counted(meta, application, channel, numbers):
    person = new_contact()
    mid = meta.write(channel, person, "frist")["message_id"]
    for text in ("first", "the first"):
        meta.do(channel, person, edit={"message_id": mid, "text": text})
    edits = [item["message_edit"] for item in items(application, channel)[1:]]
    assert [edit["num_edit"] for edit in edits] == numbers
    assert {edit["mid"] for edit in edits} == {mid}
    assert meta.thread(channel, person)["entries"][0]["text"] == "the first"


def test_whatsapp_tells_an_edit_as_a_message_about_another(meta, application):
    person = new_contact()
    wamid = meta.write("whatsapp", person, "frist")["message_id"]
    answer = meta.do("whatsapp", person, edit={"message_id": wamid, "text": "first"})
    [message] = values(application)[-1]["messages"]
    assert (message["id"], message["type"]) == (answer["message_id"], "edit")
    assert message["edit"] == {
        "original_message_id": wamid,
        "message": {"type": "text", "text": {"body": "first"}},
    }


@every_channel
def test_a_message_is_edited_five_times_and_no_more(meta, channel):
    person = new_contact()
    mid = meta.write(channel, person)["message_id"]
    for number in range(5):
        meta.do(channel, person, edit={"message_id": mid, "text": f"{number}"})
    why = refused(meta, channel, person, edit={"message_id": mid, "text": "5"})
    assert "can be edited 5 times" in why
    assert meta.thread(channel, person)["entries"][0]["text"] == "4"


@pytest.mark.parametrize("channel", PAGES)
def test_a_page_is_told_that_a_message_is_deleted(meta, application, channel):
    person = new_contact()
    mid = meta.write(channel, person, "oh no")["message_id"]
    meta.do(channel, person, unsend={"message_id": mid})
    assert items(application, channel)[-1]["message"] == {"mid": mid, "is_deleted": True}


def test_whatsapp_revokes_with_a_message(meta, application):
    person = new_contact()
    wamid = meta.write("whatsapp", person, "oh no")["message_id"]
    meta.do("whatsapp", person, unsend={"message_id": wamid})
    [message] = values(application)[-1]["messages"]
    assert (message["type"], message["revoke"]) == ("revoke", {"original_message_id": wamid})


@every_channel
def test_what_was_taken_back_is_seen_by_nobody_and_changed_by_nobody(meta, application, channel):
    person, stranger = new_contact(), new_contact()
    mid = meta.write(channel, person, "oh no")["message_id"]
    meta.write(channel, stranger)
    assert "no such message" in refused(meta, channel, stranger, unsend={"message_id": mid})
    meta.do(channel, person, unsend={"message_id": mid})
    [entry] = meta.thread(channel, person)["entries"]
    assert (entry["text"], entry["details"]["deleted"]) == ("", True)
    for deed in ({"unsend": {"message_id": mid}}, {"edit": {"message_id": mid, "text": "x"}}):
        assert "was taken back" in refused(meta, channel, person, **deed)


@every_channel
def test_nobody_changes_what_the_business_said(meta, channel):
    person = new_contact()
    meta.write(channel, person)
    ours = message_id(meta.reply(channel, person))
    assert "the business's" in refused(meta, channel, person, unsend={"message_id": ours})
