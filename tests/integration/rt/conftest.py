"""A real Request Tracker with somebody to take its webhooks, and the adapter's ways to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from chalicelib import registry
from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Helpdesk
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from tests.fakes.secrets import MemorySecrets
from tests.integration.desk.receiver import PATH, Receiver
from tests.integration.helpdesks.cutting_proxy import CuttingProxy
from tests.integration.rt import packages
from tests.integration.rt.rt import RtProcess, RtUser

SECRET = "whsec_cmVxdWVzdCB0cmFja2VyIGluIHRoZSB0ZXN0cyBoZXJl"

NewOpening = Callable[..., Opening]


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver(secret=SECRET)
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="session")
def rt(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtProcess]:
    try:
        packages.find_or_install()
    except packages.NoRequestTracker as exc:
        pytest.skip(f"NO TEST WITH A REAL REQUEST TRACKER IS RUN: {exc}")
    webhook = f"http://127.0.0.1:{receiver.port}{PATH}"
    rt = RtProcess(state=tmp_path_factory.mktemp("rt") / "state", webhook=webhook, secret=SECRET)
    rt.start()
    yield rt
    rt.stop()


@pytest.fixture(scope="session")
def alice(rt: RtProcess) -> Iterator[RtUser]:
    alice = rt.agent()
    yield alice
    alice.http.close()


def open_helpdesk(rt: RtProcess, *, url: str = "", token: str = "") -> Helpdesk:
    """Return the adapter for a Request Tracker, at another address where one is named."""
    fields = {
        "api_tokens": (token or rt.tokens["scripta"],),
        "webhook_secrets": (SECRET,),
    }
    desk = Desk(id="local", helpdesk="request_tracker", url=url or rt.url)
    return registry.helpdesk(desk, secrets=MemorySecrets({"desks/local": fields}))


@pytest.fixture(scope="session")
def helpdesk(rt: RtProcess) -> Helpdesk:
    return open_helpdesk(rt)


@pytest.fixture
def proxy(rt: RtProcess) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(target=rt.url)
    proxy.start()
    yield proxy
    proxy.stop()


_NUMBERS = count(1)


@pytest.fixture(scope="session")
def new_opening() -> NewOpening:
    """Make openings, each of a customer and with a reference of its own."""

    def make(
        text: str = "Hello", *, kind: EntryKind = EntryKind.COMMENT, **more: object
    ) -> Opening:
        number = next(_NUMBERS)
        address = f"whatsapp-c{number}@scripta.invalid"
        customer = Customer(id=f"c{number}", name="Ana Bell", address=address, phone="+15550001111")
        entry = Entry(kind=kind, text=text, author="Ana Bell", key=f"c{number}.1")
        fields = {"entry": entry, "customer": customer} | more
        return Opening(
            reference=f"c{number}",
            subject="WhatsApp: Ana Bell",
            channel="whatsapp",
            account="106540352242922",
            **fields,  # type: ignore[arg-type]
        )

    return make
