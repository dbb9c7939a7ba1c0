"""The commands: what they print, for machines and for people, and how they exit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain.changes import Outcome, WorkDone
from chalicelib.domain.conversation import Link
from chalicelib.domain.envelope import Book
from chalicelib.domain.message import Status
from chalicelib.domain.work import Stage as WorkStage
from chalicelib.domain.work import Verb
from ops.__main__ import main
from tests.fakes.clock import START
from tests.unit.operations.bridge import Bridge


def answer(told: tuple[int, str, str]) -> dict[str, Any]:
    """Return the JSON of an answer, which must be one line of ASCII and all that was written."""
    _, out, err = told
    assert err == ""
    assert out.isascii()
    assert out.count("\n") == 1
    value: dict[str, Any] = json.loads(out)
    return value


def received(message_id: str, at: str, **items: int) -> str:
    message = {"id": message_id, "deduplication": message_id, "items": items}
    return json.dumps({"message": "received", "timestamp": at, "messages": [message]})


NOW = "2999-01-01T00:00:00+00:00"  # within what the books remember, whenever the tests run


def test_verify_prints_the_books_in_one_line(ops, bridge, log):
    log.append(received("m1", NOW, **{"in": 1}))
    log.append(received("m2", NOW, out=1))
    bridge.store.commit(WorkDone(bridge.say("m1#0")))
    bridge.say("m2#0", verb=Verb.DELIVER)
    told = ops("verify", "--json")
    assert told[0] == 0
    assert told[1] == (
        '{"received":1,"duplicate":0,"forwarded":1,"recorded":0,"parked":0,"ignored":0,'
        '"pending":0,"lost":0,"out":{"received":1,"delivered":0,"failed":0,"unconfirmed":0,'
        '"parked":0,"ignored":0,"pending":1}}\n'
    )


def test_verify_tells_people_the_same(ops, bridge):
    bridge.store.commit(WorkDone(bridge.say("m1#0")))
    status, out, err = ops("verify")
    assert (status, err) == (0, "")
    assert "forwarded                 1\n" in out
    assert out.endswith("All is accounted for.\n")


def test_verify_exits_with_bad_news_where_an_item_is_lost(ops, log):
    log.append(received("m1", NOW, **{"in": 2}))
    assert ops("verify", "--json")[0] == 1
    status, out, _ = ops("verify")
    assert status == 1
    assert out.endswith("To be looked at: 2 lost.\n")


def test_verify_names_all_that_is_to_be_looked_at(ops, bridge):
    bridge.claim("m1#0", Outcome.PARKED)
    bridge.claim("m2#0", Outcome.PARKED, book=Book.OUT)
    bridge.say("m3#0", verb=Verb.DELIVER, stage=WorkStage.UNCONFIRMED)
    status, out, _ = ops("verify")
    assert status == 1
    assert out.endswith("To be looked at: 2 parked, 1 unconfirmed.\n")


def test_a_full_intake_is_no_bad_news(ops, bridge, log):
    log.append(received("m1", NOW, **{"in": 2}))
    bridge.fill(bridge.intake)
    told = ops("verify", "--json")
    assert told[0] == 0
    assert answer(told)["pending"] == 2


def test_parked_lists_why_and_where_but_not_what_was_written(ops, bridge):
    bridge.claim("m1#0", Outcome.PARKED, key="mid", reason="no_account", raw='{"text":"secret"}')
    told = ops("parked", "--json")
    assert told[0] == 1
    assert answer(told) == {
        "parked": [
            {
                "what": "item",
                "at": START,
                "reason": "no_account",
                "scope": "messenger#100",
                "conversation_id": "",
                "key": "mid",
            }
        ],
        "more": False,
    }
    status, out, _ = ops("parked")
    assert status == 1
    assert "no_account" in out
    assert "2023-11-14 22:13:20Z" in out
    assert "secret" not in out


def test_parked_shows_what_was_written_when_asked(ops, bridge):
    bridge.claim("m1#0", Outcome.PARKED, raw='{"text":"secret"}')
    assert "secret" in ops("parked", "--text")[1]
    assert answer(ops("parked", "--text", "--json"))["parked"][0]["text"] == '{"text":"secret"}'


def test_parked_says_that_there_is_more_than_it_lists(ops, bridge):
    for number in range(3):
        bridge.claim(f"m{number}#0", Outcome.PARKED)
    told = answer(ops("parked", "--json", "--limit", "2"))
    assert (len(told["parked"]), told["more"]) == (2, True)
    told = answer(ops("parked", "--json", "--limit", "3"))
    assert (len(told["parked"]), told["more"]) == (3, False)
    assert "--limit" in ops("parked", "--limit", "2")[1]
    assert "--limit" not in ops("parked", "--limit", "3")[1]


def test_nothing_parked_is_good_news(ops, bridge):
    bridge.say()
    assert ops("parked") == (0, "Nothing is parked.\n", "")


def test_conversations_are_listed_with_their_contact_and_ticket(ops, bridge):
    bridge.say()
    bridge.change(link=Link(desk="local", ticket_id="7", url="http://desk/7"))
    assert answer(ops("conversation", "list", "--json")) == {
        "conversations": [
            {
                "id": "c1",
                "channel": "messenger",
                "account": "100",
                "contact": "Ada",
                "ticket": "http://desk/7",
                "ticket_status": "open",
                "person": "",
                "sequence": 1,
                "open_work": 1,
                "last_at": START,
            }
        ]
    }
    status, out, _ = ops("conversation", "list")
    assert status == 0
    assert "Ada" in out
    assert "http://desk/7" in out
    assert "2023-11-14 22:13:20Z" in out


def test_no_more_conversations_are_listed_than_asked_for(ops, bridge):
    bridge.open("c2")
    listed = answer(ops("conversation", "list", "--json", "--limit", "1"))
    assert len(listed["conversations"]) == 1


def test_a_bridge_without_conversations_says_so(capsys):
    stage = Bridge().stage([])
    assert main(["conversation", "list"], connect=lambda _name: stage) == 0
    assert capsys.readouterr().out == "There is no conversation.\n"


def test_a_conversation_is_shown_in_sequence_with_what_is_open(ops, bridge):
    work = bridge.say(text="hello", message_id="m")
    bridge.store.commit(WorkDone(work))
    reply = bridge.say(verb=Verb.DELIVER, text="hi")
    bridge.store.commit(WorkDone(reply))
    bridge.end(reply, Status.ACCEPTED)
    bridge.say(verb=Verb.DELIVER, text="more", attempts=2, due_at=START + 60_000)
    told = answer(ops("conversation", "show", "c1", "--json"))
    assert [
        (m["sequence"], m["direction"], m["author"], m["status"], m["text"])
        for m in told["messages"]
    ] == [
        (1, "in", "Ada", "", "hello"),
        (2, "out", "alice", "accepted", "hi"),
        (3, "out", "alice", "pending", "more"),
    ]
    assert told["work"] == [
        {
            "sequence": 3,
            "verb": "deliver",
            "stage": "ready",
            "attempts": 2,
            "due_at": START + 60_000,
            "waiting_for": "",
            "parked": "",
        }
    ]
    status, out, err = ops("conversation", "show", "c1")
    assert (status, err) == (0, "")
    assert out.index("hello") < out.index("hi") < out.index("more")
    assert "2023-11-14 22:14:20Z" in out


def test_a_timeline_tells_attempts_and_failures_and_what_is_waited_for(ops, bridge):
    waits = bridge.say(text="hello", attempts=3, waiting_for="local")
    failed = bridge.say(verb=Verb.DELIVER, text="hi")
    bridge.say(verb=Verb.DELIVER, text="more", parked="crash:KeyError")
    bridge.store.commit(WorkDone(failed))
    bridge.end(failed, Status.FAILED, reason="window_closed", detail="too late")
    messages = answer(ops("conversation", "show", "c1", "--json"))["messages"]
    told = [(m["status"], m["attempts"], m["open"], m["trouble"], m["ended_at"]) for m in messages]
    assert told == [
        ("", 3, "forward: ready, waits for local", "", 0),
        ("failed", 0, "", "window_closed too late", START),
        ("pending", 0, "deliver: parked, crash:KeyError", "", 0),
    ]
    assert waits.attempts == 3
    out = ops("conversation", "show", "c1")[1]
    assert "window_closed too late" in out
    assert "waits for local" in out


def test_a_conversation_in_which_nothing_was_said_is_shown(ops, bridge):
    status, out, _ = ops("conversation", "show", "c1")
    assert status == 0
    assert "Nothing was said." in out
    assert "No work is open." in out


def test_what_a_customer_wrote_cannot_steer_the_terminal(ops, bridge):
    evil = "\x1b]0;title\x07 \x9b31m a\rb\nstage: forged \u202egnp.exe"
    bridge.open("c2", name=evil)
    bridge.say(conversation_id="c2", text=evil, parked=evil)
    for command in (
        ["conversation", "list"],
        ["conversation", "show", "c2"],
        ["parked", "--text"],
    ):
        out = ops(*command)[1]
        assert "forged" in out
        assert all(c.isprintable() or c == "\n" for c in out)
        assert not any(line.startswith("stage:") for line in out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing command."),
        (["nonsense"], "No such command 'nonsense'."),
        (["conversation"], "Missing command."),
        (["conversation", "show"], "Missing argument 'ID'."),
        (["conversation", "show", "nobody"], "There is no conversation 'nobody'."),
        (["conversation", "show", "\x1b[31m\n"], "There is no conversation '\\x1b[31m\\n'."),
        (["\x1b[31m"], "No such command '\\x1b[31m'."),
        (["verify", "--limit", "3"], "No such option '--limit'."),
        (["parked", "--limit", "0"], "Invalid value for '--limit': 0 is not in the range x>=1."),
    ],
)
def test_a_wrong_call_is_one_line_that_says_what_is_wrong(ops, arguments, said):
    assert ops(*arguments) == (2, "", f"ops: {said}\n")


def test_a_queue_that_does_not_answer_is_no_answer(ops, bridge):
    bridge.intake.down = True
    status, out, err = ops("verify")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert "does not answer" in err


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["verify"],
        ["parked"],
        ["replay"],
        ["reconcile"],
        ["conversation", "list"],
        ["conversation", "show"],
    ],
)
def test_every_command_explains_itself(ops, command):
    status, out, err = ops(*command, "--help")
    assert (status, err) == (0, "")
    assert out.startswith("Usage: ops")
