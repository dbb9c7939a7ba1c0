"""pywa with FastAPI under uvicorn: whatever it hands to a handler is counted."""

from __future__ import annotations

import logging
import socket
import sys

import fastapi
import uvicorn
from pywa import WhatsApp

SECRET, PHONE = sys.argv[1:3]
app = fastapi.FastAPI()
handled: list[str] = []
whatsapp = WhatsApp(
    phone_id=PHONE,
    token="none",  # noqa: S106 - nothing is sent
    server=app,
    webhook_endpoint="/webhook",
    verify_token="none",  # noqa: S106 - as above
    app_secret=SECRET,
    validate_updates=True,
)


def count(_: WhatsApp, update: object) -> None:
    """Count what was handed on, by its id."""
    handled.append(str(getattr(update, "id", "")))


for register in (whatsapp.on_message, whatsapp.on_callback_button, whatsapp.on_callback_selection):
    register()(count)


@app.get("/handled")
def tell() -> list[str]:
    """Return what was handed on."""
    return handled


if __name__ == "__main__":
    logging.disable()
    listening = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    server.run(sockets=[listening])
