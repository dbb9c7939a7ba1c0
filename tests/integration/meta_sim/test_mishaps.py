"""Webhooks in batches, twice, late, in another order, before the answer: on demand."""

from __future__ import annotations

import subprocess
import time
from typing import Any

import pytest

from tests.integration.meta_sim.world import (
    NODES,
    Application,
    Meta,
    eventually,
    items,
    message_id,
    new_contact,
    values,
)

CHANNELS = ["messenger", "instagram", "whatsapp"]
every_channel = pytest.mark.parametrize("channel", CHANNELS)


def order(meta: Meta, channel: str, **mishaps: Any) -> None:
    """Order mishaps for a channel."""
    reply = meta.post("/sim/delivery", {"channel": channel, **mishaps})
    assert reply.status == 200, reply


def ids_of(application: Application, channel: str) -> list[list[str]]:
    """Return the ids of the customers' messages, webhook by webhook."""
    if channel == "whatsapp":
        bodies = [
            [c["value"] for c in b["entry"][0]["changes"]] for b in application.taken(channel)
        ]
        return [[m["id"] for v in told for m in v.get("messages", [])] for told in bodies]
    bodies = [b["entry"][0]["messaging"] for b in application.taken(channel)]
    return [
        [i["message"]["mid"] for i in told if "is_echo" not in i.get("message", {"is_echo": 1})]
        for told in bodies
    ]


@every_channel
def test_several_messages_come_in_one_webhook_that_is_genuine(meta, application, channel):
    order(meta, channel, batch=3)
    answers = [meta.write(channel, new_contact()) for _ in range(6)]
    wrote = [answer["message_id"] for answer in answers]
    eventually(lambda: len(application.attempts) == 2)
    assert [answer["status"] for answer in answers] == [None] * 6
    assert ids_of(application, channel) == [wrote[:3], wrote[3:]]
    assert all(webhook.is_genuine for webhook, _ in application.attempts)


def test_a_batch_of_whatsapp_shares_a_value_in_which_nobody_is_named_twice(meta, application):
    ada, bo = new_contact(), new_contact()
    order(meta, "whatsapp", batch=3)
    for person in (ada, bo, ada):
        meta.write("whatsapp", person)
    eventually(lambda: application.attempts)
    [value] = values(application)
    assert [message["from"] for message in value["messages"]] == [ada, bo, ada]
    assert [contact["wa_id"] for contact in value["contacts"]] == [ada, bo]


def test_what_is_told_in_a_batch_counts_as_received_on_the_phone(meta, application):
    person = new_contact()
    order(meta, "messenger", batch=2)
    meta.write("messenger", person, "one")
    assert meta.thread("messenger", person)["entries"][0]["status"] == "waiting"
    meta.write("messenger", person, "two")
    eventually(
        lambda: (
            [entry["status"] for entry in meta.thread("messenger", person)["entries"]]
            == ["received", "received"]
        )
    )


@every_channel
def test_a_webhook_comes_as_often_as_ordered_byte_for_byte(meta, application, channel):
    order(meta, channel, duplicate=2)
    assert meta.write(channel, new_contact())["status"] == 200
    eventually(lambda: len(application.attempts) == 3)
    assert len({webhook.raw for webhook, _ in application.attempts}) == 1


def test_copies_may_come_within_the_same_webhook(meta, application):
    order(meta, "messenger", hold=2, batch=4, duplicate=1)
    one, two = (meta.write("messenger", new_contact())["message_id"] for _ in range(2))
    eventually(lambda: application.attempts)
    assert ids_of(application, "messenger") == [[one, one, two, two]]


@every_channel
def test_messages_come_in_another_order_the_same_for_the_same_seed(meta, application, channel):
    def told() -> list[int]:
        application.reset()
        order(meta, channel, hold=5, shuffle=True, seed=3)
        wrote = [meta.write(channel, new_contact())["message_id"] for _ in range(5)]
        eventually(lambda: len(application.attempts) == 5)
        return [wrote.index(one) for [one] in ids_of(application, channel)]

    first = told()
    assert sorted(first) == list(range(5)) != first
    assert told() == first


def test_a_webhook_comes_late(meta, application):
    order(meta, "messenger", delay=0.4)
    began = time.monotonic()
    assert meta.write("messenger", new_contact())["status"] is None
    assert application.attempts == []
    eventually(lambda: application.attempts)
    assert time.monotonic() - began >= 0.4


def test_what_is_held_back_comes_when_all_shall_go_well_again(meta, application):
    order(meta, "messenger", hold=10)
    wrote = [meta.write("messenger", new_contact())["message_id"] for _ in range(3)]
    assert meta.get("/sim/health").body["waiting"] == 3
    assert application.attempts == []
    meta.delete("/sim/delivery")
    eventually(lambda: len(application.attempts) == 3)
    assert ids_of(application, "messenger") == [[one] for one in wrote]
    assert meta.write("messenger", new_contact())["status"] == 200


def test_what_is_held_back_survives_a_restart(tmp_path, application):
    meta = Meta(tmp_path, application_port=application.port)
    order(meta, "messenger", hold=2)
    wrote = [meta.write("messenger", "1")["message_id"]]
    meta.stop(signal=meta.process.kill)
    again = Meta(tmp_path, application_port=application.port)
    try:
        wrote.append(again.write("messenger", "2")["message_id"])
        eventually(lambda: len(application.attempts) == 2)
    finally:
        again.stop()
    assert ids_of(application, "messenger") == [[one] for one in wrote]


def test_a_state_of_an_earlier_version_is_taken_over(tmp_path, application):
    (tmp_path / "meta").mkdir()
    first = (
        "CREATE TABLE customer (channel TEXT, contact TEXT, name BLOB, bsuid TEXT,"
        " last_inbound_at INTEGER, PRIMARY KEY (channel, contact));"
        "CREATE TABLE message (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, channel TEXT, contact TEXT,"
        " outgoing INTEGER, type TEXT, text BLOB, media TEXT, tracking BLOB, at INTEGER,"
        " status TEXT, fate INTEGER);"
        "CREATE TABLE fault (seq INTEGER PRIMARY KEY, channel TEXT, recipient TEXT, fault TEXT,"
        " code INTEGER, http INTEGER, remaining INTEGER);"
        "INSERT INTO customer VALUES ('messenger', '1', x'416461', '', 5);"
        "INSERT INTO message VALUES (1, 'm_1', 'messenger', '1', 0, 'text', x'6869', '', x'', 5,"
        " 'received', 0);"
    )
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
    path = str(tmp_path / "meta" / "meta.sqlite3")
    subprocess.run(["python3", "-c", code, path, first], check=True)
    meta = Meta(tmp_path, application_port=application.port)
    try:
        thread = meta.thread("messenger", "1")
    finally:
        meta.stop()
    assert (thread["name"], thread["entries"][0]["text"]) == ("Ada", "hi")


@every_channel
def test_what_became_of_a_message_is_told_before_the_send_is_answered(meta, application, channel):
    person = new_contact()
    meta.write(channel, person)
    order(meta, channel, early=True)
    sent = message_id(meta.reply(channel, person))
    if channel == "whatsapp":
        statuses = [status for value in values(application) for status in value.get("statuses", [])]
        assert [(s["id"], s["status"]) for s in statuses] == [(sent, "sent"), (sent, "delivered")]
    else:
        echo = next(item for item in items(application, channel) if item["sender"]["id"] != person)
        assert echo["message"]["mid"] == sent


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_echoes_never_come_or_come_late(meta, application, channel):
    person = new_contact()
    meta.write(channel, person)
    order(meta, channel, no_echo=True)
    meta.reply(channel, person)
    eventually(lambda: meta.statuses(channel, person) == ["delivered"])
    order(meta, channel, echo_delay=0.4)
    late = message_id(meta.reply(channel, person))
    began = time.monotonic()
    eventually(lambda: any("is_echo" in i.get("message", {}) for i in items(application, channel)))
    assert time.monotonic() - began >= 0.3
    mids = [item.get("message", {}).get("mid") for item in items(application, channel)]
    assert mids.count(late) == 1


@pytest.mark.parametrize(
    "mishaps",
    [
        {"channel": "fax"},
        {"channel": "messenger", "speed": 3},
        {"channel": "messenger", "batch": 0},
        {"channel": "messenger", "batch": "2"},
        {"channel": "messenger", "batch": 2.5},
        {"channel": "messenger", "batch": True},
        {"channel": "messenger", "duplicate": -1},
        {"channel": "messenger", "delay": -1},
        {"channel": "messenger", "delay": 9999},
        {"channel": "messenger", "shuffle": 1},
    ],
)
def test_a_mishap_that_makes_no_sense_is_refused(meta, mishaps):
    reply = meta.post("/sim/delivery", mishaps)
    assert reply.status == 400
    assert reply.body["error"]


@pytest.mark.parametrize(("channel", "code"), [("whatsapp", 131056), ("messenger", 613)])
def test_whoever_writes_too_fast_to_one_customer_is_told_so(meta, channel, code):
    person, other = new_contact(), new_contact()
    for one in (person, other):
        meta.write(channel, one)
    meta.post("/sim/pace", {"channel": channel, "most": 2, "seconds": 3600})
    replies = [meta.reply(channel, person) for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 400]
    assert replies[2].body["error"]["code"] == code
    assert meta.reply(channel, other).status == 200
    meta.delete("/sim/pace")
    assert meta.reply(channel, person).status == 200
    assert len(meta.outbox(channel, person)) == 3


def test_a_pace_allows_again_what_it_refused_once_the_time_is_over(meta):
    person = new_contact()
    meta.write("whatsapp", person)
    meta.post("/sim/pace", {"channel": "whatsapp", "most": 1, "seconds": 0.3})
    assert meta.reply("whatsapp", person).status == 200
    assert meta.reply("whatsapp", person).status == 400
    eventually(lambda: meta.reply("whatsapp", person).status == 200)


@pytest.mark.parametrize(
    "pace",
    [
        {"channel": "fax", "most": 1, "seconds": 1},
        {"channel": "whatsapp", "most": -1, "seconds": 1},
        {"channel": "whatsapp", "most": True, "seconds": 1},
        {"channel": "whatsapp", "most": 1, "seconds": 0},
        {"channel": "whatsapp", "most": 1, "seconds": "1"},
        {"channel": "whatsapp", "most": 1, "seconds": 1, "burst": 2},
    ],
)
def test_a_pace_that_makes_no_sense_is_refused(meta, pace):
    assert meta.post("/sim/pace", pace).status == 400


def test_a_pace_counts_what_is_sent_and_not_what_is_refused(meta):
    person = new_contact()
    meta.write("messenger", person)
    meta.post("/sim/pace", {"channel": "messenger", "most": 1, "seconds": 3600})
    body = {"recipient": {"id": person}, "message": {"text": ""}}
    assert meta.call(NODES["messenger"], body).body["error"]["code"] == 100
    assert meta.reply("messenger", person).status == 200
