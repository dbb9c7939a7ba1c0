"""What a customer sees of the business besides messages: that it reads, types and reacts."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from tests.integration.meta_sim.world import (
    NODES,
    TOKEN,
    Meta,
    items,
    message_id,
    new_contact,
    values,
)

PAGES = ["messenger", "instagram"]
every_page = pytest.mark.parametrize("channel", PAGES)
IG_HOST = "/graph.instagram.com"


def act(meta: Meta, channel: str, person: str, action: str, **more: object) -> int:
    """Call a sender action; return the status."""
    body = {"recipient": {"id": person}, "sender_action": action, **more}
    return meta.call(NODES[channel], body).status


@every_page
def test_typing_is_seen_until_it_ends_or_something_is_sent(meta, channel):
    person = new_contact()
    meta.write(channel, person)
    assert meta.thread(channel, person)["typing_ms"] == 0
    assert act(meta, channel, person, "typing_on") == 200
    assert 10_000 < meta.thread(channel, person)["typing_ms"] <= 20_000
    assert act(meta, channel, person, "typing_off") == 200
    assert meta.thread(channel, person)["typing_ms"] == 0
    act(meta, channel, person, "typing_on")
    meta.reply(channel, person)
    assert meta.thread(channel, person)["typing_ms"] == 0


@every_page
def test_what_was_written_before_it_was_seen_is_seen(meta, channel):
    person = new_contact()
    meta.write(channel, person, "one")
    assert act(meta, channel, person, "mark_seen") == 200
    meta.write(channel, person, "two")
    assert [e["seen"] for e in meta.thread(channel, person)["entries"]] == [True, False]


def test_whatsapp_marks_a_message_and_those_before_and_may_type(meta):
    person = new_contact()
    wamids = [
        meta.write("whatsapp", person, text)["message_id"] for text in ("one", "two", "three")
    ]
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamids[1]}
    assert meta.call(NODES["whatsapp"], body).body == {"success": True}
    thread = meta.thread("whatsapp", person)
    assert [entry["seen"] for entry in thread["entries"]][:2] == [True, True]
    assert thread["typing_ms"] == 0
    meta.call(NODES["whatsapp"], {**body, "typing_indicator": {"type": "text"}})
    assert 15_000 < meta.thread("whatsapp", person)["typing_ms"] <= 25_000


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_the_business_reacts_and_nobody_tells_it_so(meta, application, channel):
    person = new_contact()
    mid = meta.write(channel, person)["message_id"]
    if channel == "whatsapp":
        body = {"messaging_product": "whatsapp", "to": person, "type": "reaction"}
        reply = meta.call(NODES[channel], {**body, "reaction": {"message_id": mid, "emoji": "👍"}})
        assert message_id(reply).startswith("wamid.")
    else:
        payload = {"message_id": mid, "reaction": "love"}
        assert act(meta, channel, person, "react", payload=payload) == 200
    reactions = meta.thread(channel, person)["entries"][0]["details"]["reactions"]
    assert reactions == {"business": "👍" if channel == "whatsapp" else "love"}
    assert meta.outbox(channel, person) == []
    assert len(application.attempts) == 1


@every_page
def test_a_reaction_to_what_is_not_there_is_refused(meta, channel):
    person, stranger = new_contact(), new_contact()
    meta.write(channel, person)
    other = meta.write(channel, stranger)["message_id"]
    for payload in (None, {}, {"message_id": other, "reaction": "love"}):
        assert act(meta, channel, person, "react", payload=payload) == 400


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_an_answer_quotes_the_message_that_it_answers(meta, application, channel):
    person = new_contact()
    mid = meta.write(channel, person, "which one?")["message_id"]
    if channel == "whatsapp":
        meta.reply(channel, person, "the red one", context={"message_id": mid})
    else:
        body = {"recipient": {"id": person}, "message": {"text": "the red one"}}
        meta.call(NODES[channel], {**body, "reply_to": {"mid": mid}})
    quote = meta.thread(channel, person)["entries"][-1]["quote"]
    assert (quote["from"], quote["text"]) == ("customer", "which one?")


def test_an_account_of_instagram_answers_under_its_own_host(meta, application):
    person = new_contact()
    meta.write("instagram", person)
    body = {"recipient": {"id": person}, "message": {"text": "hi"}}
    assert meta.edge("me", "messages", body, host=IG_HOST).status == 200
    assert [sent["account"] for sent in meta.outbox("instagram", person)] == [NODES["instagram"]]
    about = meta.node("me", host=IG_HOST, fields="user_id,username").body
    assert about["user_id"] == NODES["instagram"]
    assert about["id"] != about["user_id"]
    assert items(application, "instagram")[0]["recipient"]["id"] == about["user_id"]


@pytest.mark.parametrize("node", [NODES["messenger"], NODES["whatsapp"]])
def test_the_host_of_instagram_knows_no_other_channel(meta, node):
    assert meta.node(node, host=IG_HOST).status == 400
    body = {"recipient": {"id": "1"}, "message": {"text": "x"}, "messaging_product": "whatsapp"}
    assert meta.edge(node, "messages", body, host=IG_HOST).body["error"]["code"] == 100


@pytest.fixture
def strict(tmp_path, application):
    """A simulated Meta of a run that wants a proof of the secret with every call."""
    meta = Meta(tmp_path, application_port=application.port, SCRIPTA_META_PROOF="required")
    yield meta
    meta.stop()


def test_a_run_may_want_a_proof_of_the_secret_with_every_call(strict, application):
    strict.write("messenger", "1")
    body = {"recipient": {"id": "1"}, "message": {"text": "x"}}
    proof = hmac.new(b"local-app-secret", TOKEN.encode(), hashlib.sha256).hexdigest()
    refused = strict.call(NODES["messenger"], body)
    assert refused.status == 400
    assert refused.body["error"]["code"] == 100
    assert "appsecret_proof" in refused.body["error"]["message"]
    assert strict.call(NODES["messenger"], {**body, "appsecret_proof": proof}).status == 200
    assert strict.node("me").status == 400
    assert strict.node("me", appsecret_proof=proof).status == 200
    assert values(application) == []
