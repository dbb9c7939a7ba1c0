"""The events that Lambda is invoked with, as API Gateway's REST proxy writes them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

_HOST: Final = "example.execute-api.eu-west-1.amazonaws.com"
_STAGE: Final = "api"
_REQUEST_ID: Final = "11111111-2222-4333-8444-555555555555"


def http_request(
    method: str,
    resource: str,
    *,
    parameters: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | str | None = None,
    binary: bool = False,
) -> dict[str, Any]:
    """
    Return the event of a request to `resource`, a path with `{names}` that `parameters` fill.

    A body of bytes comes as text, in which what is no UTF-8 was replaced, or with `binary` as
    base64, as API Gateway has it for the stage's binary media types. A body of text comes as it is.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    path = resource.format(**(parameters or {}))
    sent = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Host": _HOST,
        "User-Agent": "facebookexternalua",
        "X-Forwarded-For": "192.0.2.10, 198.51.100.20",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
        **(headers or {}),
    }
    event = {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": _several(query),
        "pathParameters": dict(parameters) if parameters else None,
        "stageVariables": None,
        "requestContext": _context(method, resource, f"/{_STAGE}{path}"),
        "body": _text(body, binary=binary),
        "isBase64Encoded": binary,
    }
    # Lambda hands over what JSON can carry, and nothing of the caller's own.
    return json.loads(json.dumps(event))  # type: ignore[no-any-return]


def _several(query: Mapping[str, str] | None) -> dict[str, list[str]] | None:
    return {name: [value] for name, value in query.items()} if query else None


def _context(method: str, resource: str, path: str) -> dict[str, Any]:
    return {
        "accountId": "111122223333",
        "apiId": "example",
        "domainName": _HOST,
        "domainPrefix": "example",
        "extendedRequestId": "EXAMPLE=",
        "httpMethod": method,
        "identity": {"sourceIp": "192.0.2.10", "userAgent": "facebookexternalua", "user": None},
        "path": path,
        "protocol": "HTTP/1.1",
        "requestId": _REQUEST_ID,
        "requestTime": "14/Nov/2023:22:13:20 +0000",
        "requestTimeEpoch": 1_700_000_000_000,
        "resourceId": "abc123",
        "resourcePath": resource,
        "stage": _STAGE,
    }


def _text(body: bytes | str | None, *, binary: bool) -> str | None:
    if body is None or isinstance(body, str):
        return body
    return base64.b64encode(body).decode() if binary else body.decode(errors="replace")
