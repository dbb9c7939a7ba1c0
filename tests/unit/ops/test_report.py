"""`report`: the table, the JSON and the picture, and what a wrong call gets."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from chalicelib.domain.account import AccountRef
from chalicelib.domain.message import Status
from chalicelib.domain.work import Verb
from chalicelib.operations.report import Figures, ServiceReport
from ops.__main__ import main
from ops.durations import duration
from ops.picture import picture
from tests.unit.operations.bridge import Bridge

SVG = "{http://www.w3.org/2000/svg}"
ALL = ("--since", "2020-01-01T00:00:00Z", "--until", "2999-01-01T00:00:00Z")
DAY = 86_400_000
NOVEMBER = 1_793_491_200_000  #: the first of it in 2026


@pytest.fixture
def answered(bridge):
    """A bridge in which one message was answered, and one reply was not sent."""
    bridge.say("m1#0")
    bridge.clock.advance(90)
    bridge.end(bridge.say("m2#0", verb=Verb.DELIVER), Status.ACCEPTED, message_id="p1")
    bridge.end(bridge.say("m3#0", verb=Verb.DELIVER), Status.FAILED)
    return bridge


def busy() -> ServiceReport:
    """A month on three channels, with everything there is to show."""
    report = ServiceReport(since=NOVEMBER, until=NOVEMBER + 30 * DAY)
    for number, channel in enumerate(("instagram", "messenger", "whatsapp"), start=1):
        figures = Figures(
            people=40 * number,
            received=311 * number,
            sent=270 * number,
            elsewhere=9,
            unanswered=3 * number,
        )
        figures.first_responses += [95_000 * number, 640_000 * number, 5_400_000]
        figures.resolutions += [7_200_000 * number, 93_000_000]
        figures.ratings["csat"] += [5, 4, 4]
        figures.failures.update({"window_closed": 12 * number, "not_reachable": 3})
        report.accounts[AccountRef(channel, f"1002003004005{number}")] = figures
    days = range(1, 31)
    report.days = {f"2026-11-{d:02}": (20 + d * 7 % 23, 15 + d * 5 % 19) for d in days}
    return report


def words(svg: str) -> list[str]:
    return [each.text or "" for each in ET.fromstring(svg).iter(f"{SVG}text")]


def test_it_tells_people_a_table(ops, answered):
    status, out, err = ops("report", *ALL)
    assert (status, err) == (0, "")
    assert "messenger 100" in out
    row = next(line for line in out.splitlines() if line.startswith("messenger 100"))
    assert row.split()[2:6] == ["1", "1", "1", "0"]
    assert "replies that failed because of" in out


def test_it_tells_machines_the_same(ops, answered):
    status, out, err = ops("report", "--json", *ALL)
    assert (status, err) == (0, "")
    told = json.loads(out)
    (account,) = told["accounts"]
    assert (account["channel"], account["account"]) == ("messenger", "100")
    assert (account["received"], account["sent"], account["unanswered"]) == (1, 1, 0)
    assert account["first_response"]["count"] == 1
    assert account["failures"] == {"other": 1}
    assert account["resolution"] is None
    (channel,) = told["channels"]
    assert channel["received"] == 1


def test_it_draws_a_picture(ops, answered, tmp_path):
    file = tmp_path / "report.svg"
    assert ops("report", "--svg", str(file), *ALL)[0] == 0
    shown = words(file.read_text())
    assert "Service report" in shown
    assert "messenger 100" in shown


def test_a_table_with_nothing_in_it_is_told_and_drawn(tmp_path, capsys):
    call = ("report", "--svg", str(tmp_path / "r.svg"))
    assert main(call, connect=lambda _name: Bridge().stage()) == 0
    assert capsys.readouterr().out.endswith("There is no conversation.\n")
    assert "none" in words((tmp_path / "r.svg").read_text())


def test_a_time_that_ends_before_it_begins_is_a_wrong_call(ops):
    call = ("--since", "2026-11-23T09:00:00Z", "--until", "2026-11-23T09:00:00Z")
    assert ops("report", *call) == (
        2,
        "",
        "ops: Nothing to report: --until is not after --since.\n",
    )


def test_a_file_that_cannot_be_written_is_a_wrong_call(ops, tmp_path):
    status, out, err = ops("report", "--svg", str(tmp_path / "none" / "r.svg"))
    assert (status, out) == (2, "")
    assert err.startswith("ops: ")
    assert err.count("\n") == 1


def test_whatever_somebody_named_is_text_in_the_picture_and_nothing_else():
    report = busy()
    evil = "</text><script>alert(1)</script>\x1b[2J"
    report.accounts[AccountRef("messenger", evil)] = Figures(
        received=1, failures=Counter({evil: 1})
    )
    svg = picture(report)
    assert "<script" not in svg
    assert "\x1b" not in svg
    tags = {each.tag for each in ET.fromstring(svg).iter()}
    assert tags == {f"{SVG}{tag}" for tag in ("svg", "style", "rect", "text")}


def test_the_picture_of_the_documentation_is_what_is_drawn():
    shown = Path(__file__).parents[3] / "docs" / "images" / "report.svg"
    assert shown.read_text(encoding="utf-8") == picture(busy())


def test_every_bar_is_inside_the_picture():
    root = ET.fromstring(picture(busy()))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for each in root.iter(f"{SVG}rect"):
        right = float(each.get("x", "0")) + float(each.attrib["width"])
        bottom = float(each.get("y", "0")) + float(each.attrib["height"])
        assert right <= width
        assert bottom <= height


def test_the_longest_bar_is_of_the_largest_number():
    root = ET.fromstring(picture(busy()))
    parts = list(root)
    largest = next(n for n, each in enumerate(parts) if each.text == "933")
    bars = [each for each in root.iter(f"{SVG}rect") if each.attrib["height"] == "14.0"]
    assert max(float(bar.attrib["width"]) for bar in bars) == float(
        parts[largest - 1].attrib["width"]
    )


@pytest.mark.parametrize(
    ("ms", "told"),
    [
        (0, "0.0 s"),
        (4_210, "4.2 s"),
        (60_000, "1 min"),
        (754_000, "12 min 34 s"),
        (3_600_000, "1 h"),
        (100_000_000, "1 d 3 h"),
    ],
)
def test_a_duration_is_its_two_largest_units(ms, told):
    assert duration(ms) == told
