"""
What each channel asks of its platform when something is sent: tests/payloads/<channel>/sent/<case>.json.

A case is what is to be sent, in our words; beside it stands what is asked for, call by call, or the
reason for which nothing is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from chalicelib import registry
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.contact import Alias, AliasKind, Contact, by_trust
from chalicelib.domain.content import Attachment
from chalicelib.domain.file_names import kind_of
from chalicelib.domain.sending import Sending, Template
from chalicelib.errors import Refused
from chalicelib.graph_api.channel import MetaChannel
from tests.channels import SETTINGS, meta_secrets
from tests.fakes.http import Asked, FakeHttp, answered
from tests.recorded import PAYLOADS

ACCOUNT: Final = "55"
#: An answer that takes whatever is sent, by all the names that the platforms have for its id.
_TAKEN: Final = answered({"id": "1", "message_id": "m_1", "messages": [{"id": "m_1"}]})


def cases(name: str) -> list[Path]:
    """Return the cases of a channel, without what is expected of them."""
    found = sorted((PAYLOADS / name / "sent").glob("*.json"))
    return [path for path in found if not path.name.endswith(".expected.json")]


def asked(path: Path) -> dict[str, Any]:
    """Return what a channel asks for when it sends a case, as its expected file says it."""
    name = path.parent.parent.name
    http = FakeHttp(_TAKEN)
    secrets = meta_secrets()
    secrets.put(f"accounts/{name}/{ACCOUNT}", "access_tokens", "token")
    kind = type(registry.channel(name, secrets=secrets, settings=SETTINGS))
    assert issubclass(kind, MetaChannel)
    speaker: Any = kind(secrets=secrets, settings=SETTINGS, http=http)
    try:
        speaker.send(_sending(name, json.loads(path.read_text("utf-8"))))
    except Refused as error:
        assert http.asked == []
        return {"refused": error.reason}
    return {"calls": [_described(each) for each in http.asked]}


def _sending(name: str, said: dict[str, Any]) -> Sending:
    names = [Alias(AliasKind(kind), value) for kind, value in said.pop("to").items()]
    file, template = said.pop("file", None), said.pop("template", None)
    return Sending(
        account=Account(ref=AccountRef(name, ACCOUNT), desk="local"),
        contact=Contact(aliases=by_trust(*names)),
        reference="c0ffee.4",
        file=_attachment(**file) if file else None,
        template=_template(template) if template else None,
        **said,
    )


def _attachment(*, name: str, mime: str, size: int) -> Attachment:
    link = f"https://files.example/{name}"
    return Attachment(kind=kind_of(mime), name=name, mime=mime, content=bytes(size), link=link)


def _template(said: dict[str, Any]) -> Template:
    buttons = {int(number): value for number, value in said.pop("buttons", {}).items()}
    return Template(**{**said, "values": tuple(said.get("values", ()))}, buttons=buttons)


def _described(call: Asked) -> dict[str, Any]:
    path = call.url.removeprefix(f"{SETTINGS.graph_url}/{SETTINGS.graph_version}")
    if not call.form.fields:
        return {"call": f"{call.method} {path}", "body": call.body}
    fields = {
        key: json.loads(text) if text.startswith("{") else text
        for key, text in call.form.fields.items()
    }
    files = [f"{file.field}: {file.name}, {file.mime}" for file in call.form.files]
    return {"call": f"{call.method} {path}", "form": fields, "files": files}
