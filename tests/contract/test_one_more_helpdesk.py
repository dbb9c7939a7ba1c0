"""One more helpdesk is one folder: found, forwarded to, answered from, with no edit elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from chalicelib import bootstrap, helpdesks, registry
from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Helpdesk
from chalicelib.errors import AmbiguousError, InvalidSignature
from tests.builders import message
from tests.fakes.deployment import DESK
from tests.fakes.secrets import MemorySecrets
from tests.fakes.world import World

NAME: Final = "pigeonhole"
SEAL: Final = "the-porters-signet-ring"
TOYS: Final = Path(__file__).parent.parent / "toy_desks"


class LodgeWorld(World):
    """A deployment whose desk is a porter's lodge."""

    def __init__(self) -> None:
        super().__init__()
        row = Desk(id=DESK, helpdesk=NAME, url="https://lodge.test")
        secrets = MemorySecrets({f"desks/{DESK}": {"webhook_secrets": (SEAL,)}})
        self.lodge: Any = registry.helpdesk(row, secrets=secrets)

    def post(self, seal: str = SEAL, **letter: object) -> None:
        """Receive a letter of the porter."""
        body = json.dumps(letter).encode()
        headers = {"x-seal": hmac.digest(seal.encode(), body, hashlib.sha256).hex()}
        self.receiver.receive(self.lodge, source=f"desk:{DESK}", body=body, headers=headers)
        self.run_until_quiet()

    def _helpdesk(self, desk: Desk) -> Helpdesk:  # type: ignore[override]
        return self.lodge  # type: ignore[no-any-return]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[LodgeWorld]:
    monkeypatch.setenv("SCRIPTA_PARTIAL_BATCH", "1")
    for name in ("TABLE", "INTAKE_QUEUE", "FORWARD_QUEUE", "DELIVER_QUEUE", "BUCKET"):
        monkeypatch.setenv(f"SCRIPTA_{name}", name)
    bootstrap.settings.cache_clear()
    monkeypatch.setattr(helpdesks, "__path__", [*helpdesks.__path__, str(TOYS)])
    yield LodgeWorld()
    bootstrap.settings.cache_clear()


def test_a_folder_among_the_helpdesks_is_found_by_its_name(world):
    assert NAME in registry.helpdesk_names()


def test_what_customers_write_lies_in_a_hole_and_what_the_porter_answers_goes_out(world):
    world.hear(message("hello"), message("anybody there?"))
    world.run_until_quiet()
    (hole,) = world.lodge.holes
    assert (hole.label, hole.slips) == ("Messenger: Anna", ["hello", "anybody there?"])
    world.post(hole="1", number=1, answer="good morning")
    assert world.arrived() == ["good morning"]


def test_where_nobody_can_look_a_slip_may_lie_there_twice_and_never_not_at_all(world, monkeypatch):
    world.hear(message("hello"))
    world.run_until_quiet()
    put = world.lodge.append
    answers = iter([AmbiguousError("the boy did not come back")])

    def put_and_lose_the_boy(ticket_id: str, entry: Any) -> str:
        slip: str = put(ticket_id, entry)
        for error in answers:
            raise error
        return slip

    monkeypatch.setattr(world.lodge, "append", put_and_lose_the_boy)
    world.hear(message("more"))
    world.run_until_quiet()
    assert world.lodge.holes[0].slips == ["hello", "more", "more"]


def test_what_somebody_else_sealed_is_refused(world):
    with pytest.raises(InvalidSignature):
        world.post(seal="forged", hole="1", answer="trust me")
