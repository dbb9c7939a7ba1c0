"""What a function makes while it starts, when Lambda gives it a whole processor."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Final

from chalicelib import bootstrap
from chalicelib.errors import ConfigurationError, ScriptaError


def prime() -> None:
    """
    Make what the first event will need and open a connection, where this is a function of Lambda's.

    An invocation with 512 MB has a third of a processor, a start has all of one. Never raises: what
    is wrong is told again by the event that needs it.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
    """
    function = os.environ.get("_HANDLER", "").rpartition(".")[2]
    make = _MADE.get(function)
    if make is None:
        return
    try:
        make()
    except (ConfigurationError, ScriptaError) as exc:
        bootstrap.log().warning("not primed", function=function, error=type(exc).__name__)


def _receive() -> None:
    bootstrap.receiver()
    bootstrap.secrets().get("meta", "app_secrets")


def _ingest() -> None:
    from chalicelib.entrypoints import batches  # noqa: F401 - loaded, for later

    bootstrap.ingester()
    _connect()


def _forward() -> None:
    from chalicelib.entrypoints import batches  # noqa: F401 - loaded, for later

    bootstrap.forwarder()
    _connect()


def _deliver() -> None:
    from chalicelib.entrypoints import batches  # noqa: F401 - loaded, for later

    bootstrap.deliverer()
    _connect()


def _connect() -> None:
    """Open the connection to the table, by asking for a row that nobody has."""
    bootstrap.directory().desk("")


_MADE: Final[Mapping[str, Callable[[], None]]] = {
    "app": _receive,
    "ingest": _ingest,
    "forward": _forward,
    "deliver": _deliver,
}
