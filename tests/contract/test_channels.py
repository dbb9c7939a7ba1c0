"""What every channel must keep, whatever Meta or anybody else sends; see `ports.Channel`."""

from __future__ import annotations

import copy
import hashlib
import hmac
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import registry
from chalicelib.domain.content import Content, unsupported
from chalicelib.domain.envelope import Envelope, Item
from chalicelib.domain.events import (
    ChannelEvent,
    MessageEchoed,
    MessageReceived,
    UnknownEvent,
)
from chalicelib.errors import InvalidSignature, TransientError
from tests.channels import APP_SECRETS, VERIFY_TOKENS, channel, meta_secrets, signature
from tests.fakes.secrets import MemorySecrets
from tests.strategies import RAW_ITEMS, WEBHOOKS, conversations
from tests.webhooks import TIME, Said, echo, entry, items, webhook

NAMES = registry.channel_names()
BODY = b'{"object":"page","entry":[{"id":"1","text":"caf\\u00e9 \\/"}]}'
RECEIVED_AT = TIME + 900_000
EVENTS = get_args(ChannelEvent)

# A busy machine, and the first example's lazy imports, are no fault of a channel.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
every_channel = pytest.mark.parametrize("name", NAMES)


def parsed(name: str, body: dict[str, Any]) -> list[tuple[Item, ChannelEvent]]:
    speaker = channel(name)
    found = speaker.split(body)
    return [(item, speaker.parse(item.raw, received_at=RECEIVED_AT)) for item in found]


def texts(events: list[tuple[Item, ChannelEvent]]) -> list[str]:
    received = [event for _, event in events if isinstance(event, MessageReceived)]
    return [event.content.text for event in received if event.content.text]


# --- signature


@every_channel
@pytest.mark.parametrize("secret", APP_SECRETS)
def test_a_body_signed_with_any_current_secret_is_accepted(name: str, secret: str) -> None:
    channel(name).verify(BODY, {"x-hub-signature-256": signature(BODY, secret)})


@every_channel
@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256",
        "sha256=",
        "sha256==",
        "sha256=" + "0" * 64,
        "sha256=" + "é" * 64,
        "sha256=\ud800",
        "\ud800",
        "sha1=" + hmac.new(APP_SECRETS[0].encode(), BODY, hashlib.sha1).hexdigest(),
        signature(BODY, APP_SECRETS[0]).removeprefix("sha256="),
        signature(BODY, APP_SECRETS[0]) + "0",
        signature(BODY, APP_SECRETS[0])[:-1],
        signature(BODY, "somebody-elses-secret"),
        signature(BODY + b" ", APP_SECRETS[0]),
    ],
)
def test_any_other_header_is_an_invalid_signature_that_tells_nothing(
    name: str, header: str
) -> None:
    with pytest.raises(InvalidSignature) as refusal:
        channel(name).verify(BODY, {"x-hub-signature-256": header})
    told = f"{refusal.value!r} {refusal.value.__cause__!r}"
    for secret in APP_SECRETS:
        assert signature(BODY, secret).removeprefix("sha256=") not in told


@every_channel
def test_without_its_header_a_body_is_refused_even_with_the_old_sha1_header(name: str) -> None:
    digest = hmac.new(APP_SECRETS[0].encode(), BODY, hashlib.sha1).hexdigest()
    for headers in ({}, {"x-hub-signature": f"sha1={digest}"}):
        with pytest.raises(InvalidSignature):
            channel(name).verify(BODY, headers)


@every_channel
@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_nothing_is_accepted(name: str, secrets: tuple[str, ...]) -> None:
    store = MemorySecrets({"meta": {"app_secrets": secrets}})
    with pytest.raises(InvalidSignature):
        channel(name, store).verify(BODY, {"x-hub-signature-256": signature(BODY, "")})


@every_channel
def test_while_secrets_cannot_be_read_a_webhook_is_neither_accepted_nor_refused(name: str) -> None:
    store = meta_secrets()
    store.down = True
    with pytest.raises(TransientError):
        channel(name, store).verify(BODY, {"x-hub-signature-256": signature(BODY, APP_SECRETS[0])})


# --- handshake


def _query(**changed: str) -> dict[str, str]:
    plain = {"mode": "subscribe", "verify_token": VERIFY_TOKENS[0], "challenge": "1158201444"}
    return {f"hub.{key}": value for key, value in {**plain, **changed}.items()}


@every_channel
@pytest.mark.parametrize("token", VERIFY_TOKENS)
def test_the_challenge_is_echoed_for_any_current_token(name: str, token: str) -> None:
    assert channel(name).handshake(_query(verify_token=token)) == "1158201444"


@every_channel
@pytest.mark.parametrize(
    "query",
    [
        {},
        _query(mode="unsubscribe"),
        _query(verify_token=""),
        _query(verify_token="wrong"),
        _query(verify_token="é"),
        _query(verify_token="\ud800"),
        _query(verify_token=APP_SECRETS[0]),
        _query(challenge=""),
        _query(challenge="<script>"),
        _query(challenge="1" * 257),
        _query(challenge="1\n"),
        {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKENS[0]},
        {"hub.challenge": "1158201444", "hub.verify_token": VERIFY_TOKENS[0]},
    ],
)
def test_any_other_handshake_is_refused(name: str, query: dict[str, str]) -> None:
    with pytest.raises(InvalidSignature):
        channel(name).handshake(query)


@every_channel
def test_without_a_verify_token_no_handshake_succeeds(name: str) -> None:
    store = MemorySecrets({"meta": {"verify_tokens": ("",)}})
    with pytest.raises(InvalidSignature):
        channel(name, store).handshake(_query(verify_token=""))


# --- items and events


@every_channel
@unhurried
@given(said=conversations())
def test_every_message_of_every_entry_is_an_item_and_an_event(
    name: str, said: list[list[Said]]
) -> None:
    found = parsed(name, webhook(name, *(entry(name, of_one) for of_one in said)))
    everything = [s for of_one in said for s in of_one]
    assert texts(found) == [s.text for s in everything]
    assert len({event.key for _, event in found}) == len(found) == len(everything)
    for (item, event), s in zip(found, everything, strict=True):
        assert event.account == (name, s.account)
        assert item.lane.startswith(f"{name}:{s.account}:")
        assert s.customer in item.lane


@every_channel
@unhurried
@given(said=conversations())
def test_no_text_comes_under_the_name_of_somebody_else(name: str, said: list[list[Said]]) -> None:
    whose = {s.message_id: s.customer for of_one in said for s in of_one}
    for _, event in parsed(name, webhook(name, *(entry(name, of_one) for of_one in said))):
        assert isinstance(event, MessageReceived)
        customer = whose[event.message_id]
        assert all(alias.value.endswith(customer) for alias in event.contact.aliases)
        assert event.contact.name in ("", f"N{customer}")


@every_channel
@unhurried
@given(said=conversations(), seed=st.integers(0, 9))
def test_order_and_repetition_change_neither_lane_nor_key_nor_event(
    name: str, said: list[list[Said]], seed: int
) -> None:
    entries = [entry(name, [s]) for of_one in said for s in of_one]
    mixed = [*entries, *entries]
    random.Random(seed).shuffle(mixed)

    def facts(found: list[tuple[Item, ChannelEvent]]) -> set[str]:
        return {f"{item.lane} {event}" for item, event in found}

    once, twice = parsed(name, webhook(name, *entries)), parsed(name, webhook(name, *mixed))
    assert len(twice) == 2 * len(once)
    assert facts(twice) == facts(once)


@every_channel
@pytest.mark.parametrize(
    "broken", [None, [], {}, 0, "text", {"message": None}, {"hologram": {"x": 1}}]
)
def test_a_broken_item_is_kept_as_unknown_and_costs_no_neighbour(name: str, broken: object) -> None:
    said = [Said("1", "10001", "id.1", "before"), Said("1", "10002", "id.2", "after")]
    body = webhook(name, entry(name, said))
    items(name, body).insert(1, broken)
    found = parsed(name, body)
    assert texts(found) == ["before", "after"]
    item, event = found[1]
    assert isinstance(event, UnknownEvent)
    assert item.raw["item"] == broken
    assert event.account == (name, "1")


@every_channel
def test_a_new_type_of_message_is_shown_as_unsupported(name: str) -> None:
    body = webhook(name, entry(name, [Said("1", "10001", "id.1", "x")]))
    item = items(name, body)[0]
    item.pop("text", None)
    item["type"] = "hologram"
    item["message"] = {"mid": "id.1", "attachments": [{"type": "hologram"}]}
    ((_, event),) = parsed(name, body)
    assert isinstance(event, MessageReceived)
    assert event.content == Content(parts=(unsupported("hologram"),))


@every_channel
@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (TIME, TIME),
        (TIME // 1000, TIME),
        (str(TIME), TIME),
        (str(TIME // 1000), TIME),
        (None, RECEIVED_AT),
        (True, RECEIVED_AT),
        (0, RECEIVED_AT),
        (-TIME, RECEIVED_AT),
        (float("inf"), RECEIVED_AT),
        (float("nan"), RECEIVED_AT),
        ("yesterday", RECEIVED_AT),
        ("9" * 30, RECEIVED_AT),
        (10**30, RECEIVED_AT),
        (RECEIVED_AT + 25 * 3_600_000, RECEIVED_AT),
    ],
    ids=repr,
)
def test_times_are_told_in_ms_and_insane_ones_are_the_time_of_receipt(
    name: str, timestamp: object, expected: int
) -> None:
    body = webhook(name, entry(name, [Said("1", "10001", "id.1", "x")]))
    items(name, body)[0]["timestamp"] = timestamp
    ((_, event),) = parsed(name, body)
    assert event.occurred_at == expected


@every_channel
def test_what_cannot_be_stored_is_replaced_in_texts_ids_and_lanes(name: str) -> None:
    said = Said("1", "10001", "id\ud800\x00", "a\ud800b\x00c")
    ((item, event),) = parsed(name, webhook(name, entry(name, [said])))
    item.lane.encode()
    assert isinstance(event, MessageReceived)
    assert event.content == Content(text="a\ufffdb\ufffdc")
    assert event.message_id == "id\ufffd\ufffd"


@every_channel
def test_a_message_without_id_has_a_key_of_its_own_and_always_the_same(name: str) -> None:
    said = [Said("1", "10001", "", "one"), Said("1", "10001", "", "two")]
    body = webhook(name, entry(name, said))
    first, again = parsed(name, body), parsed(name, copy.deepcopy(body))
    keys = [event.key for _, event in first]
    assert len(set(keys)) == 2
    assert keys == [event.key for _, event in again]


@every_channel
def test_a_webhook_of_another_product_is_never_a_customers_message(name: str) -> None:
    body = webhook(name, entry(name, [Said("1", "10001", "id.1", "x")]))
    body["object"] = "another"
    ((_, event),) = parsed(name, body)
    assert isinstance(event, UnknownEvent)


@pytest.mark.parametrize("name", ["messenger", "instagram"])
def test_an_echo_is_of_the_customers_lane_and_never_a_customers_message(name: str) -> None:
    said = Said("1", "10001", "id.1", "our own words")
    ((item, event),) = parsed(name, echo(name, said))
    assert isinstance(event, MessageEchoed)
    assert item.lane == f"{name}:1:10001"
    assert event.key != parsed(name, webhook(name, entry(name, [said])))[0][1].key


@pytest.mark.parametrize("name", ["messenger", "instagram"])
def test_an_echo_of_the_account_to_itself_concerns_no_customer(name: str) -> None:
    ((item, event),) = parsed(name, echo(name, Said("1", "1", "id.1", "a test")))
    assert isinstance(event, UnknownEvent)
    assert item.lane == f"{name}:1:1"


@every_channel
def test_empty_webhooks_have_no_items(name: str) -> None:
    nothing: list[dict[str, Any]] = [{}, {"object": "page"}, {"entry": []}]
    for body in (*nothing, webhook(name, {"id": "1", "time": TIME})):
        assert parsed(name, body) == []


@every_channel
@unhurried
@given(body=WEBHOOKS)
def test_any_json_object_gives_items_and_events(name: str, body: dict[str, Any]) -> None:
    for item, event in parsed(name, body):
        item.lane.encode()
        f"{event}".encode()
        assert isinstance(event, EVENTS)
        assert len(event.key) <= 1024
        # The item goes through the queue before it is parsed, and means the same afterwards.
        envelope = Envelope(source="channel:x", received_at=1, items=[item.raw])
        (queued,) = Envelope.decode(envelope.encode()).items
        assert f"{channel(name).parse(queued, received_at=RECEIVED_AT)}" == f"{event}"


@every_channel
@unhurried
@given(raw=RAW_ITEMS)
def test_any_item_gives_an_event(name: str, raw: dict[str, Any]) -> None:
    event = channel(name).parse(raw, received_at=RECEIVED_AT)
    f"{event}".encode()
    assert isinstance(event, EVENTS)


@every_channel
@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}], ids="[{")
def test_absurd_nesting_costs_neither_the_neighbour_nor_the_queue(
    name: str, wrap: Callable[[object], object]
) -> None:
    deep: object = 1
    for _ in range(5000):  # deeper than JSON can be written
        deep = wrap(deep)
    odd = {"message": deep, "text": deep, "id": deep}
    body = webhook(name, entry(name, [Said("1", "10001", "id.1", "shallow")]))
    items(name, body).append(odd)
    found = parsed(name, body)
    assert texts(found) == ["shallow"]
    assert len(found) == 2
    for item, _ in found:
        assert Envelope(source="channel:x", received_at=1, items=[item.raw]).encode()
    event = channel(name).parse({**found[1][0].raw, "item": odd}, received_at=RECEIVED_AT)
    assert event == found[1][1]


# --- cost


@every_channel
def test_receiving_loads_neither_schemas_nor_http_nor_aws(name: str) -> None:
    program = f"""
import sys
from chalicelib import registry
from tests.channels import channel, VERIFY_TOKENS, APP_SECRETS, signature
speaker = channel({name!r})
speaker.verify(b"{{}}", {{"x-hub-signature-256": signature(b"{{}}", APP_SECRETS[0])}})
speaker.handshake({{"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKENS[0],
                   "hub.challenge": "1"}})
assert speaker.split({{"entry": [{{"id": "1", "new": 1}}]}})
print(sorted({{"pydantic", "urllib3", "boto3", "botocore"}} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout == "[]\n", done.stderr
