"""A person is exported and erased: afterwards no byte of theirs is in table, bucket or queues."""

from __future__ import annotations

import base64
import json
import time
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest

from infra.local import aws
from infra.local.credentials import DESK_ID, INSTAGRAM_ID, PAGE_ID, PHONE_NUMBER_ID
from tests.e2e.illustrated import png
from tests.e2e.local_run import LocalRun, comments, eventually
from tests.integration.desk.desk import Agent
from tests.webhooks import Said, entry, items, webhook

NAMES = {
    "messenger": "Leocadia Brumble",
    "instagram": "Philippa Thistlewood",
    "whatsapp": "Barnaby Quillfeather",
}
SAID, ANSWERED = "the quagmire of my parcel", "the marzipan is on its way"
PADDING = 300_000  #: more than a queue message holds
NUMBERS = {
    "messenger": "24000000000000071",
    "instagram": "17840000000000072",
    "whatsapp": "393337770073",
}


class Cloud:
    """All that the emulated AWS of a run holds, byte by byte."""

    def __init__(self, run: LocalRun) -> None:
        told = json.loads((run.state / "run.json").read_text())
        self._environment: dict[str, str] = told["environment"]

    def holds(self, *needles: str) -> dict[str, list[str]]:
        """Return where which of the needles stand: every item, object and message is looked at."""
        found = {}
        for place, content in (*self._items(), *self._objects(), *self._messages()):
            there = [each for each in needles if any(f in content for f in _forms(each))]
            if there:
                found[place] = there
        return found

    def _client(self, service: str) -> Any:
        return aws.client(self._environment, service)

    def _items(self) -> list[tuple[str, bytes]]:
        pages = self._client("dynamodb").get_paginator("scan")
        scanned = pages.paginate(TableName=self._environment["SCRIPTA_TABLE"])
        items = [item for page in scanned for item in page["Items"]]
        assert items
        return [(str(item["pk"]), json.dumps(item, ensure_ascii=False).encode()) for item in items]

    def _objects(self) -> list[tuple[str, bytes]]:
        s3, bucket = self._client("s3"), self._environment["SCRIPTA_BUCKET"]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
        objects = []
        for key in keys:
            answer = s3.get_object(Bucket=bucket, Key=key)
            about = json.dumps({**answer["Metadata"], "key": key}).encode()
            objects.append((key, about + answer["Body"].read()))
        return objects

    def _messages(self) -> list[tuple[str, bytes]]:
        """Return what is in any queue, received or not."""
        answer = httpx.get(f"{self._environment['AWS_ENDPOINT_URL']}/_ministack/sqs/messages")
        assert answer.is_success, answer.text
        return [("queues", answer.content)]


def _forms(needle: str) -> set[bytes]:
    """Return a needle as it may be written: as it is, escaped, encoded, in base64 at any place."""
    plain = needle.encode()
    forms = {plain, json.dumps(needle)[1:-1].encode(), quote(needle).encode()}
    forms.add(quote_plus(needle).encode())
    for shift in range(3):
        # What stands behind so many other bytes; the ends depend on their neighbours.
        encoded = base64.b64encode(b"\0" * shift + plain)
        forms.add(encoded[4 if shift else 0 : len(encoded) - 4])
    return forms


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_no_byte_of_somebody_who_was_erased_is_left(
    run: LocalRun, alice: Agent, channel: str, tmp_path: Path
) -> None:
    number, name, said = NUMBERS[channel], NAMES[channel], f"{SAID} on {channel}"
    file = f"receipt-of-{name.split()[1].lower()}.png"
    answered = f"{ANSWERED} by {channel}"
    run.write(channel, number, said, name=name)
    run.send_file(channel, number, file, png(78))
    ticket = eventually(lambda: run.ticket(channel=channel, said=said))
    alice.reply(ticket["id"], answered)
    eventually(lambda: run.outbox(channel, number))
    large = f"{said}, at length {'x' * PADDING}"
    assert run.write(channel, number, large) == 200
    eventually(lambda: len(comments(run.reread(ticket) or ticket)) >= 4)
    cloud = Cloud(run)
    needles = (number, said, answered, name, file)
    before = cloud.holds(*needles)
    assert {needle for there in before.values() for needle in there} >= {number, said, answered}

    status, told = run.ops("contact", "export", number, "--to", str(tmp_path / "all.zip"), "--json")
    assert status == 0, told
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        rows = archive.read("table.jsonl").decode()
        assert said in rows
        assert answered in rows
        assert any(name.startswith("files/") for name in archive.namelist())

    def erased() -> dict[str, Any]:
        _, text = run.ops("contact", "erase", number, "--json")
        answer: dict[str, Any] = json.loads(text)
        return answer if answer["erased"] else {}

    receipt = eventually(erased)
    held = {(each["desk"], each["ticket_id"]) for each in receipt["tickets"]}
    assert (DESK_ID, str(ticket["id"])) in held
    assert receipt["bodies"] == 1
    # What was still on its way is gone once the queues are empty.
    eventually(lambda: cloud.holds(*needles) == {})
    status, told = run.ops("contact", "erase", number)
    assert status == 0
    assert "erased before" in told
    assert run.ops("verify")[0] == 0

    # A webhook of before comes late, twice: it is accepted, counted, and not kept.
    late = json.dumps(_late(channel, number, f"{said}, late"))
    assert [run.raw(channel, late) for _ in range(2)] == [200, 200]
    eventually(lambda: run.verify()["pending"] == 0)
    eventually(lambda: cloud.holds(*needles) == {})
    assert run.verify()["lost"] == 0
    # Who writes anew is welcome.
    run.write(channel, number, f"a new start on {channel}")
    new = eventually(lambda: run.ticket(channel=channel, said=f"a new start on {channel}"))
    assert new["id"] != ticket["id"]


def _late(channel: str, number: str, text: str) -> dict[str, Any]:
    """Return the webhook of something that was said a minute ago."""
    accounts = {"messenger": PAGE_ID, "instagram": INSTAGRAM_ID, "whatsapp": PHONE_NUMBER_ID}
    at = round(time.time() - 60)
    body = webhook(
        channel, entry(channel, [Said(accounts[channel], number, f"late.{number}", text)])
    )
    (item,) = items(channel, body)
    item["timestamp"] = str(at) if channel == "whatsapp" else at * 1000
    return body
