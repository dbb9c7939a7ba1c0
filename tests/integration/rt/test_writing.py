"""What we write into a real Request Tracker: as it was said, once, and found again."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_string

import pytest

from chalicelib.domain.content import Attachment, FileKind
from chalicelib.domain.ports import Helpdesk
from chalicelib.domain.ticket import Entry, EntryKind
from chalicelib.errors import AmbiguousError, Gone, Moved, Refused, TransientError, Unauthorised
from tests.integration.helpdesks.cutting_proxy import CuttingProxy
from tests.integration.rt.conftest import NewOpening, open_helpdesk
from tests.integration.rt.rt import RtProcess, RtUser, text_of

TEXTS = (
    *(
        "Hello",
        " edges \n\n",
        "a\nb\r\nc",
        "<b>bold</b> & <script>alert(1)</script>",
        "{$x} {{ 7*7 }}",
    ),
    *("# é 🎉 \u202e", "It's \\ 'quoted'", "> not a quote", "From here\n.\n-- \nAna", "\ud800x\0y"),
)
PNG = Attachment(
    kind=FileKind.IMAGE, name="fòto 🎉.png", mime="image/png", content=b"\x89PNG\r\n\0\xff"
)
VOICE = Attachment(kind=FileKind.AUDIO, name="voice.ogg", mime="audio/ogg", content=b"OggS\0" * 999)


def entry(key: str, text: str = "more", kind: EntryKind = EntryKind.COMMENT, **more) -> Entry:
    return Entry(kind=kind, text=text, author="Ana Bell", key=key, **more)


def shown(text: str) -> str:
    """Return a text as RT keeps it: without what no text can hold, lines ended as on Unix."""
    bare = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
    return bare.replace("\r\n", "\n")


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_text_stands_in_the_ticket_as_it_was_written(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening, text: str
):
    opening = new_opening(text)
    ticket = helpdesk.create(opening)
    helpdesk.append(ticket.id, entry(f"{opening.reference}.2", text))
    said = [text_of(each).replace("\r\n", "\n") for each in alice.entries(ticket.id)]
    assert said == [shown(text), shown(text)]


def test_a_ticket_names_the_customer_the_channel_and_the_account(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening
):
    opening = new_opening()
    ticket = alice.ticket(helpdesk.create(opening).id)
    fields = {field["name"]: field["values"] for field in ticket["CustomFields"]}
    assert ticket["Subject"] == "WhatsApp: Ana Bell"
    assert [person["id"] for person in ticket["Requestor"]] == [opening.customer.address]
    assert fields == {
        "ScriptaReference": [opening.reference],
        "ScriptaFirstEntry": [f"{opening.reference}.1"],
        "ScriptaChannel": ["whatsapp"],
        "ScriptaAccount": ["106540352242922"],
        "ScriptaContact": ["+15550001111"],
    }
    person = alice.get(f"/user/{opening.customer.address}")
    assert (person["RealName"], person["Privileged"]) == ("Ana Bell", 0)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Ana O'Bell", "Ana O'Bell"),
        ('Ana "the" Bell, Ltd.', "Ana 'the' Bell, Ltd."),
        ("Añá 🎉 <ana@evil.test>", "Añá 🎉 <ana@evil.test>"),
        ("a@b.test, c@d.test", "a@b.test, c@d.test"),
        ("new\nline \\", "new line"),
        ("", ""),
    ],
)
def test_whatever_a_customer_is_called_there_is_one_requestor_who_is_called_so(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening, name: str, kept: str
):
    opening = new_opening()
    opening = replace(opening, customer=replace(opening.customer, name=name))
    ticket = alice.ticket(helpdesk.create(opening).id)
    assert [person["id"] for person in ticket["Requestor"]] == [opening.customer.address]
    assert alice.get(f"/user/{opening.customer.address}")["RealName"] == (kept or None)


def test_files_stand_with_the_entry_whole_and_by_their_names(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening
):
    opening = new_opening()
    opening = replace(opening, entry=replace(opening.entry, files=(PNG, VOICE)))
    ticket = helpdesk.create(opening)
    helpdesk.append(ticket.id, entry(f"{opening.reference}.2", files=(VOICE, PNG)))
    web = str(alice.http.base_url).removesuffix("/REST/2.0/")
    for said in alice.entries(ticket.id):
        files = {
            part["Filename"]: alice.http.get(
                f"{web}/Ticket/Attachment/{said['id']}/{part['id']}/"
            ).content
            for part in said["parts"]
            if part["Filename"]
        }
        assert files == {PNG.name: PNG.content, VOICE.name: VOICE.content}


def test_an_empty_file_is_refused_and_nothing_is_written(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening
):
    ticket = helpdesk.create(new_opening())
    with pytest.raises(Refused):
        helpdesk.append(ticket.id, entry("k", files=(replace(PNG, content=b""),)))
    assert len(alice.entries(ticket.id)) == 1


def test_a_note_that_a_ticket_begins_with_is_for_agents_only(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening
):
    opening = new_opening("for us", kind=EntryKind.NOTE)
    ticket = helpdesk.create(opening)
    assert [(e["Type"], text_of(e)) for e in alice.entries(ticket.id)] == [
        ("Create", ""),
        ("Comment", "for us"),
    ]
    assert helpdesk.find(opening.reference) == ticket


def test_a_ticket_that_lost_its_note_is_completed(
    rt: RtProcess, alice: RtUser, new_opening: NewOpening, proxy: CuttingProxy
):
    helpdesk = open_helpdesk(rt, url=proxy.url)
    opening = new_opening("for us", kind=EntryKind.NOTE)
    proxy.cuts, proxy.of, proxy.loses = 1, "POST /REST/2.0/ticket/", True
    with pytest.raises(AmbiguousError):
        helpdesk.create(opening)
    assert helpdesk.find(opening.reference) is None
    ticket = helpdesk.create(opening)
    assert helpdesk.find(opening.reference) == ticket
    assert [text_of(each) for each in alice.entries(ticket.id)] == ["", "for us"]


def test_a_ticket_and_an_entry_whose_answer_was_lost_are_found(
    rt: RtProcess, new_opening: NewOpening, proxy: CuttingProxy
):
    helpdesk, opening = open_helpdesk(rt, url=proxy.url), new_opening()
    proxy.cuts, proxy.of = 1, "POST"
    with pytest.raises(AmbiguousError):
        helpdesk.create(opening)
    ticket = helpdesk.find(opening.reference)
    assert ticket is not None
    lost = entry(f"{opening.reference}.2", "lost?")
    assert helpdesk.find_entry(ticket.id, after="", entry=lost) is None
    proxy.cuts = 1
    with pytest.raises(AmbiguousError):
        helpdesk.append(ticket.id, lost)
    found = helpdesk.find_entry(ticket.id, after="", entry=lost)
    assert found
    assert int(helpdesk.append(ticket.id, entry(f"{opening.reference}.3"))) > int(found)


@pytest.mark.parametrize("odd", ["a'b", "a\\", "' OR id > 0 OR 'x'='", '"', "%", "🎉'"])
def test_a_reference_and_a_key_find_what_has_them_and_nothing_else(
    helpdesk: Helpdesk, new_opening: NewOpening, odd: str
):
    opening = new_opening()
    assert helpdesk.find(f"{opening.reference}{odd}") is None
    ticket = helpdesk.create(replace(opening, reference=f"{opening.reference}{odd}"))
    assert helpdesk.find(f"{opening.reference}{odd}") == ticket
    assert helpdesk.find(opening.reference) is None
    said = entry(f"{opening.reference}{odd}")
    assert helpdesk.find_entry(ticket.id, after="", entry=said) is None
    assert helpdesk.append(ticket.id, said) == helpdesk.find_entry(ticket.id, after="", entry=said)


def test_a_new_ticket_refers_to_the_one_before_or_to_another_of_the_same_customer(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening
):
    opening, other = new_opening(), new_opening()
    first = helpdesk.create(opening)
    second = helpdesk.create(replace(opening, reference="later", follows=first.id))
    linked = helpdesk.create(replace(other, customer=opening.customer))
    lost = helpdesk.create(new_opening(follows="999999"))

    def refers_to(number: str) -> list[str]:
        links = alice.ticket(number)["_hyperlinks"]
        return [link["id"] for link in links if link["ref"] == "refers-to"]

    assert refers_to(first.id) == []
    assert refers_to(second.id) == [first.id]
    assert refers_to(linked.id) == [second.id]
    assert refers_to(lost.id) == []


@pytest.mark.parametrize("status", ["resolved", "rejected", "stalled"])
def test_whatever_we_write_opens_the_ticket(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening, status: str
):
    ticket = helpdesk.create(new_opening())
    for kind in EntryKind:
        alice.change(ticket.id, Status=status)
        helpdesk.append(ticket.id, entry(f"{ticket.id}-{kind}", kind=kind))
        assert alice.ticket(ticket.id)["Status"] == "open"


def test_what_is_written_into_a_merged_ticket_stands_in_the_other_one(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening
):
    opening = new_opening("first")
    old, into = helpdesk.create(opening), alice.open("an agent's own")
    before = entry(f"{opening.reference}.2", "second")
    helpdesk.append(old.id, before)
    alice.change(old.id, MergeInto=into)
    after = entry(f"{opening.reference}.3", "third")
    helpdesk.append(old.id, after)
    said = [text_of(each) for each in alice.entries(into)]
    assert said == ["first", "an agent's own", "second", "third"]
    for each in (before, after):
        assert helpdesk.find_entry(old.id, after="", entry=each)
    with pytest.raises(Moved) as moved:
        helpdesk.find_entry(old.id, after="", entry=entry("never written"))
    assert moved.value.ticket_id == into
    found = helpdesk.find(opening.reference)
    assert found
    assert found.id == old.id


def test_a_moved_ticket_is_written_to_where_we_have_rights_and_gone_where_we_have_none(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening
):
    ticket = helpdesk.create(new_opening())
    alice.change(ticket.id, Queue="Second line")
    helpdesk.append(ticket.id, entry("a", "still there?"))
    assert text_of(alice.entries(ticket.id)[-1]) == "still there?"
    alice.change(ticket.id, Queue="Directors")
    for call in (helpdesk.append, lambda n, e: helpdesk.find_entry(n, after="", entry=e)):
        with pytest.raises(Gone):
            call(ticket.id, entry("b"))


@pytest.mark.parametrize("number", ["999999", "0", "x", "1 OR 1=1", "", "9" * 30])
def test_a_ticket_that_is_not_there_is_gone(helpdesk: Helpdesk, number: str):
    with pytest.raises(Gone):
        helpdesk.append(number, entry("nobody's"))
    with pytest.raises(Gone):
        helpdesk.find_entry(number, after="", entry=entry("nobody's"))


def test_a_deleted_ticket_is_gone_for_who_looks(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening
):
    ticket = helpdesk.create(new_opening())
    alice.change(ticket.id, Status="deleted")
    with pytest.raises(Gone):
        helpdesk.find_entry(ticket.id, after="", entry=entry("nobody's"))


def test_it_is_well_with_its_queue_and_its_token_and_else_it_says_what_is_missing(rt: RtProcess):
    open_helpdesk(rt).check()
    with pytest.raises(Unauthorised):
        open_helpdesk(rt, token="1-27-0123456789abcdef0123456789abcdef").check()
    # Alice sees the queue, and none of our fields.
    with pytest.raises(TransientError):
        open_helpdesk(rt, url=f"{rt.url}/nowhere").check()


def test_nobody_is_told_by_mail(
    rt: RtProcess, helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening
):
    before = len(rt.mails)
    ticket = helpdesk.create(new_opening())
    helpdesk.append(ticket.id, entry("m1"))
    helpdesk.append(ticket.id, entry("m2", kind=EntryKind.NOTE))
    alice.reply(ticket.id, "an answer", Status="resolved")
    assert len(rt.mails) == before
    # In another queue RT's own templates are in force, and so the test would see a mail.
    alice.change(ticket.id, Queue="Directors")
    alice.reply(ticket.id, "an answer by mail, too")
    told = [message_from_string(mail)["To"] or "" for mail in rt.mails[before:]]
    assert told
    assert all(to.endswith("@scripta.invalid") for to in told)
