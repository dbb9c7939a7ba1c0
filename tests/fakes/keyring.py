"""The Keyring port in memory, over the same secrets that the Secrets port reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.errors import TransientError
from tests.fakes.secrets import MemorySecrets


class MemoryKeyring:
    """Changes `secrets`; `writes` are the names that were written, in order."""

    def __init__(self, secrets: MemorySecrets) -> None:
        self.secrets = secrets
        self.writes: list[str] = []

    def called(self, name: str) -> str:
        """Return what the store would call a secret."""
        return f"scripta/{name}"

    def read(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """Return a secret's fields."""
        if self.secrets.down:
            raise TransientError("secrets are down")
        return {field: tuple(v) for field, v in self.secrets.values.get(name, {}).items()}

    def write(self, name: str, fields: Mapping[str, Sequence[str]]) -> None:
        """Replace a secret's fields."""
        if self.secrets.down:
            raise TransientError("secrets are down")
        self.writes.append(name)
        self.secrets.values[name] = {field: tuple(values) for field, values in fields.items()}

    def remove(self, name: str) -> None:
        """Remove a secret."""
        self.secrets.values.pop(name, None)
