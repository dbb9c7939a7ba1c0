"""Deploys a package through CloudFormation: uploads it, makes a change set, executes it, waits."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from infra.package import TEMPLATE, ZIP

_CAPABILITIES: Final = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
_WAIT: Final = {"Delay": 1, "MaxAttempts": 1800}  #: seconds between looks, and how many looks
_KINDS: Final = {True: "UPDATE", False: "CREATE"}


def deploy(
    out: Path,
    *,
    stack: str,
    bucket: str,
    parameters: Mapping[str, str],
    client: Callable[[str], Any],
) -> dict[str, str]:
    """
    Create or update a stack from the folder `out` that was packaged, and return its outputs.

    `bucket` takes what is uploaded and exists; `client` makes a client of a service. Raises what
    botocore raises, WaiterError where the stack could not be changed or is as the package says.
    """
    template = upload(out, bucket=bucket, s3=client("s3"))
    cloudformation = client("cloudformation")
    exists = _exists(cloudformation, stack)
    change_set = f"package-{time.time_ns()}"
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=change_set,
        ChangeSetType=_KINDS[exists],
        TemplateURL=template,
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        Capabilities=list(_CAPABILITIES),
    )
    names = {"StackName": stack, "ChangeSetName": change_set}
    cloudformation.get_waiter("change_set_create_complete").wait(**names, WaiterConfig=_WAIT)
    cloudformation.execute_change_set(**names)
    done = cloudformation.get_waiter(f"stack_{_KINDS[exists].lower()}_complete")
    done.wait(StackName=stack, WaiterConfig=_WAIT)
    (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def upload(out: Path, *, bucket: str, s3: Any) -> str:
    """
    Upload a package, each file under its hash, and return the template's address.

    In the template the zip stands as a path of this machine; uploaded, as a place in the bucket.
    """
    template = json.loads((out / TEMPLATE).read_text())
    code = _put(s3, bucket, (out / ZIP).read_bytes(), suffix=".zip")
    for resource in template["Resources"].values():
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": code}
    key = _put(s3, bucket, json.dumps(template).encode(), suffix=".json")
    return f"{s3.meta.endpoint_url}/{bucket}/{key}"


def _put(s3: Any, bucket: str, content: bytes, *, suffix: str) -> str:
    key = hashlib.sha256(content).hexdigest() + suffix
    s3.put_object(Bucket=bucket, Key=key, Body=content)
    return key


def _exists(cloudformation: Any, stack: str) -> bool:
    try:
        cloudformation.describe_stacks(StackName=stack)
    except cloudformation.exceptions.ClientError as exc:
        # There is no error of its own for it:
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
        if "does not exist" not in str(exc):
            raise
        return False
    return True
