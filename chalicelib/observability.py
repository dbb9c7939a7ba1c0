"""The structured log and the metrics: one JSON line each, for CloudWatch and for who reads a terminal."""

from __future__ import annotations

import os
from typing import Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

from chalicelib.domain.measure import Measure

_NAMESPACE: Final = "POWERTOOLS_METRICS_NAMESPACE"
_SERVICE: Final = "bridge"  #: not the Chalice app's name, whose logger Chalice sets to ERROR


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


class EmfMeter:
    """
    Keeps the contract of measure.Meter by lines of the log in CloudWatch's Embedded Metric Format.

    CloudWatch reads them off the log, so that nothing is called and nothing waits. In each value's
    line stand the sum and every dimension by itself. The namespace is POWERTOOLS_METRICS_NAMESPACE: the stack's name.
    """

    def __init__(self) -> None:
        self._namespace = os.environ.get(_NAMESPACE) or "scripta"

    def add(self, measure: Measure) -> None:
        """See measure.Meter."""
        line = EphemeralMetrics(namespace=self._namespace)
        line.add_metric(name=measure.metric, unit=measure.unit, value=measure.value)
        for name, value in measure.dimensions.items():
            line.add_dimensions(**{name: value})
        line.flush_metrics()
