"""The simulated Meta as a process, and an application that writes down what it is sent."""

from __future__ import annotations

import pytest

from tests.integration.meta_sim.world import Application, Meta, eventually


@pytest.fixture(scope="session")
def shared_application():
    """One receiving application for all tests."""
    application = Application()
    yield application
    application.close()


@pytest.fixture(scope="session")
def shared_meta(tmp_path_factory, shared_application):
    """One simulated Meta for all tests that do not restart it."""
    meta = Meta(tmp_path_factory.mktemp("state"), application_port=shared_application.port)
    yield meta
    meta.stop()


@pytest.fixture
def application(shared_application):
    """The application as if nothing had happened yet."""
    shared_application.reset()
    return shared_application


@pytest.fixture
def meta(shared_meta, application):
    """The simulated Meta where all goes well; nothing that a test began goes on into the next."""
    for mishap in ("faults", "delivery", "pace", "standing"):
        shared_meta.delete(f"/sim/{mishap}")
    yield shared_meta
    application.reset()
    for mishap in ("delivery", "standing"):
        shared_meta.delete(f"/sim/{mishap}")
    eventually(lambda: shared_meta.get("/sim/health").body == {"status": "ok", "waiting": 0})
