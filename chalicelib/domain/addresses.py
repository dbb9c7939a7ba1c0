"""Which addresses a location lets us ask."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

_PORTS = {"https": 443, "http": 80}

# No user, no bracket, no backslash, no percent sign, no letter beyond ASCII: nothing that two
# readers of an address could take for different hosts.
_PLACE = re.compile(r"(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")


class Origin(NamedTuple):
    """Who answers at an address; the host is in lower case."""

    scheme: str
    host: str
    port: int


def origin(url: str) -> Origin | None:
    """Return the origin of an http or https address; None where it is not plainly one."""
    if _UNPRINTABLE.search(url):
        return None
    try:
        scheme, place, *_ = urlsplit(url)
    except ValueError:
        return None
    found = _PLACE.fullmatch(place)
    if scheme not in _PORTS or found is None:
        return None
    port = int(found["port"]) if found["port"] else _PORTS[scheme]
    return Origin(scheme, found["host"].lower(), port)


def is_allowed(url: str, *, hosts: Collection[str]) -> bool:
    """Tell whether an address is at one of `hosts`, which are what `Location.hosts` are."""
    asked = origin(url)
    return asked is not None and any(_is_at(asked, host) for host in hosts)


def is_public(address: str) -> bool:
    """
    Tell whether an IP address, in numbers, is somebody's in the public internet.

    Those of private networks, of this machine, of one cable only and of nobody are not, however
    they are written.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        # Addresses of the older kind, wrapped into the newer one in three ways.
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def _is_at(asked: Origin, allowed: str) -> bool:
    if "://" in allowed:
        return asked == origin(allowed)
    if asked[::2] != ("https", _PORTS["https"]):
        return False
    if allowed.startswith("."):
        return asked.host.endswith(allowed)
    return asked.host == allowed
