"""
The Runtime API that Lambda offers to the client inside a function's process, and that process.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from infra.local.aws import ACCOUNT, REGION

_TIMEOUT: Final = 60.0  #: seconds for an invocation, and for its answer to be waited for
_NAME: Final = "scripta-function"
_STEP: Final = 0.1


class Failed(Exception):
    """The function raised, or could not be loaded; the text is what the runtime client reported."""


@dataclass(slots=True)
class Function:
    """A function's process; `log` is what it has printed so far."""

    process: subprocess.Popen[bytes]
    output: Path
    events: queue.Queue[bytes]
    answers: queue.Queue[tuple[bool, bytes]]

    @property
    def log(self) -> str:
        return self.output.read_text()

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """Return the function's answer to an event; raise Failed where there is none."""
        self.events.put(json.dumps(event).encode())
        deadline = time.monotonic() + _TIMEOUT
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                is_answer, body = self.answers.get(timeout=_STEP)
            except queue.Empty:
                continue
            if not is_answer:
                raise Failed(body.decode())
            return json.loads(body)
        raise Failed(f"no answer; what it printed: {self.log}")


@contextmanager
def function(
    python: Path, task_root: Path, handler: str, *, environment: Mapping[str, str], output: Path
) -> Iterator[Function]:
    """Run the handler of an unpacked zip under the runtime client of a virtual environment."""
    events: queue.Queue[bytes] = queue.Queue()
    answers: queue.Queue[tuple[bool, bytes]] = queue.Queue()
    stopped = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(events, answers, stopped))
    thread = threading.Thread(target=server.serve_forever, args=(_STEP,))
    thread.start()
    with output.open("wb") as printed:
        process = subprocess.Popen(
            [python, "-m", "awslambdaric", handler],
            cwd=task_root,
            env={**_environment(task_root, handler, server.server_port), **environment},
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Function(process, output, events, answers)
    finally:
        process.kill()
        process.wait()
        stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _environment(task_root: Path, handler: str, port: int) -> dict[str, str]:
    """Return the variables that Lambda reserves for itself."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {
        "PATH": "/usr/bin:/bin",
        "TZ": ":UTC",
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        "AWS_LAMBDA_FUNCTION_NAME": _NAME,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{_NAME}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{version}",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "LAMBDA_TASK_ROOT": str(task_root),
        "_HANDLER": handler,
    }


def _handler(
    events: queue.Queue[bytes],
    answers: queue.Queue[tuple[bool, bytes]],
    stopped: threading.Event,
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def handle(self) -> None:
            # The function's process is ended in the midst of its waiting.
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            """Hand over the next event, however long it takes to come."""
            while not stopped.is_set():
                try:
                    self._answer(200, events.get(timeout=_STEP))
                except queue.Empty:
                    continue
                return
            self.close_connection = True

        def do_POST(self) -> None:
            """Take an answer, or the error of an invocation or of the start."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answers.put((self.path.endswith("/response"), body))
            self._answer(202, b"{}")

        def _answer(self, status: int, body: bytes) -> None:
            deadline = int((time.time() + _TIMEOUT) * 1000)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Lambda-Runtime-Aws-Request-Id", f"request-{deadline}")
            self.send_header("Lambda-Runtime-Deadline-Ms", str(deadline))
            arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{_NAME}"
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", arn)
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

    return Handler
