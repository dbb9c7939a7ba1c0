"""What Meta tells the application of what the business sent, in order, until it is taken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.meta_sim.world import NODES, Application, eventually, message_id, new_contact


def items_of(application: Application, channel: str, contact: str) -> list[Any]:
    """Return what was told of a customer, without what the customer wrote."""
    bodies = application.taken(channel)
    if channel == "whatsapp":
        values = [body["entry"][0]["changes"][0]["value"] for body in bodies]
        statuses = [status for value in values for status in value.get("statuses", [])]
        return [
            status
            for status in statuses
            if contact in (status.get("recipient_id"), status.get("recipient_user_id"))
        ]
    items = [body["entry"][0]["messaging"][0] for body in bodies]
    return [
        item
        for item in items
        if contact in (item["sender"]["id"], item["recipient"]["id"])
        and ("message" not in item or "is_echo" in item["message"])
    ]


def told(application: Application, channel: str, contact: str, *, count: int) -> list[Any]:
    """Return what was told of a customer once that much has come."""
    eventually(lambda: len(items_of(application, channel, contact)) >= count)
    return items_of(application, channel, contact)


def test_messenger_tells_of_a_send_by_echo_and_then_delivery(meta, application):
    psid = new_contact()
    meta.write("messenger", psid)
    mid = message_id(meta.reply("messenger", psid, "hi", metadata="conv.7"))
    echo, delivery = told(application, "messenger", psid, count=2)
    assert echo["sender"] == {"id": NODES["messenger"]}
    assert echo["recipient"] == {"id": psid}
    assert echo["message"] == {
        "mid": mid,
        "is_echo": True,
        "text": "hi",
        "app_id": 900800700600500,
        "metadata": "conv.7",
    }
    assert delivery["sender"] == {"id": psid}
    assert delivery["delivery"] == {"mids": [mid], "watermark": echo["timestamp"]}


def test_messenger_tells_that_everything_until_now_was_read(meta, application):
    psid = new_contact()
    meta.write("messenger", psid)
    meta.reply("messenger", psid)
    eventually(lambda: meta.statuses("messenger", psid) == ["delivered"])
    assert meta.post("/sim/read", {"channel": "messenger", "contact": psid}).body == {"read": 1}
    *_, read = told(application, "messenger", psid, count=3)
    assert read["read"]["watermark"] >= meta.outbox("messenger", psid)[0]["at"]
    assert meta.statuses("messenger", psid) == ["read"]


def test_an_instagram_echo_says_neither_who_sent_it_nor_why(meta, application):
    igsid = new_contact()
    meta.write("instagram", igsid)
    mid = message_id(meta.reply("instagram", igsid, "hi", metadata="conv.7"))
    [echo] = told(application, "instagram", igsid, count=1)
    assert echo["message"] == {"mid": mid, "is_echo": True, "text": "hi"}
    assert echo["sender"] == {"id": NODES["instagram"]}


def test_instagram_names_the_last_message_that_was_read(meta, application):
    igsid = new_contact()
    meta.write("instagram", igsid)
    meta.reply("instagram", igsid, "one")
    last = message_id(meta.reply("instagram", igsid, "two"))
    eventually(lambda: meta.statuses("instagram", igsid) == ["delivered"] * 2)
    meta.post("/sim/read", {"channel": "instagram", "contact": igsid})
    *_, read = told(application, "instagram", igsid, count=3)
    assert read["read"] == {"mid": last}
    assert read["sender"] == {"id": igsid}


def test_whatsapp_tells_each_rung_with_what_the_send_carried(meta, application):
    phone = new_contact()
    meta.write("whatsapp", phone)
    wamid = message_id(meta.reply("whatsapp", phone, biz_opaque_callback_data="conv.7"))
    eventually(lambda: meta.statuses("whatsapp", phone) == ["delivered"])
    meta.post("/sim/read", {"channel": "whatsapp", "contact": phone})
    statuses = told(application, "whatsapp", phone, count=3)
    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    for status in statuses:
        assert status["id"] == wamid
        assert status["recipient_id"] == phone
        assert status["recipient_user_id"].startswith("US.")
        assert status["biz_opaque_callback_data"] == "conv.7"
        assert status["pricing"]["pricing_model"] == "PMP"
        assert isinstance(status["timestamp"], str)


def test_a_status_of_a_customer_without_a_number_names_the_user_id_only(meta, application):
    meta.write("whatsapp", "pia")
    value = application.taken("whatsapp")[-1]["entry"][0]["changes"][0]["value"]
    bsuid = value["messages"][0]["from_user_id"]
    meta.reply("whatsapp", bsuid)
    statuses = told(application, "whatsapp", bsuid, count=2)
    assert [status["status"] for status in statuses] == ["sent", "delivered"]
    assert all("recipient_id" not in status for status in statuses)
    assert all("biz_opaque_callback_data" not in status for status in statuses)


@pytest.mark.parametrize("hours", [24.1, 24 * 30])
def test_a_whatsapp_answer_after_a_day_is_accepted_and_fails_later(meta, application, hours):
    phone = new_contact()
    meta.write("whatsapp", phone)
    meta.post("/sim/window", {"channel": "whatsapp", "contact": phone, "hours": hours})
    assert meta.reply("whatsapp", phone).status == 200
    [failed] = told(application, "whatsapp", phone, count=1)
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131047)
    assert "pricing" not in failed
    assert meta.statuses("whatsapp", phone) == ["failed"]


def test_a_template_is_delivered_at_any_time(meta):
    phone = new_contact()
    meta.write("whatsapp", phone)
    meta.post("/sim/window", {"channel": "whatsapp", "contact": phone, "hours": 100})
    template = {"name": "hello", "language": {"code": "en"}}
    reply = meta.call(
        NODES["whatsapp"],
        {"messaging_product": "whatsapp", "to": phone, "type": "template", "template": template},
    )
    assert reply.body["messages"][0]["message_status"] == "accepted"
    eventually(lambda: meta.statuses("whatsapp", phone) == ["delivered"])


def test_a_number_that_never_wrote_is_accepted_and_cannot_be_reached(meta, application):
    phone = new_contact()
    assert meta.reply("whatsapp", phone).status == 200
    eventually(lambda: meta.statuses("whatsapp", phone) == ["failed"])
    [status] = told(application, "whatsapp", phone, count=1)
    assert (status["recipient_id"], status["errors"][0]["code"]) == (phone, 131026)


def test_the_outbox_follows_meta_and_not_the_application(meta, application):
    phone = new_contact()
    meta.write("whatsapp", phone)
    application.answer_next(*[503] * 20)
    meta.reply("whatsapp", phone)
    eventually(lambda: meta.statuses("whatsapp", phone) == ["delivered"])
    assert items_of(application, "whatsapp", phone) == []


def test_what_is_told_is_told_again_until_taken_and_in_order(meta, application):
    phone = new_contact()
    meta.write("whatsapp", phone)
    application.answer_next(503, 500)
    meta.reply("whatsapp", phone)
    statuses = told(application, "whatsapp", phone, count=2)
    attempts = [webhook for webhook, _ in application.attempts[1:]]
    assert [status["status"] for status in statuses] == ["sent", "delivered"]
    assert attempts[0] == attempts[1] == attempts[2]
    assert all(webhook.is_genuine for webhook in attempts)


def test_what_has_not_arrived_is_not_read(meta):
    assert meta.post("/sim/read", {"channel": "messenger", "contact": new_contact()}).status == 404
    contact = new_contact()
    meta.write("messenger", contact)
    assert meta.post("/sim/read", {"channel": "messenger", "contact": contact}).body == {"read": 0}


def test_a_thread_shows_both_directions_oldest_first(meta):
    contact = new_contact()
    meta.write("messenger", contact, "question", name="Ada")
    meta.reply("messenger", contact, "answer")
    meta.write("messenger", contact, "thanks")
    thread = meta.get("/sim/thread", fields={"channel": "messenger", "contact": contact}).body
    said = [(entry["from"], entry["text"]) for entry in thread["entries"]]
    assert said == [("customer", "question"), ("business", "answer"), ("customer", "thanks")]
    assert thread["name"] == "Ada"
    contacts = meta.get("/sim/contacts", fields={"channel": "messenger"}).body
    assert (contacts[0]["contact"], contacts[0]["name"]) == (contact, "Ada")
