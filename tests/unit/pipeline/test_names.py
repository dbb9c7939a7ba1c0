"""Whose name a ticket carries."""

from __future__ import annotations

from tests.builders import message, names


def test_a_name_that_messages_do_not_carry_is_asked_for_once_when_the_ticket_is_made(world):
    world.channel.names[names("anna")[0][1]] = "Anna Bell"
    world.hear(message("hello", name=""), message("again", name=""))
    world.run_until_quiet()
    assert "Anna Bell" in world.ticket().opening.subject
    assert world.conversation().contact.name == "Anna Bell"


def test_a_customer_whose_name_nobody_tells_is_somebody_on_the_channel(world):
    world.hear(message("hello", name=""))
    world.run_until_quiet()
    assert "a customer on" in world.ticket().opening.subject
    assert world.conversation().contact.name == ""
