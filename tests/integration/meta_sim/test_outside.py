"""What the business writes elsewhere, and who answers a conversation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.meta_sim.world import (
    NODES,
    Meta,
    eventually,
    items,
    message_id,
    new_contact,
    values,
)

PAGES = ["messenger", "instagram"]
CHANNELS = [*PAGES, "whatsapp"]
every_page = pytest.mark.parametrize("channel", PAGES)
every_channel = pytest.mark.parametrize("channel", CHANNELS)


def outside(meta: Meta, channel: str, contact: str, **order: Any) -> str:
    """Let the business do something elsewhere; return the id."""
    reply = meta.post("/sim/outside", {"channel": channel, "contact": contact, **order})
    assert reply.status == 200, reply
    found: str = reply.body["message_id"]
    return found


def give(meta: Meta, channel: str, contact: str, owner: str, **more: Any) -> None:
    """Let somebody answer a conversation."""
    order = {"channel": channel, "contact": contact, "owner": owner, **more}
    assert meta.post("/sim/control", order).status == 200


@every_page
def test_what_is_typed_in_metas_inbox_comes_back_as_an_echo_of_another(meta, application, channel):
    person = new_contact()
    meta.write(channel, person)
    mid = outside(meta, channel, person, text="from the inbox")
    echo = eventually(
        lambda: next((i for i in items(application, channel) if i["sender"]["id"] != person), None)
    )
    expected = {"mid": mid, "is_echo": True, "text": "from the inbox"}
    if channel == "messenger":
        expected["app_id"] = 26390203743090
    assert echo["message"] == expected
    assert meta.outbox(channel, person)[0]["details"] == {"outside": True}


def test_what_is_typed_on_the_phone_comes_back_with_the_customers_names(meta, application):
    meta.write("whatsapp", "greta")
    user_id = values(application)[0]["contacts"][0]["user_id"]
    person = new_contact()
    meta.write("whatsapp", person)
    wamid = outside(meta, "whatsapp", person, text="from the phone")
    outside(meta, "whatsapp", "greta", text="and to you")
    told = eventually(
        lambda: v if len(v := values(application, "smb_message_echoes")) == 2 else None
    )
    echoes = {echo["id"]: echo for value in told for echo in value["message_echoes"]}
    echo = echoes.pop(wamid)
    [other] = echoes.values()
    assert (echo["from"], echo["to"], echo["type"]) == ("15550783881", person, "text")
    assert echo["text"] == {"body": "from the phone"}
    assert other["to_user_id"] == user_id
    assert "to" not in other
    assert "message_creation_type" not in echo


def test_the_phone_tells_of_its_edits_and_of_what_it_takes_back(meta, application):
    person = new_contact()
    meta.write("whatsapp", person)
    wamid = outside(meta, "whatsapp", person, text="frist")
    outside(meta, "whatsapp", person, edit={"message_id": wamid, "text": "first"})
    assert meta.outbox("whatsapp", person)[0]["text"] == "first"
    outside(meta, "whatsapp", person, unsend={"message_id": wamid})

    def changes() -> Any:
        told = [v["message_echoes"][0] for v in values(application, "smb_message_echoes")]
        return [echo for echo in told if echo["type"] != "text"]

    edit, revoke = eventually(lambda: found if len(found := changes()) == 2 else None)
    assert edit["edit"]["original_message_id"] == wamid
    assert edit["edit"]["message"] == {"type": "text", "text": {"body": "first"}}
    assert revoke["revoke"] == {"original_message_id": wamid}


@pytest.mark.parametrize(
    ("order", "status"),
    [
        ({"text": "x", "contact": "nobody"}, 404),
        ({}, 400),
        ({"text": 5}, 400),
        ({"text": "x", "unsend": {"message_id": "1"}}, 400),
        ({"text": "x", "mood": "good"}, 400),
        ({"unsend": {"message_id": "wamid.none"}}, 400),
        ({"edit": {"message_id": "wamid.none", "text": "x"}}, 400),
        ({"edit": "x"}, 400),
    ],
)
def test_an_order_from_outside_that_makes_no_sense_is_refused(meta, order, status):
    person = new_contact()
    meta.write("whatsapp", person)
    body = {"channel": "whatsapp", "contact": person, **order}
    assert meta.post("/sim/outside", body).status == status
    assert meta.outbox("whatsapp", person) == []


def test_an_inbox_tells_nobody_of_its_changes(meta):
    person = new_contact()
    meta.write("messenger", person)
    mid = outside(meta, "messenger", person, text="x")
    body = {"channel": "messenger", "contact": person, "unsend": {"message_id": mid}}
    assert meta.post("/sim/outside", body).status == 400


@every_page
def test_while_another_answers_a_page_is_told_apart_and_may_not_send(meta, application, channel):
    person = new_contact()
    meta.write(channel, person)
    give(meta, channel, person, "other")
    mid = meta.write(channel, person, "is this a robot?")["message_id"]
    meta.do(channel, person, button={"title": "A human, please", "payload": "HUMAN"})
    taken = items(application, channel)[-1]["take_thread_control"]
    said, tapped = items(application, channel, lane="standby")
    assert taken["previous_owner_app_id"] == "900800700600500"
    assert taken["new_owner_app_id"] == "26390203743090"
    assert said["message"] == {"mid": mid, "text": "is this a robot?"}
    assert tapped["postback"]["title"] == "A human, please"
    assert "payload" not in tapped["postback"]
    error = meta.reply(channel, person).body["error"]
    assert (error["code"], error["error_subcode"]) == (10, 2018300)
    assert meta.outbox(channel, person) == []
    assert meta.thread(channel, person)["answered_here"] is False


@every_page
def test_given_back_a_conversation_is_told_as_before(meta, application, channel):
    person = new_contact()
    meta.write(channel, person)
    give(meta, channel, person, "other")
    give(meta, channel, person, "app")
    meta.write(channel, person, "hello human")
    passed, said = items(application, channel)[-2:]
    assert passed["pass_thread_control"]["new_owner_app_id"] == "900800700600500"
    assert said["message"]["text"] == "hello human"
    assert meta.reply(channel, person).status == 200


@every_page
def test_our_application_may_take_a_conversation_and_give_it_away(meta, application, channel):
    person, node = new_contact(), NODES[channel]
    meta.write(channel, person)
    give(meta, channel, person, "other")
    body = {"recipient": {"id": person}}
    assert meta.edge(node, "request_thread_control", body).body == {"success": True}
    assert meta.reply(channel, person).status == 400
    assert meta.edge(node, "take_thread_control", body).body == {"success": True}
    assert meta.reply(channel, person).status == 200
    assert meta.edge(node, "pass_thread_control", body).body == {"success": True}
    assert meta.reply(channel, person).status == 400
    assert meta.edge(node, "take_thread_control", body).status == 200
    assert meta.edge(node, "release_thread_control", body).status == 200
    assert meta.reply(channel, person).status == 400


def test_a_conversation_of_instagram_is_taken_through_the_page_as_well(meta):
    person = new_contact()
    meta.write("instagram", person)
    give(meta, "instagram", person, "other")
    assert meta.edge("me", "take_thread_control", {"recipient": {"id": person}}).status == 200
    assert meta.reply("instagram", person).status == 200
    nobody = {"recipient": {"id": new_contact()}}
    assert meta.edge("me", "take_thread_control", nobody).body["error"]["code"] == 100
    assert meta.edge(NODES["whatsapp"], "take_thread_control", nobody).status == 400


def test_while_another_answers_whatsapp_tells_apart_and_names_the_roles(meta, application):
    person = new_contact()
    meta.write("whatsapp", person)
    give(meta, "whatsapp", person, "other")
    wamid = meta.write("whatsapp", person, "is this a robot?")["message_id"]
    outside(meta, "whatsapp", person, text="It is.")
    apart = eventually(lambda: v if len(v := values(application, "standby")) == 3 else None)
    said = next(value["standby"] for value in apart if "messages" in value["standby"])
    echo = next(
        v["standby"]["message_echoes"][0] for v in apart if "message_echoes" in v["standby"]
    )
    status = next(v["standby"]["statuses"][0] for v in apart if "statuses" in v["standby"])
    [taken] = values(application, "messaging_handovers")
    assert taken["type"] == "control_taken"
    assert "metadata" not in taken
    assert taken["sender"]["phone_number"] == person
    assert taken["control_taken"]["new_owner_role"] == "ai_agent"
    assert said["messages"][0]["id"] == wamid
    assert said["contacts"][0]["wa_id"] == person
    assert echo["message"]["text"] == {"body": "It is."}
    assert echo["message"]["to"] == person
    assert status["status"] == "delivered"


def test_whatsapp_gives_a_conversation_back_with_a_summary(meta, application):
    person = new_contact()
    meta.write("whatsapp", person)
    give(meta, "whatsapp", person, "other")
    give(meta, "whatsapp", person, "app", summary="Wants a human.")
    passed = values(application, "messaging_handovers")[-1]
    assert passed["type"] == "control_passed"
    assert passed["control_passed"]["conversation_context"] == {
        "type": "summary",
        "summary": {"text": "Wants a human."},
    }


def test_whoever_sends_on_whatsapp_takes_the_conversation(meta, application):
    person = new_contact()
    meta.write("whatsapp", person)
    give(meta, "whatsapp", person, "other")
    assert message_id(meta.reply("whatsapp", person))
    meta.write("whatsapp", person, "a human!")
    assert values(application)[-1]["messages"][0]["text"] == {"body": "a human!"}


@pytest.mark.parametrize("order", [{"owner": "me"}, {}, {"owner": "app", "summary": 5}])
def test_control_that_makes_no_sense_is_refused(meta, order):
    person = new_contact()
    meta.write("messenger", person)
    body = {"channel": "messenger", "contact": person, **order}
    assert meta.post("/sim/control", body).status == 400


@every_channel
def test_to_give_a_conversation_to_whom_has_it_is_no_news(meta, application, channel):
    person = new_contact()
    meta.write(channel, person)
    give(meta, channel, person, "app")
    meta.write(channel, person)
    assert len(application.attempts) == 2
