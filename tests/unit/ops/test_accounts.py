"""`accounts` and `desks`: what is asked for, what is kept, and what is refused in one line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.domain.account import Account, AccountRef, Desk
from chalicelib.domain.breaker import Breaker
from chalicelib.domain.standing import Finding, Light, red, unknown
from chalicelib.errors import Refused, TransientError, Unauthorised
from chalicelib.storage.directory import TableDirectory
from tests.fakes.faults import ALWAYS
from tests.unit.operations.bridge import Bridge

PAGE = AccountRef("messenger", "100")
SECRET = "accounts/messenger/100"
TOKEN = "EAAG-a-token-of-the-page"
SETTING_UP = ("accounts", "add", "messenger#100", "--desk", "main")
DESK = ("desks", "add", "main", "--helpdesk", "django_helpdesk", "--url", "https://desk.example/")


@pytest.fixture(autouse=True)
def _variables(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "clock", bridge.clock)
    monkeypatch.setenv("PAGE_TOKEN", TOKEN)
    monkeypatch.setenv("DESK_TOKEN", "a-token-of-the-desk")


@pytest.fixture
def desk(bridge: Bridge) -> Desk:
    desk = Desk(
        id="main", helpdesk="django_helpdesk", url="https://desk.example", options={"queue": "1"}
    )
    bridge.stage().directory.keep_desk(desk)
    secret = {"api_tokens": ("t" * 20,), "webhook_secrets": ("whsec_" + "A" * 32,)}
    bridge.keyring.write("desks/main", secret)
    bridge.keyring.write("meta", {"app_secrets": ("s",), "verify_tokens": ("v",)})
    bridge.keyring.writes.clear()
    return desk


@pytest.fixture
def page(bridge: Bridge, desk: Desk) -> Account:
    account = Account(ref=PAGE, desk=desk.id)
    bridge.stage().directory.keep_account(account)
    bridge.keyring.write(SECRET, {"access_tokens": (TOKEN,)})
    bridge.keyring.writes.clear()
    return account


def one_line(told: tuple[int, str, str]) -> str:
    """Return the one line that a wrong call is told."""
    status, out, err = told
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    return line


def nothing_changed(bridge: Bridge) -> bool:
    return not bridge.keyring.writes and not bridge.stage().directory.accounts()


def answer(told: tuple[int, str, str]) -> dict[str, Any]:
    assert told[2] == ""
    found: dict[str, Any] = json.loads(told[1])
    return found


def test_an_account_is_configured_with_its_secret_and_subscribed(ops, bridge, desk):
    told = ops(
        *SETTING_UP,
        "--secret",
        "access_tokens=env:PAGE_TOKEN",
        "--option",
        "comments=tickets",
        "--json",
    )
    assert told[0] == 0
    found = answer(told)
    assert found["webhook"] == "https://bridge.example/webhooks/messenger"
    (account,) = bridge.stage().directory.accounts()
    assert (account.desk, account.language, account.options) == (
        "main",
        "en",
        {"comments": "tickets"},
    )
    assert bridge.keyring.read(SECRET)["access_tokens"] == (TOKEN,)
    assert bridge.platform.subscribed == ["100"]


def test_no_secret_is_ever_printed(ops, bridge, desk):
    told = ops(*SETTING_UP, "--secret", "access_tokens=env:PAGE_TOKEN")
    assert told[0] == 0
    assert TOKEN not in told[1] + told[2]
    assert "https://bridge.example/webhooks/messenger" in told[1]
    assert "the secret scripta/meta" in told[1]


def test_a_secret_can_come_out_of_a_file(ops, bridge, desk, tmp_path: Path):
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    assert ops(*SETTING_UP, "--secret", f"access_tokens=@{tmp_path / 'token'}")[0] == 0
    assert bridge.keyring.read(SECRET)["access_tokens"] == (TOKEN,)


def test_an_instagram_account_names_the_page_that_sends(ops, bridge, desk):
    call = ("accounts", "add", "instagram#7", "--secret", "access_tokens=env:PAGE_TOKEN")
    assert ops(*call, "--graph-id", "100200300")[0] == 0
    assert ops("accounts", "add", "instagram#7", "--language", "it")[0] == 0
    (account,) = bridge.stage().directory.accounts()
    assert (account.node, account.language, account.options) == ("100200300", "it", {})
    assert ops(*call, "--graph-id", "")[0] == 0
    (account,) = bridge.stage().directory.accounts()
    assert account.node == "7"


def test_doing_it_again_changes_what_is_said_and_keeps_the_rest(ops, bridge, page):
    assert ops(*SETTING_UP, "--language", "it", "--option", "read_marks=on")[0] == 0
    (account,) = bridge.stage().directory.accounts()
    assert (account.language, account.options) == ("it", {"read_marks": "on"})
    assert ops(*SETTING_UP, "--option", "read_marks=")[0] == 0
    (account,) = bridge.stage().directory.accounts()
    assert (account.language, account.options) == ("it", {})
    assert bridge.keyring.writes == []


@pytest.mark.parametrize(
    "found",
    [
        red("token", "Meta does not take it: HTTP 401", "a new one"),
        red("permissions", "missing: pages_messaging", "give it"),
        unknown("token", "Meta cannot be asked: not reached"),
    ],
)
def test_what_meta_finds_fault_with_is_not_configured(ops, bridge, desk, found: Finding):
    bridge.platform.findings = [found]
    call = (*SETTING_UP, "--secret", "access_tokens=env:PAGE_TOKEN")
    line = one_line(ops(*call))
    assert found.words in line
    assert "Nothing was configured" in line
    assert nothing_changed(bridge)
    assert bridge.platform.subscribed == []
    assert ops(*call, "--anyway")[0] in (0, 1)
    assert not nothing_changed(bridge)


def test_meta_is_asked_with_the_token_that_is_not_kept_yet(ops, bridge, desk):
    ops(*SETTING_UP, "--secret", "access_tokens=env:PAGE_TOKEN")
    assert bridge.tried is not None
    bridge.platform.findings = [red("token", "no", "no")]
    ops(
        "accounts",
        "add",
        "messenger#200",
        "--desk",
        "main",
        "--secret",
        "access_tokens=env:PAGE_TOKEN",
    )
    assert bridge.tried.get("accounts/messenger/200", "access_tokens") == (TOKEN,)
    assert bridge.keyring.read("accounts/messenger/200") == {}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("accounts", "add"), "Missing: CHANNEL#ID."),
        (("accounts", "add", "messenger"), "'messenger' names no account"),
        (("accounts", "add", "telegram#1"), "'telegram#1' names no account"),
        (("accounts", "add", "messenger#a b"), "names no account"),
        (SETTING_UP, "Missing: --secret access_tokens=@FILE."),
        ((*SETTING_UP, "--desk", "other"), "--desk is none of main."),
        ((*SETTING_UP, "--language", "de"), "--language is none of en, it."),
        ((*SETTING_UP, "--graph-id", "12345"), "--option graph_id: there is none"),
        (("accounts", "add", "instagram#7", "--graph-id", "a b"), "graph_id does not look like one."),
        ((*SETTING_UP, "--option", "coments=tickets"), "--option coments: there is none"),
        ((*SETTING_UP, "--option", "comments"), "--option wants NAME=VALUE."),
        ((*SETTING_UP, "--option", "comments=yes"), "comments is none of tickets."),
        ((*SETTING_UP, "--secret", f"access_tokens={TOKEN}"), "a secret does not stand there"),
        ((*SETTING_UP, "--secret", "access_tokens=@/no/such/file"), "/no/such/file cannot be read."),
        ((*SETTING_UP, "--secret", "access_tokens=env:NOT_SET"), "NOT_SET is not set."),
        ((*SETTING_UP, "--secret", "webhook_secrets=env:PAGE_TOKEN"), "--secret webhook_secrets: there is none"),
        (("accounts", "add", "whatsapp#55", "--secret", "access_tokens=env:PAGE_TOKEN"), "Missing: --option business_id=…."),
        (("accounts", "check", "messenger#999"), "There is no account messenger#999; there are none."),
        (("accounts", "remove", "messenger#999", "--yes"), "There is no account"),
        (("desks", "check", "other"), "There is no desk 'other'; there are main."),
        (("desks", "remove", "a/b", "--yes"), "There is no desk"),
        (("desks", "add"), "Missing: ID, --helpdesk, --url."),
        (("desks", "add", "x y"), "ID is no name"),
        (("desks", "add", "new", "--helpdesk", "jira"), "--helpdesk is none of"),
        (("desks", "add", "new", "--url", "desk.example"), "--url is no address"),
        (("desks", "add", "new", "--url", "http://desk.example"), "--url has to begin with https://."),
        (("desks", "add", "new", "--url", "https://a:b@desk.example"), "--url is no address"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_line_and_changes_nothing(ops, bridge, desk, arguments, words):
    line = one_line(ops(*arguments))
    assert words in line
    assert TOKEN not in line
    assert nothing_changed(bridge)


@pytest.mark.parametrize("value", ["", "short", "two words of it"])
def test_a_half_typed_token_is_refused_without_being_shown(ops, bridge, desk, monkeypatch, value):
    monkeypatch.setenv("PAGE_TOKEN", value)
    line = one_line(ops(*SETTING_UP, "--secret", "access_tokens=env:PAGE_TOKEN"))
    assert line.startswith("ops: access_tokens ")
    assert value == "" or value not in line
    assert nothing_changed(bridge)


def test_an_account_wants_a_desk_first(ops, bridge):
    line = one_line(ops("accounts", "add", "messenger#100"))
    assert "`python -m ops desks add` comes first" in line


def test_a_subscription_that_fails_is_told_and_the_account_stays(ops, bridge, desk):
    bridge.platform.trouble = Refused("invalid_request", "no such page")
    status, out, _ = ops(*SETTING_UP, "--secret", "access_tokens=env:PAGE_TOKEN")
    assert status == 1
    assert "messenger#100 cannot be subscribed: invalid_request: no such page" in out
    assert bridge.stage().directory.accounts()


def test_accounts_are_listed(ops, bridge, page):
    assert "messenger  100" in ops("accounts", "list")[1]
    (row,) = answer(ops("accounts", "list", "--json"))["accounts"]
    assert (row["channel"], row["id"], row["desk"]) == ("messenger", "100", "main")
    assert "access_tokens" not in row


def test_without_any_it_is_said_how_one_is_added(ops):
    assert "ops accounts add" in ops("accounts", "list")[1]
    assert "ops desks add" in ops("desks", "list")[1]


def test_an_account_that_is_removed_takes_its_secret_along(ops, bridge, page):
    assert ops("accounts", "remove", "messenger#100", "--yes")[0] == 0
    assert bridge.stage().directory.accounts() == []
    assert bridge.keyring.read(SECRET) == {}


@pytest.mark.parametrize(
    "what",
    [
        ("accounts", "remove", "messenger#100"),
        ("secrets", "retire", "messenger#100", "access_tokens"),
    ],
)
def test_nothing_is_forgotten_where_nobody_is_there_to_agree(ops, bridge, page, what):
    bridge.keyring.secrets.put(SECRET, "access_tokens", "new", "old")
    assert "say --yes" in one_line(ops(*what))
    assert bridge.stage().directory.accounts()
    assert bridge.keyring.read(SECRET)["access_tokens"] == ("new", "old")


def lights(told: tuple[int, str, str]) -> dict[str, str]:
    return {row["subject"]: row["light"] for row in answer(told)["findings"]}


def test_check_is_one_table_green_where_all_is_well(ops, bridge, page):
    bridge.say("m1#0")
    told = ops("accounts", "check")
    assert told[0] == 0
    assert told[1].endswith("All is well.\n")
    found = lights(ops("accounts", "check", "messenger#100", "--json"))
    assert found == {"token": "green", "subscriptions": "green", "webhook": "green"}


def test_colours_are_for_a_terminal_only(ops, page):
    assert "\x1b[" not in ops("accounts", "check")[1]


def test_a_webhook_that_was_not_seen_lately_is_said_so(ops, bridge, page):
    assert lights(ops("accounts", "check", "--json"))["webhook"] == "unknown"
    bridge.say("m1#0")
    assert lights(ops("accounts", "check", "--json"))["webhook"] == "green"
    assert "webhook" not in lights(ops("accounts", "check", "--quick", "--json"))


def test_an_account_whose_desk_is_gone_is_red(ops, bridge, page):
    bridge.stage().directory.keep_account(replace(page, desk="gone"))
    told = ops("accounts", "check", "--json")
    assert (told[0], lights(told)["desk"]) == (1, "red")


def test_without_the_secret_of_metas_webhooks_none_is_accepted_and_that_is_red(ops, bridge, page):
    bridge.keyring.remove("meta")
    status, out, _ = ops("accounts", "check", "--quick")
    assert status == 1
    assert "`ops secrets rotate meta app_secrets`" in out
    assert "2 to be looked at." in out


def test_an_account_that_was_cut_off_is_found_and_subscribed_again(ops, bridge, page):
    bridge.platform.findings = [red("subscriptions", "the app hears nothing of it", "--fix")]
    assert ops("accounts", "check", "--quick")[0] == 1
    assert bridge.platform.subscribed == []
    told = ops("accounts", "check", "--quick", "--fix", "--json")
    assert bridge.platform.subscribed == ["100"]
    assert answer(told)["news"] == ["messenger#100 is subscribed again"]


def test_a_token_that_ends_by_itself_is_red_where_it_was_not_renewed(ops, bridge, page):
    bridge.platform.ends_by_itself.add("100")
    assert lights(ops("accounts", "check", "--quick", "--json"))["token"] == "green"
    bridge.keyring.secrets.put(SECRET, "access_tokens_end", "1000")
    told = ops("accounts", "check", "--quick", "--json")
    assert (told[0], lights(told)["token"]) == (1, "red")


def test_a_desk_is_configured_and_its_webhook_secret_made_up(ops, bridge):
    told = ops(
        *DESK, "--option", "queue=1", "--secret", "api_tokens=env:DESK_TOKEN", "--reopen-hours", "1"
    )
    assert told[0] == 0
    (desk,) = bridge.stage().directory.desks()
    assert desk == Desk(
        id="main",
        helpdesk="django_helpdesk",
        url="https://desk.example",
        reopen_window=3600,
        options={"queue": "1"},
    )
    secret = bridge.keyring.read("desks/main")
    assert secret["api_tokens"] == ("a-token-of-the-desk",)
    (made,) = secret["webhook_secrets"]
    assert made.startswith("whsec_")
    assert made not in told[1]
    assert "https://bridge.example/helpdesks/main/webhook" in told[1]
    assert "the secret scripta/desks/main" in told[1]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Refused("desk_refused", "no field custom_channel"), "no field custom_channel"),
        (Unauthorised("HTTP 401"), "Unauthorised: HTTP 401"),
        (TransientError("not reached: NewConnectionError"), "not reached"),
    ],
)
def test_a_helpdesk_that_is_not_well_is_not_configured(ops, bridge, trouble, words):
    call = (*DESK, "--option", "queue=1", "--secret", "api_tokens=env:DESK_TOKEN")
    bridge.desk.faults.plan("check", trouble, times=ALWAYS)
    assert words in one_line(ops(*call))
    assert bridge.stage().directory.desks() == []
    assert bridge.keyring.writes == []
    told = ops(*call, "--anyway", "--json")
    assert lights(told)["answers"] == "red"


def test_what_a_desk_lacks_is_said_together(ops):
    line = one_line(ops(*DESK))
    assert line == "ops: Missing: --option queue=…, --secret api_tokens=@FILE."


def test_desks_are_listed_and_looked_at(ops, bridge, page):
    assert "main" in ops("desks", "list")[1]
    (row,) = answer(ops("desks", "list", "--json"))["desks"]
    assert row["options"] == {"queue": "1"}
    found = lights(ops("desks", "check", "--quick", "--json"))
    assert found == {
        "secrets": "green",
        "answers": "green",
        "breaker": "green",
        "accounts": "green",
    }


def test_a_desk_whose_breaker_is_open_is_red(ops, bridge, page):
    bridge.store.keep_breaker(Breaker(desk="main", opened_at=1, reason="TransientError"))
    told = ops("desks", "check", "--quick", "--json")
    assert (told[0], lights(told)["breaker"]) == (1, "red")


def test_options_and_secrets_that_are_wrong_are_red_one_by_one(ops, bridge, desk):
    bridge.stage().directory.keep_desk(replace(desk, options={"queue": "first"}))
    bridge.keyring.write("desks/main", {"webhook_secrets": ("w",)})
    status, out, _ = ops("desks", "check", "--quick")
    assert status == 1
    assert "queue does not look like one" in out
    assert "api_tokens is missing" in out


def test_a_helpdesk_that_there_is_not_is_red(ops, bridge, desk):
    bridge.stage().directory.keep_desk(replace(desk, helpdesk="jira"))
    assert "there is none called jira" in ops("desks", "check", "--quick")[1]


def test_a_desk_is_not_removed_while_somebody_needs_it(ops, bridge, page):
    assert "main serves messenger#100" in one_line(ops("desks", "remove", "main", "--yes"))
    bridge.stage().directory.forget_account(PAGE)
    bridge.say("m1#0", waiting_for="main", due_at=1)
    assert "Messages wait for main" in one_line(ops("desks", "remove", "main", "--yes"))
    assert bridge.stage().directory.desks()


def test_a_desk_that_nobody_needs_is_removed(ops, bridge, desk):
    assert ops("desks", "remove", "main", "--yes")[0] == 0
    assert bridge.stage().directory.desks() == []
    assert bridge.keyring.read("desks/main") == {}


def test_every_light_has_its_word():
    assert {light.value for light in Light} == {"green", "red", "unknown"}


@pytest.mark.parametrize("written", ["accounts/messenger/100", "row"])
def test_a_call_that_was_interrupted_half_way_is_finished_by_the_next(
    ops, bridge, desk, monkeypatch, written
):
    call = (*SETTING_UP, "--secret", "access_tokens=env:PAGE_TOKEN")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if written == "row":
            patch.setattr(bridge.platform, "subscribe", interrupted)
        else:
            patch.setattr(TableDirectory, "keep_account", interrupted)
        status, _, err = ops(*call)
    assert (status, err.count("\n")) == (2, 2)
    assert err.splitlines()[-1] == "ops: interrupted; the same command goes on where this one was"
    assert ops(*call)[0] == 0
    assert bridge.platform.subscribed == ["100"]
    assert bridge.keyring.read(SECRET)["access_tokens"] == (TOKEN,)
