"""A real desk with somebody to take its webhooks, and the adapter's ways to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from chalicelib import registry
from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Helpdesk
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from tests.fakes.secrets import MemorySecrets
from tests.integration.desk.desk import BRIDGE_TOKEN, SECRET, Agent, ApiUser, DeskProcess
from tests.integration.desk.receiver import Receiver
from tests.integration.helpdesks.cutting_proxy import CuttingProxy

OpenHelpdesk = Callable[..., Helpdesk]
NewOpening = Callable[..., Opening]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver(secret=SECRET)
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="module")
def desk(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    desk = DeskProcess(state=tmp_path_factory.mktemp("state"), receiver_port=receiver.port)
    desk.start()
    yield desk
    desk.clean_up()


@pytest.fixture(scope="module")
def agent(desk: DeskProcess) -> Agent:
    return desk.agent()


@pytest.fixture(scope="module")
def observer(desk: DeskProcess) -> ApiUser:
    return desk.observer()


@pytest.fixture
def proxy(desk: DeskProcess) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(target=desk.url)
    proxy.start()
    yield proxy
    proxy.stop()


def open_helpdesk(url: str, *, token: str = BRIDGE_TOKEN) -> Helpdesk:
    """Return the adapter for a desk at `url`."""
    secrets = MemorySecrets({"desks/local": {"api_tokens": (token,), "webhook_secrets": (SECRET,)}})
    desk = Desk(id="local", helpdesk="django_helpdesk", url=url, options={"queue": "1"})
    return registry.helpdesk(desk, secrets=secrets)


@pytest.fixture(scope="module")
def helpdesk(desk: DeskProcess) -> Helpdesk:
    return open_helpdesk(desk.url)


@pytest.fixture(scope="module")
def new_opening() -> NewOpening:
    """Make openings, each with a reference of its own."""
    numbers = count(1)

    def make(text: str = "Hello") -> Opening:
        return Opening(
            reference=f"c-{next(numbers)}.1",
            subject="WhatsApp: Ana Bell",
            channel="whatsapp",
            account="1",
            customer=Customer(
                id="p-1", name="Ana Bell", address="whatsapp-15550001111@scripta.invalid"
            ),
            entry=Entry(kind=EntryKind.COMMENT, text=text, author="Ana Bell"),
        )

    return make
