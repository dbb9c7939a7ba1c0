"""A proxy before the desk that cuts answers, refuses connections, dawdles, and answers for itself."""

from __future__ import annotations

import http.client
import socket
import threading
from collections import Counter
from contextlib import suppress
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Final, NamedTuple
from urllib.parse import urlsplit

_HOST: Final = "127.0.0.1"
_PATIENCE: Final = 60.0  #: seconds that the desk gets to answer
_STEP: Final = 0.05
#: What belongs to one connection and is not handed on: RFC 9110, section 7.6.1.
_OF_THE_CONNECTION: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "host"})


class Mishap(StrEnum):
    """What happens to a request of the bridge, or to the way to the desk."""

    ANSWER_CUT = "the desk did it, the answer is cut off before its first byte"
    ANSWER_TORN = "the desk did it, the answer breaks off in the middle"
    ANSWER_SWAPPED = "the desk did it, a 502 or a 504 is answered"
    ANSWER_HELD = "the desk did it, the answer comes later than anybody waits"
    ANSWER_LATE = "the desk did it, the answer takes seconds"
    REQUEST_DROPPED = "the connection is cut before the desk sees the request"
    UNAVAILABLE = "a 502 or 503 is answered, the desk sees nothing"
    THROTTLED = "a 429 or 503 with Retry-After is answered, the desk sees nothing"
    OUTAGE = "connections are refused for seconds"


class _Roll(NamedTuple):
    """How often in a hundred requests something happens."""

    mishap: Mishap
    percent: float


_ROLLS: Final = (
    _Roll(Mishap.ANSWER_CUT, 3.0),
    _Roll(Mishap.ANSWER_TORN, 1.5),
    _Roll(Mishap.ANSWER_SWAPPED, 1.5),
    _Roll(Mishap.ANSWER_HELD, 0.15),
    _Roll(Mishap.ANSWER_LATE, 1.0),
    _Roll(Mishap.REQUEST_DROPPED, 1.5),
    _Roll(Mishap.UNAVAILABLE, 1.0),
    _Roll(Mishap.THROTTLED, 1.0),
    _Roll(Mishap.OUTAGE, 0.3),
)
_LATE: Final = (0.5, 3.0)  #: seconds, at least and at most
_HELD: Final = 11.0  #: seconds: a write is waited on for ten
_OUT: Final = (0.5, 3.0)


class DeskProxy:
    """
    Stands between the bridge and a desk; counts in `met` what it did.

    A request that is handed on reaches the desk at once: none is kept for later, when its sender
    has long looked for what became of it and written again.
    """

    def __init__(self, random: Random) -> None:
        self.met: Counter[Mishap] = Counter()
        self._random = random
        self._lock = threading.Lock()
        self._is_calm = threading.Event()
        self._stopped = threading.Event()
        self._outage = threading.Event()
        self._desk = ("", 0)
        self._listener: ThreadingHTTPServer | None = None
        self._thread = threading.Thread(target=self._serve, name="desk-proxy")

    def stand_before(self, desk: str) -> str:
        """Begin to stand before the desk at an address; return the address to ask it at."""
        parts = urlsplit(desk)
        self._desk = (parts.hostname or _HOST, parts.port or 80)
        self._listener = _Listener((_HOST, 0), self._handler())
        self._thread.start()
        return f"http://{_HOST}:{self._listener.server_port}"

    def calm(self) -> None:
        """Hand everything on as it is, from now on."""
        self._is_calm.set()

    def stop(self) -> None:
        """Listen no more."""
        if self._listener is not None:
            self._stopped.set()
            self._outage.set()
            self._thread.join()

    def roll(self) -> tuple[Mishap | None, float]:
        """Return what happens to the next request, and a number from 0 to 1 for how."""
        with self._lock:
            number, how = self._random.uniform(0, 100), self._random.random()
            if self._is_calm.is_set():
                return None, how
            for mishap, percent in _ROLLS:
                number -= percent
                if number < 0:
                    self.met[mishap] += 1
                    return mishap, how
        return None, how

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> _Answer:
        """Hand a request on to the desk and return its answer."""
        connection = http.client.HTTPConnection(*self._desk, timeout=_PATIENCE)
        try:
            connection.request(method, path, body=body or None, headers=headers)
            answer = connection.getresponse()
            return _Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def refuse_connections(self) -> None:
        """Begin an outage; it ends by itself."""
        self._outage.set()

    def wait(self, seconds: float) -> None:
        """Let time pass, unless all is over."""
        self._stopped.wait(seconds)

    def _serve(self) -> None:
        """Listen, with the port closed in every outage."""
        listener = self._listener
        while listener is not None:
            serving = threading.Thread(target=listener.serve_forever, args=(_STEP,))
            serving.start()
            self._outage.wait()
            listener.shutdown()
            serving.join()
            listener.server_close()
            if self._stopped.is_set():
                return
            with self._lock:
                seconds = self._random.uniform(*_OUT)
            self._stopped.wait(seconds)
            self._outage.clear()
            if self._stopped.is_set():
                return
            listener = _Listener((_HOST, listener.server_port), self._handler())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        return type("Handler", (_Handler,), {"proxy": self})


class _Answer(NamedTuple):
    """What the desk, or the proxy in its place, answers."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    """One connection of the bridge."""

    proxy: DeskProxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        pass

    def handle(self) -> None:
        # Whoever asks is killed in the midst of it.
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        self._take()

    def do_POST(self) -> None:
        self._take()

    def do_OPTIONS(self) -> None:
        self._take()

    def _take(self) -> None:
        """Take one request, and have happen to it what the dice say."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        mishap, how = self.proxy.roll()
        match mishap:
            case Mishap.REQUEST_DROPPED:
                self._hang_up()
            case Mishap.OUTAGE:
                self.proxy.refuse_connections()
                self._hang_up()
            case Mishap.UNAVAILABLE:
                self._say(502 if how < 0.5 else 503)
            case Mishap.THROTTLED:
                self._say(429 if how < 0.5 else 503, [("Retry-After", "1")])
            case _:
                answer = self._handed_on(body)
                if answer is not None:
                    self._give(answer, mishap, how)

    def _handed_on(self, body: bytes) -> _Answer | None:
        headers = {k: v for k, v in self.headers.items() if k.lower() not in _OF_THE_CONNECTION}
        try:
            return self.proxy.ask(self.command, self.path, headers, body)
        except (OSError, http.client.HTTPException):
            self._hang_up()
            return None

    def _give(self, answer: _Answer, mishap: Mishap | None, how: float) -> None:
        """Give an answer of the desk, or what is left of it."""
        match mishap:
            case Mishap.ANSWER_CUT:
                self._hang_up()
            case Mishap.ANSWER_TORN:
                self._answer(answer, most=int(len(answer.body) * how))
                self._hang_up()
            case Mishap.ANSWER_SWAPPED:
                self._say(502 if how < 0.5 else 504)
            case Mishap.ANSWER_HELD:
                self.proxy.wait(_HELD)
                self._answer(answer)
            case Mishap.ANSWER_LATE:
                self.proxy.wait(_LATE[0] + how * (_LATE[1] - _LATE[0]))
                self._answer(answer)
            case _:
                self._answer(answer)

    def _say(self, status: int, headers: list[tuple[str, str]] | None = None) -> None:
        """Answer in the desk's place."""
        self._answer(_Answer(status, headers or [], b"<h1>not now</h1>"))

    def _answer(self, answer: _Answer, *, most: int | None = None) -> None:
        """Answer, with up to `most` bytes of the body."""
        self.send_response(answer.status)
        for name, value in answer.headers:
            if name.lower() not in _OF_THE_CONNECTION | {"content-length", "server", "date"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[:most])
        self.wfile.flush()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
