"""What the desk is told through environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chalicelib.errors import ConfigurationError

HOST: Final = "127.0.0.1"  #: nobody but this machine: the credentials are published
_REQUIRED: Final = (
    "SCRIPTA_DESK_SECRET_KEY",
    "SCRIPTA_DESK_WEBHOOK_SECRET",
    "SCRIPTA_DESK_BRIDGE_TOKEN",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """
    Where the desk serves, where it tells what happens, and its secrets.

    `port` is a TCP port on 127.0.0.1, `application` the address of the application, with a stage's
    path if it has one, `folder` holds everything the desk keeps, `webhook_secret` is a Standard
    Webhooks secret (`whsec_` and base64).
    """

    port: int
    application: str
    folder: Path
    secret_key: str
    webhook_secret: str
    bridge_token: str

    @property
    def url(self) -> str:
        """Return where the desk answers, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def webhook_url(self) -> str:
        """Return where the application takes the desk's webhooks."""
        return f"{self.application}/helpdesks/local/webhook"


def read(variables: Mapping[str, str] = os.environ) -> Environment:
    """
    Return the environment that the variables describe.

    Raises:
        ConfigurationError: a secret is missing, or a port is not a number.
    """
    missing = [name for name in _REQUIRED if not variables.get(name)]
    if missing:
        raise ConfigurationError(f"the desk needs {', '.join(missing)}")
    local = f"http://{HOST}:{_port(variables, 'SCRIPTA_PORT', default=8000)}"
    return Environment(
        port=_port(variables, "SCRIPTA_DESK_PORT", default=8001),
        application=variables.get("SCRIPTA_APP_URL") or local,
        folder=Path(variables.get("SCRIPTA_STATE") or ".local").resolve() / "desk",
        secret_key=variables["SCRIPTA_DESK_SECRET_KEY"],
        webhook_secret=variables["SCRIPTA_DESK_WEBHOOK_SECRET"],
        bridge_token=variables["SCRIPTA_DESK_BRIDGE_TOKEN"],
    )


def _port(variables: Mapping[str, str], name: str, *, default: int) -> int:
    try:
        return int(variables.get(name) or default)
    except ValueError as exc:
        raise ConfigurationError(f"{name} is not a number") from exc
