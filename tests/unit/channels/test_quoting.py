"""How each channel shows what a message answers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.channels.instagram.channel import Instagram
from chalicelib.channels.messenger.channel import Messenger
from chalicelib.channels.whatsapp.channel import WhatsApp
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.content import Attachment, FileKind
from chalicelib.domain.sending import Sending, Template
from tests.channels import SETTINGS, meta_secrets
from tests.fakes.http import FakeHttp, answered

CHANNELS = {kind.name: kind for kind in (Messenger, Instagram, WhatsApp)}
CUSTOMERS = {
    "messenger": Alias(AliasKind.PSID, "71"),
    "instagram": Alias(AliasKind.IGSID, "72"),
    "whatsapp": Alias(AliasKind.PHONE, "393331234567"),
}
TAKEN = answered({"id": "1", "message_id": "m_1", "messages": [{"id": "m_1"}]})
PICTURE = Attachment(
    kind=FileKind.IMAGE,
    name="a.png",
    mime="image/png",
    content=b"\x89PNG",
    link="https://files.test/a",
)
SHOWN = {
    "messenger": ("reply_to", {"mid": "quoted"}),
    "instagram": ("reply_to", {"mid": "quoted"}),
    "whatsapp": ("context", {"message_id": "quoted"}),
}

every_channel = pytest.mark.parametrize("name", CHANNELS)


def body_of(name: str, **what: Any) -> dict[str, Any]:
    """Return the body of the call that sends something, a form's fields read as what they say."""
    http = FakeHttp(*[TAKEN] * 2)
    secrets = meta_secrets()
    secrets.put(f"accounts/{name}/55", "access_tokens", "newest")
    speaker = CHANNELS[name](secrets=secrets, settings=SETTINGS, http=http)
    account = Account(ref=AccountRef(name, "55"), desk="local")
    sending = Sending(
        account=account, contact=Contact(aliases=(CUSTOMERS[name],)), reference="c.4", **what
    )
    speaker.send(replace(sending, answers="newest-of-all"))
    asked = http.asked[-1]
    form = asked.form.fields.items()
    told = {key: json.loads(text) if text.startswith("{") else text for key, text in form}
    return told or dict(asked.body)


@every_channel
@pytest.mark.parametrize("what", [{"text": "Yes."}, {"file": PICTURE}], ids=["text", "file"])
def test_a_message_names_the_one_that_it_quotes(name: str, what: dict[str, Any]) -> None:
    field, value = SHOWN[name]
    assert body_of(name, quotes="quoted", **what)[field] == value


@every_channel
@pytest.mark.parametrize("what", [{"text": "Yes."}, {"file": PICTURE}], ids=["text", "file"])
def test_a_message_that_quotes_nothing_says_nothing_of_it(name: str, what: dict[str, Any]) -> None:
    assert SHOWN[name][0] not in body_of(name, **what)


def test_a_template_quotes_nothing() -> None:
    template = Template(name="order", language="it")
    assert "context" not in body_of("whatsapp", template=template, quotes="quoted")
