"""Webhooks wait for an application that is away, fails or refuses, and survive a restart."""

from __future__ import annotations

import time

import pytest

from tests.integration.desk.desk import ApiUser, DeskProcess
from tests.integration.desk.receiver import Receiver

pytestmark = pytest.mark.integration


def texts(receiver: Receiver, ticket: int, *, count: int) -> list[str]:
    return [one.data["text"] for one in receiver.wait(ticket, count=count)]


def wait_for_log(desk: DeskProcess, line: str) -> None:
    deadline = time.monotonic() + 10
    while line not in desk.log:
        assert time.monotonic() < deadline, desk.log
        time.sleep(0.02)


def test_what_was_written_while_nobody_listened_comes_later_in_order(own_desk, own_receiver):
    own_desk.start()
    bridge, observer = own_desk.bridge(), own_desk.observer()
    ticket, other = bridge.open_ticket()["id"], bridge.open_ticket()["id"]
    own_receiver.stop()

    for count in range(3):
        observer.follow_up(ticket, f"{count}")
    observer.follow_up(other, "elsewhere")
    wait_for_log(own_desk, "webhook_unreachable")
    own_receiver.start()

    assert texts(own_receiver, ticket, count=3) == ["0", "1", "2"]
    assert texts(own_receiver, other, count=1) == ["elsewhere"]
    assert len({one.id for one in own_receiver.received}) == 4


def test_a_restart_forgets_no_webhook_and_repeats_none_that_was_taken(own_desk, own_receiver):
    own_desk.start()
    bridge, observer = own_desk.bridge(), own_desk.observer()
    ticket = bridge.open_ticket()["id"]
    observer.follow_up(ticket, "taken")
    own_receiver.wait(ticket)
    own_receiver.stop()
    observer.follow_up(ticket, "waiting", new_status=4)
    own_desk.process.kill()
    own_desk.process.wait()

    own_receiver.start()
    own_desk.start()

    told = own_receiver.wait(ticket, count=3)
    assert [one.type for one in told] == ["reply.send", "reply.send", "ticket.status"]
    assert [one.data["text"] for one in told[:2]] == ["taken", "waiting"]
    assert bridge.ticket(ticket)["status"] == 4


@pytest.mark.parametrize("status", [302, 408, 429, 500, 503])
def test_a_webhook_that_failed_is_sent_again_under_its_id(
    receiver: Receiver, bridge: ApiUser, observer: ApiUser, status: int
):
    ticket = bridge.open_ticket()["id"]
    receiver.refused.clear()
    receiver.statuses.append(status)

    observer.follow_up(ticket, "first")
    observer.follow_up(ticket, "second")

    assert texts(receiver, ticket, count=2) == ["first", "second"]
    (failed,) = receiver.refused
    assert failed.id == receiver.of(ticket)[0].id


def test_a_failing_ticket_does_not_hold_up_another(desk, receiver, bridge, observer):
    failing, other = bridge.open_ticket()["id"], bridge.open_ticket()["id"]
    receiver.statuses.append(500)

    comment = observer.follow_up(failing, "slow")["id"]
    wait_for_log(desk, f"webhook_failed id=msg_comment_{comment} ")
    observer.follow_up(other, "quick")

    receiver.wait(failing)
    assert [one.data["text"] for one in receiver.received[-2:]] == ["quick", "slow"]


def test_a_refused_webhook_is_skipped_and_logged_without_its_text(desk, receiver, bridge, observer):
    ticket = bridge.open_ticket()["id"]
    receiver.statuses.append(400)

    comment = observer.follow_up(ticket, "a secret of the customer")["id"]
    observer.follow_up(ticket, "next")

    assert texts(receiver, ticket, count=1) == ["next"]
    assert f"webhook_refused id=msg_comment_{comment} status=400" in desk.log
    assert "secret of the customer" not in desk.log
