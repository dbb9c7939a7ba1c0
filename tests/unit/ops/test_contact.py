"""The commands about contacts: what they find, write, erase and link, and what they say."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.content import File, FileKind
from chalicelib.domain.conversation import Link
from chalicelib.domain.work import Aim, Stage
from tests.unit.operations.bridge import Bridge
from tests.unit.ops.test_commands import answer

NUMBER = "15550001111"
EVIL = "\x1b]0;title\x07 a\rb\nops: forged \u202egnp.exe"


def contact(id_: str, name: str = "Ada", **more: str) -> Contact:
    return Contact(aliases=(Alias(AliasKind.PSID, id_),), name=name, **more)


@pytest.fixture
def filled(bridge: Bridge) -> Bridge:
    """A bridge in which Ada has written, with a file, and Bob, too."""
    link = Link(desk="local", ticket_id="7", url="http://desk/7")
    bridge.change(contact=contact(NUMBER), link=link)
    bridge.say(text="hello", message_id="m1")
    file = File(kind=FileKind.IMAGE, key="media/1", name="../a.png", mime="image/png")
    bridge.media.objects["media/1"] = b"picture"
    bridge.say(text="see", files=(file, File(kind=FileKind.IMAGE, key="media/2", name="b.png")))
    bridge.open("c2", name="Bob")
    bridge.change("c2", contact=contact("25550002222", "Bob"))
    return bridge


def test_a_contact_is_found_by_any_name(ops, filled):
    for who in (NUMBER, "+1 555 000 1111", "c1"):
        assert answer(ops("contact", "find", who, "--json")) == {
            "contacts": [
                {
                    "conversation": "c1",
                    "channel": "messenger",
                    "account": "100",
                    "contact": "Ada",
                    "names": [f"psid:{NUMBER}"],
                    "person": "",
                    "ticket": "http://desk/7",
                }
            ]
        }
    status, out, err = ops("contact", "find", NUMBER)
    assert (status, err) == (0, "")
    assert "http://desk/7" in out


def test_a_part_of_a_name_finds_contacts_where_it_is_asked_to(ops, filled):
    assert ops("contact", "find", "aD") == (1, "Nobody is known by that.\n", "")
    found = answer(ops("contact", "find", "aD", "--name", "--json"))
    assert [each["conversation"] for each in found["contacts"]] == ["c1"]


def test_all_that_is_held_is_written_into_a_zip(ops, filled, tmp_path):
    filled.bodies.keep(
        json.dumps(
            {"items": [{"from": NUMBER, "text": "x"}, {"from": "other", "text": "y"}]}
        ).encode()
    )
    to = tmp_path / "ada.zip"
    told = answer(ops("contact", "export", NUMBER, "--to", str(to), "--json"))
    assert told == {"file": str(to), "rows": 7, "files": 1, "bodies": 1, "missing": 1}
    assert to.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(to) as archive:
        assert archive.read("files/0001-a.png") == b"picture"
        rows = [json.loads(line) for line in archive.read("table.jsonl").splitlines()]
        assert {row["sk"].partition("#")[0] for row in rows} == {"CONV", "MSG", "CLAIM"}
        assert json.loads(archive.read("bodies.jsonl")) == {
            "items": [{"from": NUMBER, "text": "x"}]
        }
        assert json.loads(archive.read("tickets.jsonl"))["url"] == "http://desk/7"
    assert [path.name for path in tmp_path.iterdir()] == ["ada.zip"]


def test_an_export_overwrites_nothing_and_leaves_nothing_half_done(ops, filled, tmp_path):
    to = tmp_path / "ada.zip"
    to.write_text("mine")
    status, out, err = ops("contact", "export", NUMBER, "--to", str(to))
    assert (status, out) == (2, "")
    assert err == f"ops: {str(to)!r} is there already: give another name by --to.\n"
    assert to.read_text() == "mine"
    nowhere = tmp_path / "no" / "ada.zip"
    status, _, err = ops("contact", "export", NUMBER, "--to", str(nowhere))
    assert (status, err.count("\n")) == (2, 1)
    filled.table.scan = None
    with pytest.raises(TypeError):
        ops("contact", "export", NUMBER, "--to", str(tmp_path / "other.zip"))
    assert [path.name for path in tmp_path.iterdir()] == ["ada.zip"]


def test_erasing_says_what_went_what_is_left_and_where(ops, filled):
    plan = answer(ops("contact", "erase", NUMBER, "--dry-run", "--json"))
    assert (plan["dry_run"], plan["erased"], plan["rows"], plan["files"]) == (True, False, 7, 2)
    assert answer(ops("contact", "find", NUMBER, "--json"))["contacts"]
    told = answer(ops("contact", "erase", NUMBER, "--json"))
    assert (told["erased"], told["rows"], told["files"], told["waiting"]) == (True, 7, 2, [])
    assert told["tickets"] == [
        {"desk": "local", "ticket_id": "7", "url": "http://desk/7", "reference": "c1"}
    ]
    assert told["backup_days"] == 35
    assert set(told["receipt"]) == {"id", "started_at", "finished_at", "rows", "files", "bodies"}
    rows = json.dumps(list(filled.table.scan()), default=sorted)
    assert NUMBER not in rows
    assert "Bob" in rows
    assert filled.media.objects == {}


def test_erasing_tells_people_the_same(ops, filled):
    status, out, err = ops("contact", "erase", NUMBER, "--dry-run")
    assert (status, err) == (0, "")
    assert out.startswith("To be erased: 7 rows, 2 files, 0 bodies. Nothing was changed.\n")
    status, out, err = ops("contact", "erase", NUMBER)
    assert (status, err) == (0, "")
    assert out.startswith("Erased: 7 rows, 2 files, 0 bodies.\n")
    assert "http://desk/7" in out
    assert "Backups of the table hold it for 35 days more" in out
    assert "Receipt e" in out


def test_erasing_twice_says_so(ops, filled):
    ops("contact", "erase", NUMBER)
    for who in (NUMBER, "c1"):
        status, out, err = ops("contact", "erase", who)
        assert (status, err) == (0, "")
        assert out.startswith("Nothing is held: they were erased before, at 2023-11-14 22:13:20Z.")
    told = answer(ops("contact", "erase", NUMBER, "--json"))
    assert told["erased"] is False
    assert told["before"]["rows"] == 7


def test_an_erasure_that_has_to_wait_is_bad_news_until_it_is_done(ops, filled):
    filled.bodies.keep(json.dumps({"from": NUMBER}).encode())
    filled.fill(filled.intake)
    status, out, _ = ops("contact", "erase", NUMBER)
    assert status == 1
    assert "1 bodies of webhooks still hold things of others" in out
    (message,) = filled.intake.receive(most=1, wait=0)
    filled.intake.delete(message.receipt)
    told = answer(ops("contact", "erase", NUMBER, "--json"))
    assert (told["erased"], told["bodies"], told["rows"]) == (True, 1, 7)
    assert filled.bodies.kept == {}


def test_a_ticket_that_may_have_been_opened_is_told_by_its_reference(ops, filled):
    filled.say("m9#0", text="x", stage=Stage.STARTED, aim=Aim(reference="c1.9"))
    tickets = answer(ops("contact", "erase", NUMBER, "--json"))["tickets"]
    assert {"desk": "", "ticket_id": "", "url": "", "reference": "c1.9"} in tickets


def test_contacts_are_linked_and_freed(ops, filled):
    person = answer(ops("contact", "link", "c1", "c2", "--json"))["person"]
    found = answer(ops("contact", "find", "Bob", "--name", "--json"))["contacts"]
    assert [(each["conversation"], each["person"]) for each in found] == [
        ("c1", person),
        ("c2", person),
    ]
    conversation = filled.store.conversation("c1")
    assert conversation is not None
    assert conversation.contact.person == person
    filled.open("c3", name="Cyd")
    assert answer(ops("contact", "link", "c3", "c1", "--json"))["person"] == person
    told = answer(ops("contact", "unlink", "c3", "--json"))
    assert told == {"conversation": "c3", "left": ["c1", "c2"]}
    # What would be linked to nobody is not linked.
    ops("contact", "unlink", "c1")
    assert {each.contact.person for each in map(filled.store.conversation, ("c1", "c2"))} == {""}


def test_two_persons_become_one_with_all_their_contacts(ops, filled):
    for id_ in ("c3", "c4"):
        filled.open(id_, name=id_)
    first = answer(ops("contact", "link", "c1", "c2", "--json"))["person"]
    ops("contact", "link", "c3", "c4")
    assert answer(ops("contact", "link", "c1", "c3", "--json"))["person"] == first
    every = map(filled.store.conversation, ("c1", "c2", "c3", "c4"))
    assert {each.contact.person for each in every if each} == {first}


def test_a_linked_person_is_erased_with_all_contacts(ops, filled):
    ops("contact", "link", "c1", "c2")
    ops("contact", "erase", NUMBER)
    assert answer(ops("conversation", "list", "--json")) == {"conversations": []}


def test_what_was_written_cannot_steer_the_terminal(ops, filled):
    filled.change(contact=contact(NUMBER, EVIL), link=Link(desk=EVIL, ticket_id=EVIL, url=EVIL))
    for command in (("find", NUMBER), ("erase", NUMBER, "--dry-run"), ("erase", NUMBER)):
        out = ops("contact", *command)[1]
        assert "forged" in out
        assert all(c.isprintable() or c == "\n" for c in out)
        assert not any(line.startswith("ops:") for line in out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "nobody"], "Nobody is known by 'nobody'."),
        (["erase", "nobody"], "Nobody is known by 'nobody'."),
        (["erase", "\x1b[31m"], "Nobody is known by '\\x1b[31m'."),
        (["erase", " "], "Say who: a number, an id, or a conversation's id."),
        (["find", ""], "Say who: a number, an id, or a conversation's id."),
        (["erase"], "Missing argument 'WHO'."),
        (["link", "c1"], "Name two conversations or more: `contact find` lists them."),
        (["link", "c1", "c1"], "Name two conversations or more: `contact find` lists them."),
        (["link", "c1", "c9"], "There is no conversation 'c9'."),
        (["unlink", "c1"], "'c1' is no conversation that is linked."),
    ],
)
def test_a_wrong_call_is_one_line_and_changes_nothing(ops, filled, arguments, said):
    before = list(filled.table.scan())
    assert ops("contact", *arguments) == (2, "", f"ops: {said}\n")
    assert list(filled.table.scan()) == before


def test_a_name_that_two_people_have_is_refused(ops, filled):
    filled.change("c2", contact=contact(NUMBER, "Bob"))
    filled.open("c3", name="Cyd")
    person = Contact(aliases=(Alias(AliasKind.BSUID, "US.1"), Alias(AliasKind.PHONE, "15559")))
    other = Contact(aliases=(Alias(AliasKind.BSUID, "US.2"), Alias(AliasKind.PHONE, "15559")))
    filled.change("c2", contact=person)
    filled.change("c3", contact=other)
    status, out, err = ops("contact", "erase", "15559")
    assert (status, out) == (2, "")
    assert err == "ops: '15559' is more than one person: name a conversation, c2, c3.\n"


@pytest.mark.parametrize("command", ["", "find", "export", "erase", "link", "unlink"])
def test_every_command_explains_itself(ops, command):
    status, out, err = ops("contact", *filter(None, [command]), "--help")
    assert (status, err) == (0, "")
    assert out.startswith("Usage: ops contact")


def test_without_another_name_the_export_is_named_after_the_conversation(
    ops, filled, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    status, out, _ = ops("contact", "export", NUMBER)
    assert status == 0
    assert out.startswith("c1.zip: 7 rows, 1 files, 0 bodies.\n1 files are no longer kept.\n")
    assert Path("c1.zip").exists()
