"""The table in DynamoDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from chalicelib.errors import Conflict, TransientError
from chalicelib.storage.attributes import from_wire, to_wire
from chalicelib.storage.keys import INDEX, Key
from chalicelib.storage.table import Condition, Delete, Put, Update, Write

_ATTEMPTS = 4  #: botocore does not retry what met a transaction; two writers at once are normal
#: Why a transaction was cancelled:
#: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html
_CONDITION_FAILED = "ConditionalCheckFailed"
_BUSY = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class DynamoTable:
    """The table `name`, through a botocore client."""

    def __init__(self, name: str, *, client: Any) -> None:
        self._name = name
        self._client = client

    def get(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        """See Table."""
        if not keys:
            return {}
        if len(keys) == 1:
            answer = _call(
                self._client.get_item,
                TableName=self._name,
                Key=_key(keys[0]),
                ConsistentRead=True,
            )
            rows = [_row(answer["Item"])] if "Item" in answer else []
        else:
            rows = self._get_many(keys)
        return {(row["pk"], row["sk"]): row for row in rows}

    def _get_many(self, keys: Sequence[Key]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        wanted = [_key(key) for key in dict.fromkeys(keys)]
        for _ in range(_ATTEMPTS):
            request = {self._name: {"Keys": wanted, "ConsistentRead": True}}
            answer = _call(self._client.batch_get_item, RequestItems=request)
            rows += [_row(item) for item in answer["Responses"].get(self._name, ())]
            left = answer.get("UnprocessedKeys", {}).get(self._name)
            if not left:
                return rows
            wanted = left["Keys"]
        raise TransientError("the table left keys unread")

    def query(self, partition: str, prefix: str) -> list[dict[str, Any]]:
        """See Table."""
        return list(
            self._pages(
                self._client.query,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
                ExpressionAttributeValues={":pk": {"S": partition}, ":sk": {"S": prefix}},
                ConsistentRead=True,
            )
        )

    def waiting(self, partition: str, *, until: int, most: int) -> list[dict[str, Any]]:
        """See Table."""
        rows = self._pages(
            self._client.query,
            IndexName=INDEX,
            KeyConditionExpression="waiting = :waiting AND waiting_at <= :until",
            ExpressionAttributeValues={":waiting": {"S": partition}, ":until": {"N": str(until)}},
            Limit=most,
        )
        return list(islice(rows, most))

    def scan(self) -> Iterator[dict[str, Any]]:
        """See Table."""
        return self._pages(self._client.scan, ConsistentRead=True)

    def write(self, writes: Sequence[Write]) -> None:
        """See Table."""
        call, request = self._one(writes[0]) if len(writes) == 1 else self._several(writes)
        for left in reversed(range(_ATTEMPTS)):
            try:
                _call(call, **request)
            except _Busy:
                if not left:
                    raise
            else:
                return

    def _one(self, write: Write) -> tuple[Callable[..., Any], dict[str, Any]]:
        verb, request = self._request(write)
        calls = {
            "Put": self._client.put_item,
            "Update": self._client.update_item,
            "Delete": self._client.delete_item,
        }
        return calls[verb], request

    def _several(self, writes: Sequence[Write]) -> tuple[Callable[..., Any], dict[str, Any]]:
        items = [{verb: request} for verb, request in map(self._request, writes)]
        return self._client.transact_write_items, {"TransactItems": items}

    def _request(self, write: Write) -> tuple[str, dict[str, Any]]:
        names = _Names()
        request: dict[str, Any] = {"TableName": self._name}
        match write:
            case Put():
                pk, sk = write.key
                request["Item"] = _wire({**write.row, "pk": pk, "sk": sk})
            case Update():
                request["Key"] = _key(write.key)
                parts = []
                if write.put:
                    puts = (f"{names(n)} = {names.value(v)}" for n, v in write.put.items())
                    parts.append("SET " + ", ".join(puts))
                if write.add:
                    adds = (f"{names(n)} {names.value(set(v))}" for n, v in write.add.items())
                    parts.append("ADD " + ", ".join(adds))
                request["UpdateExpression"] = " ".join(parts)
            case Delete():
                request["Key"] = _key(write.key)
        condition = _condition(write.when, names)
        if condition:
            request["ConditionExpression"] = condition
        return type(write).__name__, request | names.used()

    def _pages(self, call: Callable[..., Any], **request: Any) -> Iterator[dict[str, Any]]:
        while True:
            answer = _call(call, TableName=self._name, **request)
            yield from map(_row, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


class _Busy(TransientError):
    """The write met a transaction, or the table's limits."""


class _Names:
    """Placeholders of an expression, so that no attribute's name can be a reserved word."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def __call__(self, name: str) -> str:
        return self._names.setdefault(name, f"#{len(self._names)}")

    def value(self, value: object) -> str:
        placeholder = f":{len(self._values)}"
        self._values[placeholder] = to_wire(value)
        return placeholder

    def used(self) -> dict[str, Any]:
        used: dict[str, Any] = {}
        if self._names:
            used["ExpressionAttributeNames"] = {p: name for name, p in self._names.items()}
        if self._values:
            used["ExpressionAttributeValues"] = self._values
        return used


def _condition(when: Condition, names: _Names) -> str:
    parts = [f"attribute_not_exists({names(name)})" for name in when.absent]
    parts += [f"{names(name)} = {names.value(value)}" for name, value in when.equal.items()]
    for name, value in when.below.items():
        placeholder = names(name)
        parts.append(
            f"(attribute_not_exists({placeholder}) OR {placeholder} < {names.value(value)})"
        )
    return " AND ".join(parts)


def _call(call: Callable[..., Any], **request: Any) -> Any:
    """Make a call; what DynamoDB refuses becomes Conflict or TransientError."""
    try:
        return call(**request)
    except ClientError as exc:
        code = exc.response["Error"]["Code"]
        if code == "ConditionalCheckFailedException":
            raise Conflict("a condition did not hold") from exc
        if code == "TransactionCanceledException":
            reasons = {reason.get("Code") for reason in exc.response.get("CancellationReasons", ())}
            if _CONDITION_FAILED in reasons:
                raise Conflict("a condition did not hold") from exc
            if reasons & _BUSY:
                raise _Busy("another transaction was there") from exc
        if code == "TransactionConflictException":
            raise _Busy("a transaction was there") from exc
        if code in _OUR_FAULT:
            raise
        raise TransientError(f"DynamoDB: {code}") from exc
    except ParamValidationError:
        raise
    except BotoCoreError as exc:
        raise TransientError(f"DynamoDB: {type(exc).__name__}") from exc


#: A wrong request stays wrong: it is a bug of ours, so it is raised as it is.
_OUR_FAULT = frozenset({"ValidationException", "TransactionCanceledException"})


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _wire(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: to_wire(value) for name, value in row.items()}


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: from_wire(value) for name, value in item.items()}
