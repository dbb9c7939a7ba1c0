"""
Values of a row as DynamoDB's API writes them, and back.

boto3 has the same for all types that there are, and costs a cold start more than the table does.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def to_wire(value: object) -> dict[str, Any]:
    """Return a value of a `table.Row` in its API form; raise TypeError for one of another type."""
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str(value)}
        case int():
            return {"N": str(int(value))}
        case Mapping():
            return {"M": {name: to_wire(item) for name, item in value.items()}}
        case list() | tuple():
            return {"L": [to_wire(item) for item in value]}
        case set() | frozenset() if value and all(isinstance(each, str) for each in value):
            return {"SS": list(value)}
        case _:
            raise TypeError(f"the table keeps no {type(value).__name__} of this kind")


def from_wire(value: Mapping[str, Any]) -> Any:
    """Return the value of an API form that `to_wire` may have written."""
    ((kind, content),) = value.items()
    match kind:
        case "S" | "BOOL":
            return content
        case "N":
            return int(content)
        case "M":
            return {name: from_wire(item) for name, item in content.items()}
        case "L":
            return [from_wire(item) for item in content]
        case "SS":
            return set(content)
        case _:
            raise TypeError(f"the table keeps no {kind}")
