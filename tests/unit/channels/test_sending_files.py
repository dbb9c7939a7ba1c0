"""What each channel asks of the Graph API when it sends a file."""

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
from chalicelib.domain.sending import Sending
from chalicelib.errors import (
    AmbiguousError,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from chalicelib.http_client import Response, Upload
from tests.channels import SETTINGS, meta_secrets
from tests.fakes.http import FakeHttp, answered

REFERENCE = "01JABC.4"
LINK = "https://files.example/a?signed=1"
CHANNELS = {kind.name: kind for kind in (Messenger, Instagram, WhatsApp)}
CUSTOMERS = {
    "messenger": Alias(AliasKind.PSID, "71"),
    "instagram": Alias(AliasKind.IGSID, "72"),
    "whatsapp": Alias(AliasKind.PHONE, "393331234567"),
}
UPLOADED = answered({"id": "4490709327384033"})
SENT = {
    "messenger": [answered({"recipient_id": "71", "message_id": "m_1"})],
    "instagram": [answered({"recipient_id": "72", "message_id": "m_1"})],
    "whatsapp": [UPLOADED, answered({"messages": [{"id": "m_1"}]})],
}
TAKEN = answered({"id": "1", "message_id": "m_1", "messages": [{"id": "m_1"}]})
PICTURE = Attachment(
    kind=FileKind.IMAGE, name="a b.png", mime="image/png", content=b"\x89PNG", link=LINK
)

every_channel = pytest.mark.parametrize("name", CHANNELS)


def send(
    name: str,
    file: Attachment = PICTURE,
    *answers: Response | ScriptaError,
    http: FakeHttp | None = None,
    alias: Alias | None = None,
    tokens: tuple[str, ...] = ("newest", "older"),
) -> tuple[str, FakeHttp]:
    """Send a file, by default to the channel's customer, with answers that take it."""
    http = http or FakeHttp(*(answers or SENT[name]))
    secrets = meta_secrets()
    secrets.put(f"accounts/{name}/55", "access_tokens", *tokens)
    speaker = CHANNELS[name](secrets=secrets, settings=SETTINGS, http=http)
    account = Account(ref=AccountRef(name, "55"), desk="local", graph_id="77")
    contact = Contact(aliases=(alias or CUSTOMERS[name],))
    sending = Sending(account=account, contact=contact, file=file, reference=REFERENCE)
    return speaker.send(sending).id, http


def typed(mime: str, *, size: int = 4) -> Attachment:
    return replace(PICTURE, name="a", mime=mime, content=b"x" * size)


def type_sent(http: FakeHttp) -> str:
    """Return the platform's word for what was sent."""
    asked = http.asked[-1]
    body: Any = asked.body or {"message": json.loads(asked.form.fields["message"])}
    found: str = body["type"] if "type" in body else body["message"]["attachment"]["type"]
    return found


@every_channel
def test_a_file_goes_to_the_accounts_node_with_its_newest_token(name: str) -> None:
    sent, http = send(name)
    assert sent == "m_1"
    assert http.asked[-1].url == f"{SETTINGS.graph_url}/{SETTINGS.graph_version}/77/messages"
    assert {asked.headers["authorization"] for asked in http.asked} == {"Bearer newest"}


def test_messenger_is_given_the_file_and_our_reference_in_one_call() -> None:
    _, http = send("messenger")
    (asked,) = http.asked
    message = asked.form.fields["message"]
    assert json.loads(message) == {
        "attachment": {"type": "image", "payload": {}},
        "metadata": REFERENCE,
    }
    assert json.loads(asked.form.fields["recipient"]) == {"id": "71"}
    assert asked.form.fields["messaging_type"] == "RESPONSE"
    assert asked.form.files == [Upload("filedata", "a b.png", "image/png", b"\x89PNG")]


def test_instagram_is_given_the_link_alone() -> None:
    _, http = send("instagram")
    (asked,) = http.asked
    assert asked.body == {
        "recipient": {"id": "72"},
        "messaging_type": "RESPONSE",
        "message": {"attachment": {"type": "image", "payload": {"url": LINK}}},
    }


def test_whatsapp_is_given_the_file_first_and_then_told_to_send_it() -> None:
    _, http = send("whatsapp")
    upload, message = http.asked
    assert upload.url == f"{SETTINGS.graph_url}/{SETTINGS.graph_version}/77/media"
    assert upload.form.fields == {"messaging_product": "whatsapp", "type": "image/png"}
    assert upload.form.files == [Upload("file", "a b.png", "image/png", b"\x89PNG")]
    assert message.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+393331234567",
        "type": "image",
        "image": {"id": "4490709327384033"},
        "biz_opaque_callback_data": REFERENCE,
    }


def test_a_document_keeps_its_name_on_whatsapp() -> None:
    _, http = send("whatsapp", replace(PICTURE, name="n. 7.pdf", mime="application/pdf"))
    assert http.asked[1].body["document"] == {"id": "4490709327384033", "filename": "n. 7.pdf"}


def test_what_whatsapp_takes_no_upload_of_goes_as_a_document_by_its_link() -> None:
    file = replace(PICTURE, name="a.zip", mime="application/zip")
    sent, http = send("whatsapp", file, answered({"messages": [{"id": "m_1"}]}))
    (asked,) = http.asked
    assert sent == "m_1"
    assert asked.body["document"] == {"link": LINK, "filename": "a.zip"}
    assert asked.body["biz_opaque_callback_data"] == REFERENCE


@pytest.mark.parametrize(
    ("name", "mime", "kind"),
    [
        ("messenger", "image/jpeg", "image"),
        ("messenger", "IMAGE/GIF", "image"),
        ("messenger", "image/heic", "file"),
        ("messenger", "image/svg+xml", "file"),
        ("messenger", "audio/mpeg", "audio"),
        ("messenger", "video/mp4", "video"),
        ("messenger", "application/pdf", "file"),
        ("messenger", "", "file"),
        ("instagram", "image/gif", "image"),
        ("instagram", "audio/x-m4a", "audio"),
        ("instagram", "video/quicktime", "video"),
        ("instagram", "application/pdf", "file"),
        ("whatsapp", "image/jpeg", "image"),
        ("whatsapp", "image/gif", "document"),
        ("whatsapp", "image/webp", "document"),
        ("whatsapp", "audio/ogg; codecs=opus", "audio"),
        ("whatsapp", "audio/wav", "document"),
        ("whatsapp", "video/mp4", "video"),
        ("whatsapp", "video/quicktime", "document"),
        ("whatsapp", "application/pdf", "document"),
        ("whatsapp", "", "document"),
    ],
)
def test_what_a_phone_cannot_show_by_itself_goes_as_a_file(name: str, mime: str, kind: str) -> None:
    assert type_sent(send(name, typed(mime), TAKEN)[1]) == kind


@pytest.mark.parametrize(
    ("name", "mime", "largest", "kind"),
    [
        ("messenger", "image/png", 8 << 20, "image"),
        ("whatsapp", "image/png", 5 << 20, "image"),
        ("whatsapp", "video/mp4", 16 << 20, "video"),
        ("whatsapp", "audio/mpeg", 16 << 20, "audio"),
    ],
)
def test_what_is_too_large_to_be_shown_goes_as_a_file(
    name: str, mime: str, largest: int, kind: str
) -> None:
    assert type_sent(send(name, typed(mime, size=largest))[1]) == kind
    larger = type_sent(send(name, typed(mime, size=largest + 1))[1])
    assert larger == ("file" if name == "messenger" else "document")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("instagram", typed("application/zip")),
        ("instagram", typed("image/webp")),
        ("instagram", typed("")),
        ("instagram", replace(PICTURE, link="")),
        ("whatsapp", replace(typed("application/zip"), link="")),
    ],
)
def test_what_a_channel_takes_in_no_form_is_refused_before_any_call(
    name: str, file: Attachment
) -> None:
    http = FakeHttp(*SENT[name])
    with pytest.raises(Refused) as refusal:
        send(name, file, http=http)
    assert refusal.value.reason == "content_not_supported"
    assert http.asked == []


@every_channel
def test_a_contact_without_an_address_here_is_refused_before_any_call(name: str) -> None:
    stranger = next(alias for channel, alias in CUSTOMERS.items() if channel != name)
    http = FakeHttp(*SENT[name])
    with pytest.raises(Refused) as refusal:
        send(name, http=http, alias=stranger)
    assert refusal.value.reason == "not_reachable"
    assert http.asked == []


@every_channel
def test_without_a_token_nothing_is_sent_and_an_operator_has_to_act(name: str) -> None:
    http = FakeHttp(*SENT[name])
    with pytest.raises(Unauthorised):
        send(name, http=http, tokens=())
    assert http.asked == []


@every_channel
def test_a_lost_answer_to_the_send_may_have_sent(name: str) -> None:
    with pytest.raises(AmbiguousError):
        send(name, PICTURE, *SENT[name][:-1], AmbiguousError("cut"))


@every_channel
def test_an_answer_without_an_id_may_have_sent(name: str) -> None:
    with pytest.raises(AmbiguousError):
        send(name, PICTURE, *SENT[name][:-1], answered({}))


@pytest.mark.parametrize(
    "answer",
    [
        AmbiguousError("cut"),
        TransientError("not reached"),
        answered({"error": {"code": 131000}}, status=500),
        answered(b"", status=502),
        answered({}),
        answered({"id": ""}),
    ],
)
def test_whatever_befalls_an_upload_nothing_was_sent(answer: Response | ScriptaError) -> None:
    http = FakeHttp(answer)
    with pytest.raises(TransientError) as failure:
        send("whatsapp", http=http)
    assert type(failure.value) is TransientError
    assert len(http.asked) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"code": 100, "message": "(#100) Param file must be …"}, "content_not_supported"),
        ({"code": 131053, "message": "Media upload error"}, "content_not_supported"),
        ({"code": 131045000, "message": "new"}, "other"),
    ],
)
def test_an_upload_that_is_refused_tells_why(error: dict[str, Any], reason: str) -> None:
    http = FakeHttp(answered({"error": error}, status=400))
    with pytest.raises(Refused) as refusal:
        send("whatsapp", http=http)
    assert (refusal.value.reason, refusal.value.detail) == (reason, error["message"])
    assert len(http.asked) == 1


def test_an_upload_with_a_token_that_is_no_longer_taken_waits() -> None:
    with pytest.raises(Unauthorised):
        send("whatsapp", PICTURE, answered({"error": {"code": 190}}, status=401))


@pytest.mark.parametrize("subcode", [2018047, 2018109, 2018294])
@pytest.mark.parametrize("name", ["messenger", "instagram"])
def test_a_file_that_the_platform_does_not_take_is_refused(name: str, subcode: int) -> None:
    body = {"error": {"code": 100, "error_subcode": subcode, "message": "no"}}
    with pytest.raises(Refused) as refusal:
        send(name, PICTURE, answered(body, status=400))
    assert refusal.value.reason == "content_not_supported"


@pytest.mark.parametrize("name", ["messenger", "whatsapp"])
def test_what_cannot_be_written_into_a_form_is_replaced(name: str) -> None:
    odd = replace(PICTURE, name="\ud800.png", mime="image/png; a=b")
    _, http = send(name, odd)
    assert http.asked[0].form.files[0].name == "\ufffd.png"
    nameless = replace(PICTURE, name="", mime="image/png; a=b\r\nx: y")
    _, http = send(name, nameless)
    assert http.asked[0].form.files[0][1:3] == ("file", "application/octet-stream")
