"""Several webhooks in one: everything is still there, in its order."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from infra.local.meta import batches, standby

FIELDS = st.sampled_from(["messages", "calls", "smb_message_echoes", "messaging_handovers"])
LISTS = {"messages": "messages", "calls": "calls", "smb_message_echoes": "message_echoes"}


def page(kind: str, number: int) -> dict[str, Any]:
    """Return a body of Messenger with one item."""
    entry: dict[str, Any] = {"id": "1", "time": number}
    if kind == "changes":
        return {
            "object": "page",
            "entry": [{**entry, "changes": [{"field": "feed", "value": {"n": number}}]}],
        }
    return {"object": "page", "entry": [{**entry, kind: [{"n": number}]}]}


def whatsapp(field: str, number: int, person: int) -> dict[str, Any]:
    """Return a body of WhatsApp with one thing told."""
    value: dict[str, Any] = {"messaging_product": "whatsapp", "n": number}
    if field in LISTS:
        contacts = [{"wa_id": str(person)}]
        value = {"metadata": {}, "contacts": contacts, LISTS[field]: [{"n": number}]}
    changes = [{"field": field, "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": "9", "changes": changes}]}


def told(body: dict[str, Any]) -> list[tuple[str, int]]:
    """Return what a body tells, by kind and number, in order."""
    found = []
    for entry in body["entry"]:
        for kind in ("messaging", "standby"):
            found += [(kind, item["n"]) for item in entry.get(kind, [])]
        for change in entry.get("changes", []):
            name, value = change["field"], change["value"]
            items = value.get(LISTS.get(name, ""), [value])
            found += [(name, item["n"]) for item in items]
    return found


@given(st.lists(st.sampled_from(["messaging", "standby", "changes"]), min_size=1, max_size=20))
def test_what_pages_tell_is_all_there_in_its_order(kinds: list[str]) -> None:
    bodies = [page(kind, number) for number, kind in enumerate(kinds)]
    merged = batches.merged(bodies)
    names = ["feed" if kind == "changes" else kind for kind in kinds]
    assert told(merged) == list(zip(names, range(len(kinds)), strict=True))
    assert merged["object"] == "page"
    assert bodies == [page(kind, number) for number, kind in enumerate(kinds)]


@given(st.lists(st.tuples(FIELDS, st.integers(0, 2)), min_size=1, max_size=20))
def test_what_whatsapp_tells_is_all_there_and_nobody_is_named_twice(
    news: list[tuple[str, int]],
) -> None:
    bodies = [whatsapp(field, number, who) for number, (field, who) in enumerate(news)]
    merged = batches.merged(bodies)
    assert told(merged) == [(field, number) for number, (field, _) in enumerate(news)]
    for entry in merged["entry"]:
        for change in entry["changes"]:
            contacts = change["value"].get("contacts", [])
            assert len({one["wa_id"] for one in contacts}) == len(contacts)


def test_what_follows_one_another_shares_an_entry() -> None:
    merged = batches.merged([page("messaging", 1), page("messaging", 2), page("standby", 3)])
    assert [len(entry.get("messaging", [])) for entry in merged["entry"]] == [2, 0]


def test_what_has_no_account_stays_a_change_of_its_own_when_it_is_set_apart() -> None:
    handover = whatsapp("messaging_handovers", 1, 1)
    assert standby.set_apart(handover) == handover
    comment = page("changes", 1)
    assert standby.set_apart(comment) == comment
