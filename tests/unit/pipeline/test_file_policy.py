"""Accounts that want no copies of their customers' files: the ticket says where they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.contact import Contact
from chalicelib.domain.content import Content, File, FileKind
from chalicelib.domain.events import MessageReceived, UnknownEvent
from chalicelib.pipeline.file_policy import as_wanted
from tests.builders import echo, message, reply, unsend
from tests.fakes.clock import START

ANY = AccountRef("whatsapp", "1")


@pytest.fixture
def wanted(world):
    account = replace(world.account, options={"files": "links"})
    world.directory.accounts[account.ref] = account


@pytest.mark.usefixtures("wanted")
def test_a_file_is_told_of_by_its_address_and_not_copied(world):
    world.hear(message("look", files=["cat.jpg", "dog.jpg"]))
    world.run_until_quiet()
    (entry,) = world.ticket().entries
    assert entry.entry.text.split("\n") == [
        "look",
        "[link: cat.jpg]",
        "https://platform.test/cat.jpg",
        "[link: dog.jpg]",
        "https://platform.test/dog.jpg",
    ]
    assert entry.entry.files == ()
    assert world.media.fetched == []


@pytest.mark.usefixtures("wanted")
def test_what_was_sent_elsewhere_is_told_of_in_the_same_way(world):
    world.hear(echo("here", mid="e1") | {"files": ["offer.pdf"]})
    world.run_until_quiet()
    assert "https://platform.test/offer.pdf" in world.ticket().texts()[0]
    assert world.media.fetched == []


@pytest.mark.usefixtures("wanted")
def test_an_address_is_forgotten_with_its_message(world):
    said = message("look", mid="m1", files=["cat.jpg"])
    world.hear(said)
    world.run_until_quiet()
    world.hear(unsend(of=said, at=START + 1))
    world.run_until_quiet()
    assert "cat.jpg" not in f"{list(world.table.scan())}"


@pytest.mark.usefixtures("wanted")
def test_the_agents_files_go_out_as_ever(world):
    ticket = world.open_ticket("hello")
    world.hear_desk(reply(ticket, "", comment="c", files=["ours.png"]))
    world.run_until_quiet()
    assert [sent.file.name for sent in world.channel.arrived if sent.file] == ["ours.png"]


@pytest.mark.parametrize("options", [{}, {"files": "copies"}, {"files": ""}])
def test_where_nobody_chose_links_files_are_copied(world, options):
    account = replace(world.account, options=options)
    world.directory.accounts[account.ref] = account
    world.hear(message("look", files=["cat.jpg"]))
    world.run_until_quiet()
    assert [file.name for file in world.ticket().entries[0].entry.files] == ["cat.jpg"]


def test_a_file_that_only_we_are_given_stays_one_and_nothing_else_is_touched():
    account = Account(ref=ANY, desk="local", options={"files": "links"}, language="it")
    ours = File(kind=FileKind.IMAGE, id="7", url="https://lookaside.fbsbx.com/7")
    gone = File(kind=FileKind.IMAGE, problem="file_unavailable")
    open_ = File(kind=FileKind.VIDEO, url="https://video.fbcdn.net/7")
    event = MessageReceived(
        key="m:1",
        account=ANY,
        contact=Contact(aliases=()),
        message_id="1",
        content=Content(text="", files=(ours, gone, open_)),
        occurred_at=START,
    )
    after = as_wanted(event, account)
    assert isinstance(after, MessageReceived)
    assert after.content.files == (ours, gone)
    (link,) = after.content.parts
    assert link.values == {"title": "video", "url": "https://video.fbcdn.net/7"}
    unknown = UnknownEvent(key="u", account=ANY, kind="x", occurred_at=START)
    assert as_wanted(unknown, account) is unknown
