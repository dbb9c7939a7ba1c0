"""A vendor's API as we know it, in a strict OpenAPI file of our own: who asks otherwise is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from chalicelib.http_client import Body, Form, Raw, Response

#: What a form is called in a contract: under its own name openapi-core drops the fields it does not know.
_FORM: Final = "application/x-form+json"

CONTRACTS = Path(__file__).parents[2] / "contracts"


class ContractBroken(AssertionError):
    """What was asked or answered is not what the contract says."""


class Contract:
    """The contract of one vendor: `tests/contracts/<name>.yaml`."""

    def __init__(self, name: str) -> None:
        self._api = _api(name)

    def check(
        self, method: str, url: str, headers: Mapping[str, str], body: Body | None
    ) -> MockRequest:
        """Return the request as the contract sees it; raise ContractBroken where it breaks it."""
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        content, mime = _written(body)
        request = MockRequest(
            f"{parts.scheme}://{parts.netloc}",
            method.lower(),
            parts.path,
            args=dict(query),
            headers=dict(headers),
            data=content,
            content_type=mime,
        )
        try:
            found = self._api.unmarshal_request(request)
            found.raise_for_errors()
        except Exception as exc:
            raise ContractBroken(f"{method} {parts.path}: {_why(exc)}") from exc
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
        try:
            self._api.validate_response(request, answer)
        except Exception as exc:
            raise ContractBroken(f"answer {response.status}: {_why(exc)}") from exc


@cache
def _api(name: str) -> OpenAPI:
    config = Config(extra_media_type_deserializers={_FORM: lambda body, **_: json.loads(body)})
    return OpenAPI.from_file_path(str(CONTRACTS / f"{name}.yaml"), config=config)


def _written(body: Body | None) -> tuple[bytes | None, str]:
    if body is None:
        return None, "application/json"
    if isinstance(body, Raw):
        return body.content, body.mime
    if isinstance(body, Form):
        # A contract sees a form as an object: texts, and lists of what may come several times.
        fields: dict[str, Any] = dict(body.fields)
        several = [*body.repeated, *((file.field, file.name) for file in body.files)]
        for name, text in several:
            fields.setdefault(name, []).append(text)
        return json.dumps(fields).encode(), _FORM
    return json.dumps(body).encode(), "application/json"


def _why(error: BaseException) -> str:
    """Return what is wrong, down to the schema's own words."""
    said = [str(error)]
    if error.__cause__ is not None:
        said.append(_why(error.__cause__))
    said += [each.message for each in getattr(error, "schema_errors", ())]
    return "; ".join(said)
