"""What else than a plain answer goes out: as a person, under a comment, as a template, as a sign."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain.contact import Alias, AliasKind
from chalicelib.domain.content import Attachment, FileKind
from chalicelib.domain.sending import Template
from chalicelib.errors import AmbiguousError, Refused, TransientError, Unauthorised
from tests.channels import SETTINGS
from tests.fakes.http import answered
from tests.unit.channels.speaking import AT, CHANNELS, REFERENCE, SENT, Speaker

every_channel = pytest.mark.parametrize("name", CHANNELS)
both_of_metas = pytest.mark.parametrize("name", ["messenger", "instagram"])
THREAD = (Alias(AliasKind.THREAD, "post_1:900"),)
PICTURE = Attachment(
    kind=FileKind.IMAGE,
    name="a.png",
    mime="image/png",
    content=b"\x89PNG",
    link="https://files.test/a",
)


def refused(code: int, subcode: int = 0) -> Any:
    return answered({"error": {"code": code, "error_subcode": subcode}}, status=400)


# --- as a person


@pytest.mark.parametrize(("name", "person"), [("messenger", "71"), ("instagram", "72")])
def test_what_a_person_wrote_late_is_marked_as_that(name: str, person: str) -> None:
    speaker = Speaker(name=name)
    assert speaker.send(text="ciao", human_agent=True) == "m_1"
    body = dict(speaker.asked[0].body)
    assert body.pop("message")["text"] == "ciao"
    assert body == {
        "recipient": {"id": person},
        "messaging_type": "MESSAGE_TAG",
        "tag": "HUMAN_AGENT",
    }


# --- public comments


@pytest.mark.parametrize(("name", "edge"), [("messenger", "comments"), ("instagram", "replies")])
def test_a_public_comment_is_answered_under_it(name: str, edge: str) -> None:
    speaker = Speaker(name=name, people=THREAD)
    assert speaker.send(text="gra\ud800zie", answers="17_900") == "c_1"
    (asked,) = speaker.asked
    assert (asked.method, asked.url) == ("POST", f"{AT}/17_900/{edge}")
    assert asked.body == {"message": "gra\ufffdzie"}
    assert asked.headers["authorization"] == "Bearer the-token"


@both_of_metas
def test_a_public_comment_is_answered_privately_where_asked(name: str) -> None:
    speaker = Speaker(name=name, people=THREAD)
    assert speaker.send(text="ciao", answers="17_900", private=True) == "m_1"
    (asked,) = speaker.asked
    assert asked.url == f"{AT}/55/messages"
    message = {"text": "ciao"} | ({"metadata": REFERENCE} if name == "messenger" else {})
    assert asked.body == {
        "recipient": {"comment_id": "17_900"},
        "messaging_type": "RESPONSE",
        "message": message,
    }


@both_of_metas
def test_files_cannot_answer_a_comment(name: str) -> None:
    speaker = Speaker(name=name, people=THREAD)
    with pytest.raises(Refused) as refusal:
        speaker.send(file=PICTURE, answers="17_900")
    assert refusal.value.reason == "file_under_comment"
    assert speaker.asked == []


@both_of_metas
@pytest.mark.parametrize("private", [True, False])
def test_a_comment_that_is_not_known_cannot_be_answered(name: str, private: bool) -> None:
    speaker = Speaker(name=name, people=THREAD)
    with pytest.raises(Refused) as refusal:
        speaker.send(text="ciao", private=private)
    assert refusal.value.reason == "not_reachable"
    assert speaker.asked == []


@both_of_metas
def test_an_answer_to_a_comment_whose_answer_is_odd_may_have_been_given(name: str) -> None:
    speaker = Speaker(name=name, people=THREAD, answers=(answered({}),))
    with pytest.raises(AmbiguousError):
        speaker.send(text="ciao", answers="17_900")


def test_whatsapp_has_no_comments_to_answer() -> None:
    speaker = Speaker(name="whatsapp", people=THREAD)
    with pytest.raises(Refused):
        speaker.send(text="ciao", answers="17_900")
    assert speaker.asked == []


# --- thread control


@pytest.mark.parametrize(("name", "person"), [("messenger", "71"), ("instagram", "72")])
def test_a_conversation_that_another_application_holds_is_taken_over_once_where_wanted(
    name: str, person: str
) -> None:
    answers = (refused(10, 2018300), answered({"success": True}), SENT)
    speaker = Speaker(name=name, answers=answers, options={"take_control": "on"})
    assert speaker.send(text="ciao") == "m_1"
    assert [asked.url for asked in speaker.asked] == [
        f"{AT}/55/messages",
        f"{AT}/55/take_thread_control",
        f"{AT}/55/messages",
    ]
    assert speaker.asked[1].body == {"recipient": {"id": person}}
    assert speaker.asked[0].body == speaker.asked[2].body


@both_of_metas
@pytest.mark.parametrize(
    ("options", "answers", "asked"),
    [
        ({}, [refused(10, 2018300)], 1),
        ({"take_control": "off"}, [refused(10, 2018300)], 1),
        ({"take_control": "on"}, [refused(10, 2018321)], 1),
        ({"take_control": "on"}, [refused(10, 2018300), refused(100, 2018001)], 2),
        ({"take_control": "on"}, [refused(10, 2018300), SENT, refused(10, 2018300)], 3),
    ],
)
def test_otherwise_the_agent_is_told_who_holds_it(
    name: str, options: dict[str, str], answers: list[Any], asked: int
) -> None:
    speaker = Speaker(name=name, answers=tuple(answers), options=options)
    with pytest.raises(Refused):
        speaker.send(text="ciao")
    assert len(speaker.asked) == asked


@both_of_metas
def test_a_take_over_whose_answer_is_lost_has_sent_nothing(name: str) -> None:
    answers = (refused(10, 2018300), AmbiguousError("cut"))
    speaker = Speaker(name=name, answers=answers, options={"take_control": "on"})
    with pytest.raises(TransientError):
        speaker.send(text="ciao")


# --- templates


def template(**blanks: Any) -> Any:
    speaker = Speaker(name="whatsapp")
    assert speaker.send(template=Template(name="order", language="it", **blanks)) == "m_1"
    (asked,) = speaker.asked
    body = dict(asked.body)
    content = body.pop("template")
    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+393331234567",
        "type": "template",
        "biz_opaque_callback_data": REFERENCE,
    }
    assert (content.pop("name"), content.pop("language")) == ("order", {"code": "it"})
    return content.pop("components", None) if content else None


def test_a_template_without_blanks_has_no_components() -> None:
    assert template() is None


def test_the_blanks_of_a_template_are_filled_in_their_order() -> None:
    assert template(values=("Anna", "DHL\ud800")) == [
        {
            "type": "body",
            "parameters": [{"type": "text", "text": "Anna"}, {"type": "text", "text": "DHL\ufffd"}],
        }
    ]


def test_or_by_their_names() -> None:
    assert template(named={"name": "Anna"}) == [
        {
            "type": "body",
            "parameters": [{"type": "text", "parameter_name": "name", "text": "Anna"}],
        }
    ]


@pytest.mark.parametrize(
    ("header", "parameter"),
    [
        ("Anna", {"type": "text", "text": "Anna"}),
        ("https://x.test/a.JPG", {"type": "image", "image": {"link": "https://x.test/a.JPG"}}),
        (
            "https://x.test/v.mp4?a=1",
            {"type": "video", "video": {"link": "https://x.test/v.mp4?a=1"}},
        ),
        (
            "https://x.test/d/n%207.pdf",
            {
                "type": "document",
                "document": {"link": "https://x.test/d/n%207.pdf", "filename": "n 7.pdf"},
            },
        ),
        ("https://x.test/", {"type": "document", "document": {"link": "https://x.test/"}}),
    ],
)
def test_a_header_is_a_text_or_a_file_by_its_link(header: str, parameter: Any) -> None:
    assert template(header=header) == [{"type": "header", "parameters": [parameter]}]


def test_a_button_is_known_by_its_place() -> None:
    assert template(values=("a",), header="h", buttons={10: "z", 2: "track/7"}) == [
        {"type": "header", "parameters": [{"type": "text", "text": "h"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "a"}]},
        {
            "type": "button",
            "sub_type": "url",
            "index": "1",
            "parameters": [{"type": "text", "text": "track/7"}],
        },
        {
            "type": "button",
            "sub_type": "url",
            "index": "9",
            "parameters": [{"type": "text", "text": "z"}],
        },
    ]


def test_a_template_goes_to_who_is_known_by_an_id_alone_and_the_refusal_is_in_words() -> None:
    scoped = (Alias(AliasKind.BSUID, "IT.1001"),)
    speaker = Speaker(name="whatsapp", people=scoped, answers=(refused(131062),))
    with pytest.raises(Refused) as refusal:
        speaker.send(template=Template(name="code", language="it", values=("123",)))
    assert refusal.value.reason == "phone_needed"
    assert speaker.asked[0].body["recipient"] == "IT.1001"
    assert "to" not in speaker.asked[0].body


@both_of_metas
def test_other_channels_have_no_templates(name: str) -> None:
    speaker = Speaker(name=name)
    with pytest.raises(Refused) as refusal:
        speaker.send(template=Template(name="order", language="it"))
    assert refusal.value.reason == "command.template_unsupported"
    assert speaker.asked == []


# --- what the answer tells


@pytest.mark.parametrize(
    ("contacts", "names"),
    [
        ([{"input": "+5511998", "wa_id": "551198"}], [Alias(AliasKind.PHONE, "551198")]),
        (
            [{"input": "+39333", "wa_id": "39333", "user_id": "IT.1"}],
            [Alias(AliasKind.BSUID, "IT.1"), Alias(AliasKind.PHONE, "39333")],
        ),
        ([{"input": "IT.1", "user_id": "IT.1"}], [Alias(AliasKind.BSUID, "IT.1")]),
        ([{"input": "+39333", "wa_id": "39333"}, {"wa_id": "39444"}], []),
        ([{}], []),
        ([7], []),
        ("no", []),
    ],
)
def test_whatsapp_tells_what_it_calls_the_person(contacts: Any, names: list[Alias]) -> None:
    answer = answered({"messages": [{"id": "m_1"}], "contacts": contacts})
    accepted = Speaker(name="whatsapp", answers=(answer,)).accepted(text="ciao")
    assert (accepted.id, list(accepted.names)) == ("m_1", names)


# --- signs


@pytest.mark.parametrize(("name", "person"), [("messenger", "71"), ("instagram", "72")])
def test_read_and_typing_are_shown_in_calls_of_their_own(name: str, person: str) -> None:
    speaker = Speaker(name=name)
    speaker.see()
    assert [asked.url for asked in speaker.asked] == [f"{AT}/55/messages"] * 2
    assert [asked.body for asked in speaker.asked] == [
        {"recipient": {"id": person}, "sender_action": "mark_seen"},
        {"recipient": {"id": person}, "sender_action": "typing_on"},
    ]


def test_whatsapp_shows_both_in_one_call() -> None:
    speaker = Speaker(name="whatsapp")
    speaker.see("wamid.1")
    assert [json.loads(json.dumps(asked.body)) for asked in speaker.asked] == [
        {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "wamid.1",
            "typing_indicator": {"type": "text"},
        }
    ]


@every_channel
def test_what_was_just_shown_is_not_shown_again(name: str) -> None:
    speaker = Speaker(name=name)
    speaker.see("in_1")
    once = len(speaker.asked)
    speaker.see("in_1")
    assert len(speaker.asked) == once
    speaker.see("in_2")
    assert len(speaker.asked) == 2 * once


@every_channel
def test_no_sign_is_worth_a_failure(name: str) -> None:
    for answer in (refused(190), AmbiguousError("cut"), TransientError("no")):
        speaker = Speaker(name=name, answers=(answer,))
        speaker.see()
        assert len(speaker.asked) == 1, "a second one would only take longer"
    speaker = Speaker(name=name)
    speaker.secrets.put(f"accounts/{name}/55", "access_tokens")
    speaker.see()
    speaker.secrets.down = True
    speaker.see("in_2")
    assert speaker.asked == []


@both_of_metas
def test_under_a_comment_there_is_nobody_to_show_a_sign_to(name: str) -> None:
    speaker = Speaker(name=name, people=THREAD)
    speaker.see()
    assert speaker.asked == []


# --- where and as whom


@every_channel
def test_with_the_apps_secret_every_call_carries_its_proof(name: str) -> None:
    speaker = Speaker(name=name)
    speaker.secrets.put(f"accounts/{name}/55", "app_secrets", "newest", "older")
    speaker.send(text="ciao")
    # printf the-token | openssl dgst -sha256 -hmac newest
    proof = "b4c5dac3011d2018cf3b56c5783566eb5563ca54864933e3f4516e28eec0571f"
    assert speaker.asked[0].url == f"{AT}/55/messages?appsecret_proof={proof}"


def test_an_account_with_instagrams_own_login_is_spoken_for_elsewhere() -> None:
    speaker = Speaker(name="instagram", options={"login": "instagram"})
    speaker.send(text="ciao")
    speaker.see()
    speaker.channel.profile_of(account=speaker.account, contact=speaker.contact)
    hosts = {asked.url.partition("/v26.0/")[0] for asked in speaker.asked}
    assert hosts == {SETTINGS.instagram_url} == {"https://graph.instagram.com"}


@pytest.mark.parametrize("name", ["messenger", "whatsapp"])
def test_no_other_channel_has_such_a_login(name: str) -> None:
    speaker = Speaker(name=name, options={"login": "instagram"})
    speaker.send(text="ciao")
    assert speaker.asked[0].url.startswith(AT)


def test_without_a_token_no_comment_is_answered() -> None:
    speaker = Speaker(name="messenger", people=THREAD)
    speaker.secrets.put("accounts/messenger/55", "access_tokens")
    with pytest.raises(Unauthorised):
        speaker.send(text="ciao", answers="17_900")
