"""
The words for scenarios: what is done on a channel, and what the agents and customers see of it.

Whatever is done is done over HTTP: by customers and by the business through the simulated Meta, by
an agent through the desk's pages.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

MESSENGER, INSTAGRAM, WHATSAPP = "messenger", "instagram", "whatsapp"
PAGES: Final = (MESSENGER, INSTAGRAM)
ALL: Final = (*PAGES, WHATSAPP)
AGENT: Final = "the desk"
#: In an order: the id of the opening message, and that of what the business sent last.
FIRST, SENT = "$first", "$sent"


class Step(NamedTuple):
    """Something done: an order to an address of the simulated Meta, or to the agent."""

    where: str
    order: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """
    One row: a customer writes (`opens` in place of words), then `steps` are done one by one.

    In the end the ticket shows all of `ticket` and none of `never`, has files with the contents `files`, and the
    customer got the texts `outbox`, in their order.
    """

    name: str
    channels: tuple[str, ...] = ALL
    opens: dict[str, Any] | None = None
    steps: tuple[Step, ...] = ()
    ticket: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    files: tuple[bytes, ...] = ()
    outbox: tuple[str, ...] = ()


def customer(**order: Any) -> Step:
    """Let the customer do something."""
    return Step("/sim/send", order)


def business(**order: Any) -> Step:
    """Let the business write elsewhere than at the desk."""
    return Step("/sim/outside", order)


def controlled_by(owner: str, **more: Any) -> Step:
    """Let our application or another answer."""
    return Step("/sim/control", {"owner": owner, **more})


def silent_for(hours: float) -> Step:
    """Let the customer's last message be hours ago."""
    return Step("/sim/window", {"hours": hours})


def fails(**fault: Any) -> Step:
    """Let the next send to the customer fail."""
    return Step("/sim/faults", fault)


def agent(text: str) -> Step:
    """Let the agent answer in the ticket."""
    return Step(AGENT, {"text": text})


def file(kind: str, filename: str, content: bytes) -> Step:
    """Let the customer send a file."""
    encoded = base64.b64encode(content).decode()
    return customer(attachment={"kind": kind, "filename": filename, "content": encoded})
