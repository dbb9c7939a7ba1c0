"""The deployed stack with a desk and a simulated Meta around it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx

from infra.artefacts import Artefacts
from infra.deploy import Deployment
from infra.local import aws, seed
from infra.local.processes import Process
from infra.stack import Stack
from tests import private
from tests.e2e.local_run import ROOT, LocalRun, eventually

STACK: Final = "scripta-prod"  #: what commands call the stage `prod`
_ARTEFACTS: Final = "artefacts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """
    The stack and the people around it.

    `people` is nothing that runs: it writes as customers, reads the desk and answers as an agent.
    `environment` is that of the account's owner, `outputs` are the stack's.
    """

    people: LocalRun
    environment: Mapping[str, str]
    outputs: Mapping[str, str]
    url: str

    def ops(self, *arguments: str) -> tuple[int, Any]:
        """Run the operator's command on the stack; return its exit status and its answer."""
        ended = subprocess.run(
            [sys.executable, "-m", "ops", *arguments, "--stage", "prod", "--json"],
            env={**os.environ, **self.environment},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode in (0, 1), ended.stderr
        return ended.returncode, json.loads(ended.stdout)

    def client(self, service: str) -> Any:
        return aws.client(self.environment, service)

    def resources(self) -> dict[str, str]:
        """Return the physical id of every resource by its logical one."""
        found = self.client("cloudformation").describe_stack_resources(StackName=STACK)
        return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in found["StackResources"]}


@contextmanager
def deployed(
    out: Path,
    environment: Mapping[str, str],
    state: Path,
    *,
    seen_at: Callable[[str], str] = str,
) -> Iterator[Deployed]:
    """
    Deploy a package, seed it, and start the desk and the simulated Meta.

    `seen_at` returns the address at which the stack sees the desk, told the desk's own.
    """
    people = LocalRun(state)
    client = partial(aws.client, environment)
    outputs = installed(out, client, {"GraphUrl": people.meta("")})
    make_up_for_the_emulation(client, outputs)
    url = f"{environment['AWS_ENDPOINT_URL']}/restapis/{outputs['RestAPIId']}/api/_user_request_"
    with ExitStack() as stack:
        stack.callback(people.close)
        desk = seen_at(people.desk(""))
        people.state.mkdir(parents=True, exist_ok=True)
        made = seed.generated(people.state / "generated.json")
        seed.seed(environment, made=made, desk_url=desk, table=outputs["TableName"])
        for process in outside(people, made, url):
            process.start()
            stack.callback(process.stop)
        eventually(people.desk_answers)
        eventually(partial(answers, people.meta("/sim/health")))
        yield Deployed(people=people, environment=environment, outputs=outputs, url=url)
        logged = "\n".join(_logged(client("logs")))
        assert '"received"' in logged
        assert private.found_in(logged) == []


def _logged(logs: Any) -> Iterator[str]:
    """Yield every line that the functions have logged."""
    for group in logs.describe_log_groups()["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        for page in pages:
            yield from (event["message"] for event in page["events"])


def installed(
    out: Path, client: Callable[[str], Any], given: Mapping[str, str], *, stack: str = STACK
) -> dict[str, str]:
    """Deploy a package as `make deploy YES=1` does, and return the stack's outputs."""
    target = Stack(cloudformation=client("cloudformation"), name=stack, pause=_short_pause)
    artefacts = Artefacts(s3=client("s3"), bucket=_ARTEFACTS, owner=aws.ACCOUNT, region=aws.REGION)
    deployment = Deployment(
        stack=target,
        artefacts=artefacts,
        out=out,
        given=given,
        let_go=(),
        consent=lambda: True,
        tell=lambda _line: None,
    )
    assert deployment.run()
    return target.outputs()


def _short_pause(_seconds: float) -> None:
    time.sleep(0.2)


def make_up_for_the_emulation(client: Callable[[str], Any], outputs: Mapping[str, str]) -> None:
    """Do what AWS does by itself where the emulated one does not."""
    client("dynamodb").update_time_to_live(
        TableName=outputs["TableName"],
        TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True},
    )
    # It speaks no TLS, and takes the bucket's refusal of everything else seriously.
    client("s3").delete_bucket_policy(Bucket=outputs["BucketName"])
    # On AWS the permission for one message is that for a batch; an action of the batch's own name,
    # which is asked for here, does not exist:
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    iam = client("iam")
    for role in iam.list_roles()["Roles"]:
        name = {"RoleName": role["RoleName"], "PolicyName": "least"}
        granted = iam.get_role_policy(**name)["PolicyDocument"]
        for statement in granted["Statement"]:
            if "sqs:SendMessage" in statement["Action"]:
                statement["Action"].append("sqs:SendMessageBatch")
        iam.put_role_policy(**name, PolicyDocument=json.dumps(granted))


def outside(people: LocalRun, made: seed.Generated, url: str) -> list[Process]:
    """Return the desk and the simulated Meta, which send to an application at `url`."""
    logs = people.state / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    variables = {
        "PATH": os.environ["PATH"],
        "SCRIPTA_APP_URL": url,
        "SCRIPTA_DESK_PORT": str(people.desk_port),
        "SCRIPTA_META_PORT": str(people.meta_port),
        "SCRIPTA_STATE": str(people.state),
        "SCRIPTA_DESK_SECRET_KEY": made.desk_secret_key,
        "SCRIPTA_DESK_WEBHOOK_SECRET": made.webhook_secret,
        "SCRIPTA_DESK_BRIDGE_TOKEN": made.bridge_token,
    }
    return [
        Process(
            name,
            f"infra.local.{name}",
            environment=variables,
            logs=logs,
            show=lambda _name, _line: None,
        )
        for name in ("desk", "meta")
    ]


def answers(url: str) -> bool:
    """Return whether somebody answers there."""
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False
