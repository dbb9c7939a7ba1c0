"""What a customer writes reaches the application as the channel would send it."""

from __future__ import annotations

import base64
import concurrent.futures
import hashlib

import pytest

from tests.integration.meta_sim.world import eventually, new_contact

CHANNELS = ["messenger", "instagram", "whatsapp"]


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_a_customer_writes_arrives_signed_over_the_raw_bytes(meta, application, channel):
    answer = meta.write(channel, new_contact(), "grüße / 😀")
    [(webhook, _)] = application.attempts
    assert answer["status"] == 200
    assert webhook.channel == channel
    assert webhook.is_genuine
    assert b"gr\\u00fc\\u00dfe \\/ \\ud83d" in webhook.raw


def test_messenger_tells_who_wrote_what_in_milliseconds(meta, application):
    psid = new_contact()
    answer = meta.write("messenger", psid, "hi")
    [body] = application.taken("messenger")
    [entry] = body["entry"]
    [item] = entry["messaging"]
    assert (body["object"], entry["id"]) == ("page", "100200300400500")
    assert (item["sender"], item["recipient"]) == ({"id": psid}, {"id": "100200300400500"})
    assert item["message"] == {"mid": answer["message_id"], "text": "hi"}
    assert answer["message_id"].startswith("m_")
    assert item["timestamp"] > 10**12


def test_instagram_tells_who_wrote_what(meta, application):
    igsid = new_contact()
    answer = meta.write("instagram", igsid, "hi")
    [body] = application.taken("instagram")
    [entry] = body["entry"]
    assert (body["object"], entry["id"]) == ("instagram", "17841400000000001")
    assert entry["messaging"][0]["sender"] == {"id": igsid}
    assert entry["messaging"][0]["message"] == {"mid": answer["message_id"], "text": "hi"}
    assert answer["message_id"].startswith("aWdf")


def test_whatsapp_names_the_phone_and_the_business_scoped_id(meta, application):
    phone = new_contact()
    answer = meta.write("whatsapp", f"+{phone}", "hi", name="Ada")
    [body] = application.taken("whatsapp")
    [entry] = body["entry"]
    value = entry["changes"][0]["value"]
    [contact], [message] = value["contacts"], value["messages"]
    assert (body["object"], entry["id"]) == ("whatsapp_business_account", "102290129340398")
    assert value["metadata"] == {
        "display_phone_number": "15550783881",
        "phone_number_id": "106540352242922",
    }
    assert contact == {
        "profile": {"name": "Ada"},
        "wa_id": phone,
        "user_id": message["from_user_id"],
    }
    assert (message["from"], message["text"]) == (phone, {"body": "hi"})
    assert message["id"] == answer["message_id"]
    assert message["id"].startswith("wamid.")
    assert isinstance(message["timestamp"], str)
    assert len(message["timestamp"]) == 10


def test_a_whatsapp_customer_without_digits_shows_no_phone_number(meta, application):
    meta.write("whatsapp", "julian", "hi")
    meta.write("whatsapp", "julian", "again")
    values = [b["entry"][0]["changes"][0]["value"] for b in application.taken("whatsapp")]
    senders = {value["messages"][0]["from_user_id"] for value in values}
    assert len(senders) == 1
    assert senders.pop().startswith("US.")
    assert all("from" not in value["messages"][0] for value in values)
    assert all("wa_id" not in value["contacts"][0] for value in values)
    assert values[0]["contacts"][0]["profile"]["username"] == "julian"


def test_a_lone_surrogate_and_a_nul_arrive_as_written(meta, application):
    for channel in CHANNELS:
        assert meta.write(channel, new_contact(), "a\x00b\ud800")["status"] == 200
    assert all(b"a\\u0000b\\ud800" in webhook.raw for webhook, _ in application.attempts)
    assert len(application.attempts) == 3


def _file(
    kind: str = "image", filename: str = "cat.png", content: bytes = b"\x89PNG"
) -> dict[str, str]:
    return {
        "kind": kind,
        "filename": filename,
        "content": base64.b64encode(content).decode(),
    }


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_file_is_an_address_that_anybody_can_fetch(meta, application, channel):
    meta.write(channel, new_contact(), "", attachment=_file())
    message = application.taken(channel)[0]["entry"][0]["messaging"][0]["message"]
    [attachment] = message["attachments"]
    response = meta.request("GET", attachment["payload"]["url"].removeprefix(meta.base))
    assert attachment["type"] == "image"
    assert "text" not in message
    assert (response.data, response.headers["content-type"]) == (b"\x89PNG", "image/png")


def test_a_whatsapp_file_is_an_id_and_its_address_wants_the_token(meta, application):
    meta.write("whatsapp", new_contact(), "look", attachment=_file("document", "a.pdf", b"%PDF"))
    value = application.taken("whatsapp")[0]["entry"][0]["changes"][0]["value"]
    document = value["messages"][0]["document"]
    bearer = {"Authorization": "Bearer local-meta-token"}
    found = meta.get(f"/v26.0/{document['id']}", headers=bearer).body
    path = found["url"].removeprefix(meta.base)
    assert (document["caption"], document["filename"]) == ("look", "a.pdf")
    assert found["mime_type"] == document["mime_type"] == "application/pdf"
    assert document["sha256"] == base64.b64encode(hashlib.sha256(b"%PDF").digest()).decode()
    assert meta.request("GET", path).status == 401
    assert meta.request("GET", path, headers=bearer).data == b"%PDF"


def test_a_file_that_a_browser_could_run_is_offered_for_download(meta, application):
    meta.write("messenger", new_contact(), "", attachment=_file("file", "x.html", b"<script>"))
    message = application.taken("messenger")[0]["entry"][0]["messaging"][0]["message"]
    path = message["attachments"][0]["payload"]["url"].removeprefix(meta.base)
    response = meta.request("GET", path)
    assert response.headers["content-disposition"] == "attachment"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "order",
    [
        {"contact": "1", "text": "x"},
        {"channel": "telegram", "contact": "1", "text": "x"},
        {"channel": ["messenger"], "contact": "1", "text": "x"},
        {"channel": "messenger", "text": "x"},
        {"channel": "messenger", "contact": 1, "text": "x"},
        {"channel": "messenger", "contact": " ", "text": "x"},
        {"channel": "messenger", "contact": "a\ud800", "text": "x"},
        {"channel": "messenger", "contact": "1"},
        {"channel": "messenger", "contact": "1", "text": 5},
        {"channel": "messenger", "contact": "1", "text": "x", "name": 5},
        {"channel": "messenger", "contact": "1", "attachment": "x"},
        {"channel": "messenger", "contact": "1", "attachment": {**_file(), "kind": "gif"}},
        {"channel": "messenger", "contact": "1", "attachment": {**_file(), "filename": ""}},
        {"channel": "messenger", "contact": "1", "attachment": {**_file(), "content": "?"}},
        {"channel": "messenger", "contact": "1", "attachment": {**_file(), "content": 1234}},
        ["messenger", "1", "x"],
    ],
)
def test_an_order_that_makes_no_sense_is_refused_and_sends_nothing(meta, application, order):
    reply = meta.post("/sim/send", order)
    assert reply.status == 400
    assert reply.body["error"]
    assert application.attempts == []


def test_a_body_that_is_no_json_is_refused(meta, application):
    for body in (b"{", b"\xff", b"[" * 100_000):
        assert meta.request("POST", "/sim/send", body=body).status == 400
    assert application.attempts == []


def test_a_raw_body_is_posted_byte_for_byte_and_signed(meta, application):
    for body in ('{"a": "ü\\/"} ', "not json", "\ud800"):
        reply = meta.post("/sim/raw", {"channel": "instagram", "body": body})
        webhook, _ = application.attempts[-1]
        assert reply.body == {"status": 200}
        assert webhook.raw == body.encode("utf-8", "surrogatepass")
        assert webhook.signature.startswith("sha256=")
        assert webhook.is_genuine


def test_a_raw_body_tells_what_was_answered_and_is_not_sent_again(meta, application):
    application.answer_next(503)
    assert meta.post("/sim/raw", {"channel": "messenger", "body": "x"}).body == {"status": 503}
    meta.write("messenger", new_contact())
    assert [webhook.raw for webhook, _ in application.attempts].count(b"x") == 1


@pytest.mark.parametrize(
    "order", [{"channel": "sms", "body": ""}, {"channel": "messenger", "body": {}}, {}]
)
def test_a_raw_order_that_makes_no_sense_is_refused(meta, application, order):
    assert meta.post("/sim/raw", order).status == 400
    assert application.attempts == []


def test_a_webhook_answered_5xx_is_sent_again_byte_for_byte(meta, application):
    application.answer_next(503)
    answer = meta.write("messenger", new_contact())
    assert answer["status"] == 503
    eventually(lambda: len(application.attempts) == 2)
    (first, _), (second, status) = application.attempts
    assert first == second
    assert status == 200


def test_a_webhook_answered_4xx_is_not_sent_again(meta, application):
    contact = new_contact()
    application.answer_next(401)
    assert meta.write("messenger", contact, "first")["status"] == 401
    assert meta.write("messenger", contact, "second")["status"] == 200
    thread = meta.get("/sim/thread", fields={"channel": "messenger", "contact": contact}).body
    assert [entry["status"] for entry in thread["entries"]] == ["refused", "received"]
    assert len(application.attempts) == 2


def test_what_waits_to_be_sent_again_goes_before_what_is_written_later(meta, application):
    contact = new_contact()
    application.answer_next(503, 503)
    assert meta.write("instagram", contact, "one")["status"] == 503
    assert meta.write("instagram", contact, "two")["status"] == 503  # answered to "one" again
    assert meta.write("instagram", contact, "three")["status"] == 200
    texts = [
        body["entry"][0]["messaging"][0]["message"]["text"]
        for body in application.taken("instagram")
    ]
    assert texts == ["one", "two", "three"]


def test_many_customers_write_at_the_same_time_and_all_arrive(meta, application):
    contacts = [new_contact() for _ in range(200)]
    with concurrent.futures.ThreadPoolExecutor(64) as threads:
        answers = list(threads.map(lambda one: meta.write("whatsapp", one), contacts))
    assert {answer["status"] for answer in answers} == {200}
    assert len({answer["message_id"] for answer in answers}) == 200
    assert len(application.taken("whatsapp")) == 200
