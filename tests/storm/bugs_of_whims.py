"""Mistakes about what people rewrite, take back, and say to another application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from chalicelib.domain.changes import (
    Change,
    ClaimKey,
    ConversationChanged,
    ItemForgotten,
    MessageForgotten,
    MessageKept,
    WorkAdded,
    WorkChanged,
)
from chalicelib.domain.content import File
from chalicelib.domain.events import MessageEdited
from chalicelib.domain.store import Found
from tests.storm.bug_wiring import Instead, faces, store
from tests.storm.reading import TAKEN_BACK
from tests.storm.world import Bug, StormWorld

# --- what is taken back


class _KeepsMessages(Instead):
    def commit(self, *changes: Change) -> None:
        self._real.commit(*(each for each in changes if not isinstance(each, MessageForgotten)))


class _KeepsItems(Instead):
    def commit(self, *changes: Change) -> None:
        self._real.commit(*(each for each in changes if not isinstance(each, ItemForgotten)))


class _WritesWhatWaits(Instead):
    """Forgets a message, and not what is still to be written of it."""

    def commit(self, *changes: Change) -> None:
        forgets = any(isinstance(each, MessageForgotten) for each in changes)
        left = [each for each in changes if not (forgets and isinstance(each, WorkChanged))]
        self._real.commit(*left)


class _TellsNobody(Instead):
    def commit(self, *changes: Change) -> None:
        def tells(change: Change) -> bool:
            return isinstance(change, WorkAdded) and TAKEN_BACK in change.work.text

        self._real.commit(*(each for each in changes if not tells(each)))


class _OverlooksUnsends(Instead):
    """Takes what comes behind its unsend for what was never taken back."""

    def find(self, *, others: Sequence[ClaimKey] = (), **asked: Any) -> Found:
        left = [key for key in others if not key.key.startswith("d:")]
        found: Found = self._real.find(others=left, **asked)
        return found


class _DeletesNothing(Instead):
    def forget(self, files: Sequence[File]) -> None:
        """Leave them where they are."""


def _keeps_files(world: StormWorld) -> None:
    keeper: Any = _DeletesNothing(world.ingester.keeper)
    world.ingester = replace(world.ingester, keeper=keeper)


# --- what is rewritten, and said elsewhere


class _NamesEditsByMessage(Instead):
    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> Any:
        event = self._real.parse(raw, received_at=received_at)
        if isinstance(event, MessageEdited):
            return replace(event, key=f"edit:{event.message_id}")
        return event


class _MissesNothing(Instead):
    """Takes what was said in standby for what was shown."""

    def said(self, conversation_id: str) -> list[MessageKept]:
        said: list[MessageKept] = self._real.said(conversation_id)
        return [each for each in said if not each.message.standby]


class _ShowsStandbyAgain(Instead):
    def commit(self, *changes: Change) -> None:
        self._real.commit(*map(_listening_on, changes))


def _listening_on(change: Change) -> Change:
    if not isinstance(change, ConversationChanged) or change.after.standby_from:
        return change
    after = replace(change.after, standby_from=change.before.standby_from)
    return replace(change, after=after)


OF_WHIMS: Final[dict[str, Bug]] = {
    "keep what was taken back": store(_KeepsMessages),
    "keep the raw item of what was taken back": store(_KeepsItems),
    "keep the files of what was taken back": Bug(parts=_keeps_files),
    "write what was taken back and still waits": store(_WritesWhatWaits),
    "tell nobody that something was taken back": store(_TellsNobody),
    "show what comes behind its unsend": store(_OverlooksUnsends),
    "one key for all edits of a message": faces(_NamesEditsByMessage),
    "show nothing of what was said in standby": store(_MissesNothing),
    "show what was said in standby again": store(_ShowsStandbyAgain),
}
