"""Rows of a backup, put back so that nothing goes out a second time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from chalicelib.domain.ports import Clock
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.errors import Conflict
from chalicelib.storage import keys, rows
from chalicelib.storage.directory import TableDirectory
from chalicelib.storage.table import IF_NEW, Condition, Put, Row, Table

RESTORED = "restored"  #: why work of a backup, and replies older than the restoring, are parked
_MS = 1000
_DUE_IN = 60 * _MS  #: ms after which restored entries are looked for: by then all rows are back


@dataclass(frozen=True, slots=True, kw_only=True)
class Restorer:
    """
    Puts the rows of the table `backup` into `target`, which may be one and the same.

    Rows that `target` has are newer, and stay. What the backup still had to send is parked, since
    it may have been sent after it; what it had to write into a helpdesk is looked for first.
    """

    backup: Table
    target: Table
    clock: Clock

    def fence(self) -> int:
        """
        Have every desk's replies of until now kept and never sent, and return how many desks.

        Comes first: the books of the time after the backup are lost, and with them what was sent.
        Functions know it as soon as they read a desk's row again, within half a minute.
        """
        directory = TableDirectory(self.target, clock=self.clock)
        known = {desk.id: desk for desk in TableDirectory(self.backup, clock=self.clock).desks()}
        known |= {desk.id: desk for desk in directory.desks()}
        now = self.clock()
        for desk in known.values():
            directory.keep_desk(replace(desk, restored_at=max(now, desk.restored_at)))
        return len(known)

    def restore(self, *, dry_run: bool = False) -> Iterator[Mapping[str, int]]:
        """
        Put the rows back, and yield after each what was done so far, by words for it.

        May be interrupted and repeated: what is back is passed over.
        """
        done: Counter[str] = Counter()
        in_place = self.backup is self.target
        for row in self.backup.scan():
            done[self._put(row, in_place=in_place, dry_run=dry_run)] += 1
            yield done

    def _put(self, row: Row, *, in_place: bool, dry_run: bool) -> str:
        now = self.clock()
        if 0 < row.get("ttl", 0) * _MS <= now:
            return "forgotten"
        word, put = "put back", row
        if row["sk"].startswith(keys.WORK_PREFIX):
            work = rows.to_work(row)
            safe = harmless(work, now=now)
            if safe != work:
                put = {**rows.from_work(safe), "pk": row["pk"], "sk": row["sk"]}
                word = "parked" if safe.parked else "looked for"
            elif in_place:
                return "left alone"
        elif in_place:
            return "left alone"
        when = Condition(equal={"revision": row["revision"]}) if in_place else IF_NEW
        if not dry_run:
            try:
                self.target.write([Put(key=(row["pk"], row["sk"]), row=_bare(put), when=when)])
            except Conflict:
                return "newer there"
        return word


def harmless(work: Work, *, now: int) -> Work:
    """Return work of a backup as it can be put back: nothing of it goes out a second time."""
    if work.parked or work.stage is Stage.UNCONFIRMED:
        return work
    if work.verb is Verb.DELIVER:
        if work.stage is Stage.STARTED:
            # It waits for what confirms it, and is never sent again.
            return work
        return replace(work, parked=RESTORED, due_at=0, waiting_for="", revision=work.revision + 1)
    # As after a crash: what may stand there is looked for before it is written.
    if work.stage is Stage.STARTED and (work.due_at or work.waiting_for):
        return work
    due_at = work.due_at if work.waiting_for else now + _DUE_IN
    return replace(work, stage=Stage.STARTED, due_at=due_at, revision=work.revision + 1)


def _bare(row: Row) -> Row:
    """Return a row without its key, which is written beside it."""
    return {name: value for name, value in row.items() if name not in ("pk", "sk")}
