"""The AWS account that the environment names, and what is said where it cannot be used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

_CONFIG: Final = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard"})
_UNKNOWN_TO_AWS: Final = frozenset(
    {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure"}
)
_EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_DENIED: Final = ("AccessDenied", "UnauthorizedOperation", "Forbidden")
_NO_CREDENTIALS: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    CredentialRetrievalError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)


class Unavailable(Exception):
    """AWS cannot be asked, or does not let us; the text is one line that says what to do."""


@dataclass(frozen=True)
class Account:
    """
    An account and a region of AWS, as botocore finds them in the environment.

    Every call of a client may raise what botocore raises; `asked` makes Unavailable of it.
    """

    @cached_property
    def _session(self) -> Any:
        return botocore.session.get_session()

    def client(self, service: str) -> Any:
        """Return a new client of a service."""
        return self._session.create_client(service, config=_CONFIG)

    @property
    def region(self) -> str:
        """Return the region."""
        return str(self.client("sts").meta.region_name)

    @property
    def endpoint(self) -> str:
        """Return where an emulated AWS answers, "" for AWS itself."""
        return os.environ.get("AWS_ENDPOINT_URL", "").rstrip("/")

    def id(self) -> str:
        """Return the account's number; raise Unavailable where credentials or region are missing."""
        with asked():
            return str(self.client("sts").get_caller_identity()["Account"])


@contextmanager
def asked() -> Iterator[None]:
    """Make Unavailable, in one line, of what botocore raises within."""
    try:
        yield
    except (BotoCoreError, ClientError) as exc:
        raise Unavailable(said(exc)) from exc


def said(error: BotoCoreError | ClientError) -> str:
    """Return in one line what an error of botocore means, and what to do."""
    if isinstance(error, ClientError):
        return _refusal(error)
    if isinstance(error, NoRegionError):
        return "No region is set: set AWS_DEFAULT_REGION, or one in the profile."
    if isinstance(error, _NO_CREDENTIALS):
        return (
            "No AWS credentials can be used "
            f"({_line(error)}): set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    if isinstance(error, ConnectionError | HTTPClientError):
        return (
            f"AWS does not answer ({_line(error)}): look at region, network and AWS_ENDPOINT_URL."
        )
    return f"AWS cannot be asked: {_line(error)}"


def _refusal(error: ClientError) -> str:
    code = error.response["Error"].get("Code", "")
    if code in _EXPIRED:
        return "The AWS credentials have expired: sign in again."
    if code in _UNKNOWN_TO_AWS:
        return "AWS does not know these credentials: look at AWS_PROFILE or AWS_ACCESS_KEY_ID."
    if code.startswith(_DENIED):
        return f"These AWS credentials may not do that ({error.operation_name}): {_line(error)}"
    return f"AWS refused {error.operation_name}: {_line(error)}"


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
