"""Whose a public comment is, and in which thread it stands: known without a look-up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.contact import AliasKind
from chalicelib.domain.events import ChannelEvent, MessageReceived
from chalicelib.graph_api.messaging.threads import Thread, thread
from tests.channels import channel
from tests.webhooks import OBJECTS, TIME

ACCOUNT = "100"


def feed(value: dict[str, Any]) -> Thread | None:
    return thread(ACCOUNT, "feed", value)


@pytest.mark.parametrize(
    ("value", "root"),
    [
        ({"comment_id": "1", "post_id": "100_9", "parent_id": "100_9"}, "1"),
        ({"comment_id": "1", "post_id": "100_9"}, "1"),
        ({"comment_id": "2", "post_id": "100_9", "parent_id": "1"}, "1"),
        ({"comment_id": 2, "post_id": 9, "parent_id": 9}, "2"),
        ({"id": "2", "media": {"id": "9"}, "parent_id": "1"}, "1"),
        ({"id": "2", "media": {"id": "9"}, "parent_id": "9"}, "2"),
        ({"id": "2", "media": None, "parent_id": None}, "2"),
    ],
)
def test_a_comment_and_the_answers_to_it_are_a_thread(value: dict[str, Any], root: str) -> None:
    found = feed({**value, "from": {"id": "7"}})
    assert found is not None
    assert (found.root, found.author, found.ours) == (root, "7", False)
    assert found.name == f"{root}/7"


@pytest.mark.parametrize(
    "author",
    [
        {"from": {"id": ACCOUNT}},
        {"from": {"id": int(ACCOUNT)}},
        {"sender_id": ACCOUNT},
        {"from": {"id": "7", "self_ig_scoped_id": "7"}},
    ],
)
def test_what_the_account_wrote_is_its_own(author: dict[str, Any]) -> None:
    found = feed({"comment_id": "1", **author})
    assert found is not None
    assert found.ours


def test_without_an_author_only_a_mention_is_anybodys() -> None:
    for field, author in (("feed", ""), ("comments", ""), ("mention", "1"), ("mentions", "1")):
        found = thread(ACCOUNT, field, {"comment_id": "1"})
        assert found is not None
        assert (found.author, found.ours) == (author, False)


@pytest.mark.parametrize("value", [{}, {"comment_id": None}, {"id": {}}, {"id": "x" * 300}])
def test_what_has_no_id_stands_in_no_thread(value: dict[str, Any]) -> None:
    assert feed(value) is None


FIELDS = {"messenger": "feed", "instagram": "comments"}
COMMENT = st.fixed_dictionaries(
    {
        "id": st.integers(1000, 1009),
        "parent": st.sampled_from([None, 1000, 1001]),
        "author": st.sampled_from(["7", "8", ACCOUNT]),
    }
)


def change(name: str, comment: dict[str, Any]) -> dict[str, Any]:
    """Return one comment, whose text says who wrote it, as a change."""
    author = {"id": comment["author"], "name": "N", "username": "N"}
    told = {"from": author, "parent_id": comment["parent"], "id": str(comment["id"])}
    words = f"by {comment['author']}"
    facebook = {"item": "comment", "verb": "add", "comment_id": comment["id"], "message": words}
    value = told | (facebook if name == "messenger" else {"text": words})
    return {"field": FIELDS[name], "value": value}


@pytest.mark.parametrize("name", FIELDS)
@given(comments=st.lists(COMMENT, max_size=8))
def test_one_author_in_one_thread_has_one_lane_and_one_name_and_nobody_elses_words(
    name: str, comments: list[dict[str, Any]]
) -> None:
    changes = [change(name, comment) for comment in comments]
    entry = {"id": ACCOUNT, "time": TIME // 1000, "changes": changes}
    body = {"object": OBJECTS[name], "entry": [entry]}
    speaker = channel(name)
    found = speaker.split(body)
    lanes: dict[str, set[str]] = {}
    for item, comment in zip(found, comments, strict=True):
        event: ChannelEvent = speaker.parse(item.raw, received_at=TIME)
        if comment["author"] == ACCOUNT:
            assert not isinstance(event, MessageReceived)
            continue
        assert isinstance(event, MessageReceived)
        ((kind, alias),) = event.contact.aliases
        root = str(comment["parent"] or comment["id"])
        assert (kind, alias) == (AliasKind.THREAD, f"{root}/{comment['author']}")
        assert event.content.text == f"by {comment['author']}"
        lanes.setdefault(alias, set()).add(item.lane)
    assert all(len(each) == 1 for each in lanes.values())
    assert len(set().union(*lanes.values())) == len(lanes)
