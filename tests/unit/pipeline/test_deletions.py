"""Meta's requests for deletion: taken once, worked off, and told of without a name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain.erasure import RequestState
from chalicelib.errors import InvalidSignature, MalformedPayload, TransientError
from chalicelib.pipeline.deletions import Deletions, Undertaker
from chalicelib.storage.people import TablePeople
from tests import builders
from tests.fakes.world import World

ID = "anna-4711"


def read(body: bytes) -> dict[str, Any]:
    """Read what a test tells; stands for the signature's proof."""
    if body == b"forged":
        raise InvalidSignature("forged")
    told: dict[str, Any] = json.loads(body)
    return told


class Desk:
    """What takes requests and what works them off, over one world."""

    def __init__(self, world: World) -> None:
        requests = TablePeople(table=world.table)
        keys, clock, log = world.mark_keys, world.clock, world.log
        self._world = world
        self.door = Deletions(
            requests=requests,
            intake=world.queues["ingest"],
            read=read,
            keys=keys,
            clock=clock,
            log=log,
        )
        self.work = Undertaker(requests=requests, eraser=world.eraser, clock=clock, log=log)

    def ask(self, user: object, *, issued_at: int = 1) -> str:
        told = {"user_id": user, "issued_at": issued_at}
        code = self.door.take(json.dumps(told).encode())
        self._world.work()
        return code

    def state(self, code: str) -> RequestState:
        request = self.door.state(code)
        assert request is not None
        return request.state

    def work_off(self, *, seconds: float = 300.0) -> None:
        self.work.work_off(time_left=lambda: seconds)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def anna(world: World) -> None:
    world.hear(builders.message("hello", contact=ID, mid="m1"))
    world.run_until_quiet()


def test_a_request_has_one_code_however_often_it_comes(desk):
    code = desk.ask("218471")
    assert desk.ask("218471") == code
    assert desk.ask("218471", issued_at=2) != code
    assert desk.ask("218472") != code
    assert len(code) == 32
    assert "218471" not in code
    assert desk.state(code) is RequestState.WAITING


def test_a_user_of_the_app_who_never_wrote_leaves_nothing(world, desk, anna):
    code = desk.ask(218471)
    before = len(world.conversations())
    desk.work_off()
    assert desk.state(code) is RequestState.NOTHING
    assert len(world.conversations()) == before
    assert "218471" not in json.dumps(list(world.table.scan()), default=sorted)


def test_whoever_is_known_by_the_id_is_erased(world, desk, anna):
    code = desk.ask(ID)
    desk.work_off()
    assert desk.state(code) is RequestState.DONE
    assert ID not in json.dumps(list(world.table.scan()), default=sorted)
    # The same request once more is the same request.
    assert desk.ask(ID) == code
    assert desk.state(code) is RequestState.DONE


def test_without_time_it_waits_for_the_next_run(world, desk, anna):
    code = desk.ask(ID)
    desk.work_off(seconds=30.0)
    assert desk.state(code) is RequestState.WAITING
    assert world.conversations()


def test_what_was_interrupted_is_taken_up_again(world, desk, anna):
    code = desk.ask(ID)

    def stop() -> None:
        raise TransientError("interrupted")

    world.table.before_write("CONV", stop)
    with pytest.raises(TransientError):
        desk.work_off()
    assert desk.state(code) is RequestState.WAITING
    desk.work_off()
    assert desk.state(code) is RequestState.DONE


def test_an_id_of_two_people_waits_for_an_operator(world, desk):
    number = ("phone", "15550001111")
    for id_ in ("US.111111", "US.222222"):
        aliases = [("bsuid", id_)]
        world.hear(builders.message(id_, contact=id_, aliases=aliases))
        world.hear(builders.message(f"{id_}2", contact=id_, aliases=[*aliases, number]))
        world.run_until_quiet()
    code = desk.ask("15550001111")
    desk.work_off()
    assert desk.state(code) is RequestState.WAITING
    assert world.log.alarms() == ["deletion unclear"]
    assert len(world.conversations()) == 2


def test_a_request_is_taken_in_once_whatever_happens_on_its_way(world, desk):
    told = json.dumps({"user_id": ID}).encode()
    world.queues["ingest"].refuse = True
    with pytest.raises(TransientError):
        desk.door.take(told)
    world.queues["ingest"].refuse = False
    world.table.down = True
    code = desk.door.take(told)
    world.work()
    assert desk.door.state(code) is None
    world.table.down = False
    world.run(3600)
    assert desk.state(code) is RequestState.WAITING
    assert world.claims() == []


def test_a_dead_request_is_taken_in_as_well(world, desk):
    code = desk.door.take(json.dumps({"user_id": ID}).encode())
    (message,) = world.queues["ingest"].receive(most=1, wait=0)
    world.ingester.park(message.body, message_id=message.id)
    assert desk.state(code) is RequestState.WAITING


def test_who_leaves_the_app_is_an_alarm_that_names_nobody(world, desk):
    desk.door.leave(json.dumps({"user_id": "218471"}).encode())
    assert world.log.alarms() == ["app deauthorised"]
    assert "218471" not in repr(world.log.lines)


@pytest.mark.parametrize("told", [{}, {"user_id": ""}, {"user_id": None}, {"user_id": True}])
def test_a_request_about_nobody_is_malformed(desk, told):
    for take in (desk.door.take, desk.door.leave):
        with pytest.raises(MalformedPayload):
            take(json.dumps(told).encode())


def test_what_is_not_signed_changes_nothing(world, desk):
    for take in (desk.door.take, desk.door.leave):
        with pytest.raises(InvalidSignature):
            take(b"forged")
    assert list(world.table.scan()) == []
    assert world.log.lines == []


def test_without_a_key_it_is_not_taken(world):
    world.mark_keys = lambda: ()
    world.start()
    with pytest.raises(TransientError):
        Desk(world).ask("218471")
