"""Posts signed webhooks to a desk, and what its answers mean."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError

from chalicelib.desk_api import signing
from chalicelib.desk_api.api import Api, meaning
from chalicelib.errors import Gone, Moved, ScriptaError, TransientError, Unauthorised
from chalicelib.helpdesks.standard_webhooks.payloads import Answer
from chalicelib.http_client import Raw, Response, Transport

_ID_LENGTH: Final = 32

_NO_TICKET: Final = frozenset({"no_such_ticket", "ticket_closed"})
_MERGED: Final = "ticket_merged"


class Client:
    """
    One desk's address; see `desk_api.api.Api` for what `post` may raise.

    `secrets` (`whsec_…`) all sign, so that the desk may change over to the newest at any time.
    `credentials` may be none.
    """

    def __init__(
        self,
        *,
        url: str,
        secrets: Sequence[str],
        credentials: Sequence[Mapping[str, str]],
        http: Transport,
    ) -> None:
        place, _, self._path = url.rpartition("/")
        self._api = Api(url=place, credentials=credentials or [{}], http=http, meaning=_meaning)
        self._secrets = secrets

    def post(self, kind: str, data: Mapping[str, Any], *, key: str) -> Answer:
        """Post one webhook; with the same `key` it is the same one to the desk, once more."""
        now = datetime.now(UTC)
        stamp = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = {"type": kind, "timestamp": stamp, "data": data}
        # As ASCII, so that nobody on the way has a reason to write it anew.
        body = json.dumps(said, separators=(",", ":"))
        number = f"msg_{hashlib.sha256(key.encode()).hexdigest()[:_ID_LENGTH]}"
        signatures = signing.signatures(body, number=number, at=now, secrets=self._secrets)
        if not signatures:
            raise Unauthorised("no secret to sign with is configured")
        headers = {
            "webhook-id": number,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signatures,
        }
        content = Raw(mime="application/json", content=body.encode())
        return _answer(self._api.send("POST", self._path, content, headers=headers))


def _answer(response: Response) -> Answer:
    """Return what an answer says; whatever else it may be is no reason to doubt a 2xx."""
    try:
        return Answer.model_validate_json(response.body)
    except ValidationError:
        return Answer()


def _meaning(response: Response, wrote: bool) -> ScriptaError:
    said, status = _answer(response), f"HTTP {response.status}"
    match response.status:
        case HTTPStatus.CONFLICT if said.error == _MERGED and said.ticket_id:
            return Moved(said.ticket_id, said.url)
        case HTTPStatus.NOT_FOUND | HTTPStatus.CONFLICT | HTTPStatus.GONE if (
            said.error in _NO_TICKET
        ):
            return Gone(said.error)
        case HTTPStatus.GONE:
            # By the specification the receiver wants nothing more: an operator has to look.
            return Unauthorised(f"{status}: it wants no webhooks")
        case HTTPStatus.NOT_FOUND:
            return TransientError(f"{status}: nobody takes webhooks there", alarm=True)
        case _:
            return meaning(response, wrote)
