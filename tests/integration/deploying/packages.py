"""Packages that take no time to build: the real table and queue, and no functions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra import fragments, package


def template() -> dict[str, Any]:
    """Return a template with the stack's own table, a queue, and what a deployment tells."""
    made = json.loads(json.dumps(fragments.merged()))
    resources = {name: made["Resources"][name] for name in ("Table", "IntakeDeadQueue")}
    tags = [{"Key": name, "Value": {"Ref": name}} for name in ("LogLevel", "LogDays")]
    resources["IntakeDeadQueue"]["Properties"]["Tags"] = tags
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": made["Parameters"],
        "Resources": resources,
        "Outputs": {"TableName": {"Value": {"Ref": "Table"}}, "RestAPIId": {"Value": "api1"}},
    }


def write(out: Path, content: dict[str, Any]) -> Path:
    """Write a template, and a zip that nothing takes, as `make package` does."""
    out.mkdir(exist_ok=True)
    (out / package.TEMPLATE).write_text(json.dumps(content))
    (out / package.ZIP).write_bytes(b"PK\x05\x06" + bytes(18))
    return out
