"""How accounts stand with the simulated Meta, as the product's own look at them finds it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from chalicelib import registry
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.standing import Finding, Light
from chalicelib.domain.upkeep import Onboarding
from chalicelib.errors import Refused, TransientError, Unauthorised
from infra.local import credentials
from tests.channels import SETTINGS
from tests.fakes.secrets import MemorySecrets
from tests.integration.meta_sim.world import NODES, TOKEN, Meta, new_contact

DAY = 24 * 3600
NOW = 1_800_000_000_000
OPTIONS = {"whatsapp": {"business_id": credentials.WHATSAPP_BUSINESS_ID}}


class Asker:
    """An operator with a token, for one channel's account; `own` is Instagram's own login."""

    def __init__(self, meta: Meta, channel: str, *, own: bool = False) -> None:
        secret = f"accounts/{channel}/{NODES[channel]}"
        self.secrets = MemorySecrets(
            {secret: {"access_tokens": (TOKEN,), "app_secrets": ("local-app-secret",)}}
        )
        self.secret = secret
        options = {"login": "instagram"} if own else OPTIONS.get(channel, {})
        self.account = Account(
            ref=AccountRef(channel, NODES[channel]), desk="local", options=options
        )
        settings = replace(
            SETTINGS, graph_url=meta.base, instagram_url=f"{meta.base}/graph.instagram.com"
        )
        self.onboarding: Onboarding = registry.onboarding(
            channel, secrets=self.secrets, settings=settings
        )

    def lights(self) -> dict[str, Light]:
        """Return what was found, by subject."""
        return {finding.subject: finding.light for finding in self.findings()}

    def findings(self) -> Sequence[Finding]:
        return self.onboarding.examine(self.account, now=int(time.time() * 1000))

    def act(self, subject: str) -> str:
        (found,) = [f for f in self.findings() if f.subject == subject]
        return f"{found.words} → {found.act}"


@pytest.fixture(params=["messenger", "instagram", "whatsapp", "instagram by itself"])
def asker(meta: Meta, request: pytest.FixtureRequest) -> Asker:
    channel, _, own = request.param.partition(" ")
    return Asker(meta, channel, own=bool(own))


def stand(meta: Meta, **order: object) -> None:
    assert meta.post("/sim/standing", order).status == 200


def test_an_account_that_stands_well_is_green_all_over(asker: Asker):
    found = asker.lights()
    assert set(found.values()) == {Light.GREEN}
    assert {"token", "subscriptions", "limits"} <= set(found)


def test_looking_and_subscribing_send_nothing_to_anybody(meta, application, asker: Asker):
    before = meta.get("/sim/outbox").body
    asker.findings()
    asker.onboarding.subscribe(asker.account)
    assert application.attempts == []
    assert meta.get("/sim/outbox").body == before


def test_an_application_that_was_cut_off_is_told_nothing_until_it_is_subscribed_again(
    meta, application, asker: Asker
):
    channel = asker.account.ref.channel
    stand(meta, channel=channel, subscribed=False)
    meta.write(channel, new_contact())
    assert application.attempts == []
    assert asker.lights()["subscriptions"] is Light.RED
    assert "--fix` subscribes it" in asker.act("subscriptions")
    asker.onboarding.subscribe(asker.account)
    assert asker.lights()["subscriptions"] is Light.GREEN
    meta.write(channel, new_contact())
    assert len(application.attempts) == 1


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_field_that_is_missing_is_named(meta, channel):
    asker = Asker(meta, channel)
    stand(meta, channel=channel, fields=["messages"])
    assert "missing: " in asker.act("subscriptions")
    asker.onboarding.subscribe(asker.account)
    assert asker.lights()["subscriptions"] is Light.GREEN


def test_public_comments_want_fields_of_their_own(meta):
    asker = Asker(meta, "messenger")
    asker.account = replace(asker.account, options={"comments": "tickets"})
    stand(meta, channel="messenger", fields=[])
    asker.onboarding.subscribe(asker.account)
    words = asker.act("subscriptions")
    assert "feed" in words
    assert "mention" in words


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_a_permission_that_is_missing_is_named(meta, channel):
    stand(meta, scopes=["pages_show_list"])
    asker = Asker(meta, channel)
    assert asker.lights()["permissions"] is Light.RED
    assert "missing: " in asker.act("permissions")
    assert f"ops secrets rotate {channel}#{NODES[channel]} access_tokens" in asker.act(
        "permissions"
    )


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_a_token_that_ends_soon_is_red_and_one_that_ends_later_is_not(meta, channel):
    stand(meta, ends=int(time.time()) + 9 * DAY)
    asker = Asker(meta, channel)
    assert asker.lights()["token"] is Light.RED
    stand(meta, ends=int(time.time()) + 30 * DAY)
    assert asker.lights()["token"] is Light.GREEN


def test_a_token_that_is_not_good_is_all_that_is_told(meta, asker: Asker):
    stand(meta, valid=False)
    assert asker.lights() == {"token": Light.RED}
    stand(meta, valid=True)
    asker.secrets.put(asker.secret, "access_tokens", "half-a-tok")
    assert asker.lights() == {"token": Light.RED}
    with pytest.raises(Unauthorised):
        asker.onboarding.subscribe(asker.account)


def test_a_number_of_bad_quality_is_red(meta):
    stand(meta, channel="whatsapp", quality="RED")
    assert Asker(meta, "whatsapp").lights()["limits"] is Light.RED


def test_an_account_that_calls_too_often_is_red(meta):
    stand(meta, channel="messenger", used=93)
    assert "93 %" in Asker(meta, "messenger").act("limits")
    assert Asker(meta, "messenger").lights()["limits"] is Light.RED


def test_a_number_whose_business_account_nobody_named_cannot_be_subscribed(meta):
    asker = Asker(meta, "whatsapp")
    asker.account = replace(asker.account, options={})
    assert asker.lights()["subscriptions"] is Light.UNKNOWN
    with pytest.raises(TransientError, match="business_id"):
        asker.onboarding.subscribe(asker.account)


def test_an_account_of_another_token_is_red(meta):
    asker = Asker(meta, "instagram", own=True)
    asker.account = replace(asker.account, ref=AccountRef("instagram", "17841400000000999"))
    asker.secrets.put("accounts/instagram/17841400000000999", "access_tokens", TOKEN)
    assert asker.lights() == {"token": Light.RED}


def test_instagrams_own_tokens_are_renewed_and_the_new_one_is_good(meta):
    asker = Asker(meta, "instagram", own=True)
    assert asker.onboarding.renews(asker.account)
    renewed = asker.onboarding.renewed(asker.account, now=NOW)
    assert renewed.token != TOKEN
    assert renewed.until == NOW + 60 * DAY * 1000
    asker.secrets.put(asker.secret, "access_tokens", renewed.token)
    assert set(asker.lights().values()) == {Light.GREEN}


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_other_tokens_are_not_renewed(meta, channel):
    asker = Asker(meta, channel)
    assert not asker.onboarding.renews(asker.account)
    with pytest.raises(TransientError):
        asker.onboarding.renewed(asker.account, now=NOW)


@pytest.mark.parametrize(
    "order",
    [
        {"channel": "telegram"},
        {"channel": "messenger", "colour": "red"},
        {"channel": "messenger", "subscribed": "no"},
        {"valid": 1},
        {"is_good": True},
    ],
)
def test_an_odd_order_changes_nothing(meta, order):
    assert meta.post("/sim/standing", order).status == 400


def test_a_subscription_to_nothing_or_to_what_there_is_not_is_refused(meta):
    node = NODES["messenger"]
    assert meta.edge(node, "subscribed_apps", {}).status == 400
    assert meta.edge(node, "subscribed_apps", {"subscribed_fields": "massages"}).status == 400
    asker = Asker(meta, "messenger")
    asker.account = replace(asker.account, ref=AccountRef("messenger", "999"))
    asker.secrets.put("accounts/messenger/999", "access_tokens", TOKEN)
    with pytest.raises(Refused):
        asker.onboarding.subscribe(asker.account)


def test_the_business_can_unsubscribe_by_itself(meta):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    path = f"/v26.0/{NODES['messenger']}/subscribed_apps"
    assert meta.request("DELETE", path, headers=headers).status == 200
    assert Asker(meta, "messenger").lights()["subscriptions"] is Light.RED
