"""A stack is followed until its own events say that it is over, whatever its state says before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from infra.changes import Change, Deed
from infra.stack import NotChanged, Proposal, Stack, Stuck

NAME = "scripta-prod"
PROPOSAL = Proposal(id="p", changes=(Change(Deed.ADD, "A", "AWS::SQS::Queue"),), creates=False)


class _Refused(Exception):
    pass


class Cloud:
    """CloudFormation that goes through `moments`: a state, and the events there are by then."""

    def __init__(self, *moments: tuple[str, Sequence[tuple[str, str]]]) -> None:
        self.moments = list(moments)
        self.executed: list[str] = []
        self.exceptions = SimpleNamespace(ClientError=_Refused)

    def describe_stacks(self, **_call: Any) -> dict[str, Any]:
        state = self.moments[0][0]
        if not state:
            raise _Refused(f"Stack with id {NAME} does not exist")
        return {"Stacks": [{"StackStatus": state}]}

    def describe_stack_events(self, **_: Any) -> dict[str, Any]:
        return {"StackEvents": self._events()}

    def execute_change_set(self, **call: str) -> None:
        self.executed.append(call["ChangeSetName"])

    def get_paginator(self, _name: str) -> Any:
        return SimpleNamespace(paginate=self._pages)

    def _pages(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield {"StackEvents": self._events()}

    def _events(self) -> list[dict[str, Any]]:
        events = self.moments[0][1]
        return [
            {
                "EventId": f"{number}",
                "StackId": "stack",
                "PhysicalResourceId": "stack" if resource == NAME else resource,
                "LogicalResourceId": resource,
                "ResourceStatus": status,
                "ResourceStatusReason": "no such role" if status.endswith("FAILED") else "",
                "Timestamp": datetime(2026, 11, 23, tzinfo=UTC),
            }
            for number, (resource, status) in enumerate(events)
        ][::-1]

    def go_on(self, _seconds: float) -> None:
        if len(self.moments) > 1:
            self.moments.pop(0)


def followed(cloud: Cloud) -> list[str]:
    told: list[str] = []
    Stack(cloudformation=cloud, name=NAME, pause=cloud.go_on).execute(PROPOSAL, told.append)
    assert cloud.executed == ["p"]
    return told


BEFORE = [(NAME, "CREATE_COMPLETE")]
BEGUN = [*BEFORE, (NAME, "UPDATE_IN_PROGRESS"), ("A", "CREATE_COMPLETE")]
CLEANING = [*BEGUN, (NAME, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")]
OVER = [*CLEANING, (NAME, "UPDATE_COMPLETE")]


def test_the_state_of_before_is_not_taken_for_the_end():
    told = followed(
        Cloud(
            ("CREATE_COMPLETE", BEFORE),
            ("CREATE_COMPLETE", BEFORE),
            ("UPDATE_IN_PROGRESS", BEGUN),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", CLEANING),
            ("UPDATE_COMPLETE", OVER),
        )
    )
    assert [line.split()[1:] for line in told] == [
        ["UPDATE_IN_PROGRESS", NAME],
        ["CREATE_COMPLETE", "A"],
        ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", NAME],
        ["UPDATE_COMPLETE", NAME],
    ]


def test_what_failed_is_named_with_its_reason():
    failed = [*BEGUN, ("Broken", "CREATE_FAILED"), (NAME, "UPDATE_ROLLBACK_COMPLETE")]
    with pytest.raises(NotChanged) as caught:
        followed(Cloud(("CREATE_COMPLETE", BEFORE), ("UPDATE_ROLLBACK_COMPLETE", failed)))
    assert str(caught.value).splitlines() == [
        f"The stack {NAME} ended as UPDATE_ROLLBACK_COMPLETE.",
        "Broken: no such role",
    ]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("ROLLBACK_COMPLETE", f"aws cloudformation delete-stack --stack-name {NAME}"),
        ("ROLLBACK_FAILED", "delete-stack"),
        ("CREATE_FAILED", "delete-stack"),
        ("DELETE_FAILED", "delete-stack"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("UPDATE_FAILED", "rollback-stack"),
        ("UPDATE_IN_PROGRESS", "wait until it is not"),
    ],
)
def test_a_stack_that_cannot_be_changed_is_told_with_what_gets_it_out(state, words):
    with pytest.raises(Stuck, match=words) as caught:
        Stack(cloudformation=Cloud((state, [])), name=NAME).ready()
    assert state in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "state", ["", "REVIEW_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"]
)
def test_other_states_stand_in_nobodys_way(state):
    Stack(cloudformation=Cloud((state, [])), name=NAME).ready()
