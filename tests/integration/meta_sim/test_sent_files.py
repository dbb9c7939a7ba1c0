"""A file that the business sends as a link is shown on the phone, if it is on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.integration.meta_sim.world import NODES, Meta, new_contact

PICTURE = b"\x89PNG and so on"


class _Files(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path == "/elsewhere.png":
            self.send_response(302)
            self.send_header("Location", "/picture.png")
            self.end_headers()
            return
        self.send_response(200 if path in {"/picture.png", "/page.html"} else 404)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(PICTURE)))
        self.end_headers()
        self.wfile.write(PICTURE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        return


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    """A server of files; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _sent(meta: Meta, link: str) -> dict[str, str]:
    """Send a picture as a link and return what the phone is told of the file."""
    contact = new_contact()
    meta.write("whatsapp", contact)
    call = {"messaging_product": "whatsapp", "to": contact, "type": "image"}
    assert meta.call(NODES["whatsapp"], {**call, "image": {"link": link}}).status == 200
    thread = meta.get("/sim/thread", fields={"channel": "whatsapp", "contact": contact}).body
    file: dict[str, str] = thread["entries"][-1]["file"]
    return file


def test_a_picture_of_this_machine_is_shown_by_the_simulated_meta(meta: Meta, files: str) -> None:
    file = _sent(meta, f"{files}/picture.png?signature=x")
    answer = meta.request("GET", file["url"])
    assert file["name"] == "picture.png"
    assert file["url"].startswith("/sim/sent/")
    assert (answer.status, answer.data) == (200, PICTURE)
    assert answer.headers["content-type"] == "image/png"


def test_what_a_browser_could_run_is_offered_for_download(meta: Meta, files: str) -> None:
    answer = meta.request("GET", _sent(meta, f"{files}/page.html")["url"])
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/gone.png", "/elsewhere.png"])
def test_a_file_that_cannot_be_had_is_not_shown(meta: Meta, files: str, path: str) -> None:
    assert meta.request("GET", _sent(meta, files + path)["url"]).status == 502


def test_a_file_on_the_web_stays_a_link(meta: Meta) -> None:
    link = "https://shop.example/catalogue.png"
    assert _sent(meta, link) == {"name": "catalogue.png", "url": link}


def test_a_message_without_a_file_has_none_to_show(meta: Meta) -> None:
    assert meta.request("GET", "/sim/sent/1").status == 404
