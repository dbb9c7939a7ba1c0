"""What holds of every recorded webhook, however it is cut up, mixed, repeated or spoilt."""

from __future__ import annotations

import copy
import random
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import registry
from chalicelib.domain.content import Content, Part
from chalicelib.domain.envelope import Envelope, Item
from chalicelib.domain.events import ChannelEvent, Noticed
from chalicelib.words import en
from tests import recorded
from tests.channels import channel
from tests.strategies import JSON
from tests.webhooks import OBJECTS, TIME

RECEIVED_AT: Final = TIME + 900_000
CASES: Final = [path for name in registry.channel_names() for path in recorded.cases(name)]
# A busy machine, and the first example's lazy imports, are no fault of a channel.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
every_channel = pytest.mark.parametrize("name", registry.channel_names())
every_case = pytest.mark.parametrize(
    "path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}"
)


def parsed(name: str, body: dict[str, Any]) -> list[tuple[Item, ChannelEvent]]:
    speaker = channel(name)
    found = speaker.split(body)
    return [(item, speaker.parse(item.raw, received_at=RECEIVED_AT)) for item in found]


def facts(found: list[tuple[Item, ChannelEvent]]) -> list[str]:
    return [f"{item.lane} {event}" for item, event in found]


def entries(name: str) -> list[Any]:
    """Return the entries of all cases of a channel that are its own."""
    bodies = [recorded.body(path) for path in recorded.cases(name)]
    own = [body for body in bodies if body.get("object") == OBJECTS[name]]
    return [entry for body in own if isinstance(body.get("entry"), list) for entry in body["entry"]]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value inside a value."""
    children: Any = value.items() if isinstance(value, dict) else ()
    children = enumerate(value) if isinstance(value, list) else children
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def put(value: Any, path: tuple[Any, ...], junk: object) -> None:
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = junk


@every_channel
@unhurried
@given(data=st.data())
def test_a_webhook_of_many_entries_means_what_each_of_them_means_in_their_order(
    name: str, data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(entries(name)), max_size=12))

    def webhook(some: list[Any]) -> dict[str, Any]:
        return {"object": OBJECTS[name], "entry": copy.deepcopy(some)}

    alone = [fact for entry in chosen for fact in facts(parsed(name, webhook([entry])))]
    assert facts(parsed(name, webhook(chosen))) == alone


@every_case
def test_an_item_has_the_same_lane_and_meaning_whatever_stands_beside_it(path: Path) -> None:
    name, body = path.parent.name, recorded.body(path)
    before = facts(parsed(name, body))
    for entry in body["entry"] if isinstance(body.get("entry"), list) else []:
        for each in ("messaging", "standby", "changes"):
            if isinstance(entry, dict) and isinstance(entry.get(each), list):
                random.Random(1).shuffle(entry[each])
                entry[each] += entry[each]
    assert set(facts(parsed(name, body))) == set(before)


@every_channel
@unhurried
@given(data=st.data())
def test_whatever_stands_in_the_place_of_a_value_costs_nothing_but_what_it_said(
    name: str, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(recorded.cases(name)))
    body = recorded.body(path)
    number = len(channel(name).split(body))
    spoilt = data.draw(st.sampled_from(list(places(body))))
    put(body, spoilt, data.draw(JSON))
    found = parsed(name, body)
    for item, event in found:
        item.lane.encode()
        f"{event}".encode()
        assert 0 < len(event.key) <= 1024
        assert Envelope(source="channel:x", received_at=1, items=[item.raw]).encode()
    if len(spoilt) > 6:
        # Deep inside one item nothing can cost another one.
        assert len(found) >= number - 1


def _parts(event: ChannelEvent) -> list[Part]:
    content = getattr(event, "content", Content())
    return list(content.parts)


def _blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@every_case
def test_whatever_is_told_has_a_sentence_and_all_that_goes_into_it(path: Path) -> None:
    for _, event in parsed(path.parent.name, recorded.body(path)):
        for part in _parts(event):
            assert _blanks(en.SENTENCES[f"part.{part.word}"]) == set(part.values)
        if isinstance(event, Noticed):
            assert _blanks(en.SENTENCES[f"note.{event.word}"]) == set(event.values)


@every_channel
def test_ten_thousand_items_of_all_kinds_are_ten_thousand_events(name: str) -> None:
    some = entries(name)
    chosen = [some[number % len(some)] for number in range(max(1, 10_000 // 4))]
    body = {"object": OBJECTS[name], "entry": copy.deepcopy(chosen)}
    found = channel(name).split(body)
    number = sum(len(channel(name).split({"object": "x", "entry": [entry]})) for entry in some)
    assert len(found) >= number * (len(chosen) // len(some))
    for item in found[:: max(1, len(found) // 500)]:
        assert channel(name).parse(item.raw, received_at=RECEIVED_AT).key


@every_channel
@pytest.mark.parametrize("words", ["x" * 200_000, "\ud800" * 1000, "a\x00b", "🧵" * 5000])
def test_a_text_of_any_length_in_any_place_stops_nothing(name: str, words: str) -> None:
    for path in recorded.cases(name)[:12]:
        template = recorded.body(path)
        for place in list(places(template))[::7]:
            body = copy.deepcopy(template)
            put(body, place, words)
            for item, event in parsed(name, body):
                item.lane.encode()
                f"{event}".encode()
                assert len(event.key) <= 1024
