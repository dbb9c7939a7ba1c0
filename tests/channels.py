"""Channels as the registry makes them, with secrets and settings of the tests' own."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from chalicelib import registry
from chalicelib.domain.ports import Channel
from chalicelib.settings import Settings
from tests.fakes.secrets import MemorySecrets

APP_SECRETS: Final = ("newest-secret", "older-secret")
VERIFY_TOKENS: Final = ("newest-token", "older-token")
SETTINGS: Final = Settings(
    table="table",
    intake_queue="intake",
    forward_queue="forward",
    deliver_queue="deliver",
    bucket="bucket",
    graph_url="http://127.0.0.1:9",
)


def meta_secrets() -> MemorySecrets:
    """Return secrets that hold the app secrets and verify tokens of the tests."""
    return MemorySecrets({"meta": {"app_secrets": APP_SECRETS, "verify_tokens": VERIFY_TOKENS}})


def channel(name: str, secrets: MemorySecrets | None = None) -> Channel:
    """Return a channel with the given secrets, those of the tests by default."""
    given = meta_secrets() if secrets is None else secrets
    return registry.channel(name, secrets=given, settings=SETTINGS)


def signature(body: bytes, secret: str) -> str:
    """Return what Meta puts into X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
