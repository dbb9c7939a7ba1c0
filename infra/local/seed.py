"""What the local run starts with: its accounts, its desk, and the secrets of both."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from chalicelib.domain.account import Account, AccountRef, Desk
from chalicelib.storage.directory import TableDirectory
from chalicelib.storage.dynamo import DynamoTable
from infra.local import credentials
from infra.local.aws import client
from infra.local.resources import TABLE, put_secrets

#: Number of the queue "Messaging" in a desk that was just set up.
_DESK_QUEUE = "1"

#: WhatsApp has nothing public.
_OPTIONS = {"whatsapp": {"business_id": credentials.WHATSAPP_BUSINESS_ID}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What is generated once and kept in the state folder."""

    bridge_token: str
    webhook_secret: str
    desk_secret_key: str
    mark_key: str = ""


def generated(path: Path) -> Generated:
    """Return what was generated for a state folder, generating it when there is nothing yet."""
    if path.exists():
        made = Generated(**json.loads(path.read_text()))
        # A folder of 0.1 has none.
        return made if made.mark_key else _kept(path, replace(made, mark_key=_mark_key()))
    made = Generated(
        bridge_token=secrets.token_hex(20),
        webhook_secret="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        desk_secret_key=secrets.token_urlsafe(50),
        mark_key=_mark_key(),
    )
    path.touch(mode=0o600)
    return _kept(path, made)


def _kept(path: Path, made: Generated) -> Generated:
    path.write_text(json.dumps(asdict(made)))
    return made


def _mark_key() -> str:
    return secrets.token_urlsafe(32)


def seed(
    environment: Mapping[str, str], *, made: Generated, desk_url: str, table: str = TABLE
) -> None:
    """Write accounts, desk and secrets into the emulated AWS; doing it again changes nothing."""
    directory = TableDirectory(
        DynamoTable(table, client=client(environment, "dynamodb")), clock=lambda: 0
    )
    accounts = {
        "messenger": credentials.PAGE_ID,
        "instagram": credentials.INSTAGRAM_ID,
        "whatsapp": credentials.PHONE_NUMBER_ID,
    }
    for channel, id_ in accounts.items():
        ref = AccountRef(channel, id_)
        options = _OPTIONS.get(channel, {"comments": "tickets"})
        directory.keep_account(Account(ref=ref, desk=credentials.DESK_ID, options=options))
    directory.keep_desk(
        Desk(
            id=credentials.DESK_ID,
            helpdesk="django_helpdesk",
            url=desk_url,
            options={"queue": _DESK_QUEUE},
        )
    )
    put_secrets(
        environment,
        {
            "meta": {
                "app_secrets": list(credentials.APP_SECRETS),
                "verify_tokens": [credentials.VERIFY_TOKEN],
            },
            "privacy": {"mark_keys": [made.mark_key]},
            f"desks/{credentials.DESK_ID}": {
                "webhook_secrets": [made.webhook_secret],
                "api_tokens": [made.bridge_token],
            },
            **{
                f"accounts/{channel}/{id_}": {
                    "access_tokens": [credentials.ACCESS_TOKEN],
                    "app_secrets": [credentials.APP_SECRETS[0]],
                }
                for channel, id_ in accounts.items()
            },
        },
    )
