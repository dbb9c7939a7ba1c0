"""Where messages come in and go to: accounts on the channels, desks of the helpdesks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class AccountRef(NamedTuple):
    """Which business endpoint: a page, a phone number id, an Instagram account."""

    channel: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """
    One business endpoint on a channel, and the desk that serves it.

    `options` are what an operator may choose for it; docs/accounts.md lists them.
    """

    ref: AccountRef
    desk: str
    language: str = "en"
    graph_id: str = ""  #: the node that sends, where it is not the account itself
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def node(self) -> str:
        """Return the id of the Graph API node that messages are sent through."""
        return self.graph_id or self.ref.id

    def wants(self, option: str, *, otherwise: bool = False) -> bool:
        """Return whether an option is "on"; `otherwise` where nobody chose."""
        chosen = self.options.get(option, "")
        return otherwise if chosen not in ("on", "off") else chosen == "on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """
    One configured instance of a helpdesk.

    `helpdesk` is the adapter's folder name, `url` where the helpdesk answers, `options` what only
    the adapter understands. A ticket closed for longer than `reopen_window` seconds is followed by
    a new one. Replies that were written until `restored_at` (ms since the epoch) are kept and
    never sent: the table was restored then, and does not know which of them were.
    """

    id: str
    helpdesk: str
    url: str
    reopen_window: int = 72 * 3600
    restored_at: int = 0
    options: Mapping[str, str] = field(default_factory=dict)

    def option(self, name: str) -> str:
        """Return an option without the blanks round it; empty where nobody chose."""
        return self.options.get(name, "").strip()
