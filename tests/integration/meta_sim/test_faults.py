"""Failures on order."""

from __future__ import annotations

from typing import Any

import pytest
import urllib3

from tests.integration.meta_sim.world import Meta, eventually, message_id, new_contact

CHANNELS = ["messenger", "instagram", "whatsapp"]


def order(meta: Meta, fault: str, **more: Any) -> None:
    """Order a fault."""
    assert meta.post("/sim/faults", {"fault": fault, **more}).status == 200


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_error_is_answered_as_often_as_ordered_and_nothing_is_sent(meta, channel):
    contact = new_contact()
    meta.write(channel, contact)
    order(meta, "error", code=4, times=2)
    refused = [meta.reply(channel, contact) for _ in range(2)]
    assert [reply.status for reply in refused] == [403, 403]
    assert [reply.body["error"]["code"] for reply in refused] == [4, 4]
    reply = meta.reply(channel, contact)
    assert [sent["id"] for sent in meta.outbox(channel, contact)] == [message_id(reply)]


@pytest.mark.parametrize(
    ("channel", "code", "status", "expected"),
    [
        ("messenger", 190, 401, {"error_subcode": 463}),
        ("messenger", 10, 403, {"error_subcode": 2018278}),
        ("instagram", 10, 403, {"error_subcode": 2534022, "type": "IGApiException"}),
        ("messenger", 551, 400, {"error_subcode": 1545041}),
        ("whatsapp", 131056, 400, {"type": "OAuthException"}),
        ("whatsapp", 131000, 500, {}),
        ("whatsapp", 999999, 400, {}),
    ],
)
def test_a_code_has_its_own_status_and_detail(meta, channel, code, status, expected):
    contact = new_contact()
    meta.write(channel, contact)
    order(meta, "error", code=code)
    reply = meta.reply(channel, contact)
    error = reply.body["error"]
    assert (reply.status, error["code"]) == (status, code)
    assert {key: error[key] for key in expected} == expected
    assert ("error_data" in error) is (channel == "whatsapp")


#: The codes and subcodes that the products are known to answer, each with words of its own.
WHATSAPP_CODES = [
    *(0, 1, 2, 3, 4, 10, 33, 100, 190, 200, 368, 80007, 130429, 130472, 130497, 131000, 131005),
    *(131008, 131009, 131016, 131021, 131026, 131030, 131031, 131037, 131042, 131045, 131047),
    *(131048, 131049, 131050, 131051, 131052, 131053, 131056, 131057, 131060, 131062, 131064),
    *(132000, 132001, 132005, 132007, 132012, 132015, 132016, 132068, 132069, 133004, 133010),
    *(134011, 137000),
]
PAGE_CODES = [
    *((190, 460), (190, 463), (190, 467), (10, 2018278), (10, 2534022), (10, 2018065)),
    *((10, 2018108), (10, 1893063), (100, 2018001), (100, 2018008), (100, 2018047)),
    *((100, 2018109), (100, 2018294), (100, 2534014), (100, 2534015), (100, 2534029)),
    *((100, 2534037), (200, 2534041), (613, 2534040), (551, 1545041), (200, 1545041)),
    *((10, 2018300), (10, 2018321), (613, 2018338)),
]


@pytest.fixture(scope="module")
def somebody(shared_meta):
    """Somebody who wrote on every channel."""
    contact = new_contact()
    for channel in CHANNELS:
        shared_meta.write(channel, contact)
    return contact


@pytest.mark.parametrize("code", WHATSAPP_CODES)
def test_every_code_of_whatsapp_has_words_and_details(meta, somebody, code):
    order(meta, "error", code=code)
    error = meta.reply("whatsapp", somebody).body["error"]
    assert error["code"] == code
    assert error["type"] == "OAuthException"
    assert error["message"].startswith(f"(#{code}) ")
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert error["error_data"]["details"]
    assert "Something went wrong" not in error["message"] or code == 131000


@pytest.mark.parametrize("code", WHATSAPP_CODES)
def test_every_code_of_whatsapp_may_come_late(meta, application, somebody, code):
    order(meta, "late_failure", code=code or 131026)
    sent = message_id(meta.reply("whatsapp", somebody))

    def failure():
        values = [body["entry"][0]["changes"][0]["value"] for body in application.taken("whatsapp")]
        told = [status for value in values for status in value.get("statuses", [])]
        return next((s for s in told if (s["id"], s["status"]) == (sent, "failed")), None)

    [error] = eventually(failure)["errors"]
    assert error["code"] == (code or 131026)
    assert error["title"] == error["message"]
    assert error["error_data"]["details"]


@pytest.mark.parametrize(("code", "subcode"), PAGE_CODES)
@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_every_subcode_of_a_page_has_words(meta, somebody, channel, code, subcode):
    order(meta, "error", code=code, subcode=subcode)
    error = meta.reply(channel, somebody).body["error"]
    assert (error["code"], error["error_subcode"]) == (code, subcode)
    assert len(error["message"]) > 20
    assert "error_data" not in error


def test_the_status_of_an_error_can_be_ordered(meta):
    contact = new_contact()
    meta.write("messenger", contact)
    order(meta, "error", http=502)
    assert meta.reply("messenger", contact).status == 502


def test_a_fault_meets_only_whom_it_was_ordered_for(meta):
    one, other = new_contact(), new_contact()
    for contact in (one, other):
        meta.write("messenger", contact)
        meta.write("whatsapp", contact)
    order(meta, "error", match={"channel": "whatsapp", "recipient": f"+{one}"})
    assert meta.reply("messenger", one).status == 200
    assert meta.reply("whatsapp", other).status == 200
    assert meta.reply("whatsapp", one).status == 503
    assert meta.reply("whatsapp", one).status == 200


def test_a_fault_knows_a_customer_by_any_name(meta, application):
    meta.write("whatsapp", "rosa")
    value = application.taken("whatsapp")[-1]["entry"][0]["changes"][0]["value"]
    order(meta, "error", match={"recipient": "rosa"})
    assert meta.reply("whatsapp", value["messages"][0]["from_user_id"]).status == 503


def test_faults_can_be_taken_back(meta):
    contact = new_contact()
    meta.write("messenger", contact)
    order(meta, "error", times=50)
    assert meta.delete("/sim/faults").status == 200
    assert meta.reply("messenger", contact).status == 200


def test_typing_and_receipts_use_up_no_fault(meta):
    contact = new_contact()
    meta.write("messenger", contact)
    order(meta, "error")
    typing = {"recipient": {"id": contact}, "sender_action": "typing_on"}
    assert meta.call("me", typing).status == 200
    assert meta.reply("messenger", contact).status == 503


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_lost_answer_breaks_the_connection_after_the_send(meta, channel):
    contact = new_contact()
    meta.write(channel, contact)
    order(meta, "lost_answer")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        meta.reply(channel, contact, "sent all the same")
    eventually(lambda: meta.statuses(channel, contact) == ["delivered"])
    assert meta.reply(channel, contact).status == 200


def test_a_timeout_sends_nothing_and_answers_nobody_who_is_in_a_hurry(meta):
    contact = new_contact()
    meta.write("messenger", contact)
    order(meta, "timeout")
    body = b'{"recipient":{"id":"%s"},"message":{"text":"x"}}' % contact.encode()
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        meta.request(
            "POST",
            "/v26.0/me/messages?access_token=local-meta-token",
            body=body,
            timeout=0.3,
        )
    assert meta.reply("messenger", contact, "later").status == 200
    assert [sent["text"] for sent in meta.outbox("messenger", contact)] == ["later"]


def test_a_late_failure_on_whatsapp_is_told_by_a_status(meta, application):
    phone = new_contact()
    meta.write("whatsapp", phone)
    order(meta, "late_failure", code=131049)
    reply = meta.reply("whatsapp", phone, biz_opaque_callback_data="conv.9")
    assert reply.status == 200
    eventually(lambda: meta.statuses("whatsapp", phone) == ["failed"])
    eventually(lambda: len(application.taken("whatsapp")) == 2)
    [_, body] = application.taken("whatsapp")
    [status] = body["entry"][0]["changes"][0]["value"]["statuses"]
    assert (status["id"], status["status"]) == (message_id(reply), "failed")
    assert status["errors"][0]["code"] == 131049
    assert status["errors"][0]["title"]
    assert status["biz_opaque_callback_data"] == "conv.9"


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_late_failure_elsewhere_is_told_by_nobody(meta, application, channel):
    contact = new_contact()
    meta.write(channel, contact)
    order(meta, "late_failure")
    assert meta.reply(channel, contact).status == 200
    eventually(lambda: meta.statuses(channel, contact) == ["failed"])
    meta.write(channel, contact, "afterwards")
    assert len(application.attempts) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"fault": "earthquake"},
        {"fault": ["error"]},
        {"fault": "error", "times": "3"},
        {"fault": "error", "times": -1},
        {"fault": "error", "code": True},
        {"fault": "error", "http": 7},
        {"fault": "error", "match": "messenger"},
        {"fault": "error", "match": {"channel": "sms"}},
        {"fault": "error", "match": {"channel": ["whatsapp"]}},
        {"fault": "error", "match": {"recipient": 5}},
        {"fault": "error", "match": {"contact": "5"}},
        {"fault": "error", "tmies": 3},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(meta, wrong):
    reply = meta.post("/sim/faults", wrong)
    contact = new_contact()
    meta.write("messenger", contact)
    assert reply.status == 400
    assert reply.body["error"]
    assert meta.reply("messenger", contact).status == 200
