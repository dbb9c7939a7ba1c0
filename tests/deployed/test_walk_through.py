"""From a clone to webhook addresses, by the README's own lines and nothing else."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pytest

from infra.local import aws, seed
from infra.local.credentials import (
    ACCESS_TOKEN,
    APP_SECRET,
    PHONE_NUMBER_ID,
    WHATSAPP_BUSINESS_ID,
)
from infra.stack import Stack
from tests.deployed import terminal
from tests.deployed.emulator import emulated_aws
from tests.deployed.stack import answers, make_up_for_the_emulation, outside
from tests.e2e.local_run import ROOT, LocalRun, comments, eventually

pytestmark = pytest.mark.e2e

STACK = "scripta-prod"


def lines_of_the_readme() -> list[str]:
    """Return the command lines of the section that says how it is deployed."""
    section = (ROOT / "README.md").read_text().partition("## Deploy it")[2].partition("\n## ")[0]
    block = re.search(r"```\n(.*?)```", section, re.DOTALL)
    assert block
    return block[1].splitlines()


@dataclass
class Walk:
    """Somebody new, at a terminal, with an account of their own."""

    environment: Mapping[str, str]
    people: LocalRun
    screens: list[str] = field(default_factory=list)

    def type(self, line: str, replies: terminal.Answers = ()) -> tuple[int, str]:
        environment = {**os.environ, **self.environment, "COLUMNS": "200", "TERM": "dumb"}
        # Where Meta is, is all that a README cannot know of a Meta that is simulated.
        environment["PARAMETERS"] = f"GraphUrl={self.people.meta('')}"
        status, screen = terminal.run(line, cwd=ROOT, environment=environment, answers=replies)
        self.screens.append(screen)
        return status, screen

    def ops(self, arguments: str) -> tuple[int, Any]:
        status, screen = self.type(f".venv/bin/python -m ops {arguments} --stage prod --json")
        return status, json.loads(screen)

    def client(self, service: str) -> Any:
        return aws.client(self.environment, service)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """The walk, as far as the README goes."""
    folder = tmp_path_factory.mktemp("walk")
    deploy, add_desk, add_account, _check = lines_of_the_readme()
    people = LocalRun(folder / "state")
    with emulated_aws(folder / "aws") as environment, ExitStack() as stack:
        stack.callback(people.close)
        walk = Walk(environment, people)
        status, screen = walk.type(deploy, [("Change it? Type yes", "yes")])
        assert status == 0, screen
        cloudformation = walk.client("cloudformation")
        outputs = Stack(cloudformation=cloudformation, name=STACK).outputs()
        make_up_for_the_emulation(walk.client, outputs)
        url = re.search(r"(http\S+)/webhooks/whatsapp", screen)
        assert url
        people.state.mkdir(parents=True)
        made = seed.generated(people.state / "generated.json")
        for process in outside(people, made, url[1]):
            process.start()
            stack.callback(process.stop)
        eventually(people.desk_answers)
        eventually(partial(answers, people.meta("/sim/health")))
        status, screen = walk.type(
            add_desk,
            [
                ("Name of the desk", "main"),
                ("Helpdesk (", "django_helpdesk"),
                ("Where it answers", people.desk("")),
                ("queue", "first"),
                ("queue", "1"),
                ("api_tokens", made.bridge_token),
                ("webhook_secrets", made.webhook_secret),
            ],
        )
        assert status == 0, screen
        status, screen = walk.type(
            add_account,
            [
                ("Channel", "whatsapp"),
                ("Id with Meta", PHONE_NUMBER_ID),
                ("Desk", ""),
                ("Language", "it"),
                ("business_id", WHATSAPP_BUSINESS_ID),
                ("number", ""),
                ("read_marks", ""),
                ("access_tokens", "half"),
                ("access_tokens", ACCESS_TOKEN),
                ("app_secrets", APP_SECRET),
                ("app_secrets", APP_SECRET),
                ("verify_tokens", ""),
            ],
        )
        assert status == 0, screen
        yield walk


def test_the_addresses_that_were_printed_are_the_ones_that_answer_meta(walk: Walk):
    printed = set(re.findall(r"http\S+/webhooks/whatsapp", "".join(walk.screens)))
    (address,) = printed
    secret = walk.client("secretsmanager").get_secret_value(SecretId=f"{STACK}/meta")
    (token,) = json.loads(secret["SecretString"])["verify_tokens"]
    query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "4711"}
    answer = httpx.get(address, params=query)
    assert (answer.status_code, answer.text) == (200, "4711")


def test_what_customers_write_is_a_ticket(walk: Walk):
    assert walk.people.write("whatsapp", "15550009001", "the first of all", name="Ana") == 200
    ticket = eventually(lambda: walk.people.ticket(said="the first of all"))
    assert comments(ticket) == ["the first of all"]
    eventually(lambda: walk.ops("verify")[1]["pending"] == 0)
    _, books = walk.ops("verify")
    assert (books["received"] > 0, books["lost"], books["parked"]) == (True, 0, 0)


def test_the_last_line_finds_all_well(walk: Walk):
    status, screen = walk.type(lines_of_the_readme()[-1])
    assert (status, screen.splitlines()[-1]) == (0, "All is well.")
    # There is a terminal, so that red and green are.
    assert "\x1b[32mgreen" in screen
    assert walk.ops("desks check")[0] == 0


def test_no_secret_stood_on_the_screen(walk: Walk):
    made = seed.generated(walk.people.state / "generated.json")
    screens = "".join(walk.screens)
    for secret in (ACCESS_TOKEN, APP_SECRET, made.bridge_token, made.webhook_secret):
        assert secret not in screens


def test_deploying_again_changes_nothing(walk: Walk):
    status, screen = walk.type(lines_of_the_readme()[0])
    assert status == 0
    assert "nothing to change" in screen
    assert "/helpdesks/main/webhook" in screen


def test_a_renewed_token_and_a_new_secret_are_taken_up_by_what_runs(walk: Walk):
    status, _ = walk.type(
        ".venv/bin/python -m ops secrets rotate meta verify_tokens --generate --stage prod"
    )
    assert status == 0
    _, listed = walk.ops("secrets list")
    values = {(row["of"], row["field"]): row["values"] for row in listed["secrets"]}
    assert values["meta", "verify_tokens"] == 2


def test_an_unknown_stage_and_an_account_without_credentials_are_one_line_each(walk: Walk):
    status, screen = walk.type(".venv/bin/python -m ops accounts list --stage prd")
    assert (status, screen) == (2, "ops: There is no stage 'prd': there are local, dev, prod.\n")
    status, screen = walk.type(".venv/bin/python -m ops accounts list --stage dev")
    assert status == 2
    assert screen == "ops: The stack scripta-dev is not deployed here: `make deploy STAGE=dev`.\n"
    nobody = "env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY AWS_EC2_METADATA_DISABLED=true"
    none = f"{nobody} AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_CONFIG_FILE=/dev/null"
    status, screen = walk.type(f"{none} .venv/bin/python -m ops accounts list --stage prod")
    assert status == 2
    assert screen.startswith("ops: No AWS credentials can be used")
    assert len(screen.splitlines()) == 1
