"""One run of the storm: events come while everything fails, then it calms down and is looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from chalicelib.errors import TransientError, Unauthorised
from tests import builders
from tests.fakes.deployment import WORKERS
from tests.fakes.faults import ProcessDied
from tests.fakes.helpdesk import DeskTicket
from tests.fakes.world import SWEEP_EVERY
from tests.storm.casts import casts
from tests.storm.verdict import look, look_at_rest, open_work
from tests.storm.violations import Kind, Violation
from tests.storm.world import NO_BUG, Bug, StormWorld

_HOUR: Final = 3600.0
_LONGEST_CALM: Final = 48 * _HOUR  #: seconds after which what is not at rest never will be


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """
    How a run ended; `steps` are its last ones and `trace` stands for all of them.

    At most `bound` replies may be `unconfirmed`, and at most `blurred` ones `unnamed`: never found,
    since the webhook about another one reads the same.
    """

    seed: int
    faults: Counter[str]
    violations: tuple[Violation, ...]
    unconfirmed: int
    residue: int
    bound: int
    unnamed: int
    blurred: int
    steps: tuple[str, ...]
    trace: str

    def count(self, kind: Kind) -> int:
        """Return how many violations of a kind there were."""
        return sum(violation.kind is kind for violation in self.violations)


def cast_of(seed: int) -> str:
    """Return the cast of a seed where none is given: they take turns."""
    names = casts()
    return names[(seed - 1) % len(names)]


def run(seed: int, *, events: int, bug: Bug = NO_BUG, cast: str = "") -> Result:
    """Return how the storm of a seed ended, stopped at the first violation."""
    world = StormWorld(seed, cast=cast or cast_of(seed), bug=bug)
    for _ in range(events):
        _happen(world)
        for _ in range(world.chaos.random.choice((0, 1, 2, 4, 8))):
            world.step()
            if world.chaos.happens(0.3):
                world.clock.advance(world.chaos.random.uniform(0.1, 5))
        if world.watch.violations:
            break
    else:
        _calm_down(world)
        _give_back(world)
        if not world.watch.violations:
            look(world)
        if not world.watch.violations:
            _let_go(world)
            _calm_down(world)
            _give_back(world)
            look_at_rest(world)
    watch = world.watch
    return Result(
        seed=seed,
        faults=world.chaos.faults,
        violations=tuple(watch.violations),
        unconfirmed=len(watch.doubted),
        residue=len(watch.residue),
        bound=len(watch.touched),
        unnamed=len(watch.namesakes.unnamed),
        blurred=watch.namesakes.bound,
        steps=tuple(world.chaos.steps),
        trace=world.chaos.trace,
    )


# --- what happens


def _happen(world: StormWorld) -> None:
    """Have one thing happen in the world outside, or to it."""
    people, random = world.people, world.chaos.random
    channel = random.choice(list(world.cast.of))
    roll = random.random()
    if roll < 0.45:
        _have_written(world, channel)
    elif roll < 0.75:
        _have_answered(world, world.cast.of[channel])
    elif roll < 0.79:
        people.write_outside(channel)
    elif roll < 0.83:
        people.be_odd(channel)
    elif roll < 0.87:
        people.read(channel)
    elif roll < 0.95:
        people.repeat(random.choice(list(people.senders)))
    elif roll < 0.98:
        _close_or_remove(world, world.cast.of[channel])
    elif roll < 0.985:
        _let_go(world)
    elif roll < 0.987:
        world.forge(channel)
    else:
        _break(world, channel)


def _have_written(world: StormWorld, channel: str) -> None:
    """Have a customer write, or rewrite, take back, or go to another application."""
    if world.chaos.happens(0.1):
        world.whims.follow(channel)
    else:
        world.people.write(channel)


def _have_answered(world: StormWorld, desk: str) -> None:
    tickets = world.cast.desks[desk].tickets
    if not tickets:
        return
    ticket = world.chaos.random.choice(tickets)
    if world.chaos.happens(0.1):
        world.people.note_privately(desk, ticket)
    elif world.chaos.happens(0.1):
        _have_written_down(world, desk, ticket)
    else:
        world.people.answer(desk, ticket)


def _have_written_down(world: StormWorld, desk: str, ticket: DeskTicket) -> None:
    """Have an agent write into a ticket what its customer is writing, and says on the phone."""
    text = world.people.is_saying(ticket, shown=world.watch.shown)
    if text:
        world.cast.desks[desk].write_down(ticket.id, text)


def _close_or_remove(world: StormWorld, desk: str) -> None:
    tickets = world.cast.desks[desk].tickets
    if not tickets:
        return
    ticket = world.chaos.random.choice(tickets)
    if world.chaos.happens(0.2):
        how = world.chaos.random.choice(("gone", "merged"))
        merged = how == "merged" and not world.cast.words
        (world.cast.desks[desk].merge if merged else world.cast.desks[desk].remove)(ticket.id)
        world.chaos.note(f"{ticket.id} is {'merged' if merged else 'removed'}")
        if world.chaos.happens(0.5):
            word = "merged" if merged else "gone"
            world.people.do(desk, builders.ticket_changed(ticket.id, word, at=world.clock()))
    else:
        world.cast.desks[desk].close(ticket.id)
        world.people.do(desk, builders.ticket_changed(ticket.id, "closed", at=world.clock()))


def _let_go(world: StormWorld) -> None:
    """Have an operator let go what is parked, who tries again another time if it fails."""
    try:
        world.let_go()
    except (TransientError, ProcessDied):
        world.start()


def _break(world: StormWorld, channel: str) -> None:
    """Break something for a while, or let time pass: nothing else ends what is broken."""
    roll = world.chaos.random.random()
    if roll < 0.2:
        world.chaos.fault("a desk is down for 6 hours")
        desk = world.cast.desks[world.cast.of[channel]]
        down = world.chaos.random.choice((TransientError("down"), Unauthorised("token")))
        desk.down = down
        _pass(world, 6 * _HOUR)
        desk.down = None
    elif roll < 0.3:
        world.chaos.fault("a token is expired for a day")
        world.cast.channels[channel].expired = True
        _pass(world, 24 * _HOUR)
        world.cast.channels[channel].expired = False
    elif roll < 0.5:
        world.chaos.fault("AWS is down for minutes")
        _take_down(world, 0.5)
        _pass(world, 300)
        _take_down(world, 0.0)
    else:
        _pass(world, world.chaos.random.choice((60, 600, 3600)))


def _take_down(world: StormWorld, probability: float) -> None:
    """Take each part of AWS down with that probability, and the others up."""
    world.table.down = world.chaos.happens(probability)
    world.bodies.down = world.chaos.happens(probability)
    for queue in world.queues.values():
        queue.down = world.chaos.happens(probability)


def _pass(world: StormWorld, seconds: float) -> None:
    """Let time pass with everything at work, and with a few people writing on."""
    until = world.clock() + round(seconds * 1000)
    while world.clock() < until and not world.watch.violations:
        if seconds > _HOUR and world.chaos.happens(0.02):
            world.people.write(world.chaos.random.choice(list(world.cast.of)))
        _work(world)
        _wait(world, until)


def _work(world: StormWorld) -> None:
    """Have every process do what it can at this moment."""
    for _ in range(10_000):
        busy = [world.post(source) for source in world.people.senders]
        busy += [world.take(name) for name in WORKERS]
        busy += [world.take(name, dead=True) for name in WORKERS]
        if not any(busy) or world.watch.violations or _is_broken(world):
            return
    world.watch.wrong(Kind.LOST, "it never comes to an end")


def _is_broken(world: StormWorld) -> bool:
    queues = world.queues.values()
    return world.table.down or world.bodies.down or any(queue.down for queue in queues)


def _wait(world: StormWorld, until: int) -> None:
    """Wait for the next thing that is due, a minute at most, and sweep where it is time."""
    now = world.clock()
    due = [queue.next_visible() for queue in (*world.queues.values(), *world.dead.values())]
    due += [at for sender in world.people.senders.values() for at, _ in sender.later if at > now]
    end = min(until, now + SWEEP_EVERY, *due)
    world.clock.advance((max(end, now + 100) - now) / 1000)
    if world.is_time_to_sweep():
        world.sweep_once()


# --- how it ends


def _give_back(world: StormWorld) -> None:
    """Have every conversation given back to us, and shown what was said meanwhile."""
    world.whims.give_back()
    _calm_down(world)


def _calm_down(world: StormWorld) -> None:
    """Stop all faults and let everything come to rest."""
    world.chaos.calm = True
    until = world.clock() + round(_LONGEST_CALM * 1000)
    _work(world)
    while not _is_quiet(world) and not world.watch.violations:
        if world.clock() >= until:
            world.watch.wrong(Kind.LOST, f"it never comes to rest: {open_work(world)[:3]}")
            return
        _wait(world, until)
        _work(world)


def _is_quiet(world: StormWorld) -> bool:
    queues = [*world.queues.values(), *world.dead.values()]
    senders = world.people.senders.values()
    told = any(sender.pending or sender.later for sender in senders)
    waits = any(row["due_at"] or row["waiting_for"] for row in open_work(world))
    return not told and not waits and not any(queue.depth() for queue in queues)
