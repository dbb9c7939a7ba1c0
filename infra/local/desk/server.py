"""Serves the desk on this machine until it is told to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from waitress import create_server

from chalicelib.errors import ConfigurationError
from infra.local import parent
from infra.local.desk import authors, journal, literal, seed
from infra.local.desk.courier import Courier
from infra.local.desk.environment import HOST, Environment

_LAST_ANSWERS: Final = 1.5  #: seconds that requests in progress get when the desk is told to stop


class Desk(WSGIHandler):  # type: ignore[misc]  # Django publishes no types
    """The desk as a WSGI application, whose requests tell the courier what they did."""

    def __init__(self, courier: Courier) -> None:
        super().__init__()
        self._courier = courier

    def make_view_atomic(self, view: journal.View) -> Any:
        """Return a view that is one transaction with its webhooks in it."""
        return super().make_view_atomic(journal.recorded(view, wake=self._courier.wake))


def serve(environment: Environment) -> None:
    """
    Prepare the desk and serve it; return when SIGTERM or SIGINT has come.

    Raises:
        ConfigurationError: the port cannot be had.
    """
    signal.signal(signal.SIGTERM, _stop)
    parent.end_with_it()
    courier = Courier(
        url=environment.webhook_url, secret=environment.webhook_secret, desk_url=environment.url
    )
    literal.install()
    authors.install()
    # Static files are served without a transaction, and without DEBUG, by the handler.
    application = StaticFilesHandler(Desk(courier))
    server = _listen(application, port=environment.port)
    seed.prepare(bridge_token=environment.bridge_token)
    journal.connect()
    import_module(settings.ROOT_URLCONF)  # now, so that the first agent does not wait for it
    courier.start()
    print(
        f"desk: {environment.url}/ (state in {settings.DATABASES['default']['NAME']})", flush=True
    )
    server.run()


def _listen(application: Any, *, port: int) -> Any:
    try:
        return create_server(application, host=HOST, port=port, threads=8, backlog=512, ident=None)
    except OSError as exc:
        raise ConfigurationError(
            f"port {port}: {exc.strerror}; set SCRIPTA_DESK_PORT to a free one"
        ) from exc


def _stop(number: int, frame: object) -> None:
    """Leave the server's loop; whatever still hangs after that is cut off."""
    del number, frame
    deadline = threading.Timer(_LAST_ANSWERS, os._exit, args=(0,))
    deadline.daemon = True
    deadline.start()
    sys.exit(0)
