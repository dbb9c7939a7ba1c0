"""What each channel asks of the Graph API when it sends a text."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.channels.instagram.channel import Instagram
from chalicelib.channels.messenger.channel import Messenger
from chalicelib.channels.whatsapp.channel import WhatsApp
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.sending import Sending
from chalicelib.errors import AmbiguousError, Refused, Unauthorised
from chalicelib.http_client import Response
from tests.channels import SETTINGS, meta_secrets
from tests.fakes.http import FakeHttp, answered

REFERENCE = "01JABC.4"
CHANNELS = {kind.name: kind for kind in (Messenger, Instagram, WhatsApp)}
CUSTOMERS = {
    "messenger": Alias(AliasKind.PSID, "71"),
    "instagram": Alias(AliasKind.IGSID, "72"),
    "whatsapp": Alias(AliasKind.PHONE, "393331234567"),
}
ANSWERS: dict[str, dict[str, Any]] = {
    "messenger": {"recipient_id": "71", "message_id": "m_1"},
    "instagram": {"recipient_id": "72", "message_id": "m_1"},
    "whatsapp": {"messaging_product": "whatsapp", "messages": [{"id": "m_1"}]},
}

every_channel = pytest.mark.parametrize("name", CHANNELS)


def send(
    name: str,
    *aliases: Alias,
    answer: Response | None = None,
    graph_id: str = "",
    text: str = "Buongiorno",
    tokens: tuple[str, ...] = ("newest", "older"),
) -> tuple[str, FakeHttp]:
    """Send a text to a contact with the given aliases, by default the channel's customer."""
    http = FakeHttp(answer or answered(ANSWERS[name]))
    secrets = meta_secrets()
    secrets.put(f"accounts/{name}/55", "access_tokens", *tokens)
    speaker = CHANNELS[name](secrets=secrets, settings=SETTINGS, http=http)
    account = Account(ref=AccountRef(name, "55"), desk="local", graph_id=graph_id)
    contact = Contact(aliases=aliases or (CUSTOMERS[name],))
    sending = Sending(account=account, contact=contact, text=text, reference=REFERENCE)
    return speaker.send(sending).id, http


@every_channel
def test_a_text_goes_to_the_accounts_node_with_its_newest_token(name: str) -> None:
    sent, http = send(name)
    assert sent == "m_1"
    (asked,) = http.asked
    assert asked.url == f"{SETTINGS.graph_url}/{SETTINGS.graph_version}/55/messages"
    assert asked.headers["authorization"] == "Bearer newest"


@every_channel
def test_an_account_may_send_through_another_node(name: str) -> None:
    _, http = send(name, graph_id="77")
    assert "/77/messages" in http.asked[0].url


def test_messenger_gets_our_reference_as_metadata() -> None:
    _, http = send("messenger")
    assert http.asked[0].body == {
        "recipient": {"id": "71"},
        "messaging_type": "RESPONSE",
        "message": {"text": "Buongiorno", "metadata": REFERENCE},
    }


def test_instagram_gets_the_text_and_nothing_of_ours() -> None:
    _, http = send("instagram")
    assert http.asked[0].body == {
        "recipient": {"id": "72"},
        "messaging_type": "RESPONSE",
        "message": {"text": "Buongiorno"},
    }


def test_whatsapp_gets_our_reference_as_callback_data() -> None:
    _, http = send("whatsapp")
    assert http.asked[0].body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+393331234567",
        "type": "text",
        "text": {"body": "Buongiorno", "preview_url": False},
        "biz_opaque_callback_data": REFERENCE,
    }


def test_a_business_scoped_id_is_never_put_where_a_number_belongs() -> None:
    scoped = Alias(AliasKind.BSUID, "IT.1001")
    _, http = send("whatsapp", scoped)
    assert http.asked[0].body["recipient"] == "IT.1001"
    assert "to" not in http.asked[0].body
    _, http = send("whatsapp", scoped, CUSTOMERS["whatsapp"])
    assert http.asked[0].body["to"] == "+393331234567"
    assert "recipient" not in http.asked[0].body


@every_channel
def test_a_contact_without_an_address_here_is_refused_before_any_call(name: str) -> None:
    strangers = [alias for channel, alias in CUSTOMERS.items() if channel != name]
    with pytest.raises(Refused) as refusal:
        send(name, *strangers)
    assert refusal.value.reason == "not_reachable"


@every_channel
def test_without_a_token_nothing_is_sent_and_an_operator_has_to_act(name: str) -> None:
    with pytest.raises(Unauthorised):
        send(name, tokens=())


@every_channel
@pytest.mark.parametrize(
    "answer", [{}, {"message_id": ""}, {"messages": []}, {"messages": [7]}, []]
)
def test_an_answer_without_an_id_may_have_sent(name: str, answer: object) -> None:
    with pytest.raises(AmbiguousError):
        send(name, answer=answered(answer))


@every_channel
def test_a_refusal_tells_why(name: str) -> None:
    body = {"error": {"code": 10, "error_subcode": 2018278, "message": "outside of the window"}}
    with pytest.raises(Refused) as refusal:
        send(name, answer=answered(body, status=400))
    assert (refusal.value.reason, refusal.value.detail) == (
        "window_closed",
        "outside of the window",
    )


@every_channel
def test_a_text_of_any_length_is_passed_on_since_the_limit_is_the_platforms(name: str) -> None:
    _, http = send(name, text="x" * 10_000)
    assert "x" * 10_000 in str(http.asked[0].body)


@every_channel
def test_what_no_json_reader_takes_is_replaced_before_it_is_sent(name: str) -> None:
    _, http = send(name, text="a\ud800b")
    assert "a\ufffdb" in str(http.asked[0].body)
