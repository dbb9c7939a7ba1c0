"""One desk and one receiver for the tests that do not stop them, and the people who use the desk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.desk.desk import SECRET, Agent, ApiUser, DeskProcess
from tests.integration.desk.receiver import Receiver


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver(secret=SECRET)
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a desk that was started once: copied, it saves each test the migrations."""
    desk = DeskProcess(state=tmp_path_factory.mktemp("seeded") / "state", receiver_port=1)
    desk.start()
    desk.stop()
    return desk.state


@pytest.fixture(scope="module")
def desk(
    receiver: Receiver, seeded: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskProcess]:
    state = shutil.copytree(seeded, tmp_path_factory.mktemp("desk") / "state")
    desk = DeskProcess(state=state, receiver_port=receiver.port)
    desk.start()
    yield desk
    desk.clean_up()


@pytest.fixture
def own_receiver() -> Iterator[Receiver]:
    """A receiver for one test, that may stop it."""
    receiver = Receiver(secret=SECRET)
    receiver.start()
    yield receiver
    if receiver.is_on:
        receiver.stop()


@pytest.fixture
def own_desk(own_receiver: Receiver, seeded: Path, tmp_path: Path) -> Iterator[DeskProcess]:
    """A desk for one test, that may stop it; not started yet."""
    state = shutil.copytree(seeded, tmp_path / "state")
    desk = DeskProcess(state=state, receiver_port=own_receiver.port)
    yield desk
    desk.clean_up()


@pytest.fixture(scope="module")
def agent(desk: DeskProcess) -> Agent:
    return desk.agent()


@pytest.fixture(scope="module")
def bridge(desk: DeskProcess) -> ApiUser:
    return desk.bridge()


@pytest.fixture(scope="module")
def observer(desk: DeskProcess) -> ApiUser:
    return desk.observer()
