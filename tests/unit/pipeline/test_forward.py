"""Forwarding: every message once in its ticket, in order, in the right ticket."""

from __future__ import annotations

from tests.builders import message


def test_a_message_opens_a_ticket_that_shows_it(world):
    world.hear(message("hello"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello"]
    assert world.claim("m:hello").outcome == "forward"


def test_later_messages_are_appended_in_order(world):
    for text in ("one", "two", "three"):
        world.hear(message(text))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two", "three"]
    assert world.desk.writes() == ["create", "append", "append"]
