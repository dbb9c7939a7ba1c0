"""What is looked at when the storm is over: whatever must hold once everything is quiet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from chalicelib.domain.changes import Outcome
from chalicelib.operations.parked import parked
from chalicelib.operations.verify import verify
from chalicelib.storage import rows
from chalicelib.storage.audit import TableAudit
from tests.storm.casts import BARE
from tests.storm.reading import TAKEN_BACK, says
from tests.storm.tokens import owner, tokens
from tests.storm.violations import Kind
from tests.storm.world import StormWorld

_MOST_PARKED: Final = 1_000_000


def open_work(world: StormWorld) -> list[dict[str, object]]:
    """Return the rows of work that somebody must do, parked ones left out."""
    return [row for row in world.table.open_rows() if not row["parked"]]


def look(world: StormWorld) -> None:
    """Look at everything that must hold when it is quiet."""
    for row in open_work(world):
        world.watch.wrong(Kind.LOST, f"nobody is going to do {row['pk']} {row['sk']}")
    kept = _look_at_parked(world)
    _look_at_said(world, kept)
    for token in world.people.replies:
        _look_at_reply(world, token, kept=kept)
    _look_at_doubts(world, kept)
    _look_at_edits(world, kept)
    books = verify(
        world.books.accepted,
        intake=[world.queues["ingest"], world.dead["ingest"]],
        audit=TableAudit(table=world.table),
        now=world.clock(),
    )
    if books.lost or books.pending or books.out.pending:
        world.watch.wrong(Kind.LOST, f"the books say {books}")


def _look_at_said(world: StormWorld, kept: set[str]) -> None:
    """Look at what customers said and sent: it stands in a ticket, which says what files it lacks."""
    missing = _by_person(world, world.watch.missing)
    for token in world.people.said:
        if token in world.watch.shown or token in kept or world.whims.is_unsent(token):
            continue
        is_early = world.whims.message_of.get(token) in world.watch.whims.early
        if is_early and token in world.watch.before:
            continue  # the edit came first, and a note told what it changed
        if world.watch.wordless.get(token) in world.watch.late:
            # In doubt, set aside, overtaken: one that reads the same may be taken for it.
            world.watch.residue.add(token)
            continue
        # Of a conversation in which nothing but that files are missing stands, nobody knows whose.
        told = next((name for name in (owner(token), "") if missing[name]), None)
        if told is None or not token.startswith("infile"):
            world.watch.wrong(Kind.LOST, f"{token} stands in no ticket")
        else:
            missing[told] -= 1


def _look_at_edits(world: StormWorld, kept: set[str]) -> None:
    """Look that each edit is told, unless its message was taken back, or nobody had said it yet."""
    watch, whims = world.watch, world.whims
    for token in whims.edits:
        early = whims.message_of[token] in watch.whims.early
        if token not in watch.noted.keys() | kept and not early and not whims.is_unsent(token):
            watch.wrong(Kind.LOST, f"{token} is told in no ticket")


def _look_at_unsent(world: StormWorld) -> None:
    """Look that what was taken back is kept nowhere, and that its ticket was told."""
    watch, whims = world.watch, world.whims
    rows, files = str(list(world.table.scan())), world.media.objects
    # What a process fetched that died before it could say where is nobody's, and removed by its age.
    there = b"".join(content for key, content in files.items() if key in watch.media).decode()
    for token in sorted(set(tokens(f"{rows} {there}"))):
        if whims.is_unsent(token):
            watch.wrong(Kind.LEAKED, f"{token} was taken back and is kept")
    told = _by_person(world, watch.taken_back)
    alike = _by_person(world, watch.alike(TAKEN_BACK))
    for person, count in Counter(whims.unsent.values()).items():
        missing = count - told[person] - told[""]
        if missing > alike[person]:
            watch.wrong(Kind.LOST, f"{person} took {count} messages back, {told[person]} are told")
        elif missing > 0:
            # In doubt, set aside, overtaken: one that reads the same may be taken for it.
            watch.residue.add(f"what {person} took back")


def _by_person(world: StormWorld, counts: Mapping[str, int]) -> Counter[str]:
    """Return counts of conversations as counts of persons; "" where nobody knows whose one is."""
    found = Counter[str]()
    for conversation, count in counts.items():
        found[world.watch.whose.get(conversation, "")] += count
    return found


def _look_at_parked(world: StormWorld) -> set[str]:
    """Return what an operator is shown; all that was set aside must be there, and the poison."""
    told = list(parked(TableAudit(table=world.table), store=world.store, most=_MOST_PARKED))
    texts = "\n".join(each.text for each in told)
    there = [rows.to_claim(row) for row in world.table.scan() if row["sk"] == "CLAIM"]
    aside = sum(claim.outcome is Outcome.PARKED for claim in there)
    aside += sum(bool(row["parked"]) for row in world.table.open_rows())
    if aside != len(told):
        world.watch.wrong(Kind.LOST, f"{aside} are parked, {len(told)} are to be seen")
    for mid in world.people.poison:
        if f'"id":"{mid}"' not in texts:
            world.watch.wrong(Kind.LOST, f"the poison {mid} is nowhere")
    parked_rows = (row for row in world.table.open_rows() if row["parked"])
    kept = set(tokens(texts)).union(*map(says, parked_rows))
    # Not every desk's webhook names its reply, or the files of that.
    return kept | world.watch.namesakes.waiting(texts, kept)


def look_at_rest(world: StormWorld) -> None:
    """Look at what is left when everything that was parked was let go: only what nobody can read."""
    look(world)
    _look_at_unsent(world)
    for each in parked(TableAudit(table=world.table), store=world.store, most=_MOST_PARKED):
        if not any(f'"id":"{mid}"' in each.text for mid in world.people.poison):
            world.watch.wrong(Kind.LOST, f"{each.key} was let go and is parked: {each.reason}")


def _look_at_reply(world: StormWorld, token: str, *, kept: set[str]) -> None:
    """Look at one reply: it is on the phone, or somebody was told that it is not."""
    watch = world.watch
    files = token.startswith("replyfile") and owner(token).startswith(BARE[0])
    mixed_up = files and any(each in watch.touched for each in _files_to(world, owner(token)))
    known = watch.sent.keys() | watch.told | watch.doubted | kept
    if token not in known and not mixed_up and not watch.namesakes.passes_over(token, found=known):
        watch.wrong(Kind.LOST, f"{token} was not sent, and nobody was told")
    if token in watch.doubted and token not in watch.touched:
        watch.wrong(Kind.LOST, f"{token} is in doubt, and nothing happened to it")
    if token in watch.shown:
        # An echo that carries nothing of ours, after the send was given up: design, decision 8.
        if mixed_up or (owner(token).startswith(BARE[0]) and token in watch.admitted):
            watch.residue.add(token)
        else:
            watch.wrong(Kind.DUPLICATED, f"{token} is shown as sent by somebody else")


def _look_at_doubts(world: StormWorld, kept: set[str]) -> None:
    """Look that a doubt was withdrawn if something came that carries our reference, and only then."""
    watch = world.watch
    for token in sorted((watch.doubted & world.people.heard) - watch.withdrawn - kept):
        watch.wrong(Kind.LOST, f"agents doubt {token}, which is known to have arrived")
    for token in sorted(watch.withdrawn - watch.sent.keys()):
        watch.wrong(Kind.LOST, f"{token} is told as arrived, and is not on the phone")


def _files_to(world: StormWorld, person: str) -> list[str]:
    """Return the files that agents sent to a person: a bare echo of one may be taken for another's."""
    replies = world.people.replies
    return [each for each in replies if each.startswith("replyfile") and owner(each) == person]
