"""A server that misbehaves in every way a helpdesk has been seen to, one connection after another."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from chalicelib.http_client import LARGEST_ANSWER

Behaviour = Callable[[socket.socket], None]


@dataclass
class Server:
    """What a test knows of its server: where it is, what it was sent, over how many connections."""

    url: str
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    closed: int = 0

    def wait_until_closed(self) -> None:
        """Wait until the server has closed every connection that it took."""
        deadline = time.monotonic() + 10
        while self.closed < self.connections:
            assert time.monotonic() < deadline
            time.sleep(0.001)


@contextmanager
def serving(*answers: Behaviour) -> Iterator[Server]:
    """Serve connections one after another; each answers its requests with `answers` in turn."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(url=f"http://127.0.0.1:{listener.getsockname()[1]}/things/")
    waiting = list(answers)

    def serve() -> None:
        while waiting:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            with connection:
                while waiting and (request := read_request(connection)):
                    server.requests.append(request)
                    waiting.pop(0)(connection)
                    if connection.fileno() < 0:
                        break
            server.closed += 1

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        waiting.clear()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
        assert not thread.is_alive()


def read_request(connection: socket.socket) -> bytes:
    """Return the bytes of one request, empty where the client has hung up."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1]
        for line in head.split(b"\r\n")
        if line[:15].lower() == b"content-length:"
    ]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def says(body: bytes = b"{}", *, status: str = "200 OK", headers: str = "") -> Behaviour:
    """Answer properly and keep the connection."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return lambda connection: connection.sendall(head.encode() + body)


def sends(data: bytes) -> Behaviour:
    """Send exactly these bytes and hang up."""

    def act(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.close()

    return act


def says_nothing(connection: socket.socket) -> None:
    """Leave the client waiting until it gives up."""
    connection.recv(1)


def resets(connection: socket.socket) -> None:
    """Cut the connection without a word."""
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.close()


def floods(connection: socket.socket) -> None:
    """Send more than is read, in chunks, for as long as the client listens."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    block = b"%x\r\n%s\r\n" % (1 << 20, b"x" * (1 << 20))
    try:
        for _ in range(2 * LARGEST_ANSWER // (1 << 20)):
            connection.sendall(block)
    except OSError:
        return
    pytest.fail("all of it was taken")


def drips(connection: socket.socket) -> None:
    """Send a byte now and then, always in time, and never come to an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    try:
        while True:
            connection.sendall(b"x")
            time.sleep(0.01)
    except OSError:
        return
