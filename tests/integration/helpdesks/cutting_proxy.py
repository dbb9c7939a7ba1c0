"""A proxy before the desk that passes requests on and can keep the answer to itself."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


@dataclass(slots=True)
class CuttingProxy:
    """
    Passes everything to `target`; while `cuts` is above 0, performs a request and hangs up.

    Only requests that begin with `of` are cut (`POST /api/f`), and not performed where `loses`.
    """

    target: str
    cuts: int = 0
    of: str = ""
    loses: bool = False
    requests: list[str] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def serve(self) -> None:
                request = f"{self.command} {self.path}"
                proxy.requests.append(request)
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                names = ("authorization", "content-type", "accept")
                headers = {name: self.headers[name] for name in names if name in self.headers}
                url = proxy.target + self.path
                cut = proxy.cuts > 0 and request.startswith(proxy.of)
                if cut:
                    proxy.cuts -= 1
                if cut and proxy.loses:
                    self.hang_up()
                    return
                answer = httpx.request(self.command, url, content=body, headers=headers, timeout=20)
                if cut:
                    self.hang_up()
                    return
                self.send_response(answer.status_code)
                for name in ("content-type", "location"):
                    if name in answer.headers:
                        self.send_header(name, answer.headers[name])
                self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def hang_up(self) -> None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            do_GET = do_POST = do_OPTIONS = serve  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Handler
