"""Files on their way through the pipeline: fetched at once, tried again, said where missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chalicelib import words
from chalicelib.domain.changes import Change, FilesFound, MessageKept, WorkAdded
from chalicelib.domain.content import Attachment, File, FileKind, Location
from chalicelib.domain.keeping import MediaStore
from chalicelib.domain.ports import Clock, Log
from chalicelib.errors import AmbiguousError, Gone, Refused, TransientError
from chalicelib.pipeline.decision import Decision

#: ms after which no other file of the same item is begun: what is left is tried again later.
TIME = 10_000

Locate = Callable[[File], Location]
"""Returns where a file is to be fetched, as Channel.locate and Helpdesk.locate do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKeeper:
    """What keeping files needs."""

    media: MediaStore
    clock: Clock
    log: Log

    def keep(self, files: Sequence[File], locate: Locate) -> tuple[File, ...]:
        """
        Return the files as they are after an attempt to fetch those that are not kept yet.

        A file that can be had no more has a `problem` then; one that could not be had now is as
        it was. Raises nothing: a message is never held up by its files.
        """
        until = self.clock() + TIME
        return tuple(self._keep(file, locate) if self.clock() < until else file for file in files)

    def _keep(self, file: File, locate: Locate) -> File:
        if file.key or file.problem:
            return file
        try:
            return self.media.fetch(file, locate(file))
        except Refused as exc:
            problem = exc.reason
        except Gone:
            problem = "file_gone"
        except (TransientError, AmbiguousError) as exc:
            self.log.warning("file not fetched", kind=file.kind, error=type(exc).__name__)
            return file
        self.log.warning("file refused", kind=file.kind, reason=problem)
        return replace(file, problem=problem)

    def kept(self, decision: Decision, locate: Locate) -> Decision:
        """Return a decision in which the files that it keeps and sends on are fetched, each once."""
        wanted = [file for change in decision.changes for file in _files(change) if not file.key]
        unique = list(dict.fromkeys(wanted))
        if not unique:
            return decision
        after = dict(zip(unique, self.keep(unique, locate), strict=True))
        return replace(decision, changes=[_with(change, after) for change in decision.changes])

    def forget(self, files: Sequence[File]) -> None:
        """Delete kept files whose sender took them back; raise TransientError where one may stay."""
        for file in files:
            self.media.forget(file)

    def in_hand(self, files: Sequence[File]) -> tuple[Attachment, ...]:
        """Return the kept ones of files, to be written elsewhere; raise TransientError."""
        return tuple(self.media.attachment(file) for file in files if not file.problem)


def of_earlier(decision: Decision) -> list[File]:
    """Return the files that a decision sends on and that earlier messages have: those of standby."""
    kept = [change for change in decision.changes if isinstance(change, MessageKept)]
    own = {file.origin for change in kept for file in change.message.content.files}
    added = [change.work for change in decision.changes if isinstance(change, WorkAdded)]
    return [file for work in added for file in work.files if file.origin not in own]


def found_since(
    said: Sequence[MessageKept], before: Sequence[File], after: Sequence[File]
) -> list[FilesFound]:
    """
    Return what tells the messages of a conversation which of their files are kept by now.

    `before` and `after` are the same files, before and after an attempt to fetch them. In a message
    they go on being called as they were told: by that the lines that recall it are found again.
    """
    had = {file.origin for file in before if file.key}
    new = {file.origin: file for file in after if file.key and file.origin not in had}

    def found(file: File) -> File:
        return replace(new[file.origin], name=file.name) if file.origin in new else file

    changes = []
    for kept in said:
        content = kept.message.content
        files = tuple(file if file.key else found(file) for file in content.files)
        if files != content.files:
            changes.append(FilesFound(kept, replace(content, files=files)))
    return changes


def given_up(files: Sequence[File]) -> tuple[File, ...]:
    """Return the files with a problem for those that could still not be had."""
    return tuple(
        file if file.key or file.problem else replace(file, problem="file_unavailable")
        for file in files
    )


def shown(text: str, files: Sequence[File], *, language: str) -> str:
    """Return a text that is never empty, and that says which of its files are missing and why."""
    parts = [text] if text.strip() else []
    for file in files:
        if file.kind is FileKind.PORTRAIT:
            continue
        kind = words.say(language, f"file.{file.kind}")
        if file.problem:
            reason = words.say(language, f"reason.{file.problem}", detail=file.name)
            parts.append(words.say(language, "file_missing", kind=kind, reason=reason))
        elif not text.strip():
            parts.append(f"[{kind}]")
    return "\n".join(parts) or words.say(language, "empty")


def _files(change: Change) -> tuple[File, ...]:
    match change:
        case MessageKept(_, _, message):
            return message.content.files
        case WorkAdded(work):
            return work.files
        case _:
            return ()


def _with(change: Change, after: dict[File, File]) -> Change:
    match change:
        case MessageKept(_, _, message) if message.content.files:
            files = tuple(after.get(file, file) for file in message.content.files)
            content = replace(message.content, files=files)
            return replace(change, message=replace(message, content=content))
        case WorkAdded(work) if work.files:
            files = tuple(after.get(file, file) for file in work.files)
            return WorkAdded(replace(work, files=files))
        case _:
            return change
