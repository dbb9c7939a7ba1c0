"""Finds channels and helpdesks by the name of their folder, and imports only the one asked for."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from chalicelib import channels, helpdesks
from chalicelib.errors import UnknownIntegration

if TYPE_CHECKING:
    from chalicelib.domain.account import Desk
    from chalicelib.domain.ports import Channel, Helpdesk, Secrets
    from chalicelib.domain.setting import Setting
    from chalicelib.domain.upkeep import Onboarding
    from chalicelib.settings import Settings


def channel_names() -> list[str]:
    """Return the channels there are: the folders of `channels`."""
    return _folders(channels)


def helpdesk_names() -> list[str]:
    """Return the helpdesks there are: the folders of `helpdesks`."""
    return _folders(helpdesks)


def starting_channels(channel: Callable[[str], Channel]) -> tuple[str, ...]:
    """Return the names of the channels on which a business may write first."""
    return tuple(name for name in channel_names() if channel(name).starts)


def channel(name: str, *, secrets: Secrets, settings: Settings) -> Channel:
    """Return a channel; raise UnknownIntegration where there is no folder of that name."""
    module = _module(channels, name, "channel")
    return cast("Channel", module.create(secrets=secrets, settings=settings))


def helpdesk(desk: Desk, *, secrets: Secrets) -> Helpdesk:
    """Return the helpdesk of a desk; raise UnknownIntegration where there is no such folder."""
    module = _module(helpdesks, desk.helpdesk, "helpdesk")
    return cast("Helpdesk", module.create(desk=desk, secrets=secrets))


def channel_settings(name: str) -> Sequence[Setting]:
    """Return what an account of a channel can be told; raise UnknownIntegration as `channel`."""
    return _settings(_module(channels, name, "channel"))


def helpdesk_settings(name: str) -> Sequence[Setting]:
    """Return what a desk of a helpdesk can be told; raise UnknownIntegration as `helpdesk`."""
    return _settings(_module(helpdesks, name, "helpdesk"))


def onboarding(name: str, *, secrets: Secrets, settings: Settings) -> Onboarding:
    """
    Return what asks how accounts of a channel stand.

    Raises UnknownIntegration as `channel`, and for a channel that cannot be asked.
    """
    make = getattr(_module(channels, name, "channel"), "onboarding", None)
    if make is None:
        raise UnknownIntegration("the channel tells nothing of its accounts")
    return cast("Onboarding", make(secrets=secrets, settings=settings))


def _settings(module: ModuleType) -> Sequence[Setting]:
    return cast("Sequence[Setting]", getattr(module, "SETTINGS", ()))


def _folders(package: ModuleType) -> list[str]:
    return [module.name for module in pkgutil.iter_modules(package.__path__) if module.ispkg]


def _module(package: ModuleType, name: str, module: str) -> ModuleType:
    # The folder listing is the allow-list: a name out of a URL can import nothing else.
    if name not in _folders(package):
        raise UnknownIntegration("no such integration")
    return import_module(f"{package.__name__}.{name}.{module}")
