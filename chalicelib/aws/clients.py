"""The botocore clients: one per service and process, made when first asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, Literal, overload

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sqs import SQSClient

READ_TIMEOUT: Final = 5
"""Seconds a call may take to answer; no long poll may last as long (see `queues`)."""

# A webhook is answered within seconds or sent again, so nothing may hang for botocore's minute.
# A fixed user agent saves composing the long one twice per call, a tenth of the call's CPU.
_CONFIG: Final = Config(
    connect_timeout=2,
    read_timeout=READ_TIMEOUT,
    max_pool_connections=20,
    retries={"mode": "standard", "total_max_attempts": 3},
    user_agent="scripta",
)
# Left alone, botocore signs links in the old way, which buckets with keys of their own refuse, and
# for the global address, which sends those of a new bucket on to where the signature is not valid.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/ShareObjectPreSignedURL.html
_S3: Final = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
_lock: Final = threading.Lock()
_clients: Final[dict[str, Any]] = {}


@overload
def client(service: Literal["sqs"]) -> SQSClient: ...
@overload
def client(service: Literal["s3"]) -> S3Client: ...
@overload
def client(service: Literal["secretsmanager"]) -> SecretsManagerClient: ...
@overload
def client(service: Literal["dynamodb"]) -> DynamoDBClient: ...
def client(service: str) -> Any:
    """
    Return this process's client of a service; safe to call from several threads.

    Region, credentials and address are what botocore finds in the environment (AWS_DEFAULT_REGION,
    AWS_ENDPOINT_URL, …) at the first call for that service, and stay.
    """
    with _lock:
        if service not in _clients:
            # Not boto3: its session alone costs a cold start some 30 ms more.
            session = botocore.session.get_session()
            config = _CONFIG.merge(_S3) if service == "s3" else _CONFIG
            _clients[service] = session.create_client(service, config=config)
        return _clients[service]


@overload
def later(service: Literal["s3"]) -> S3Client: ...
@overload
def later(service: Literal["secretsmanager"]) -> SecretsManagerClient: ...
def later(service: Literal["s3", "secretsmanager"]) -> Any:
    """
    Return what stands for this process's client of a service until it is asked for something.

    Making one takes a cold start 10 to 25 ms, and most messages need neither.
    """
    return _Later(service)


class _Later:
    """Stands for a client until one of its methods is wanted."""

    def __init__(self, service: Literal["s3", "secretsmanager"]) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return getattr(client(self._service), name)
