"""A pace lets a burst through, then one each interval, and never more in any window."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.pace import Pace

PACE = Pace(burst=3, interval=10.0)


def test_a_burst_goes_at_once_and_the_next_one_waits():
    paid, waits = 0, []
    for _ in range(4):
        waits.append(PACE.wait(paid, now=1_000_000))
        paid = PACE.after(paid, now=1_000_000)
    assert waits == [0.0, 0.0, 0.0, 10.0]


def test_who_kept_still_may_burst_again():
    paid = 0
    for _ in range(3):
        paid = PACE.after(paid, now=0)
    assert PACE.wait(paid, now=9_999) > 0
    assert PACE.wait(paid, now=10_000) == 0
    assert PACE.wait(paid, now=30_000) == 0


@given(
    burst=st.integers(1, 20),
    interval=st.sampled_from([0.5, 1.0, 6.0, 30.0]),
    pauses=st.lists(st.integers(0, 60_000), min_size=1, max_size=80),
    window=st.integers(1, 600),
)
def test_no_window_holds_more_than_the_limit(
    burst: int, interval: float, pauses: list[int], window: int
):
    pace, paid, now, written = Pace(burst=burst, interval=interval), 0, 0, []
    for pause in pauses:
        now += pause
        now += round(pace.wait(paid, now=now) * 1000)
        paid = pace.after(paid, now=now)
        written.append(now)
    for first in written:
        inside = [each for each in written if first <= each < first + window * 1000]
        assert len(inside) <= burst + window / interval
