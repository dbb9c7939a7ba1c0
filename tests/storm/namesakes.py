"""Webhooks that tell of a reply without naming it: which of them read the same, and what that may cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Namesakes:
    """
    Which replies each webhook of a desk was about, by the tokens of each.

    `unnamed` are the replies that were never found, since another one's webhook reads the same.
    """

    unnamed: set[tuple[str, ...]] = field(default_factory=set)
    _told: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    @property
    def bound(self) -> int:
        """Return how many replies may be unnamed at most: of those that read the same, all but one."""
        return sum(len(replies) - 1 for replies in self._told.values())

    def told(self, webhook: str, reply: Sequence[str]) -> None:
        """See that a webhook, in compact JSON, tells of a reply."""
        self._told.setdefault(webhook, []).append(tuple(reply))

    def waiting(self, texts: str, kept: Collection[str]) -> set[str]:
        """Return what is said by replies whose webhook stands in some texts, or of which a part is kept."""
        found = set[str]()
        for webhook, replies in self._told.items():
            for reply in replies:
                if webhook in texts or not set(reply).isdisjoint(kept):
                    found.update(reply)
        return found

    def passes_over(self, token: str, *, found: Collection[str]) -> bool:
        """Return whether a reply may not have been found since another one was, and note that it was not."""
        for replies in self._told.values():
            mine = next((reply for reply in replies if token in reply), None)
            others = {each for reply in replies if reply != mine for each in reply}
            if mine is not None and not others.isdisjoint(found):
                self.unnamed.add(mine)
                return True
        return False
