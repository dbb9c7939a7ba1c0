"""`secrets`: a new value beside the old one, tried before it is kept, and never shown."""

from __future__ import annotations

import io
import json
import sys

import pytest

from chalicelib.domain.account import Account, AccountRef, Desk
from chalicelib.domain.standing import red
from chalicelib.errors import Refused, TransientError
from tests.fakes.faults import ALWAYS
from tests.unit.operations.bridge import Bridge
from tests.unit.ops.test_accounts import one_line

SECRET = "accounts/instagram/7"
NEW = "EAAG-a-newer-token"
ROTATE = ("secrets", "rotate", "instagram#7", "access_tokens", "--from", "env:NEW")


@pytest.fixture(autouse=True)
def _configured(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEW", NEW)
    directory = bridge.stage().directory
    directory.keep_desk(Desk(id="main", helpdesk="django_helpdesk", url="https://desk.example"))
    options = {"login": "instagram"}
    directory.keep_account(Account(ref=AccountRef("instagram", "7"), desk="main", options=options))
    bridge.keyring.write(SECRET, {"access_tokens": ("older-token",), "app_secrets": ("s",)})
    bridge.keyring.write("desks/main", {"api_tokens": ("t",), "webhook_secrets": ("w",)})
    bridge.keyring.write("meta", {"app_secrets": ("s1",), "verify_tokens": ("v1",)})
    bridge.keyring.writes.clear()


def test_the_new_token_stands_in_front_and_what_is_next_is_said(ops, bridge):
    status, out, _ = ops(*ROTATE)
    assert status == 0
    assert bridge.keyring.read(SECRET)["access_tokens"] == (NEW, "older-token")
    assert "secrets retire 'instagram#7' access_tokens" in out
    assert NEW not in out


def test_the_second_step_forgets_the_old_one(ops, bridge):
    ops(*ROTATE)
    told = ops("secrets", "retire", "instagram#7", "access_tokens", "--yes", "--json")
    assert json.loads(told[1])["retired"] == 1
    assert bridge.keyring.read(SECRET)["access_tokens"] == (NEW,)
    assert "There is no old one" in ops("secrets", "retire", "instagram#7", "access_tokens")[1]


def test_the_same_value_again_changes_nothing(ops, bridge):
    ops(*ROTATE)
    bridge.keyring.writes.clear()
    assert "nothing was changed" in ops(*ROTATE)[1]
    assert bridge.keyring.writes == []


def test_a_token_that_is_not_taken_is_not_kept(ops, bridge):
    bridge.platform.findings = [red("token", "Meta does not take it", "")]
    assert "Meta does not take it" in one_line(ops(*ROTATE))
    assert bridge.keyring.writes == []
    assert ops(*ROTATE, "--anyway")[0] == 0
    assert bridge.keyring.writes == [SECRET]


def test_a_desks_token_is_tried_at_the_desk(ops, bridge):
    call = ("secrets", "rotate", "desk#main", "api_tokens", "--from", "env:NEW")
    bridge.desk.faults.plan("check", TransientError("HTTP 500"), times=ALWAYS)
    assert "HTTP 500" in one_line(ops(*call))
    bridge.desk.faults.planned.clear()
    assert ops(*call)[0] == 0
    assert bridge.keyring.read("desks/main")["api_tokens"] == (NEW, "t")


def test_a_secret_of_our_own_can_be_made_up(ops, bridge):
    told = ops("secrets", "rotate", "desk#main", "webhook_secrets", "--generate", "--json")
    assert json.loads(told[1])["values"] == 2
    made, old = bridge.keyring.read("desks/main")["webhook_secrets"]
    assert (made[:6], old) == ("whsec_", "w")
    assert made not in told[1]


def test_the_secrets_of_all_of_metas_webhooks_are_rotated_in_the_same_way(ops, bridge, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("a-newer-app-secret\n"))
    assert ops("secrets", "rotate", "meta", "app_secrets", "--from", "@-")[0] == 0
    assert bridge.keyring.read("meta")["app_secrets"] == ("a-newer-app-secret", "s1")
    assert ops("secrets", "rotate", "meta", "verify_tokens", "--generate")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rotate", "messenger#7", "access_tokens", "--from", "env:NEW"), "There is no secret of 'messenger#7'; there are those of meta, instagram#7, desk#main."),
        (("rotate", "instagram#7", "acces_tokens", "--from", "env:NEW"), "instagram#7 has no 'acces_tokens', only access_tokens, app_secrets."),
        (("rotate", "instagram#7", "login", "--from", "env:NEW"), "instagram#7 has no 'login'"),
        (("rotate", "instagram#7", "access_tokens"), "Missing: --from @FILE, or --generate."),
        (("rotate", "instagram#7", "access_tokens", "--from", NEW), "a secret does not stand there"),
        (("rotate", "instagram#7", "access_tokens", "--generate"), "access_tokens cannot be made up"),
        (("rotate", "meta", "app_secrets", "--from", "env:SHORT"), "app_secrets does not look like one. Nothing was changed."),
        (("retire", "desk#other", "api_tokens"), "There is no secret of 'desk#other'"),
        (("renew", "instagram#8"), "There is no account instagram#8."),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_line_and_changes_nothing(ops, bridge, monkeypatch, arguments, words):
    monkeypatch.setenv("SHORT", "abc")
    line = one_line(ops("secrets", *arguments))
    assert words in line
    assert NEW not in line
    assert bridge.keyring.writes == []


def test_secrets_are_listed_by_how_many_values_are_good(ops, bridge):
    ops(*ROTATE)
    told = ops("secrets", "list", "--json")
    rows = {(row["of"], row["field"]): row for row in json.loads(told[1])["secrets"]}
    assert rows["instagram#7", "access_tokens"]["values"] == 2
    assert rows["desk#main", "webhook_secrets"]["secret"] == "scripta/desks/main"
    plain = ops("secrets", "list")[1]
    for value in (NEW, "older-token", "s1"):
        assert value not in plain + told[1]


def test_a_token_that_ends_by_itself_is_renewed_at_once_where_that_is_wanted(ops, bridge):
    bridge.platform.ends_by_itself.add("7")
    assert json.loads(ops("secrets", "renew", "--json")[1]) == {"renewed": 1, "failed": []}
    assert bridge.keyring.read(SECRET)["access_tokens"] == ("new-token-1", "older-token")
    bridge.platform.trouble = Refused("invalid_request")
    status, out, _ = ops("secrets", "renew", "instagram#7")
    assert status == 1
    assert "instagram#7 could not be renewed" in out


def test_secrets_that_cannot_be_reached_are_a_wrong_call(ops, bridge):
    bridge.keyring.secrets.down = True
    assert "does not answer" in one_line(ops("secrets", "list"))
