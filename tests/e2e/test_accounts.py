"""Accounts and desks of the local run are looked at, and what Meta cuts off is mended."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.credentials import PAGE_ID
from tests.e2e.local_run import LocalRun, comments, eventually


def ask(run: LocalRun, *arguments: str) -> tuple[int, dict[str, Any]]:
    status, told = run.ops(*arguments, "--json")
    assert status in (0, 1), told
    return status, json.loads(told)


def reds(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["of"], row["subject"]) for row in answer["findings"] if row["light"] == "red"]


def test_all_that_a_run_begins_with_is_green(run: LocalRun) -> None:
    status, accounts = ask(run, "accounts", "check")
    assert (status, reds(accounts)) == (0, [])
    assert {row["of"].partition("#")[0] for row in accounts["findings"]} == {
        "instagram",
        "messenger",
        "whatsapp",
    }
    status, desks = ask(run, "desks", "check")
    assert (status, reds(desks)) == (0, [])
    assert {row["light"] for row in desks["findings"] if row["subject"] == "answers"} == {"green"}


def test_an_account_that_meta_has_cut_off_is_found_mended_and_heard_again(run: LocalRun) -> None:
    contact = "15550008101"
    run.sim("/sim/standing", channel="messenger", subscribed=False)
    try:
        run.write_untold("messenger", contact, "nobody tells of me")
        page = f"messenger#{PAGE_ID}"
        status, found = ask(run, "accounts", "check", page)
        assert (status, reds(found)) == (1, [(page, "subscriptions")])
        status, found = ask(run, "accounts", "check", page, "--fix")
        assert (status, found["news"]) == (0, [f"{page} is subscribed again"])
        assert run.write("messenger", contact, "told again") == 200
        ticket = eventually(lambda: run.ticket(channel="messenger", said="told again"))
        assert "told again" in comments(ticket)
        # And what was said meanwhile is asked for.
        status, told = run.ops("reconcile", "--grace", "0", "--account", page)
        assert status == 1, told
        eventually(lambda: run.ticket(channel="messenger", said="nobody tells of me"))
    finally:
        run.forget("/sim/standing")


def test_a_token_that_meta_does_not_take_is_not_kept(
    run: LocalRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALF", "half-of-a-token")
    rotate = ("secrets", "rotate", f"messenger#{PAGE_ID}", "access_tokens", "--from", "env:HALF")
    status, told = run.ops(*rotate)
    assert status == 2
    assert told.startswith("ops: Nothing was changed: with it messenger#")
    assert told.count("\n") == 1
    assert "half-of" not in told
    assert ask(run, "accounts", "check", "--quick")[0] == 0
