"""A desk whose webhooks only say where to look: what was decided is done, whatever they say later."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.desk_events import DeskEventIgnored
from chalicelib.domain.ticket import Promise
from chalicelib.errors import TransientError
from chalicelib.pipeline.wake import Wakeups
from tests.builders import reply
from tests.fakes.helpdesk import LAG


@pytest.fixture
def forgetful_world(world, monkeypatch):
    """A world in which a reply is kept, nobody is woken, and its webhook means nothing afterwards."""
    send = Wakeups.send

    def fail_once(wakeups: Wakeups, wakes: Any) -> None:
        monkeypatch.setattr(Wakeups, "send", send)
        world.desk.parse = lambda raw, *, received_at: DeskEventIgnored(key="later", kind="nothing")
        raise TransientError("the queue is not reached")

    ticket = world.open_ticket("hello")
    monkeypatch.setattr(Wakeups, "send", fail_once)
    world.hear_desk(reply(ticket, "hi"))
    return world


def test_what_was_decided_is_done_though_the_same_item_means_nothing_later(world, request):
    world.desk.promise = Promise(lookup_lag=LAG, asks_back=True)
    request.getfixturevalue("forgetful_world").run_until_quiet()
    assert world.arrived() == ["hi"]


def test_for_desks_whose_webhooks_say_it_all_the_sweep_has_nothing_to_look_for(world):
    ticket = world.open_ticket("hello")
    world.hear_desk(reply(ticket, "hi"))
    world.pump("ingest")
    assert [work.due_at for work in world.open_work()] == [0]
