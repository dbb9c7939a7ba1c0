"""What a change set would do to a stack, and what of it nobody should do by accident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

#: What is lost with each kind of resource: data, or the address that platforms and desks know.
PRECIOUS: Final[Mapping[str, str]] = {
    "AWS::DynamoDB::Table": "conversations and books",
    "AWS::S3::Bucket": "bodies and files",
    "AWS::SQS::Queue": "messages under way",
    "AWS::SecretsManager::Secret": "secrets",
    "AWS::ApiGateway::RestApi": "the address that platforms and desks send to",
}
#: Of these CloudFormation sometimes cannot tell beforehand, although no property of theirs replaces
#: them: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-restapi.html
_NEVER_BY_CHANCE: Final = frozenset({"AWS::ApiGateway::RestApi"})


class Deed(StrEnum):
    """What is done to a resource; `MAY_REPLACE` is decided while it is done."""

    ADD = "add"
    CHANGE = "change"
    REPLACE = "replace"
    MAY_REPLACE = "may replace"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """What is done to one resource, by its logical name."""

    deed: Deed
    name: str
    kind: str

    @property
    def loses(self) -> str:
        """Return what the stack would no longer have, "" where that is nothing."""
        safe = self.deed in (Deed.ADD, Deed.CHANGE)
        by_chance = self.deed is Deed.MAY_REPLACE and self.kind in _NEVER_BY_CHANCE
        return "" if safe or by_chance else PRECIOUS.get(self.kind, "")


def read(described: Iterable[Mapping[str, Any]]) -> list[Change]:
    """Return the changes of a change set, as DescribeChangeSet tells them, sorted by deed."""
    told = [change["ResourceChange"] for change in described if "ResourceChange" in change]
    return sorted(Change(_deed(c), c["LogicalResourceId"], c["ResourceType"]) for c in told)


def _deed(change: Mapping[str, Any]) -> Deed:
    match change["Action"], change.get("Replacement"):
        case "Add" | "Import", _:
            return Deed.ADD
        case "Modify", "True":
            return Deed.REPLACE
        case "Modify", "Conditional":
            return Deed.MAY_REPLACE
        case "Modify", _:
            return Deed.CHANGE
        case _:
            # `Remove`, and whatever AWS cannot tell yet (`Dynamic`).
            return Deed.REMOVE


def table(changes: Iterable[Change]) -> list[str]:
    """Return the changes as lines for people."""
    rows = list(changes)
    deeds = max((len(row.deed) for row in rows), default=0)
    names = max((len(row.name) for row in rows), default=0)
    return [f"  {r.deed:{deeds}}  {r.name:{names}}  {r.kind}".rstrip() for r in rows]


def summary(changes: Iterable[Change]) -> str:
    """Return in words how many of which deed there are."""
    deeds = [change.deed for change in changes]
    return ", ".join(f"{deeds.count(deed)} to {deed}" for deed in Deed if deed in deeds)
