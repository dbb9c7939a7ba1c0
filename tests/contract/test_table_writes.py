"""How every implementation of the Table port writes: conditions, transactions, many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.errors import Conflict, ScriptaError
from chalicelib.storage.table import IF_NEW, Condition, Delete, Put, Row, Update, Write
from tests.contract.tables import BESIDE, KEY, put, read, stored

RACERS = 48


def alone(write: Write) -> list[Write]:
    return [write]


def first(write: Write) -> list[Write]:
    return [write, Put(key=BESIDE, row={"n": 1})]


def last(write: Write) -> list[Write]:
    return [Put(key=BESIDE, row={"n": 1}), write]


@pytest.fixture(params=[alone, first, last], ids=lambda company: company.__name__)
def company(request) -> Callable[[Write], list[Write]]:
    """Makes a write one of its own, or one of several."""
    return request.param  # type: ignore[no-any-return]


# Writing


def test_a_put_replaces_the_whole_row(table, company):
    put(table, KEY, a=1, b=2)
    table.write(company(Put(key=KEY, row={"b": 3})))
    assert read(table, KEY) == stored(KEY, {"b": 3})


def test_an_update_changes_what_it_names_and_leaves_the_rest(table, company):
    put(table, KEY, a=1, b=2)
    table.write(company(Update(key=KEY, put={"b": 3, "c": 4})))
    assert read(table, KEY) == stored(KEY, {"a": 1, "b": 3, "c": 4})


def test_an_update_makes_the_row_that_was_not_there(table, company):
    table.write(company(Update(key=KEY, put={"a": 1}, add={"s": frozenset({"x"})})))
    assert read(table, KEY) == stored(KEY, {"a": 1, "s": {"x"}})


def test_names_that_are_words_of_the_tables_own_language_are_names_like_others(table, company):
    row = {"status": 1, "name": "n", "key": "k", "owner": "o", "a-b.c": 2, "ttl": 3, "_": 4}
    table.write(company(Update(key=KEY, put=row, when=Condition(absent=("status", "a-b.c")))))
    assert read(table, KEY) == stored(KEY, row)


def test_members_added_to_a_set_are_in_it_once(table, company):
    for members in [{"a"}, {"b", "a"}, {"a"}]:
        table.write(company(Update(key=KEY, add={"s": frozenset(members)})))
    assert read(table, KEY) == stored(KEY, {"s": {"a", "b"}})


def test_a_deleted_row_is_gone_and_deleting_it_again_is_no_error(table, company):
    put(table, KEY)
    table.write(company(Delete(key=KEY)))
    assert read(table, KEY) is None
    table.write(company(Delete(key=KEY)))


def test_a_hundred_writes_are_one(table):
    keys = [("P", f"S#{number}") for number in range(100)]
    table.write([Put(key=key, row={}) for key in keys])
    assert set(table.get(keys)) == set(keys)


@pytest.mark.parametrize(
    "writes",
    [
        [],
        [Put(key=("P", f"S#{number}"), row={}) for number in range(101)],
        [Put(key=KEY, row={}), Delete(key=KEY)],
        [Update(key=KEY)],
        [Update(key=KEY), Put(key=BESIDE, row={})],
    ],
    ids=["none", "too many", "one row twice", "nothing to write", "nothing to write, beside"],
)
def test_a_call_that_is_wrong_is_a_bug_and_no_weather(table, writes):
    with pytest.raises(Exception) as caught:
        table.write(writes)
    assert not isinstance(caught.value, ScriptaError)
    assert list(table.scan()) == []


# Conditions

HERE: Row = {"n": 5, "s": "x", "empty": "", "no": False}
HOLDING = [
    Condition(absent=("other",)),
    Condition(absent=("other", "another")),
    Condition(equal={"n": 5}),
    Condition(equal={"n": 5, "s": "x", "empty": "", "no": False}),
    Condition(below={"n": 6}),
    Condition(below={"other": 1}),
    Condition(below={"n": 6, "other": -1}),
    Condition(absent=("other",), equal={"s": "x"}, below={"n": 6}),
]
FAILING = [
    IF_NEW,
    Condition(absent=("n",)),
    Condition(absent=("other", "n")),
    Condition(absent=("empty",)),
    Condition(absent=("no",)),
    Condition(equal={"n": 6}),
    Condition(equal={"n": "5"}),
    Condition(equal={"other": ""}),
    Condition(equal={"n": 5, "s": "y"}),
    Condition(below={"n": 5}),
    Condition(below={"n": 4}),
    Condition(below={"other": 1, "n": 5}),
    Condition(absent=("other",), equal={"s": "y"}, below={"n": 6}),
    Condition(absent=("n",), equal={"s": "x"}, below={"n": 6}),
    Condition(absent=("other",), equal={"s": "x"}, below={"n": 5}),
]


def kinds(when: Condition) -> list[Write]:
    """Each kind of write of the row at KEY, under a condition."""
    return [
        Put(key=KEY, row={"n": 7}, when=when),
        Update(key=KEY, put={"n": 7}, when=when),
        Update(key=KEY, add={"set": frozenset({"a"})}, when=when),
        Delete(key=KEY, when=when),
    ]


@pytest.mark.parametrize("when", HOLDING, ids=repr)
def test_a_write_whose_condition_holds_is_done(table, company, when):
    for write in kinds(when):
        put(table, KEY, **HERE)
        table.write(company(write))
        assert read(table, KEY) != stored(KEY, HERE)


@pytest.mark.parametrize("when", FAILING, ids=repr)
def test_a_write_whose_condition_does_not_hold_conflicts_and_nothing_is_written(
    table, company, when
):
    put(table, KEY, **HERE)
    for write in kinds(when):
        with pytest.raises(Conflict):
            table.write(company(write))
        assert read(table, KEY) == stored(KEY, HERE)
        assert read(table, BESIDE) is None


@pytest.mark.parametrize(
    "when", [IF_NEW, Condition(absent=("n",)), Condition(below={"n": 1})], ids=repr
)
def test_a_row_that_is_not_there_has_no_attributes(table, company, when):
    for write in kinds(when):
        table.write(company(write))
        table.write([Delete(key=KEY)])


def test_nothing_equals_an_attribute_of_a_row_that_is_not_there(table, company):
    for write in kinds(Condition(equal={"n": 5})):
        with pytest.raises(Conflict):
            table.write(company(write))
    assert list(table.scan()) == []


def test_of_several_writes_none_is_done_where_one_condition_of_many_does_not_hold(table):
    put(table, KEY, n=1)
    put(table, BESIDE, n=1)
    writes: Sequence[Write] = [
        Put(key=("P#3", "S"), row={}, when=IF_NEW),
        Update(key=BESIDE, put={"n": 2}, add={"s": frozenset({"a"})}),
        Delete(key=KEY, when=Condition(equal={"n": 2})),
    ]
    with pytest.raises(Conflict):
        table.write(writes)
    assert sorted(table.scan(), key=lambda row: row["pk"]) == [
        stored(KEY, {"n": 1}),
        stored(BESIDE, {"n": 1}),
    ]


# Several at once


def race(attempt: Callable[[int], None]) -> list[int]:
    """Run an attempt per racer at once and return who did not meet a conflict."""

    def won(racer: int) -> bool:
        try:
            attempt(racer)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(RACERS) as pool:
        return [racer for racer, did in enumerate(pool.map(won, range(RACERS))) if did]


def test_of_many_who_make_the_same_row_exactly_one_does(table, company):
    (winner,) = race(
        lambda racer: table.write(company(Put(key=KEY, row={"by": racer}, when=IF_NEW)))
    )
    assert read(table, KEY) == stored(KEY, {"by": winner})


def test_of_many_who_change_what_they_all_read_exactly_one_does(table):
    put(table, KEY, n=1)
    (winner,) = race(
        lambda racer: table.write(
            [
                Update(key=KEY, put={"n": 2, "by": racer}, when=Condition(equal={"n": 1})),
                Put(key=("Q", str(racer)), row={}),
            ]
        )
    )
    assert read(table, KEY) == stored(KEY, {"n": 2, "by": winner})
    assert len(list(table.scan())) == 2


def test_members_added_by_many_at_once_are_all_in_the_set(table):
    assert race(
        lambda racer: table.write([Update(key=KEY, add={"s": frozenset({str(racer)})})])
    ) == list(range(RACERS))
    assert read(table, KEY) == stored(KEY, {"s": {str(racer) for racer in range(RACERS)}})


def test_a_mark_moved_by_many_at_once_ends_at_the_highest(table):
    race(
        lambda racer: table.write(
            [Update(key=KEY, put={"mark": racer}, when=Condition(below={"mark": racer}))]
        )
    )
    assert read(table, KEY) == stored(KEY, {"mark": RACERS - 1})
