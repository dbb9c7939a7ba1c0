"""The log of commands that act."""

from __future__ import annotations

import json

from chalicelib.operations.accepted import accepted
from ops.journal import Journal


def test_each_line_is_json_in_the_form_of_the_applications_own(tmp_path):
    path = tmp_path / "ops.log"
    journal = Journal(path)
    journal.info("received", source="s", messages=[])
    journal.warning("odd", count=1)
    Journal(path).alarm("webhook never came", items=["é"])
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["level"], line["message"], line.get("alarm")) for line in lines] == [
        ("INFO", "received", None),
        ("WARNING", "odd", None),
        ("ERROR", "webhook never came", True),
    ]
    assert (lines[1]["count"], lines[2]["items"]) == (1, ["é"])


def test_what_it_accepted_can_be_verified(tmp_path):
    path = tmp_path / "ops.log"
    message = {"id": "m1", "deduplication": "d", "items": {"in": 1}}
    Journal(path).info("received", source="s", messages=[message])
    (found,) = accepted(path.read_text().splitlines())
    assert (found.message_id, found.items) == ("m1", {"in": 1})
    assert found.at > 1_700_000_000_000
