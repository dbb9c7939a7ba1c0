"""The channels themselves against the simulated Meta: files in, files out."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.channels.instagram.channel import Instagram
from chalicelib.channels.messenger.channel import Messenger
from chalicelib.channels.whatsapp.channel import WhatsApp
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.content import Attachment, File, FileKind
from chalicelib.domain.events import MessageReceived
from chalicelib.domain.sending import Sending
from chalicelib.errors import AmbiguousError, Refused, ScriptaError, Unauthorised
from chalicelib.graph_api.channel import MetaChannel
from chalicelib.http_client import Http
from tests.channels import SETTINGS
from tests.fakes.secrets import MemorySecrets
from tests.integration.meta_sim.world import NODES, TOKEN, Meta, eventually, new_contact

CHANNELS = {kind.name: kind for kind in (Messenger, Instagram, WhatsApp)}
KINDS = {
    "messenger": AliasKind.PSID,
    "instagram": AliasKind.IGSID,
    "whatsapp": AliasKind.PHONE,
}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
every_channel = pytest.mark.parametrize("name", CHANNELS)


def channel(meta: Meta, name: str, *, token: str = TOKEN) -> Any:
    """Return a channel that takes the simulated Meta for the real one."""
    secrets = MemorySecrets({f"accounts/{name}/{NODES[name]}": {"access_tokens": (token,)}})
    settings = replace(SETTINGS, graph_url=meta.base)
    kind: type[MetaChannel] = CHANNELS[name]
    return kind(secrets=secrets, settings=settings, http=Http())


def account(name: str) -> Account:
    return Account(ref=AccountRef(name, NODES[name]), desk="local")


@pytest.fixture
def send(meta):
    """Send a file to somebody new; return the message's id, or the error, and who it was."""

    def send(name: str, file: Attachment, *, token: str = TOKEN, fault: str = "") -> Any:
        person = new_contact()
        meta.write(name, person)
        if fault:
            meta.post("/sim/faults", {"match": {"recipient": person}, "fault": fault})
        contact = Contact(aliases=(Alias(KINDS[name], person),))
        sender = channel(meta, name, token=token)
        try:
            sending = Sending(account=account(name), contact=contact, file=file, reference="c.1")
            sent = sender.send(sending).id
        except ScriptaError as error:
            return error, person
        return sent, person

    return send


@pytest.fixture
def picture(meta):
    """A picture in hand whose link leads to a copy of it."""
    attachment = {
        "kind": "image",
        "filename": "a.png",
        "content": base64.b64encode(PNG).decode(),
    }
    contact = new_contact()
    meta.write("messenger", contact, "", attachment=attachment)
    fields = {"channel": "messenger", "contact": contact}
    [entry] = meta.get("/sim/thread", fields=fields).body["entries"]
    link = meta.base + entry["file"]["url"]
    return Attachment(kind=FileKind.IMAGE, name="a b.png", mime="image/png", content=PNG, link=link)


@every_channel
def test_a_picture_reaches_the_phone_as_it_is(meta, send, picture, name):
    sent, person = send(name, picture)
    [row] = meta.outbox(name, person)
    assert (row["id"], row["type"], row["text"]) == (sent, "image", "")
    assert meta.request("GET", row["url"].removeprefix(meta.base)).data == PNG


@pytest.mark.parametrize("name", ["messenger", "whatsapp"])
@pytest.mark.parametrize("mime", ["application/pdf", "application/zip"])
def test_a_document_reaches_the_phone_under_its_name(meta, send, picture, name, mime):
    _, person = send(name, replace(picture, name='n. "7" è', mime=mime))
    kind = {"messenger": "file", "whatsapp": "document"}[name]
    [row] = meta.outbox(name, person)
    assert (row["type"], row["filename"]) == (kind, 'n. "7" è')


def test_a_link_that_instagram_cannot_fetch_is_refused(meta, send, picture):
    error, person = send("instagram", replace(picture, link=f"{meta.base}/media/none"))
    assert isinstance(error, Refused)
    assert error.reason == "file_not_fetched"
    assert meta.outbox("instagram", person) == []


@pytest.mark.parametrize("name", ["messenger", "whatsapp"])
def test_an_empty_file_is_refused(meta, send, picture, name):
    error, person = send(name, replace(picture, content=b""))
    assert isinstance(error, Refused)
    assert error.reason == "content_not_supported"
    assert meta.outbox(name, person) == []


@every_channel
def test_a_lost_answer_leaves_one_doubt_and_one_file(meta, send, picture, name):
    error, person = send(name, picture, fault="lost_answer")
    assert isinstance(error, AmbiguousError)
    assert len(meta.outbox(name, person)) == 1


@every_channel
def test_a_token_that_is_not_taken_sends_nothing(meta, send, picture, name):
    error, person = send(name, picture, token="old")
    assert isinstance(error, Unauthorised)
    assert meta.outbox(name, person) == []


def test_the_echo_or_the_status_of_a_file_carries_our_reference(meta, application, send, picture):
    sent = {send(name, picture)[0] for name in ("messenger", "whatsapp")}

    def confirmed() -> bool:
        parts = [
            (name, item)
            for name in CHANNELS
            for item in _items(meta, name, application.taken(name))
        ]
        events = [channel(meta, name).parse(item, received_at=0) for name, item in parts]
        return sent == {
            event.message_id for event in events if getattr(event, "delivery", "") == "c.1"
        }

    eventually(confirmed)


@every_channel
@pytest.mark.parametrize("kind", ["image", "video", "audio", "file", "sticker"])
def test_a_customers_file_is_found_and_is_what_was_announced(meta, application, name, kind):
    content = base64.b64encode(PNG).decode()
    meta.write(
        name,
        new_contact(),
        "",
        attachment={"kind": kind, "filename": "a.png", "content": content},
    )
    speaker = channel(meta, name)
    [item] = _items(meta, name, application.taken(name))
    event = speaker.parse(item, received_at=0)
    assert isinstance(event, MessageReceived)
    assert event.content.files
    [file] = event.content.files
    location = speaker.locate(file, account=account(name))
    assert meta.base in location.hosts
    assert location.url.startswith(f"{meta.base}/")
    answer = Http().request("GET", location.url, headers=location.headers)
    assert answer.body == PNG
    assert file.sha256 in ("", hashlib.sha256(PNG).hexdigest())
    assert bool(file.sha256) == bool(location.headers) == (name == "whatsapp")


def test_a_file_that_whatsapp_no_longer_has_is_gone(meta):
    with pytest.raises(Refused) as refusal:
        channel(meta, "whatsapp").locate(
            File(kind=FileKind.IMAGE, id="123"), account=account("whatsapp")
        )
    assert refusal.value.reason == "file_gone"


def _items(meta: Meta, name: str, bodies: list[Any]) -> list[Any]:
    """Return the raw items of webhooks."""
    return [item.raw for body in bodies for item in channel(meta, name).split(body)]
