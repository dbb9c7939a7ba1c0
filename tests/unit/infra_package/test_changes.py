"""What a change set says is read the careful way."""

from __future__ import annotations

import pytest

from infra import changes
from infra.changes import Change, Deed

TABLE = "AWS::DynamoDB::Table"


def told(action: str, replacement: str = "", kind: str = TABLE, name: str = "Table"):
    change = {"Action": action, "LogicalResourceId": name, "ResourceType": kind}
    return {"ResourceChange": change | ({"Replacement": replacement} if replacement else {})}


@pytest.mark.parametrize(
    ("action", "replacement", "deed", "loses"),
    [
        ("Add", "", Deed.ADD, False),
        ("Import", "", Deed.ADD, False),
        ("Modify", "False", Deed.CHANGE, False),
        ("Modify", "Conditional", Deed.MAY_REPLACE, True),
        ("Modify", "True", Deed.REPLACE, True),
        ("Remove", "", Deed.REMOVE, True),
        ("Dynamic", "", Deed.REMOVE, True),
    ],
)
def test_what_may_lose_a_table_is_said_to(action, replacement, deed, loses):
    (change,) = changes.read([told(action, replacement)])
    assert change == Change(deed, "Table", TABLE)
    assert bool(change.loses) is loses


def test_a_function_may_come_and_go():
    (change,) = changes.read([told("Remove", kind="AWS::Lambda::Function", name="Ingest")])
    assert change.loses == ""


@pytest.mark.parametrize(
    ("replacement", "loses"), [("False", False), ("Conditional", False), ("True", True)]
)
def test_the_address_is_lost_only_where_that_is_certain(replacement, loses):
    (change,) = changes.read([told("Modify", replacement, "AWS::ApiGateway::RestApi", "RestAPI")])
    assert bool(change.loses) is loses


def test_what_is_told_of_other_things_than_resources_is_left_out():
    assert changes.read([{"Type": "Hook"}]) == []


def test_changes_are_told_by_deed_and_counted():
    found = changes.read([told("Modify", "False"), told("Add", name="A"), told("Add", name="B")])
    assert [line.split() for line in changes.table(found)] == [
        ["add", "A", TABLE],
        ["add", "B", TABLE],
        ["change", "Table", TABLE],
    ]
    assert changes.summary(found) == "2 to add, 1 to change"
    assert changes.table([]) == []
