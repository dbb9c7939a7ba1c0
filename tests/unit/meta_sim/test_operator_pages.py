"""The operator's pages: what is on them, and that nobody's words are markup there."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup

from infra.local.meta import operator_pages

EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)> ' \u202e </bdi>"
AT = 1_700_000_000_000


def listed(**more: Any) -> dict[str, Any]:
    return {
        "id": "c1",
        "channel": "messenger",
        "account": "100",
        "contact": "Ada",
        "ticket": "http://127.0.0.1:8001/tickets/7/",
        "ticket_status": "open",
        "person": "",
        "sequence": 3,
        "open_work": 1,
        "last_at": AT,
    } | more


def message(**more: Any) -> dict[str, Any]:
    return {
        "sequence": 1,
        "direction": "in",
        "occurred_at": AT,
        "author": "Ada",
        "status": "",
        "text": "hello",
        "attempts": 0,
        "open": "",
        "trouble": "",
        "ended_at": 0,
    } | more


def work(**more: Any) -> dict[str, Any]:
    return {
        "sequence": 2,
        "verb": "deliver",
        "stage": "ready",
        "attempts": 2,
        "due_at": AT,
        "waiting_for": "",
        "parked": "",
    } | more


def told(*messages: dict[str, Any], open_work: Any = (), **more: Any) -> dict[str, Any]:
    return listed(**more) | {"messages": list(messages), "work": list(open_work)}


def tags(page: str) -> list[str]:
    return sorted({tag.name for tag in BeautifulSoup(page, "html.parser").find_all(True)})


def test_the_list_links_each_conversation_and_its_ticket():
    page = BeautifulSoup(operator_pages.conversations([listed()]), "html.parser")
    hrefs = [link["href"] for link in page.select("table a")]
    assert hrefs == ["/conversations/c1", "http://127.0.0.1:8001/tickets/7/"]
    assert "2023-11-14 22:13:20Z" in page.text


def test_a_timeline_tells_in_sequence_what_was_said_and_what_became_of_it():
    shown = operator_pages.conversation(
        told(
            message(),
            message(
                sequence=2,
                direction="out",
                author="alice",
                status="failed",
                text="hi",
                trouble="window_closed too late",
            ),
            message(
                sequence=3,
                direction="note",
                author="",
                status="",
                open="forward: ready",
                attempts=3,
                text="a note",
            ),
            open_work=[work()],
        )
    )
    page = BeautifulSoup(shown, "html.parser")
    steps = page.select(".timeline > li")
    assert [" ".join(step["class"]) for step in steps] == ["in", "out", "note"]
    assert not steps[0].select(".status, .open")
    assert "window_closed too late" in steps[1].text
    assert "forward: ready, 3 attempts" in steps[2].text
    assert "deliver" in page.select("table")[0].text


def test_nothing_to_show_is_said():
    assert "There is no conversation." in operator_pages.conversations([])
    shown = operator_pages.conversation(told(ticket="", ticket_status=""))
    assert "Nothing was said." in shown
    assert "No work is open." in shown
    assert "none yet" in shown


def test_nobodys_words_are_markup():
    plain = tags(
        operator_pages.conversation(told(message(trouble="x", open="y"), open_work=[work()]))
    )
    evil = operator_pages.conversation(
        told(
            message(author=EVIL, text=EVIL, trouble=EVIL, open=EVIL),
            open_work=[work(parked=EVIL, waiting_for=EVIL)],
            contact=EVIL,
            person=EVIL,
            id=EVIL,
            channel=EVIL,
        )
    )
    assert [tag for tag in tags(evil) if tag not in {*plain, "dl", "dt", "dd"}] == []
    page = BeautifulSoup(evil, "html.parser")
    assert not [tag for tag in page.find_all(True) if "onerror" in tag.attrs]
    # What would turn the text around it is isolated.
    assert all(
        found.find_parent("bdi")
        for found in page.find_all(string=lambda s: "\u202e" in s)
        if found.find_parent("main") and found.find_parent(["li", "td"])
    )
    assert tags(operator_pages.trouble(EVIL)) == tags(operator_pages.trouble("plain"))
    assert "<script" not in operator_pages.conversations([listed(contact=EVIL, id=EVIL)])


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", ""])
def test_an_address_that_would_do_more_than_open_is_no_link(url):
    page = BeautifulSoup(operator_pages.conversations([listed(ticket=url)]), "html.parser")
    assert [link["href"] for link in page.select("table a")] == ["/conversations/c1"]


def test_a_time_that_is_none_is_shown_as_it_is():
    assert str(10**18) in operator_pages.conversation(told(message(occurred_at=10**18)))
