"""Files that the business sends: within the call, after an upload, or by a link."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest

from tests.integration.meta_sim.world import NODES, Reply, eventually, message_id, new_contact

PAGE = NODES["messenger"]
NUMBER = NODES["whatsapp"]
PNG = b"\x89PNG\r\n\x1a\n\r\n--\x00\xff" + bytes(range(256))
MB = 1024 * 1024
MOVED = "moved"  #: the type of what lies elsewhere


class Shelf:
    """A server that files can be fetched from: `/<name>` of what was put there."""

    def __init__(self) -> None:
        held = self.held = dict[str, tuple[str, bytes]]()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mime, content = held.get(unquote(urlsplit(self.path).path[1:]), ("", b""))
                if mime == MOVED:
                    self.send_response(302)
                    self.send_header("Location", content.decode())
                else:
                    self.send_response(200 if mime else 404)
                self.send_header("Content-Type", mime)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def put(self, name: str, content: bytes = PNG, *, mime: str = "image/png") -> str:
        """Put a file there and return its link."""
        self.held[name] = (mime, content)
        return f"{self.base}/{quote(name)}?signed=1"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def shelf():
    """A server with files."""
    shelf = Shelf()
    yield shelf
    shelf.close()


@pytest.fixture
def customer(meta):
    """Somebody who has just written on every channel."""
    contact = new_contact()
    for channel in NODES:
        meta.write(channel, contact)
    return contact


def form(contact: str, kind: str = "image", *, file: Any = ("a b.png", PNG, "image/png")) -> Any:
    """Return the form of a file to send on Messenger or Instagram."""
    message = {"attachment": {"type": kind, "payload": {}}, "metadata": "c.1"}
    fields = {"recipient": json.dumps({"id": contact}), "message": json.dumps(message)}
    return {**fields, "messaging_type": "RESPONSE", "filedata": file}


def by_link(contact: str, link: str, kind: str = "image") -> Any:
    """Return the call that sends a file by its link on Messenger or Instagram."""
    attachment = {"type": kind, "payload": {"url": link}}
    return {"recipient": {"id": contact}, "message": {"attachment": attachment}}


def upload(meta: Any, file: Any = ("a.png", PNG, "image/png"), **more: Any) -> Reply:
    """Upload a file to WhatsApp."""
    fields = {"messaging_product": "whatsapp", "type": file[2], "file": file}
    found: Reply = meta.call_form(f"{NUMBER}/media", fields, **more)
    return found


def whatsapp(contact: str, kind: str, content: Any) -> Any:
    """Return the call that sends a file on WhatsApp."""
    return {"messaging_product": "whatsapp", "to": contact, "type": kind, kind: content}


def shown(meta: Any, channel: str, contact: str) -> Any:
    """Return type, text, file name and bytes of the only thing that was sent to a customer."""
    [sent] = meta.outbox(channel, contact)
    response = meta.request("GET", sent["url"].removeprefix(meta.base))
    assert response.status == 200
    return sent["type"], sent["text"], sent["filename"], response.data


def refusal(reply: Reply) -> tuple[int, int]:
    """Return code and subcode of a refusal."""
    assert reply.status == 400, reply
    return reply.body["error"]["code"], reply.body["error"].get("error_subcode", 0)


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_file_that_comes_along_arrives_byte_for_byte(meta, customer, channel):
    reply = meta.call_form(f"{NODES[channel]}/messages", form(customer))
    assert reply.status == 200
    assert shown(meta, channel, customer) == ("image", "", "a b.png", PNG)


def test_the_thread_and_the_echo_tell_of_the_file(meta, application, customer):
    sent = message_id(meta.call_form(f"{PAGE}/messages", form(customer)))

    def echo() -> Any:
        told = [body["entry"][0]["messaging"][0] for body in application.taken("messenger")]
        return next((t["message"] for t in told if t.get("message", {}).get("mid") == sent), None)

    said = eventually(echo)
    [attachment] = said["attachments"]
    response = meta.request("GET", attachment["payload"]["url"].removeprefix(meta.base))
    assert (said["metadata"], attachment["type"], response.data) == ("c.1", "image", PNG)
    thread = meta.get("/sim/thread", fields={"channel": "messenger", "contact": customer}).body
    entry = thread["entries"][-1]
    assert (entry["type"], entry["file"]["name"]) == ("image", "a b.png")
    assert meta.request("GET", entry["file"]["url"]).data == PNG


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_file_is_fetched_from_its_link(meta, customer, shelf, channel):
    reply = meta.call(NODES[channel], by_link(customer, shelf.put("è.png")))
    assert reply.status == 200
    assert shown(meta, channel, customer) == ("image", "", "è.png", PNG)


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_link_that_leads_to_no_file_is_refused(meta, customer, shelf, channel):
    moved = shelf.put("moved.png", shelf.put("b.png").encode(), mime=MOVED)
    nowhere = ("http://127.0.0.1:9/x", "https://files.invalid/x", "x", "[")
    for link in (f"{shelf.base}/nothing", moved, *nowhere):
        assert refusal(meta.call(NODES[channel], by_link(customer, link))) == (100, 2018008)
    assert meta.outbox(channel, customer) == []


@pytest.mark.parametrize(
    ("channel", "what", "subcode"),
    [
        ("messenger", ("image", "a.pdf", b"%PDF", "application/pdf"), 2018047),
        ("messenger", ("audio", "a.png", PNG, "image/png"), 2018047),
        ("messenger", ("file", "a.txt", b"", "text/plain"), 2018047),
        ("messenger", ("image", "a.png", b"x" * (8 * MB + 1), "image/png"), 2018109),
        ("messenger", ("file", "a.zip", b"x" * (25 * MB + 1), "application/zip"), 2018109),
        ("instagram", ("file", "a.zip", b"PK", "application/zip"), 2018047),
        ("instagram", ("image", "a.webp", b"RIFF", "image/webp"), 2018047),
    ],
)
def test_what_a_page_cannot_send_is_refused(meta, customer, channel, what, subcode):
    kind, *file = what
    reply = meta.call_form(f"{NODES[channel]}/messages", form(customer, kind, file=tuple(file)))
    assert refusal(reply) == (100, subcode)
    assert meta.outbox(channel, customer) == []


def test_messenger_sends_any_file_as_one(meta, customer):
    file = ("a.zip", b"PK" * MB, "application/zip")
    assert meta.call_form(f"{PAGE}/messages", form(customer, "file", file=file)).status == 200
    assert shown(meta, "messenger", customer) == ("file", "", "a.zip", b"PK" * MB)


def test_what_a_browser_could_run_is_offered_for_download(meta, customer):
    file = ("a.html", b"<script>", "text/html")
    assert meta.call_form(f"{PAGE}/messages", form(customer, "file", file=file)).status == 200
    [sent] = meta.outbox("messenger", customer)
    response = meta.request("GET", sent["url"].removeprefix(meta.base))
    assert response.headers["content-disposition"] == "attachment"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_whatsapp_sends_what_was_uploaded_under_the_name_in_the_call(meta, customer):
    media = upload(meta, ("a.pdf", b"%PDF", "application/pdf")).body["id"]
    document = {"id": media, "filename": "n. 7.pdf"}
    for _ in range(2):
        assert meta.call(NUMBER, whatsapp(customer, "document", document)).status == 200
    for sent in meta.outbox("whatsapp", customer):
        assert (sent["type"], sent["text"], sent["filename"]) == ("document", "", "n. 7.pdf")
        assert meta.request("GET", sent["url"].removeprefix(meta.base)).data == b"%PDF"


def test_an_upload_sends_nothing_and_its_address_is_told_for_the_token(meta, customer):
    media = upload(meta).body["id"]
    headers = {"Authorization": "Bearer local-meta-token"}
    told = meta.get(f"/v26.0/{media}", headers=headers).body
    path = told["url"].removeprefix(meta.base)
    assert meta.outbox("whatsapp", customer) == []
    assert meta.request("GET", path).status == 401
    assert meta.request("GET", path, headers=headers).data == PNG
    assert (told["mime_type"], told["file_size"]) == ("image/png", str(len(PNG)))


@pytest.mark.parametrize(
    "file",
    [
        ("a.zip", b"PK", "application/zip"),
        ("a.gif", b"GIF", "image/gif"),
        ("a.pdf", b"", "application/pdf"),
    ],
)
def test_what_whatsapp_takes_no_upload_of_is_refused_with_100(meta, file):
    assert refusal(upload(meta, file)) == (100, 0)


def test_an_upload_without_file_product_token_or_number_is_refused(meta):
    assert upload(meta, token="stolen").status == 401
    assert refusal(meta.call_form(f"{NUMBER}/media", {"messaging_product": "whatsapp"}))[0] == 100
    assert refusal(meta.call_form(f"{NUMBER}/media", {"file": ("a.png", PNG, "image/png")}))[0] == (
        100
    )
    fields = {"messaging_product": "whatsapp", "file": ("a.png", PNG, "image/png")}
    assert refusal(meta.call_form(f"{PAGE}/media", fields)) == (100, 33)


def test_whatsapp_fetches_a_file_from_its_link(meta, customer, shelf):
    link = shelf.put("a.zip", b"PK", mime="application/zip")
    document = {"link": link, "filename": "b.zip", "caption": "look"}
    assert meta.call(NUMBER, whatsapp(customer, "document", document)).status == 200
    assert shown(meta, "whatsapp", customer) == ("document", "look", "b.zip", b"PK")


def failed_code(meta: Any, application: Any, call: Any) -> int:
    """Return the code that a call on WhatsApp fails with after it was accepted."""
    sent = message_id(meta.call(NUMBER, call))

    def failure() -> Any:
        values = [b["entry"][0]["changes"][0]["value"] for b in application.taken("whatsapp")]
        statuses = [status for value in values for status in value.get("statuses", [])]
        return [
            s["errors"][0]["code"] for s in statuses if (s["id"], s["status"]) == (sent, "failed")
        ]

    [code] = eventually(failure)
    return int(code)


def test_a_file_that_whatsapp_cannot_fetch_or_show_fails_later(meta, application, customer, shelf):
    pdf = upload(meta, ("a.pdf", b"%PDF", "application/pdf")).body["id"]
    large = upload(meta, ("a.png", b"x" * (5 * MB + 1), "image/png")).body["id"]
    for content in (
        {"link": f"{shelf.base}/nothing"},
        {"link": "https://files.invalid/a.png"},
        {"id": pdf},
        {"id": large},
    ):
        assert failed_code(meta, application, whatsapp(customer, "image", content)) == 131053
    sent = meta.outbox("whatsapp", customer)
    assert {one["status"] for one in sent} == {"failed"}
    assert not any("url" in one for one in sent)


def test_a_lost_answer_has_sent_the_file(meta, customer):
    meta.post("/sim/faults", {"match": {"recipient": customer}, "fault": "lost_answer"})
    with pytest.raises(Exception, match="IncompleteRead"):
        meta.call_form(f"{PAGE}/messages", form(customer))
    assert shown(meta, "messenger", customer) == ("image", "", "a b.png", PNG)


def test_an_upload_uses_up_no_fault(meta, customer):
    meta.post("/sim/faults", {"match": {"channel": "whatsapp"}, "fault": "error", "code": 131000})
    media = upload(meta).body["id"]
    assert meta.call(NUMBER, whatsapp(customer, "image", {"id": media})).status == 500
    assert meta.call(NUMBER, whatsapp(customer, "image", {"id": media})).status == 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\nno name\r\n\r\nv\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b'--x\r\nA: b; name="a"\r\n\r\n\xff\r\n--x--\r\n'),
    ],
)
def test_a_form_that_is_none_is_refused_with_100(meta, kind, body):
    headers = {"Authorization": "Bearer local-meta-token", "Content-Type": kind}
    for path in (f"{PAGE}/messages", f"{NUMBER}/media"):
        response = meta.request("POST", f"/v26.0/{path}", body=body, headers=headers)
        assert response.status == 400
        assert response.json()["error"]["code"] == 100


def test_a_customers_sticker_is_told_as_each_channel_does(meta, application):
    sticker = {"kind": "sticker", "filename": "s.webp", "content": "UklGRg=="}
    for channel in NODES:
        meta.write(channel, new_contact(), "", attachment=sticker)
    [page] = application.taken("messenger")
    [instagram] = application.taken("instagram")
    [number] = application.taken("whatsapp")
    [attachment] = page["entry"][0]["messaging"][0]["message"]["attachments"]
    assert (attachment["type"], attachment["payload"]["sticker_id"]) == ("sticker", 369239263222822)
    [attachment] = instagram["entry"][0]["messaging"][0]["message"]["attachments"]
    assert (attachment["type"], list(attachment["payload"])) == ("image", ["url"])
    [message] = number["entry"][0]["changes"][0]["value"]["messages"]
    assert (message["type"], message["sticker"]["mime_type"]) == ("sticker", "image/webp")
