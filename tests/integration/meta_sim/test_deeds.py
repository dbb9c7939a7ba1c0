"""What customers do besides writing words arrives as each channel would tell it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.integration.meta_sim.world import Meta, items, new_contact, values

LINK = "https://example.com/1"
A_PRODUCT = {"id": "lamp", "quantity": 2, "price": 30.5, "currency": "EUR"}
CART = {"products": [A_PRODUCT], "note": "in green"}
CARTED = {
    "product_id": "lamp",
    "retailer_id": "lamp",
    "name": "lamp",
    "unit_price": 30.5,
    "currency": "EUR",
    "quantity": 2,
}
PLACE = {"latitude": 45.44, "longitude": 10.99, "name": "The square"}


@pytest.mark.parametrize(
    ("channel", "order", "expected"),
    [
        (
            "messenger",
            {"location": PLACE},
            {
                "attachments": [
                    {
                        "type": "location",
                        "title": "The square",
                        "payload": {"coordinates": {"lat": 45.44, "long": 10.99}},
                    }
                ]
            },
        ),
        *(
            (
                channel,
                {"quick_reply": {"title": "Yes", "payload": "YES"}},
                {"text": "Yes", "quick_reply": {"payload": "YES"}},
            )
            for channel in ("messenger", "instagram")
        ),
        *(
            (
                channel,
                {"share": {"kind": kind, "url": LINK, "title": "Look"}},
                {"attachments": [{"type": name, "payload": {"url": LINK, "title": "Look"}}]},
            )
            for channel, kind, name in (
                ("messenger", "link", "fallback"),
                ("messenger", "post", "post"),
                ("messenger", "reel", "reel"),
                ("instagram", "link", "share"),
                ("instagram", "post", "ig_post"),
                ("instagram", "reel", "ig_reel"),
                ("instagram", "story", "ig_story"),
            )
        ),
        ("instagram", {"like": True}, {"attachments": [{"type": "like_heart"}]}),
        ("instagram", {"ephemeral": True}, {"attachments": [{"type": "ephemeral"}]}),
        (
            "instagram",
            {"story_mention": {"url": LINK}},
            {"attachments": [{"type": "story_mention", "payload": {"url": LINK}}]},
        ),
        (
            "instagram",
            {"text": "wow", "story_reply": {"id": "s1", "url": LINK}},
            {"text": "wow", "reply_to": {"story": {"url": LINK, "id": "s1"}}},
        ),
        ("messenger", {"unsupported": True}, {"is_unsupported": True}),
        ("instagram", {"unsupported": True}, {"is_unsupported": True}),
        (
            "messenger",
            {"text": "hi", "referral": {"ref": "sale", "ad_id": "604", "ad_title": "Sale"}},
            {
                "text": "hi",
                "referral": {
                    "ref": "sale",
                    "source": "ADS",
                    "type": "OPEN_THREAD",
                    "ad_id": "604",
                    "ads_context_data": {"ad_title": "Sale"},
                },
            },
        ),
    ],
)
def test_a_page_is_told_in_a_message(meta, application, channel, order, expected):
    person = new_contact()
    answer = meta.do(channel, person, **order)
    [item] = items(application, channel)
    assert answer["status"] == 200
    assert (item["sender"], item["recipient"]["id"][:3]) == (
        {"id": person},
        "178" if channel == "instagram" else "100",
    )
    assert item["message"] == {"mid": answer["message_id"], **expected}


def test_a_like_on_messenger_is_a_sticker_that_can_be_fetched(meta, application):
    meta.do("messenger", new_contact(), like=True)
    [attachment] = items(application, "messenger")[0]["message"]["attachments"]
    response = meta.request("GET", attachment["payload"]["url"].removeprefix(meta.base))
    assert attachment["type"] == "sticker"
    assert attachment["payload"]["sticker_id"] == 369239263222822
    assert (response.headers["content-type"], response.data[:4]) == ("image/png", b"\x89PNG")


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_button_of_a_page_is_a_postback(meta, application, channel):
    answer = meta.do(channel, new_contact(), button={"title": "Start", "payload": "START"})
    [item] = items(application, channel)
    assert item["postback"] == {
        "mid": answer["message_id"],
        "title": "Start",
        "payload": "START",
    }
    assert "message" not in item


def test_a_cart_on_messenger_is_an_item_of_its_own(meta, application):
    meta.do("messenger", new_contact(), order=CART)
    [item] = items(application, "messenger")
    assert item["order"] == {"products": [CARTED], "note": "in green"}


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_whoever_follows_a_link_and_says_nothing_is_a_referral(meta, application, channel):
    person = new_contact()
    answer = meta.do(channel, person, referral={"ref": "spring", "source": "IGME"})
    [item] = items(application, channel)
    assert item["referral"] == {"ref": "spring", "source": "IGME", "type": "OPEN_THREAD"}
    assert answer["status"] == 200
    assert meta.reply(channel, person).status == 200


def test_messenger_tells_of_lists_and_of_answered_forms(meta, application):
    person = new_contact()
    meta.do("messenger", person, opt_out=True)
    meta.do("messenger", person, opt_in=True)
    meta.do("messenger", person, feedback={"question": "q1", "score": 4, "text": "fine"})
    stop, resume, form = items(application, "messenger")
    assert stop["optin"]["type"] == "notification_messages"
    assert stop["optin"]["notification_messages_status"] == "STOP_NOTIFICATIONS"
    assert resume["optin"]["notification_messages_status"] == "RESUME_NOTIFICATIONS"
    [screen] = form["messaging_feedback"]["feedback_screens"]
    assert screen["questions"]["q1"] == {
        "type": "csat",
        "payload": "4",
        "follow_up": {"type": "free_form", "payload": "fine"},
    }


@pytest.mark.parametrize(
    ("order", "kind", "expected"),
    [
        ({"location": PLACE}, "location", PLACE),
        (
            {"contacts": [{"name": "Bo", "phone": "+15550001"}]},
            "contacts",
            [
                {
                    "name": {"formatted_name": "Bo", "first_name": "Bo"},
                    "phones": [{"phone": "+15550001", "type": "CELL", "wa_id": "15550001"}],
                }
            ],
        ),
        (
            {"share_number": "15550002"},
            "contacts",
            [
                {
                    "phones": [{"phone": "+15550002", "type": "CELL", "wa_id": "15550002"}],
                    "origin": "contact_request",
                }
            ],
        ),
        (
            {"quick_reply": {"title": "Yes", "payload": "y"}},
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "y", "title": "Yes"}},
        ),
        (
            {"quick_reply": {"title": "Red", "payload": "r", "description": "like wine"}},
            "interactive",
            {
                "type": "list_reply",
                "list_reply": {"id": "r", "title": "Red", "description": "like wine"},
            },
        ),
        ({"button": {"title": "Good", "payload": "g"}}, "button", {"payload": "g", "text": "Good"}),
    ],
)
def test_whatsapp_tells_in_a_message(meta, application, order, kind, expected):
    person = new_contact()
    answer = meta.do("whatsapp", person, **order)
    [message] = values(application)[0]["messages"]
    assert (message["id"], message["from"]) == (answer["message_id"], person)
    assert (message["type"], message[kind]) == (kind, expected)


def test_an_order_on_whatsapp_has_its_own_names(meta, application):
    meta.do("whatsapp", new_contact(), order=CART)
    order = values(application)[0]["messages"][0]["order"]
    assert order["text"] == "in green"
    assert order["product_items"] == [
        {"product_retailer_id": "lamp", "quantity": 2, "item_price": 30.5, "currency": "EUR"}
    ]


def test_a_flow_answers_with_json_in_a_string(meta, application):
    meta.do("whatsapp", new_contact(), flow={"response": {"size": "M"}, "name": "sizes"})
    interactive = values(application)[0]["messages"][0]["interactive"]
    assert interactive["type"] == "nfm_reply"
    assert json.loads(interactive["nfm_reply"]["response_json"]) == {"size": "M"}


def test_what_whatsapp_does_not_support_says_so_with_an_error(meta, application):
    meta.do("whatsapp", new_contact(), unsupported=True)
    [message] = values(application)[0]["messages"]
    assert message["type"] == "unsupported"
    assert message["errors"][0]["code"] == 131051


def test_whatsapp_tells_where_a_message_comes_from(meta, application):
    person = new_contact()
    meta.do("whatsapp", person, text="a", forwarded=True)
    meta.do("whatsapp", person, text="b", group="1203@g.us")
    meta.do("whatsapp", person, text="c", referral={"headline": "Sale", "url": LINK})
    forwarded, group, advertised = [value["messages"][0] for value in values(application)]
    assert forwarded["context"] == {"forwarded": True}
    assert group["group_id"] == "1203@g.us"
    assert advertised["referral"]["source_url"] == LINK
    assert advertised["referral"]["headline"] == "Sale"


def test_a_call_is_two_webhooks_and_the_second_says_how_it_ended(meta, application):
    person = new_contact()
    answer = meta.do("whatsapp", person, call={"seconds": 0})
    meta.do("whatsapp", person, call={"seconds": 61})
    calls = [value["calls"][0] for value in values(application, "calls")]
    assert [call["event"] for call in calls] == ["connect", "terminate"] * 2
    assert calls[0]["id"] == calls[1]["id"] == answer["message_id"]
    assert [call.get("status") for call in calls] == [None, "FAILED", None, "COMPLETED"]
    assert (calls[3]["duration"], calls[3]["from"]) == (61, person)


def test_whatsapp_tells_who_wants_no_advertisements(meta, application):
    person = new_contact()
    meta.do("whatsapp", person, opt_out=True)
    meta.do("whatsapp", person, opt_in=True)
    told = [value["user_preferences"][0] for value in values(application, "user_preferences")]
    assert [wish["value"] for wish in told] == ["stop", "resume"]
    assert {(wish["wa_id"], wish["category"]) for wish in told} == {(person, "marketing_messages")}


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_a_quote_names_the_message_that_is_answered(meta, application, channel):
    person = new_contact()
    first = meta.write(channel, person, "one")["message_id"]
    meta.do(channel, person, text="two", reply_to=first)
    entry = meta.thread(channel, person)["entries"][-1]
    assert entry["quote"] == {
        "from": "customer",
        "type": "text",
        "text": "one",
        "deleted": False,
    }
    if channel == "whatsapp":
        quote = values(application)[-1]["messages"][0]["context"]
        assert quote == {"from": person, "id": first}
    else:
        quote = items(application, channel)[-1]["message"]["reply_to"]
        assert quote == {"mid": first, "is_self_reply": True}


def names(meta: Meta, application: Any, **order: Any) -> tuple[Any, Any]:
    """Let somebody do something on WhatsApp; return the contact card and the message."""
    meta.do("whatsapp", **order)
    value = values(application)[-1]
    return (value["contacts"][0] if "contacts" in value else None), value["messages"][0]


def test_a_customer_without_a_number_may_show_one_later(meta, application):
    card, message = names(meta, application, contact="franca", text="hi")
    assert card["profile"]["username"] == "franca"
    assert "wa_id" not in card
    assert "from" not in message
    number = new_contact()
    later, shown = names(meta, application, contact="franca", text="again", phone=f"+{number}")
    assert (later["wa_id"], shown["from"]) == (number, number)
    assert later["user_id"] == shown["from_user_id"] == card["user_id"]
    assert later["profile"]["username"] == "franca"
    assert meta.reply("whatsapp", number).body["contacts"][0]["wa_id"] == number
    assert len(meta.outbox("whatsapp", "franca")) == 1


def test_a_customer_known_by_the_business_scoped_id_alone_has_no_user_name(meta, application):
    card, message = names(meta, application, contact="US.4711", text="hi")
    assert card["user_id"] == message["from_user_id"] == "US.4711"
    assert "username" not in card["profile"]


def test_a_new_number_comes_with_a_new_user_id_and_no_contacts(meta, application):
    old, new = new_contact(), new_contact()
    before, _ = names(meta, application, contact=old, text="hi")
    card, message = names(meta, application, contact=old, new_number=new)
    system = message["system"]
    assert card is None
    assert (message["from"], message["type"]) == (old, "system")
    assert (system["type"], system["wa_id"]) == ("user_changed_number", new)
    assert system["previous_user_id"] == before["user_id"]
    after, said = names(meta, application, contact=old, text="it is me")
    assert (after["wa_id"], said["from_user_id"]) == (new, system["user_id"])


def test_a_new_user_id_names_the_one_before(meta, application):
    before, _ = names(meta, application, contact="carla", text="hi")
    _, message = names(meta, application, contact="carla", new_id=True)
    system = message["system"]
    assert system["type"] == "user_changed_user_id"
    assert system["previous_user_id"] == before["user_id"] != system["user_id"]
    assert "from" not in message
    after, _ = names(meta, application, contact="carla", text="hi")
    assert after["user_id"] == system["user_id"]


def test_a_new_phone_is_told_as_a_new_identity(meta, application):
    _, message = names(meta, application, contact=new_contact(), new_identity=True)
    assert message["system"]["type"] == "customer_identity_changed"


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_what_was_said_long_ago_has_its_time_and_opens_no_window(meta, application, channel):
    person, at = new_contact(), int(time.time() * 1000) - 8 * 24 * 3_600_000
    meta.do(channel, person, text="long ago", at=at)
    if channel == "whatsapp":
        assert values(application)[0]["messages"][0]["timestamp"] == str(at // 1000)
        assert meta.reply(channel, person).status == 200  # and fails later
    else:
        assert items(application, channel)[0]["timestamp"] == at
        assert meta.reply(channel, person).status == 403
    meta.write(channel, person)
    meta.do(channel, person, text="late", at=at)
    assert meta.reply(channel, person).status == 200


@pytest.mark.parametrize(
    ("channel", "order", "why"),
    [
        ("messenger", {"text": "x", "colour": "red"}, "unknown field: colour"),
        ("instagram", {"location": PLACE}, "instagram has no location"),
        ("messenger", {"contacts": [{"name": "Bo"}]}, "messenger has no contacts"),
        ("messenger", {"story_mention": {"url": LINK}}, "messenger has no story_mention"),
        ("whatsapp", {"story_reply": {"id": "1", "url": LINK}, "text": "x"}, "no story_reply"),
        ("whatsapp", {"comment": {"post": "1", "text": "x"}}, "whatsapp has no comment"),
        ("instagram", {"call": {"seconds": 1}}, "instagram has no call"),
        ("instagram", {"opt_out": True}, "instagram has no opt_out"),
        ("messenger", {"text": "x", "phone": "15550001"}, "messenger has no phone"),
        ("whatsapp", {"text": "x", "phone": "mine"}, "phone is a phone number"),
        ("whatsapp", {"share_number": "mine"}, "share_number is a phone number"),
        ("whatsapp", {"referral": {"ref": "x"}}, "neither a text"),
        ("messenger", {"share": {"kind": "story", "url": LINK}}, "share.kind is one of"),
        ("messenger", {"like": True, "text": "x"}, "one thing at a time"),
        ("messenger", {"like": True, "unsupported": True}, "one thing at a time"),
        ("messenger", {"like": False}, "like is true or left out"),
        ("messenger", {"location": {"latitude": 1}}, "location needs longitude"),
        ("messenger", {"location": {**PLACE, "latitude": "1"}}, "latitude is a number"),
        ("messenger", {"location": {**PLACE, "height": 1}}, "location is an object with"),
        ("messenger", {"order": {"products": []}}, "order.products is a list of 1"),
        (
            "messenger",
            {"order": {"products": [{**A_PRODUCT, "quantity": True}]}},
            "quantity is a whole number",
        ),
        ("messenger", {"reply_to": "", "text": "x"}, "reply_to is a string"),
        ("messenger", {"text": "x", "at": 0}, "at is a time in the past"),
        ("messenger", {"text": "x", "at": 10**15}, "at is a time in the past"),
        ("messenger", {"comment": {"post": "1", "text": "x"}, "reply_to": "y"}, "along"),
        ("messenger", {"reaction": {"message_id": "m_none", "emoji": "❤"}}, "no such message"),
        ("messenger", {"quick_reply": ["x"]}, "quick_reply is an object with"),
    ],
)
def test_what_a_channel_does_not_have_is_refused_and_says_why(
    meta, application, channel, order, why
):
    reply = meta.post("/sim/send", {"channel": channel, "contact": new_contact(), **order})
    assert reply.status == 400
    assert why in reply.body["error"]
    assert application.attempts == []
