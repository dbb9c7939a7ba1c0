"""A CloudFormation stack: what state it is in, what a change would do, and the change itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from infra import changes
from infra.changes import Change

_CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
_NEW: Final = frozenset({"", "REVIEW_IN_PROGRESS"})  #: nothing was ever made
_STUCK: Final[Mapping[str, str]] = {
    "ROLLBACK_COMPLETE": "it could not be created; delete it with `{delete}`, then deploy again",
    "ROLLBACK_FAILED": "it could not be created, nor undone; delete it with `{delete}`, then deploy again",
    "CREATE_FAILED": "it could not be created; delete it with `{delete}`, then deploy again",
    "DELETE_FAILED": "it was to be deleted and could not; delete it with `{delete}`, then deploy again",
    "UPDATE_ROLLBACK_FAILED": "its last change could not be undone; undo it with `aws cloudformation "
    "continue-update-rollback --stack-name {name}`, then deploy again",
    "UPDATE_FAILED": "its last change stopped half way; undo it with `aws cloudformation "
    "rollback-stack --stack-name {name}`, then deploy again",
}
_GOOD: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
_UNDER_WAY: Final = "_IN_PROGRESS"
_FAILED: Final = "_FAILED"
_NO_CHANGE: Final = ("didn't contain changes", "No updates are to be performed")
_PAUSE: Final = 2.0  #: seconds between two looks at what a stack does


class Stuck(Exception):
    """The stack is in a state in which it cannot be changed; the text says so in one line."""


class NotChanged(Exception):
    """The stack was to be changed and was not; the text says why, a line for each reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change set that was made and not executed."""

    id: str
    changes: tuple[Change, ...]
    creates: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack by its name; `pause` waits for seconds."""

    cloudformation: Any
    name: str
    pause: Callable[[float], None] = field(default=time.sleep)

    def state(self) -> str:
        """Return CloudFormation's word for its state, "" where there is no such stack."""
        return str(self._described().get("StackStatus", ""))

    def outputs(self) -> dict[str, str]:
        """Return its outputs; none where there is no such stack."""
        outputs = self._described().get("Outputs", ())
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    def parameters(self) -> dict[str, str]:
        """Return the values of its parameters; none where there is no such stack."""
        known = self._described().get("Parameters", ())
        return {each["ParameterKey"]: each["ParameterValue"] for each in known}

    def is_under_way(self) -> bool:
        """Return whether somebody is changing it."""
        state = self.state()
        return state not in _NEW and state.endswith(_UNDER_WAY)

    def ready(self) -> None:
        """Return if it can be created or changed now, else raise Stuck."""
        state = self.state()
        if self.is_under_way():
            raise Stuck(f"The stack {self.name} is being changed ({state}): wait until it is not.")
        if what := _STUCK.get(state):
            delete = f"aws cloudformation delete-stack --stack-name {self.name}"
            advice = what.format(name=self.name, delete=delete)
            raise Stuck(f"The stack {self.name} is in the state {state}: {advice}.")

    def propose(
        self, template: str, *, declared: Iterable[str], given: Mapping[str, str]
    ) -> Proposal | None:
        """
        Have CloudFormation work out what the template at an address would change.

        Of the parameters that the template has `declared`, those that are not given stay as they
        are. None where nothing would change. Raises Stuck, or NotChanged where the template is
        refused.
        """
        self.ready()
        creates = self.state() in _NEW
        id_ = self.cloudformation.create_change_set(
            StackName=self.name,
            ChangeSetName=f"package-{time.time_ns()}",
            ChangeSetType="CREATE" if creates else "UPDATE",
            TemplateURL=template,
            Parameters=self._parameters(declared, given),
            Capabilities=list(_CAPABILITIES),
        )["Id"]
        described = self._worked_out(id_)
        if described["Status"] != "CREATE_COMPLETE":
            reason = described.get("StatusReason", "")
            self.withdraw(id_)
            if any(words in reason for words in _NO_CHANGE):
                return None
            raise NotChanged(reason)
        return Proposal(id=id_, changes=tuple(changes.read(self._changes(id_))), creates=creates)

    def withdraw(self, proposal: str) -> None:
        """Forget a change set that is not to be executed: nothing was changed."""
        self.cloudformation.delete_change_set(ChangeSetName=proposal, StackName=self.name)

    def execute(self, proposal: Proposal, tell: Callable[[str], None]) -> None:
        """Execute a change set, telling what happens; raise NotChanged where it comes to nothing."""
        seen = self._newest_event()
        self.cloudformation.execute_change_set(ChangeSetName=proposal.id, StackName=self.name)
        self.follow(tell, after=seen, has_begun=False)

    def follow(
        self, tell: Callable[[str], None], *, after: str = "", has_begun: bool = True
    ) -> None:
        """
        Tell what happens to the stack until nothing more does; `after` is the last event known.

        What was only just asked for may not have begun: the state is then still that of before,
        and is not believed until an event tells of the end. Raises NotChanged where it does not
        end well.
        """
        seen, reasons, ended = after or self._newest_event(), list[str](), has_begun
        while True:
            # Read before the events: the last of them come before the state that ends it.
            state = self.state()
            for event in self._events(after=seen):
                seen = event["EventId"]
                tell(_line(event))
                ended = ended or _ends(event)
                reason = event.get("ResourceStatusReason", "")
                if event["ResourceStatus"].endswith(_FAILED) and "cancelled" not in reason:
                    reasons.append(f"{event['LogicalResourceId']}: {reason}")
            if ended and not state.endswith(_UNDER_WAY):
                break
            self.pause(_PAUSE)
        if state not in _GOOD:
            raise NotChanged(
                "\n".join([f"The stack {self.name} ended as {state or 'gone'}.", *reasons])
            )

    def protect(self) -> None:
        """Let nobody delete it without saying first that it may be."""
        self.cloudformation.update_termination_protection(
            StackName=self.name, EnableTerminationProtection=True
        )

    def _described(self) -> Mapping[str, Any]:
        try:
            (found,) = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        except self.cloudformation.exceptions.ClientError as exc:
            # There is no error of its own for it:
            # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
            if "does not exist" not in str(exc):
                raise
            return {}
        return dict(found)

    def _parameters(
        self, declared: Iterable[str], given: Mapping[str, str]
    ) -> list[dict[str, Any]]:
        kept = sorted(set(declared) & set(self.parameters()) - set(given))
        return [
            *({"ParameterKey": name, "ParameterValue": value} for name, value in given.items()),
            *({"ParameterKey": name, "UsePreviousValue": True} for name in kept),
        ]

    def _worked_out(self, id_: str) -> Mapping[str, Any]:
        while True:
            described = self.cloudformation.describe_change_set(
                ChangeSetName=id_, StackName=self.name
            )
            if described["Status"] in ("CREATE_COMPLETE", "FAILED"):
                return dict(described)
            self.pause(_PAUSE / 2)

    def _changes(self, id_: str) -> Iterator[Mapping[str, Any]]:
        pages = self.cloudformation.get_paginator("describe_change_set")
        for page in pages.paginate(ChangeSetName=id_, StackName=self.name):
            yield from page["Changes"]

    def _newest_event(self) -> str:
        try:
            events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        except self.cloudformation.exceptions.ClientError as exc:
            if "does not exist" not in str(exc):
                raise
            return ""
        return str(events[0]["EventId"]) if events else ""

    def _events(self, *, after: str) -> list[Mapping[str, Any]]:
        """Return the events behind a known one, oldest first."""
        found: list[Mapping[str, Any]] = []
        pages = self.cloudformation.get_paginator("describe_stack_events")
        for page in pages.paginate(StackName=self.name):
            for event in page["StackEvents"]:
                if event["EventId"] == after:
                    return found[::-1]
                found.append(event)
        return found[::-1]


def _ends(event: Mapping[str, Any]) -> bool:
    """Return whether an event tells that a change of the whole stack has ended."""
    is_of_the_stack = event["PhysicalResourceId"] == event["StackId"]
    return is_of_the_stack and not event["ResourceStatus"].endswith(_UNDER_WAY)


def _line(event: Mapping[str, Any]) -> str:
    at = event["Timestamp"]
    reason = event.get("ResourceStatusReason", "")
    line = f"  {at:%H:%M:%S}  {event['ResourceStatus']:<28}  {event['LogicalResourceId']}"
    return f"{line}  ({reason})" if reason and event["ResourceStatus"].endswith(_FAILED) else line
