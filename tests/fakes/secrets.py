"""The Secrets port in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.errors import TransientError


class MemorySecrets:
    """Holds `values`, {name: {field: [newest, …]}}; raises TransientError while `down` is set."""

    def __init__(self, values: Mapping[str, Mapping[str, Sequence[str]]] | None = None) -> None:
        self.values = {name: dict(fields) for name, fields in (values or {}).items()}
        self.down = False

    def get(self, name: str, field: str) -> tuple[str, ...]:
        """Return the values of a field, newest first."""
        if self.down:
            raise TransientError("secrets are down")
        return tuple(self.values.get(name, {}).get(field, ()))

    def put(self, name: str, field: str, *values: str) -> None:
        """Replace the values of a field."""
        self.values.setdefault(name, {})[field] = values
