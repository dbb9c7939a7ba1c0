"""Our files on their way into a helpdesk: their names there, and the forms that carry them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.domain.content import Attachment
from chalicelib.domain.file_names import safe_name
from chalicelib.http_client import Body, Form, Upload


def safe_name_of(file: Attachment) -> str:
    """Return a file's name, made harmless."""
    return safe_name(file.name, mime=file.mime, fallback=file.kind)


def upload(file: Attachment, *, field: str) -> Upload:
    """Return a file as a form has it in `field`."""
    return Upload(field, safe_name_of(file), file.mime, file.content)


def with_files(body: Mapping[str, Any], files: Sequence[Attachment], *, field: str) -> Body:
    """
    Return a request as it is, or, with files, as a form that says the same and has them in `field`.

    What is in an object has its name in brackets there, and what is in a list empty ones.
    """
    if not files:
        return body
    texts = list(_texts(body))
    return Form(
        fields=dict(each for each in texts if not each[0].endswith("[]")),
        repeated=[each for each in texts if each[0].endswith("[]")],
        files=[upload(file, field=field) for file in files],
    )


def _texts(body: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    for key, value in body.items():
        name = f"{within}[{key}]" if within else key
        if isinstance(value, Mapping):
            yield from _texts(value, name)
        elif isinstance(value, list):
            yield from ((f"{name}[]", _text(each)) for each in value)
        else:
            yield name, _text(value)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
