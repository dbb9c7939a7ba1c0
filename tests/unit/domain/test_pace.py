"""How often one person may be written to, as arithmetic."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.pace import AT_ONCE, Pace

PACE = Pace(interval=6_000, burst=45)
NOW = 1_700_000_000_000


def sent_at_once(pace: Pace, *, now: int = NOW) -> tuple[int, int]:
    """Return how many messages go without a pause, and until when they are not paid back."""
    paid_until, count = 0, 0
    while pace.pause(paid_until, now=now) == 0:
        paid_until = pace.sent(paid_until, now=now)
        count += 1
    return count, paid_until


def test_a_burst_goes_at_once_and_not_one_message_more():
    assert sent_at_once(PACE)[0] == 45


def test_a_burst_is_paid_back_message_by_message():
    _, paid_until = sent_at_once(PACE)
    assert paid_until - NOW == 45 * 6_000
    assert PACE.pause(paid_until, now=NOW + 5_999) > 0
    assert PACE.pause(paid_until, now=NOW + 6_000) == 0
    assert sent_at_once(PACE, now=paid_until)[0] == 45


def test_a_pause_makes_room_for_several_messages():
    _, paid_until = sent_at_once(PACE)
    then = NOW + PACE.pause(paid_until, now=NOW)
    assert then - NOW == AT_ONCE * 6_000
    for _ in range(AT_ONCE):
        assert PACE.pause(paid_until, now=then) == 0
        paid_until = PACE.sent(paid_until, now=then)
    assert PACE.pause(paid_until, now=then) > 0


def test_who_is_written_to_as_often_as_allowed_waits_never():
    paid_until = 0
    for count in range(200):
        now = NOW + count * PACE.interval
        assert PACE.pause(paid_until, now=now) == 0
        paid_until = PACE.sent(paid_until, now=now)


def test_without_a_burst_each_message_waits_for_the_one_before():
    strict = Pace(interval=1_000, burst=1)
    paid_until = strict.sent(0, now=NOW)
    assert strict.pause(paid_until, now=NOW) == 1_000
    assert strict.pause(paid_until, now=NOW + 1_000) == 0


@given(
    st.integers(1, 60),
    st.integers(1, 50),
    st.lists(st.integers(0, 20_000), max_size=80),
)
def test_no_stretch_of_time_has_more_messages_than_its_share_and_a_burst(interval, burst, gaps):
    pace, now, paid_until = Pace(interval=interval * 100, burst=burst), NOW, 0
    times = []
    for gap in gaps:
        now += gap
        now += pace.pause(paid_until, now=now)
        assert pace.pause(paid_until, now=now) == 0
        paid_until = pace.sent(paid_until, now=now)
        times.append(now)
    for first, start in enumerate(times):
        for count, end in enumerate(times[first:], start=1):
            assert count <= burst + (end - start) // pace.interval
