"""The structured log: one JSON line per fact, for CloudWatch and for whoever reads a terminal."""

from __future__ import annotations

from aws_lambda_powertools import Logger

_SERVICE = "bridge"  #: not the Chalice app's name, whose logger Chalice sets to ERROR


class StructuredLog:
    """Keeps the contract of ports.Log with the Powertools logger."""

    def __init__(self) -> None:
        self._logger = Logger(service=_SERVICE, use_rfc3339=True, utc=True, location=None)

    def info(self, message: str, **keys: object) -> None:
        """See ports.Log."""
        self._logger.info(message, extra=keys)

    def warning(self, message: str, **keys: object) -> None:
        """See ports.Log."""
        self._logger.warning(message, extra=keys)

    def alarm(self, message: str, **keys: object) -> None:
        """See ports.Log; `alarm` is what the metric filter and the operator's eye look for."""
        self._logger.error(message, extra={"alarm": True, **keys})
