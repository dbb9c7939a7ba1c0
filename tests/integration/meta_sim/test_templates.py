"""WhatsApp's templates, and what its other messages offer to tap on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.meta_sim.world import NODES, Meta, eventually, new_contact, values

NUMBER = NODES["whatsapp"]
BUSINESS = "102290129340398"


def parameters(kind: str, *texts: str, **more: Any) -> dict[str, Any]:
    """Return a component with texts as its parameters."""
    found = [{"type": "text", "text": text} for text in texts]
    return {"type": kind, "parameters": found, **more}


UPDATE = [
    parameters("header", "1042"),
    parameters("body", "Ana", "on its way"),
    parameters("button", "1042", sub_type="url", index="0"),
]
INVOICE = {"type": "document", "document": {"id": "1", "filename": "invoice.pdf"}}


def send(meta: Meta, phone: str, name: str, components: object, language: str = "en") -> Any:
    """Send a template."""
    template = {"name": name, "language": {"code": language}, "components": components}
    body = {"messaging_product": "whatsapp", "to": phone, "type": "template", "template": template}
    return meta.call(NUMBER, body)


def test_a_template_arrives_filled_in(meta):
    phone = new_contact()
    meta.write("whatsapp", phone)
    meta.post("/sim/window", {"channel": "whatsapp", "contact": phone, "hours": 100})
    assert send(meta, phone, "order_update", UPDATE).status == 200
    eventually(lambda: meta.statuses("whatsapp", phone) == ["delivered"])
    [sent] = meta.outbox("whatsapp", phone)
    assert sent["type"] == "template"
    assert sent["text"] == "Order 1042\nHello Ana, your order is on its way.\nThe shop"
    assert sent["details"] == {
        "template": "order_update",
        "choices": [
            {"kind": "button", "title": "Follow it", "url": "https://shop.example/orders/1042"}
        ],
    }


def test_a_template_speaks_the_language_that_is_asked_for(meta):
    phone = new_contact()
    meta.write("whatsapp", phone)
    assert send(meta, phone, "order_update", UPDATE, "it").status == 200
    assert "il tuo ordine è on its way" in meta.outbox("whatsapp", phone)[0]["text"]


def test_a_template_begins_a_conversation_with_a_number_that_never_wrote(meta, application):
    phone = new_contact()
    assert send(meta, phone, "hello", []).status == 200
    eventually(lambda: meta.statuses("whatsapp", phone) == ["delivered"])
    eventually(lambda: len(values(application)) == 2)
    assert values(application)[-1]["statuses"][0]["recipient_id"] == phone
    assert meta.reply("whatsapp", phone).status == 200
    eventually(lambda: meta.statuses("whatsapp", phone) == ["delivered", "failed"])
    meta.write("whatsapp", phone)
    assert meta.reply("whatsapp", phone).status == 200
    eventually(lambda: meta.statuses("whatsapp", phone)[-1] == "delivered")


def test_a_header_may_be_a_file(meta):
    phone = new_contact()
    meta.write("whatsapp", phone)
    header = {"type": "header", "parameters": [INVOICE]}
    assert send(meta, phone, "invoice", [header, parameters("body", "7")]).status == 200
    [sent] = meta.outbox("whatsapp", phone)
    assert sent["text"] == "[invoice.pdf]\nHere is the invoice of order 7."


@pytest.mark.parametrize(
    ("template", "code", "status"),
    [
        (("nonsense", [], "en"), 132001, 404),
        (("hello", [], "fr"), 132001, 404),
        (("hello", [parameters("body", "x")], "en"), 132000, 400),
        (("order_update", UPDATE[:2], "en"), 132000, 400),
        (("order_update", UPDATE[1:], "en"), 132000, 400),
        (("order_update", [UPDATE[0], parameters("body", "Ana"), UPDATE[2]], "en"), 132000, 400),
        (("order_update", [UPDATE[0], parameters("body", "", "x"), UPDATE[2]], "en"), 132012, 400),
        (("how_was_it", [parameters("body", "x" * 1100)], "en"), 132005, 400),
        (("invoice", [parameters("header", "x"), parameters("body", "7")], "en"), 132012, 400),
        (("invoice", [parameters("body", "7")], "en"), 132000, 400),
        (("old_news", [], "en"), 132015, 400),
        (("hello", "x", "en"), 100, 400),
        (("hello", [{"type": "body", "parameters": "x"}], "en"), 100, 400),
    ],
)
def test_a_template_that_is_not_right_is_refused(meta, template, code, status):
    phone = new_contact()
    meta.write("whatsapp", phone)
    reply = send(meta, phone, *template)
    assert (reply.status, reply.body["error"]["code"]) == (status, code)
    assert meta.outbox("whatsapp", phone) == []


def test_the_templates_can_be_listed(meta):
    found = meta.edge_get(BUSINESS, "message_templates").body["data"]
    states = {(one["name"], one["language"]): one["status"] for one in found}
    assert states["order_update", "it"] == "APPROVED"
    assert states["old_news", "en"] == "PAUSED"
    update = next(one for one in found if one["name"] == "order_update")
    assert [part["type"] for part in update["components"]] == [
        "HEADER",
        "BODY",
        "FOOTER",
        "BUTTONS",
    ]
    assert meta.edge_get(NUMBER, "message_templates").status == 400


def interactive(meta: Meta, phone: str, what: object) -> Any:
    """Send an interactive message."""
    body = {"messaging_product": "whatsapp", "to": phone, "type": "interactive"}
    return meta.call(NUMBER, {**body, "interactive": what})


def buttons(*titles: str) -> dict[str, Any]:
    """Return a question with buttons."""
    replies = [{"type": "reply", "reply": {"id": title, "title": title}} for title in titles]
    return {"type": "button", "body": {"text": "Which?"}, "action": {"buttons": replies}}


def test_whatsapp_offers_buttons_and_lists(meta):
    phone = new_contact()
    meta.write("whatsapp", phone)
    rows = [{"id": "r", "title": "Red", "description": "like wine"}]
    sections = {"sections": [{"title": "Colours", "rows": rows}], "button": "Choose"}
    chosen = {"type": "list", "body": {"text": "Which colour?"}, "action": sections}
    assert interactive(meta, phone, buttons("Yes", "No")).status == 200
    assert interactive(meta, phone, chosen).status == 200
    asked, listed = meta.outbox("whatsapp", phone)
    assert asked["text"] == "Which?"
    assert [one["title"] for one in asked["details"]["choices"]] == ["Yes", "No"]
    assert listed["details"]["choices"] == [
        {"title": "Red", "payload": "r", "kind": "quick_reply", "description": "like wine"}
    ]


@pytest.mark.parametrize(
    "what",
    [
        buttons(),
        buttons("1", "2", "3", "4"),
        buttons("x" * 21),
        {**buttons("1"), "body": {"text": ""}},
        {**buttons("1"), "body": {"text": "x" * 1025}},
        {**buttons("1"), "action": None},
        {"type": "list", "body": {"text": "x"}, "action": {"sections": []}},
    ],
)
def test_an_offer_over_the_limits_is_refused(meta, what):
    phone = new_contact()
    meta.write("whatsapp", phone)
    assert interactive(meta, phone, what).body["error"]["code"] == 100
    assert meta.outbox("whatsapp", phone) == []


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_page_offers_quick_replies_and_buttons(meta, channel):
    person = new_contact()
    meta.write(channel, person)
    replies = [{"content_type": "text", "title": "Yes", "payload": "YES"}]
    assert meta.reply(channel, person, "Sure?", quick_replies=replies).status == 200
    many = [{"content_type": "text", "title": f"{n}", "payload": "x"} for n in range(14)]
    assert meta.reply(channel, person, "Sure?", quick_replies=many).status == 400
    payload = {
        "template_type": "button",
        "text": "What now?",
        "buttons": [{"type": "postback", "title": "Start", "payload": "START"}],
    }
    template = {"attachment": {"type": "template", "payload": payload}}
    body = {"recipient": {"id": person}, "message": template}
    assert meta.call(NODES[channel], body).status == 200
    asked, offered = meta.outbox(channel, person)
    assert asked["details"]["choices"] == [
        {"title": "Yes", "payload": "YES", "kind": "quick_reply"}
    ]
    assert (offered["type"], offered["text"]) == ("template", "What now?")
    assert offered["details"]["choices"][0]["kind"] == "button"
