"""What a message costs in calls, where nothing goes wrong."""

from __future__ import annotations

import pytest

from tests.builders import message, reply, status
from tests.fakes.world import World


@pytest.fixture
def ticket(world):
    return world.open_ticket("hello")


def aws_calls(world: World) -> int:
    queues = sum(queue.sends for queue in world.queues.values())
    return queues + len(world.table.calls)


def counted(world: World, names: list[str]) -> int:
    before = aws_calls(world)
    for name in names:
        assert world.pump(name), f"{name} had nothing to do"
    return aws_calls(world) - before


def test_receiving_is_one_call(world, ticket):
    before = aws_calls(world)
    world.hear(message("more"))
    assert aws_calls(world) - before == 1


def test_a_text_in_a_known_ticket_is_seven_calls_and_one_of_the_desk(world, ticket):
    world.hear(message("more"))
    desk_calls = len(world.desk.calls)
    assert counted(world, ["ingest", "forward"]) <= 7
    assert world.desk.calls[desk_calls:] == ["append"]
    assert world.ticket().texts() == ["hello", "more"]


def test_a_reply_is_seven_calls_and_one_of_the_channel(world, ticket):
    world.hear_desk(reply(ticket, "hi"))
    assert counted(world, ["ingest", "deliver"]) <= 7
    assert world.channel.attempts == 1


def test_a_receipt_is_two_calls(world, ticket):
    world.answer(ticket, "hi")
    world.hear(status("delivered", mid="out-1"))
    assert counted(world, ["ingest"]) <= 2
