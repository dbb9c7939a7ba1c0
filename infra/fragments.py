"""The stack's own resources: the fragments in `infra/template`, one file per concern."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, reduce
from pathlib import Path
from typing import Any, Final

_DASHBOARD: Final = "AWS::CloudWatch::Dashboard"
FOLDER: Final = Path(__file__).parent / "template"


class Contradiction(Exception):
    """Two fragments say different things about the same place."""


@cache
def merged(folder: Path = FOLDER) -> Mapping[str, Any]:
    """
    Return a folder's fragments as one template, read once: not to be changed.

    A dashboard's body, which is JSON in a string, stands in its fragment as the JSON that it is.
    Raises Contradiction where two of them disagree.
    """
    fragments = (json.loads(path.read_text()) for path in sorted(folder.glob("*.json")))
    none: dict[str, Any] = {}
    template = reduce(_merge, fragments, none)
    for resource in template.get("Resources", {}).values():
        if resource.get("Type") == _DASHBOARD:
            body = resource["Properties"]["DashboardBody"]
            body["Fn::Sub"] = json.dumps(body["Fn::Sub"], separators=(",", ":"))
    return template


def properties(resource: str) -> Mapping[str, Any]:
    """Return the properties of a resource, as CloudFormation names them: not to be changed."""
    found: Mapping[str, Any] = merged()["Resources"][resource]["Properties"]
    return found


def _merge(left: Mapping[str, Any], right: Mapping[str, Any], place: str = "") -> dict[str, Any]:
    result = dict(left)
    for name, value in right.items():
        here = f"{place}/{name}"
        known = result.get(name, value)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            result[name] = _merge(known, value, here) if name in left else value
        elif known == value:
            result[name] = value
        else:
            raise Contradiction(here)
    return result
