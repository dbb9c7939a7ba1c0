"""A loopback server that answers like AWS, a helpdesk and the Graph API, from what was recorded."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

Answer = Sequence[str]
"""A content type and a body: what a 200 says."""

_CONTROL: Final = "/bench/"
_AMZ_JSON: Final = "application/x-amz-json-1.0"
_SENDS: Final = "AmazonSQS.SendMessageBatch"
#: What is the same for everybody; a helpdesk's and the Graph API's answers, as far as they are read.
_ALWAYS: Final[Mapping[str, tuple[str, str]]] = {
    "PUT": ("application/xml", ""),
    "POST tickets": (
        "application/json",
        json.dumps(
            {
                "id": 7,
                "merged_to": None,
                "custom_conversation_id": "",
                "followup_set": [{"id": 11, "user": 2, "public": True, "comment": "hello"}],
            }
        ),
    ),
    "POST followups": (
        "application/json",
        json.dumps({"id": 12, "ticket": 7, "user": 2, "public": True, "comment": "hello"}),
    ),
    "POST messages": (
        "application/json",
        json.dumps(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": "15550001000", "wa_id": "15550001000"}],
                "messages": [{"id": "wamid.SENT"}],
            }
        ),
    ),
}


class Book:
    """What is answered: exactly the same request in turn, then any of its kind, then a constant."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._turns: dict[str, Iterator[Answer]] = {}
        self._ids = itertools.count(1)

    def load(self, answers: Mapping[str, Sequence[Answer]]) -> None:
        """Take over what was recorded: answers by kind and body, or by kind alone."""
        self._turns = {asked: itertools.cycle(each) for asked, each in answers.items()}

    def answer(self, kind: str, body: str) -> Answer | None:
        """Return what is answered to a request of a kind; None where nobody knows."""
        self.counts[kind] += 1
        if kind == _SENDS:
            return _AMZ_JSON, self._sent(body)
        turn = self._turns.get(f"{kind}\n{body}") or self._turns.get(kind)
        return next(turn) if turn else _ALWAYS.get(kind)

    def _sent(self, body: str) -> str:
        sent = [
            {"Id": entry["Id"], "MessageId": f"m-{next(self._ids)}", "MD5OfMessageBody": "0" * 32}
            for entry in json.loads(body)["Entries"]
        ]
        return json.dumps({"Successful": sent})


class Connection(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._buffer = bytearray()
        self._continued = False
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See Protocol."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that has come whole."""
        self._buffer += data
        while self._answered():
            pass

    def _answered(self) -> bool:
        head, end, _ = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
        whole = len(head) + len(end) + int(headers.get("content-length", "0"))
        if len(self._buffer) < whole:
            if "expect" in headers and not self._continued:
                self._continued = True
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return False
        body = bytes(self._buffer[len(head) + len(end) : whole])
        del self._buffer[:whole]
        self._continued = False
        method, path, _ = first.split(" ", 2)
        self._transport.write(self._response(method, path, headers, body))
        return True

    def _response(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        if path.startswith(_CONTROL):
            return _http(200, "application/json", self._control(path, body))
        if method == "PUT":  # S3's; the body is not looked at
            kind, text = "PUT", ""
        else:
            last = urlsplit(path).path.strip("/").rpartition("/")[2]
            kind, text = headers.get("x-amz-target", f"{method} {last}"), body.decode()
        answer = self._book.answer(kind, text)
        if answer is None:
            return _http(501, "text/plain", f"not recorded: {kind}")
        return _http(200, *answer)

    def _control(self, path: str, body: bytes) -> str:
        if path.endswith("load"):
            self._book.load(json.loads(body))
        if path.endswith("counts"):
            counts = dict(self._book.counts)
            self._book.counts.clear()
            return json.dumps(counts)
        return "{}"


def _http(status: int, kind: str, text: str) -> bytes:
    body = text.encode()
    # As DynamoDB has it, whose answers are checked by whoever asked.
    crc = f"x-amz-crc32: {zlib.crc32(body)}\r\n" if kind == _AMZ_JSON else ""
    head = (
        f"HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        f"x-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\n{crc}"
        "Connection: keep-alive\r\n\r\n"
    )
    return head.encode() + body


class Stub:
    """The running server, as who measures sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        parts = urlsplit(url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port)

    def load(self, answers: Mapping[str, Sequence[Answer]]) -> None:
        """Have it answer what was recorded, from the beginning."""
        self._ask("load", json.dumps(answers))

    def counts(self) -> Counter[str]:
        """Return what it was asked since the last time, by kind."""
        return Counter(json.loads(self._ask("counts", "")))

    def close(self) -> None:
        """Give up the connection of who measures."""
        self._connection.close()

    def _ask(self, what: str, body: str) -> str:
        self._connection.request("POST", f"{_CONTROL}{what}", body.encode())
        return self._connection.getresponse().read().decode()


@contextmanager
def running() -> Iterator[Stub]:
    """Run the server in a process of its own, whose CPU is nobody's who is measured."""
    command = [sys.executable, "-m", "bench.stub"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        stub = Stub(f"http://127.0.0.1:{int(process.stdout.readline())}")
        try:
            yield stub
        finally:
            stub.close()
            process.terminate()


async def _serve() -> None:
    book = Book()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(book), "127.0.0.1", 0
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    # It ends with whoever started it, too.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
