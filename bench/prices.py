"""AWS's list prices, and what is assumed beside them: which page has each, and when it was noted."""

from __future__ import annotations

from typing import Final, NamedTuple


class Price(NamedTuple):
    """
    Dollars for one unit.

    `source` is AWS's page for it; `noted` the day on which it was noted here, from what others
    publish of that page.
    """

    dollars: float
    unit: str
    source: str
    noted: str


_NOTED: Final = "2026-11-26"
_LAMBDA: Final = "https://aws.amazon.com/lambda/pricing/"
_DYNAMODB: Final = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
#: us-east-1, the first tier, no free tier.
PRICES: Final[dict[str, Price]] = {
    "api": Price(3.50e-6, "request", "https://aws.amazon.com/api-gateway/pricing/ (REST)", _NOTED),
    "invocation": Price(0.20e-6, "invocation", _LAMBDA, _NOTED),
    "gb_second": Price(1.66667e-5, "GB-second, x86_64", _LAMBDA, _NOTED),
    "queue": Price(0.50e-6, "request, FIFO", "https://aws.amazon.com/sqs/pricing/", _NOTED),
    "write": Price(0.625e-6, "write request unit", _DYNAMODB, _NOTED),
    "read": Price(0.125e-6, "read request unit", _DYNAMODB, _NOTED),
    "log": Price(0.50e-9, "byte", "https://aws.amazon.com/cloudwatch/pricing/", _NOTED),
}

MEMORY_GB: Final = 0.5  #: of every function on the way of a message: .chalice/config.json
#: Of a processor, with that memory; 1769 MB have a whole one.
#: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
PROCESSOR: Final = 512 / 1769
AWS_CALL_MS: Final = 5.0  #: assumed, for an answer from SQS or DynamoDB in the same region
OUTSIDE_MS: Final = 250.0  #: assumed, for an answer of a helpdesk or the Graph API
PLATFORM_LOG: Final = 320  #: bytes that Lambda itself logs of an invocation: START, END, REPORT
#: Requests that Lambda makes for a message alone in its batch: it receives it, and deletes it.
TAKING: Final = 2
