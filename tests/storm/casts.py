"""Who plays the channels and the desks in a storm: fakes of the ports, or the adapters themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib import helpdesks
from chalicelib.channels.instagram.channel import Instagram
from chalicelib.channels.messenger.channel import Messenger
from chalicelib.channels.whatsapp.channel import WhatsApp
from chalicelib.domain.content import Location
from chalicelib.errors import Gone
from chalicelib.http_client import Transport
from chalicelib.settings import Settings
from infra.local import credentials
from tests import builders
from tests.builders import Raw
from tests.desks.bench import NEW, TOKEN
from tests.fakes.channel import SIGNED
from tests.fakes.deployment import DESK, OTHER_DESK
from tests.fakes.meta_api import ACCOUNTS, MetaApi
from tests.storm import transport, wire
from tests.storm.desk import StormyDesk
from tests.storm.meta_line import Expiring, Line
from tests.storm.played import PlayedDesk
from tests.storm.ports import StormySecrets
from tests.storm.sides import StormyChannel, StormyHelpdesk
from tests.storm.transport import StormyTransport

if TYPE_CHECKING:
    from tests.storm.world import StormWorld

_NUMBERS: Final = 1_000_000  #: that a desk has for itself
WITH_REFERENCE, BARE = "messenger", "instagram"


class Cast(Protocol):
    """
    The sides of a storm.

    `desks` and `channels` are what breaks and is looked at, by name; `adapters` and `faces` what
    the pipeline meets of them. `of` says which desk serves a channel. Persons on the channels
    `many_names` are known by several. With `words` webhooks are in words of our own.
    """

    @property
    def of(self) -> Mapping[str, str]: ...
    @property
    def accounts(self) -> Mapping[str, str]: ...
    @property
    def desks(self) -> Mapping[str, Any]: ...
    @property
    def channels(self) -> Mapping[str, Any]: ...
    @property
    def adapters(self) -> Mapping[str, Any]: ...
    @property
    def faces(self) -> Mapping[str, Any]: ...
    @property
    def many_names(self) -> frozenset[str]: ...
    @property
    def words(self) -> bool: ...

    def webhook(self, source: str, items: Sequence[Raw]) -> tuple[bytes, Mapping[str, str]]:
        """Return the body that tells of items, and its headers."""
        ...

    def forged(self, source: str, items: Sequence[Raw]) -> tuple[bytes, Mapping[str, str]]:
        """Return the same as somebody else would send it."""
        ...

    def natural_key(self, raw: Mapping[str, Any], source: str) -> str:
        """Return the natural key of an item whose order matters; empty for any other."""
        ...

    def most(self, source: str) -> int:
        """Return how many items a webhook tells of at most."""
        ...

    def does(self, desk: str, raw: Raw) -> Sequence[Raw]:
        """Have an agent do what an item says, and return the items of the webhooks about it."""
        ...

    def content_at(self, location: Location) -> bytes | None:
        """Return what a desk keeps at an address; None where it is not a desk's. Raises Gone."""
        ...


class Fakes:
    """Fakes of the ports, two channels; Instagram's echoes are bare."""

    of: Mapping[str, str] = {WITH_REFERENCE: DESK, BARE: OTHER_DESK}
    accounts: Mapping[str, str] = dict.fromkeys(of, builders.ACCOUNT)
    many_names = frozenset({"messenger"})
    words = True

    def __init__(self, world: StormWorld) -> None:
        self.channels = {
            name: StormyChannel(name, world.chaos, world.arrived_last) for name in self.of
        }
        self.desks = {name: self._desk(world) for name in self.of.values()}
        self.adapters: Mapping[str, Any] = self.desks
        self.faces: Mapping[str, Any] = self.channels

    def _desk(self, world: StormWorld) -> StormyHelpdesk:
        def written(*what: Any) -> None:
            world.watch.entry(*what, there=desk.tickets)

        desk = StormyHelpdesk(world.clock, world.chaos, written)
        return desk

    def webhook(self, source: str, items: Sequence[Raw]) -> tuple[bytes, Mapping[str, str]]:
        """See Cast."""
        del source
        return builders.body(*items), SIGNED

    def forged(self, source: str, items: Sequence[Raw]) -> tuple[bytes, Mapping[str, str]]:
        """See Cast."""
        return self.webhook(source, items)[0], {"signature": "bad"}

    def natural_key(self, raw: Mapping[str, Any], source: str) -> str:
        """See Cast."""
        if raw["type"] == "reply":
            return f"{source} reply:{raw['comment']}"
        keys = {"message": "m", "echo": "e", "unsend": "d"}
        if raw["type"] not in keys:
            return ""
        key = f"{keys[raw['type']]}:{raw['id']}"
        return f"{source} standby:{key}" if raw.get("standby") else f"{source} {key}"

    def most(self, source: str) -> int:
        """See Cast."""
        del source
        return 60

    def does(self, desk: str, raw: Raw) -> Sequence[Raw]:
        """See Cast."""
        del desk
        return [raw]

    def content_at(self, location: Location) -> bytes | None:
        """See Cast."""
        del location
        return None


class Adapters:
    """
    The real adapters, each behind the storm's transport, before a Meta and desks in memory.

    Both desks are of the kind `helpdesk`, by the name of its folder.
    """

    of: Mapping[str, str] = {"messenger": DESK, "instagram": OTHER_DESK, "whatsapp": DESK}
    accounts: Mapping[str, str] = ACCOUNTS
    many_names = frozenset({"whatsapp"})
    words = False
    kinds: Final = {"messenger": Messenger, "instagram": Instagram, "whatsapp": WhatsApp}

    def __init__(self, world: StormWorld, *, helpdesk: str = "") -> None:
        self.channels = {name: Line() for name in self.of}
        names = dict.fromkeys(self.of.values())
        self.desks: dict[str, Any] = {
            name: PlayedDesk(world, name, helpdesk=helpdesk, first=(place + 1) * _NUMBERS)
            if helpdesk
            else StormyDesk(world, name)
            for place, name in enumerate(names)
        }
        meta = MetaApi(token=TOKEN, fetch=world.media.linked)
        meta.sent = world.arrived_on
        self._graph = StormyTransport(world.chaos, Expiring(meta, self.channels), transport.META)
        self._meta = {name: wire.Meta(name, world.chaos.random) for name in self.of}
        self._secrets = StormySecrets(world.chaos, _secrets(self.desks))
        self.faces, self.adapters = self.made()

    def made(
        self,
        http: Callable[[Transport], Any] = lambda real: real,
        *,
        kinds: Mapping[str, type[Any]] | None = None,
        helpdesk: type[Any] | None = None,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """
        Return the channels and the helpdesks, of other classes where some are given.

        `http` returns what stands before a transport, or the transport.
        """
        kinds = {**self.kinds, **(kinds or {})}
        settings = Settings(
            table="t",
            intake_queue="q",
            forward_queue="q",
            deliver_queue="q",
            bucket="b",
            graph_url="https://graph.test",
        )
        faces = {
            name: kind(secrets=self._secrets, settings=settings, http=http(self._graph))
            for name, kind in kinds.items()
        }
        desks = {
            name: desk.adapter(secrets=self._secrets, http=http(desk.line), kind=helpdesk)
            for name, desk in self.desks.items()
        }
        return faces, desks

    def webhook(self, source: str, items: Sequence[Raw]) -> tuple[bytes, Mapping[str, str]]:
        """See Cast."""
        side, _, name = source.partition(":")
        if side == "channel":
            return self._meta[name].webhook(items)
        told: tuple[bytes, Mapping[str, str]] = self.desks[name].webhook(items[0])
        return told

    def forged(self, source: str, items: Sequence[Raw]) -> tuple[bytes, Mapping[str, str]]:
        """See Cast."""
        body, headers = self.webhook(source, items)
        return body, {
            name: value.replace("sha256=", "sha256=0") + "A" for name, value in headers.items()
        }

    def natural_key(self, raw: Mapping[str, Any], source: str) -> str:
        """See Cast."""
        side, _, name = source.partition(":")
        if side == "channel":
            return wire.natural_key(raw, source)
        key = self.desks[name].natural_key(raw)
        return f"{source} {key}" if key else ""

    def most(self, source: str) -> int:
        """See Cast."""
        return 60 if source.startswith("channel:") else 1

    def does(self, desk: str, raw: Raw) -> Sequence[Raw]:
        """See Cast."""
        told: Sequence[Raw] = self.desks[desk].does(raw)
        return told

    def content_at(self, location: Location) -> bytes | None:
        """See Cast."""
        gone: Gone | None = None
        for desk in self.desks.values():
            try:
                content: bytes | None = desk.content_at(location)
            except Gone as exc:
                gone = exc
                continue
            if content is not None:
                return content
        if gone:
            raise gone
        return None


def _secrets(desks: Mapping[str, Any]) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {
        f"accounts/{name}/{account}": {"access_tokens": (TOKEN,)}
        for name, account in ACCOUNTS.items()
    }
    found["meta"] = {"app_secrets": credentials.APP_SECRETS}
    for name, desk in desks.items():
        found[f"desks/{name}"] = {"api_tokens": desk.tokens, "webhook_secrets": (NEW,)}
    return found


def played_helpdesks() -> list[str]:
    """Return the helpdesks that somebody plays in memory, by the names of their folders."""
    folders = Path(helpdesks.__file__).parent.iterdir()
    names = sorted(each.name for each in folders if (each / "helpdesk.py").exists())
    return [name for name in names if hasattr(import_module(f"tests.desks.{name}"), "played")]


def casts() -> list[str]:
    """Return the names of all casts: the fakes, the adapters, and these with each other helpdesk."""
    return ["fakes", "adapters", *played_helpdesks()]


def cast_for(world: StormWorld, name: str) -> Cast:
    """Return the cast of that name."""
    if name == "fakes":
        return Fakes(world)
    return Adapters(world, helpdesk="" if name == "adapters" else name)
