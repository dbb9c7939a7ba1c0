"""Whose name a ticket carries."""

from __future__ import annotations

from tests.builders import message


def test_a_name_that_messages_do_not_carry_is_asked_for_once_when_the_ticket_is_made(world):
    world.channel.names["anna"] = "Anna Bell"
    world.hear(message("m1", "hello"), message("m2", "again"))
    world.run_until_quiet()
    assert "Anna Bell" in world.ticket().subject
    assert world.conversation().contact.name == "Anna Bell"


def test_a_customer_whose_name_nobody_tells_is_somebody_on_the_channel(world):
    world.hear(message("m1", "hello"))
    world.run_until_quiet()
    assert "a customer on" in world.ticket().subject
    assert world.conversation().contact.name == ""
