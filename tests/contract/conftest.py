"""The implementations of the ports that several contracts are asked of: tables and helpdesks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import registry
from chalicelib.storage.dynamo import DynamoTable
from chalicelib.storage.store import TableStore
from chalicelib.storage.table import Table
from infra.local import aws
from infra.local.resources import TABLE, provision
from tests.desks.bench import Bench, bench_of
from tests.fakes.clock import VirtualClock
from tests.fakes.table import MemoryTable


@pytest.fixture(scope="session")
def dynamodb(emulated_aws: aws.EmulatedAws) -> Any:
    """A client of an account whose table the contracts share: making both takes a while."""
    environment = emulated_aws.environment(account=str(random.randrange(10**11, 10**12)))
    provision(environment)
    return aws.client(environment, "dynamodb")


@pytest.fixture(params=["memory", pytest.param("ministack", marks=pytest.mark.integration)])
def table(request) -> Iterator[Table]:
    """An empty table: the fake, and DynamoDB as ministack plays it."""
    if request.param == "memory":
        yield MemoryTable()
        return
    client = request.getfixturevalue("dynamodb")
    yield DynamoTable(TABLE, client=client)
    for page in client.get_paginator("scan").paginate(TableName=TABLE):
        for row in page["Items"]:
            client.delete_item(TableName=TABLE, Key={"pk": row["pk"], "sk": row["sk"]})


@pytest.fixture
def store(table: Table) -> TableStore:
    """An empty store on that table; its clock stands at START."""
    return TableStore(table, clock=VirtualClock())


@pytest.fixture(scope="module", params=registry.helpdesk_names())
def bench(request) -> Iterator[Bench]:
    """Every helpdesk's bench: see tests/desks."""
    with bench_of(request.param) as opened:
        yield opened
