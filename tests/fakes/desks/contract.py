"""A vendor's API as we know it, in a strict OpenAPI file of our own: who asks otherwise is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from chalicelib.http_client import Body, Form, Raw, Response

CONTRACTS = Path(__file__).parents[2] / "contracts"
_FORM = "multipart/form-data"
_AS_JSON = "application/vnd.api+json"  # a form's names are only held to the contract in this shape


class ContractBroken(AssertionError):
    """What was asked or answered is not what the contract says."""


class Contract:
    """The contract of one vendor: `tests/contracts/<name>.yaml`."""

    def __init__(self, name: str) -> None:
        self._spec = _spec(name)
        self._api = _api(name)

    def check(
        self, method: str, url: str, headers: Mapping[str, str], body: Body | None
    ) -> MockRequest:
        """Return the request as the contract sees it; raise ContractBroken where it breaks it."""
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        content, mime = _written(body)
        request = MockRequest(
            _host(self._spec["servers"][0]["url"]),
            method.lower(),
            parts.path,
            args=dict(query),
            headers=dict(headers),
            data=content,
            content_type=mime,
        )
        found = self._api.unmarshal_request(request)
        _held(f"{method} {parts.path}", found.raise_for_errors)
        unknown = {name for name, _ in query} - set(found.parameters.query)
        if unknown:
            raise ContractBroken(f"{method} {parts.path}: no parameter {sorted(unknown)}")
        return request

    def check_answer(self, request: MockRequest, response: Response) -> None:
        """Return if the contract knows the answer; raise ContractBroken where it does not."""
        answer = MockResponse(
            response.body,
            status_code=response.status,
            headers=dict(response.headers),
            content_type="application/json",
        )
        about = f"answer {response.status}"
        _held(about, lambda: self._api.validate_response(request, answer))


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _held(about: str, check: Callable[[], None]) -> None:
    try:
        check()
    except OpenAPIError as exc:
        raise ContractBroken(f"{about}: {_why(exc)}") from exc


@cache
def _spec(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = yaml.safe_load((CONTRACTS / f"{name}.yaml").read_text())
    for operations in spec["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}) if isinstance(operation, dict) else {}
            if _FORM in content.get("content", {}):
                content["content"][_AS_JSON] = deepcopy(content["content"][_FORM])
    return spec


@cache
def _api(name: str) -> OpenAPI:
    return OpenAPI.from_dict(_spec(name))


def _written(body: Body | None) -> tuple[bytes | None, str]:
    if body is None:
        return None, "application/json"
    if isinstance(body, Raw):
        return body.content, body.mime
    if not isinstance(body, Form):
        return json.dumps(body).encode(), "application/json"
    # A contract sees a form as an object: texts, and lists of what may come several times.
    said: dict[str, Any] = dict(body.fields)
    for name, text in (*body.repeated, *((file.field, file.name) for file in body.files)):
        said.setdefault(name, []).append(text)
    return json.dumps(said).encode(), _AS_JSON


def _why(error: BaseException) -> str:
    """Return what is wrong, down to the schema's own words."""
    said = [str(error)]
    if error.__cause__ is not None:
        said.append(_why(error.__cause__))
    said += [each.message for each in getattr(error, "schema_errors", ())]
    return "; ".join(said)
