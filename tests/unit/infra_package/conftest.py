"""The template that is looked at, as it is and as CloudFormation gets it."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest

from tests.fixtures.packaged import template

__all__ = ["template"]

Template = dict[str, Any]


class _NoManagedPolicies:
    """The transform asks for AWS's own policies, of which we use none."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="session")
def expanded(template: Template) -> Template:
    """The template after the SAM transform: what CloudFormation really makes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        from samtranslator.translator.transform import transform  # type: ignore[import-untyped]

        source = copy.deepcopy(template)
        for resource in of_type(source, "AWS::Serverless::Function").values():
            # Uploaded, as the transform wants it.
            resource["Properties"]["CodeUri"] = {"Bucket": "artefacts", "Key": "deployment.zip"}
        result = json.loads(json.dumps(transform(source, {}, _NoManagedPolicies())))
    for source_mapping in of_type(result, "AWS::Lambda::EventSourceMapping").values():
        # The form in which cfn-lint recognises a queue and compares time-outs.
        source_mapping["Properties"]["EventSourceArn"] = {
            "Fn::GetAtt": [queue(source_mapping), "Arn"]
        }
    return dict(result)


def queue(source_mapping: Template) -> str:
    """Return the logical name of the queue of an event source."""
    named = re.fullmatch(
        r"\$\{(\w+)\.Arn}", source_mapping["Properties"]["EventSourceArn"]["Fn::Sub"]
    )
    assert named
    return named[1]


def of_type(template: Template, kind: str) -> Template:
    """Return the resources of a type, by their logical names."""
    return {n: r for n, r in template["Resources"].items() if r["Type"] == kind}
