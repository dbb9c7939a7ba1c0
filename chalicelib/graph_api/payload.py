"""The base of all payload models: lenient types, so that no odd field costs its message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict

from chalicelib.graph_api import fields


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [element for element in fields.listing(value) if isinstance(element, dict)]


def _kind(value: object) -> str:
    return fields.kind(value, otherwise="")


Identifier = Annotated[str, BeforeValidator(fields.identifier)]
"""An id, of text or number; empty where there is none."""

Words = Annotated[str, BeforeValidator(fields.words)]
"""A text that can be stored; empty where there is none."""

Kind = Annotated[str, BeforeValidator(_kind)]
"""A platform's word for something; empty where there is none fit to be counted by."""

Number = Annotated[int, BeforeValidator(fields.number)]
"""A whole number, of digits too; 0 where there is none."""

Decimal = Annotated[str, BeforeValidator(fields.decimal)]
"""A number as text, of a text too; empty where there is none."""

Flag = Annotated[bool, BeforeValidator(fields.flag)]
"""Whether a field says yes."""

AsObject = BeforeValidator(fields.mapping)
"""Makes a model's field an empty object where no object stands there."""

AsObjects = BeforeValidator(_objects)
"""Makes a list of models of whatever objects stand there."""


class Payload(BaseModel):
    """A part of a webhook: only the fields that are read, each with a default."""

    # A cold worker builds what its messages need, not what each kind of message would.
    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    @classmethod
    def read(cls, value: object) -> Self:
        """Return the part; an empty one where no object stands there. Never raises."""
        return cls.model_validate(fields.mapping(value))
