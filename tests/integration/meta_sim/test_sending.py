"""What the business may send, and what Meta answers where it may not."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from tests.integration.meta_sim.world import (
    NODES,
    Application,
    Reply,
    eventually,
    message_id,
    new_contact,
)

CHANNELS = ["messenger", "instagram", "whatsapp"]
PAGE = NODES["messenger"]
NUMBER = NODES["whatsapp"]


@pytest.fixture
def customer(meta, request):
    """Somebody who has just written on every channel."""
    contact = new_contact()
    for channel in CHANNELS:
        meta.write(channel, contact)
    return contact


def error_of(reply: Reply, *, status: int = 400) -> Any:
    """Return the error of a refusal, with its HTTP status checked."""
    assert reply.status == status, reply
    assert reply.body["error"]["fbtrace_id"]
    return reply.body["error"]


def test_messenger_answers_recipient_and_message_id(meta, customer):
    reply = meta.reply("messenger", customer)
    assert reply.status == 200
    assert reply.body == {"recipient_id": customer, "message_id": message_id(reply)}
    assert message_id(reply).startswith("m_")


def test_the_page_answers_to_me(meta, customer):
    body = {"recipient": {"id": customer}, "message": {"text": "x"}}
    assert meta.call("me", body).status == 200
    assert [sent["account"] for sent in meta.outbox("messenger", customer)] == [PAGE]


def test_instagram_answers_recipient_and_message_id(meta, customer):
    reply = meta.reply("instagram", customer)
    assert reply.status == 200
    assert reply.body == {"recipient_id": customer, "message_id": message_id(reply)}
    assert message_id(reply).startswith("aWdf")


def test_instagram_can_be_written_to_through_the_page(meta):
    igsid = new_contact()
    meta.write("instagram", igsid)
    reply = meta.call(PAGE, {"recipient": {"id": igsid}, "message": {"text": "x"}})
    assert reply.status == 200
    assert [sent["channel"] for sent in meta.outbox("", igsid)] == ["instagram"]


def test_whatsapp_answers_contacts_and_message_id(meta, customer):
    reply = meta.reply("whatsapp", customer)
    assert reply.status == 200
    assert reply.body == {
        "messaging_product": "whatsapp",
        "contacts": [{"input": customer, "wa_id": customer}],
        "messages": [{"id": message_id(reply)}],
    }


def test_whatsapp_understands_a_number_with_plus_and_blanks(meta, customer):
    reply = meta.call(
        NUMBER,
        {"messaging_product": "whatsapp", "to": f"+{customer[:2]} {customer[2:]}", "type": "text"}
        | {"text": {"body": "x"}},
    )
    assert reply.body["contacts"][0]["wa_id"] == customer


def bsuid_of(application: Application) -> str:
    """Return the business-scoped id of the last WhatsApp message."""
    value = application.taken("whatsapp")[-1]["entry"][0]["changes"][0]["value"]
    found: str = value["messages"][0]["from_user_id"]
    return found


def test_whatsapp_sends_to_a_customer_without_a_number(meta, application):
    meta.write("whatsapp", "giulia")
    bsuid = bsuid_of(application)
    reply = meta.reply("whatsapp", bsuid, "ciao")
    assert reply.body["contacts"] == [{"input": bsuid, "user_id": bsuid}]
    [sent] = meta.outbox("whatsapp", "giulia")
    assert (sent["recipient"], sent["text"]) == ("giulia", "ciao")
    assert meta.outbox("whatsapp", bsuid) == [*meta.outbox("whatsapp", "giulia")]


def test_a_user_id_where_a_number_belongs_is_accepted_and_never_arrives(meta, application):
    meta.write("whatsapp", "marta")
    bsuid = bsuid_of(application)
    body = {"messaging_product": "whatsapp", "to": bsuid, "type": "text", "text": {"body": "x"}}
    reply = meta.call(NUMBER, body)
    assert reply.status == 200
    assert message_id(reply).startswith("wamid.")
    assert meta.outbox("whatsapp", "marta") == []


def test_a_number_wins_over_a_user_id(meta, application):
    phone = new_contact()
    meta.write("whatsapp", phone)
    reply = meta.reply("whatsapp", phone, recipient="US.1234567890")
    assert reply.body["contacts"] == [{"input": phone, "wa_id": phone}]
    assert [sent["recipient"] for sent in meta.outbox("whatsapp", phone)] == [phone]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_wrong_token_is_refused_with_190_and_nothing_is_sent(meta, customer, channel):
    body = {"recipient": {"id": customer}, "message": {"text": "x"}, "to": customer}
    error = error_of(meta.call(NODES[channel], body, token="stolen"), status=401)
    assert (error["code"], error["type"]) == (190, "OAuthException")
    assert meta.outbox(channel, customer) == []


def test_the_token_may_come_as_a_parameter(meta, customer):
    body = {"recipient": {"id": customer}, "message": {"text": "x"}}
    path = f"/v26.0/{PAGE}/messages"
    assert meta.post(f"{path}?access_token=local-meta-token", body).status == 200
    assert meta.post(path, {**body, "access_token": "local-meta-token"}).status == 200
    assert meta.post(path, body).status == 401


def test_a_proof_of_another_secret_is_refused(meta, customer):
    body = {"recipient": {"id": customer}, "message": {"text": "x"}}
    for secret, status in (("local-app-secret", 200), ("other", 400)):
        proof = hmac.new(secret.encode(), b"local-meta-token", hashlib.sha256).hexdigest()
        reply = meta.call(f"{PAGE}", {**body, "appsecret_proof": proof})
        assert reply.status == status


def test_an_unknown_node_is_refused_with_100_and_33(meta, customer):
    body = {"recipient": {"id": customer}, "message": {"text": "x"}}
    error = error_of(meta.call("999", body))
    assert (error["code"], error["error_subcode"]) == (100, 33)


@pytest.mark.parametrize(
    ("channel", "longest", "too_long"),
    [
        ("messenger", "é" * 2000, "é" * 2001),
        ("instagram", "😀" * 250, "😀" * 250 + "a"),
        ("whatsapp", "é" * 4096, "é" * 4097),
    ],
)
def test_a_text_over_the_limit_is_refused(meta, customer, channel, longest, too_long):
    assert meta.reply(channel, customer, longest).status == 200
    assert error_of(meta.reply(channel, customer, too_long))["code"] == 100
    assert [sent["text"] for sent in meta.outbox(channel, customer)] == [longest]


PAGE_BODY = {"recipient": {"id": "?"}, "messaging_type": "RESPONSE", "message": {"text": "x"}}


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": None},
        {"recipient": {}},
        {"recipient": "1"},
        {"message": None},
        {"message": {}},
        {"message": {"text": ""}},
        {"message": {"text": 7}},
        {"message": {"text": "x", "metadata": 7}},
        {"message": {"text": "x", "attachment": {"type": "image", "payload": {"url": "u"}}}},
        {"message": {"attachment": {"type": "hologram"}}},
        {"message": {"attachment": {"type": "image"}}},
        {"message": {"attachment": {"type": "image", "payload": {}}}},
        {"messaging_type": "SHOUT"},
        {"messaging_type": "MESSAGE_TAG"},
        {"messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"},
        {"sender_action": "typing_on"},
        {"sender_action": "dance", "message": None},
    ],
)
@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_malformed_call_is_refused_with_100(meta, customer, channel, change):
    body = {**PAGE_BODY, "recipient": {"id": customer}, **change}
    assert error_of(meta.call(NODES[channel], body))["code"] == 100
    assert meta.outbox(channel, customer) == []


WHATSAPP_BODY = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "x"}}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"messaging_product": "pigeon"}, 100),
        ({"to": None}, 100),
        ({"to": "a friend"}, 131009),
        ({"to": None, "recipient": "393330000001"}, 131009),
        ({"text": None}, 100),
        ({"text": {"body": ""}}, 100),
        ({"text": {"body": 5}}, 100),
        ({"type": "hologram"}, 100),
        ({"type": "image", "image": {}}, 100),
        ({"type": "image", "image": {"id": "12345"}}, 100),
        ({"type": "template", "template": {"name": "hello"}}, 100),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
        ({"status": "read"}, 100),
        ({"status": "read", "message_id": "wamid.unknown"}, 131009),
    ],
)
def test_a_malformed_whatsapp_call_is_refused(meta, customer, change, code):
    error = error_of(meta.call(NUMBER, {**WHATSAPP_BODY, "to": customer, **change}))
    assert error["code"] == code
    assert meta.outbox("whatsapp", customer) == []


def test_a_body_that_is_no_object_is_refused_with_100(meta):
    headers = {"Authorization": "Bearer local-meta-token"}
    for body in (b"", b"{", b"[]"):
        response = meta.request("POST", "/v26.0/me/messages", body=body, headers=headers)
        assert response.status == 400
        assert response.json()["error"]["code"] == 100


@pytest.mark.parametrize(("channel", "subcode"), [("messenger", 2018001), ("instagram", 2534014)])
def test_who_never_wrote_cannot_be_written_to(meta, channel, subcode):
    contact = new_contact()
    error = error_of(meta.reply(channel, contact))
    assert (error["code"], error["error_subcode"]) == (100, subcode)
    assert meta.outbox(channel, contact) == []


@pytest.mark.parametrize(("channel", "subcode"), [("messenger", 2018278), ("instagram", 2534022)])
def test_after_a_day_only_a_human_may_answer_for_a_week(meta, customer, channel, subcode):
    def answer(hours: float, **how: str) -> Any:
        address = {"channel": channel, "contact": customer, "hours": hours}
        assert meta.post("/sim/window", address).status == 200
        body = {"recipient": {"id": customer}, "message": {"text": "x"}, **how}
        return meta.call(NODES[channel], body)

    human = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    assert answer(23.9).status == 200
    error = error_of(answer(24.1), status=403)
    assert (error["code"], error["error_subcode"]) == (10, subcode)
    assert answer(24.1, **human).status == 200
    assert error_of(answer(24 * 7 + 0.1, **human), status=403)["code"] == 10


def test_a_new_message_opens_the_window_again(meta, customer):
    address = {"channel": "messenger", "contact": customer, "hours": 30}
    meta.post("/sim/window", address)
    assert meta.reply("messenger", customer).status == 403
    meta.write("messenger", customer)
    assert meta.reply("messenger", customer).status == 200


def test_typing_and_seen_are_taken_and_send_nothing(meta, customer):
    for channel in ("messenger", "instagram"):
        body = {"recipient": {"id": customer}, "sender_action": "typing_on"}
        assert meta.call(NODES[channel], body).body == {"recipient_id": customer}
        assert meta.outbox(channel, customer) == []
    nobody = {"recipient": {"id": new_contact()}, "sender_action": "typing_on"}
    assert error_of(meta.call(PAGE, nobody))["code"] == 100


def test_marking_a_whatsapp_message_as_read_succeeds(meta):
    contact = new_contact()
    wamid = meta.write("whatsapp", contact)["message_id"]
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    assert meta.call(NUMBER, body).body == {"success": True}
    assert meta.outbox("whatsapp", contact) == []


def test_the_outbox_is_oldest_first_and_complete(meta, customer):
    ids = [message_id(meta.reply("whatsapp", customer, f"n{n}")) for n in range(5)]
    sent = meta.outbox("whatsapp", customer)
    assert [one["id"] for one in sent] == ids
    assert set(sent[0]) == {
        *("channel", "account", "recipient", "type", "text", "id", "at", "status")
    }
    assert set(ids) <= {one["id"] for one in meta.get("/sim/outbox").body}
    assert sent[0]["account"] == NUMBER


def test_nodes_tell_who_they_are(meta, customer):
    headers = {"Authorization": "Bearer local-meta-token"}
    meta.write("messenger", customer, name="Ada Lovelace")

    def node(name: str, **fields: str) -> Any:
        return meta.get(f"/v26.0/{name}", headers=headers, fields=fields)

    assert node(NUMBER).body["display_phone_number"] == "15550783881"
    assert node("me", fields="name").body == {"id": PAGE, "name": "The shop"}
    assert node(customer, fields="first_name").body == {"id": customer, "first_name": "Ada"}
    assert node("999").body["error"]["error_subcode"] == 33
    assert meta.get("/v26.0/me").status == 401


def test_a_text_with_a_lone_surrogate_is_shown_as_sent(meta, customer):
    assert meta.reply("messenger", customer, "a\x00\ud83d").status == 200
    assert [sent["text"] for sent in meta.outbox("messenger", customer)] == ["a\x00\ud83d"]


def test_a_page_on_the_web_cannot_reach_the_phones_by_a_name_of_its_own(meta):
    response = meta.request("GET", "/sim/health", headers={"Host": "evil.example"})
    assert response.status == 400


def test_the_page_may_run_its_own_scripts_only(meta):
    response = meta.request("GET", "/")
    policy = response.headers["content-security-policy"]
    assert response.status == 200
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert b"http://127.0.0.1:8991" in response.data
    assert meta.request("GET", "/page.js").headers["content-type"].startswith("text/javascript")
    assert meta.request("GET", "/page.css").headers["content-type"].startswith("text/css")


def test_everything_the_business_sends_arrives_in_the_end(meta, customer):
    for channel in CHANNELS:
        meta.reply(channel, customer)
    eventually(lambda: [meta.statuses(one, customer) for one in CHANNELS] == [["delivered"]] * 3)
