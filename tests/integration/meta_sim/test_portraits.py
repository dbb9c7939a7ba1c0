"""What customers look like in their profiles."""

from __future__ import annotations

import base64

import pytest

from tests.integration.meta_sim.world import new_contact

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
OTHER = b"\xff\xd8\xff" + bytes(64)


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    ("channel", "fields"),
    [("messenger", "first_name,profile_pic"), ("instagram", "name,username,profile_pic")],
)
def test_a_profile_shows_the_picture_that_was_ordered_last(meta, channel, fields):
    customer = new_contact()
    meta.write(channel, customer, "hi")
    assert "profile_pic" not in meta.node(customer, fields=fields).body
    for content in (PNG, OTHER):
        order = {"channel": channel, "contact": customer, "content": encoded(content)}
        assert meta.post("/sim/picture", order).status == 200
        url = meta.node(customer, fields=fields).body["profile_pic"]
        answer = meta.request("GET", url.removeprefix(meta.base))
        assert answer.data == content
        assert answer.headers["content-type"].startswith("image/")
    assert "profile_pic" not in meta.node(customer, fields="name").body


@pytest.mark.parametrize(
    "order",
    [
        {"channel": "whatsapp", "contact": "1", "content": encoded(PNG)},
        {"channel": "messenger", "contact": "", "content": encoded(PNG)},
        {"channel": "messenger", "contact": "1", "content": "no base64!"},
        {"channel": "messenger", "contact": "1", "content": encoded(b"GIF89a")},
        {"channel": "messenger", "contact": "1", "content": 7},
        {"channel": "messenger", "contact": "1", "content": encoded(PNG), "name": "Ada"},
    ],
)
def test_what_is_no_picture_of_anybody_is_refused(meta, order):
    answer = meta.post("/sim/picture", order)
    assert answer.status == 400
    assert answer.body["error"]
