"""Where a deployed stack is spoken to: the addresses to paste at platforms and helpdesks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib import registry


def base(outputs: Mapping[str, str], *, emulated_at: str = "") -> str:
    """Return the address of a stack's API without a slash at the end, told the stack's outputs."""
    if emulated_at:
        # No name server knows the API's own name there.
        return f"{emulated_at}/restapis/{outputs['RestAPIId']}/api/_user_request_"
    return outputs["EndpointURL"].rstrip("/")


def of_channels(url: str) -> dict[str, str]:
    """Return each channel's webhook address, by the channel's name."""
    return {name: of_channel(url, name) for name in registry.channel_names()}


def of_channel(url: str, name: str) -> str:
    """Return the address for a channel's webhooks."""
    return f"{url}/webhooks/{name}"


def of_desks(url: str, desks: Iterable[str]) -> dict[str, str]:
    """Return each desk's webhook address, by the desk's id."""
    return {desk: of_desk(url, desk) for desk in desks}


def of_desk(url: str, desk: str) -> str:
    """Return the address for a desk's webhooks."""
    return f"{url}/helpdesks/{desk}/webhook"
