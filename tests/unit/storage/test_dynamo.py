"""What DynamoDB answers when it does not do what was asked, and what the table makes of it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from botocore.stub import ANY, Stubber

from chalicelib.errors import Conflict, TransientError
from chalicelib.storage.dynamo import DynamoTable
from chalicelib.storage.table import Delete, Put, Update

ONE = [Put(key=("P", "1"), row={"n": 1})]
TWO = [*ONE, Delete(key=("P", "2"))]
ATTEMPTS = 4


def make_client(endpoint: str = "http://127.0.0.1:9") -> Any:
    return botocore.session.get_session().create_client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="eu-west-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=0.2),
    )


@pytest.fixture(scope="module")
def client() -> Any:
    return make_client()


@pytest.fixture
def dynamodb(client):
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def table(client) -> DynamoTable:
    return DynamoTable("scripta", client=client)


def cancelled(dynamodb: Stubber, *codes: str) -> None:
    dynamodb.add_client_error(
        "transact_write_items",
        service_error_code="TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
    )


BUSY = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]


@pytest.mark.parametrize("code", BUSY)
def test_a_transaction_that_meets_another_is_made_again(table, dynamodb, code):
    cancelled(dynamodb, "None", code)
    dynamodb.add_response("transact_write_items", {})
    table.write(TWO)


@pytest.mark.parametrize("code", BUSY)
def test_a_transaction_that_meets_others_again_and_again_is_given_up(table, dynamodb, code):
    for _ in range(ATTEMPTS):
        cancelled(dynamodb, code, "None")
    with pytest.raises(TransientError) as caught:
        table.write(TWO)
    assert not isinstance(caught.value, Conflict)


def test_a_write_that_meets_a_transaction_is_made_again(table, dynamodb):
    dynamodb.add_client_error("put_item", service_error_code="TransactionConflictException")
    dynamodb.add_response("put_item", {})
    table.write(ONE)


def test_a_write_that_meets_transactions_again_and_again_is_given_up(table, dynamodb):
    for _ in range(ATTEMPTS):
        dynamodb.add_client_error("put_item", service_error_code="TransactionConflictException")
    with pytest.raises(TransientError) as caught:
        table.write(ONE)
    assert not isinstance(caught.value, Conflict)


@pytest.mark.parametrize(
    "codes",
    [["ConditionalCheckFailed", "None"], ["TransactionConflict", "ConditionalCheckFailed"]],
    ids=repr,
)
def test_a_transaction_whose_condition_fails_conflicts_at_once(table, dynamodb, codes):
    cancelled(dynamodb, *codes)
    with pytest.raises(Conflict):
        table.write(TWO)


def test_a_write_whose_condition_fails_conflicts_at_once(table, dynamodb):
    dynamodb.add_client_error("put_item", service_error_code="ConditionalCheckFailedException")
    with pytest.raises(Conflict):
        table.write(ONE)


def test_a_transaction_that_is_wrong_is_raised_as_it_is(table, dynamodb):
    cancelled(dynamodb, "ValidationError", "None")
    with pytest.raises(ClientError):
        table.write(TWO)


def test_a_request_that_is_wrong_is_raised_as_it_is(table, dynamodb):
    dynamodb.add_client_error("update_item", service_error_code="ValidationException")
    with pytest.raises(ClientError):
        table.write([Update(key=("P", "1"), put={"n": 1})])


def test_a_request_that_cannot_even_be_made_is_raised_as_it_is(table):
    with pytest.raises(ParamValidationError):
        table.write([])


WEATHER = [
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "InternalServerError",
    "ServiceUnavailable",
    "ExpiredTokenException",
    "AccessDeniedException",
    "ResourceNotFoundException",
]


@pytest.mark.parametrize("code", WEATHER)
def test_what_dynamodb_refuses_for_now_is_transient(table, dynamodb, code):
    key = ("P", "1")
    calls: dict[str, Callable[[], object]] = {
        "get_item": lambda: table.get([key]),
        "batch_get_item": lambda: table.get([key, ("P", "2")]),
        "query": lambda: table.query("P", ""),
        "scan": lambda: list(table.scan()),
        "put_item": lambda: table.write(ONE),
        "transact_write_items": lambda: table.write(TWO),
    }
    for operation, call in calls.items():
        dynamodb.add_client_error(operation, service_error_code=code)
        with pytest.raises(TransientError) as caught:
            call()
        assert not isinstance(caught.value, Conflict)


def test_a_table_that_cannot_be_reached_is_transient():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        client = make_client(f"http://127.0.0.1:{nobody.getsockname()[1]}")
        with pytest.raises(TransientError):
            DynamoTable("scripta", client=client).get([("P", "1")])


def test_a_table_that_does_not_answer_is_transient():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = make_client(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(TransientError):
            DynamoTable("scripta", client=client).write(ONE)


def item(sort: str) -> dict[str, Any]:
    return {"pk": {"S": "P"}, "sk": {"S": sort}}


def test_keys_that_were_left_unread_are_asked_for_again(table, dynamodb):
    keys = [("P", "1"), ("P", "2"), ("P", "3")]
    left = {"scripta": {"Keys": [item("2"), item("3")], "ConsistentRead": True}}
    whole = {"scripta": {"Keys": [item(sk) for _, sk in keys], "ConsistentRead": True}}
    dynamodb.add_response(
        "batch_get_item",
        {"Responses": {"scripta": [item("1")]}, "UnprocessedKeys": left},
        {"RequestItems": whole},
    )
    dynamodb.add_response(
        "batch_get_item", {"Responses": {"scripta": [item("3")]}}, {"RequestItems": left}
    )
    assert set(table.get(keys)) == {("P", "1"), ("P", "3")}


def test_keys_that_are_left_unread_again_and_again_are_not_taken_for_missing(table, dynamodb):
    left = {"scripta": {"Keys": [item("2")]}}
    for _ in range(ATTEMPTS):
        dynamodb.add_response(
            "batch_get_item", {"Responses": {"scripta": []}, "UnprocessedKeys": left}
        )
    with pytest.raises(TransientError):
        table.get([("P", "1"), ("P", "2")])


def test_the_index_is_asked_for_no_more_rows_than_wanted_and_no_further(table, dynamodb):
    dynamodb.add_response(
        "query",
        {"Items": [item("1")], "LastEvaluatedKey": item("1")},
        {
            "TableName": "scripta",
            "IndexName": "waiting",
            "KeyConditionExpression": ANY,
            "ExpressionAttributeValues": ANY,
            "Limit": 1,
        },
    )
    assert len(table.waiting("DUE", until=1, most=1)) == 1


def test_every_read_but_the_index_sees_all_writes_before_it(table, dynamodb):
    """The index cannot be read consistently, and DynamoDB refuses to be asked for that."""
    sent: list[dict[str, Any]] = []
    client = table._client
    client.meta.events.register(
        "provide-client-params.dynamodb", lambda params, **_: sent.append(params)
    )
    dynamodb.add_response("get_item", {})
    dynamodb.add_response("batch_get_item", {"Responses": {}})
    for operation in ["query", "query", "scan"]:
        dynamodb.add_response(operation, {"Items": []})
    table.get([("P", "1")])
    table.get([("P", "1"), ("P", "2")])
    table.query("P", "S")
    table.waiting("DUE", until=1, most=1)
    list(table.scan())
    get, batch, query, index, scan = sent
    read = [get, batch["RequestItems"]["scripta"], query, scan]
    assert all(request["ConsistentRead"] for request in read)
    assert "ConsistentRead" not in index
