"""The simulated Meta as one web application: its parts put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from infra.local.meta import graph_routes, page_routes
from infra.local.meta import phones as customers
from infra.local.meta.conversations import Conversations
from infra.local.meta.faults import Faults
from infra.local.meta.graph import Graph
from infra.local.meta.journeys import Journeys
from infra.local.meta.ladder import Ladder
from infra.local.meta.phones import Phones
from infra.local.meta.postman import Postman
from infra.local.meta.sim_routes import Simulation
from infra.local.meta.store import Store
from infra.local.meta.wire import Post


def build(store: Store, post: Post, *, base: str, desk: str, logs: Path) -> Starlette:
    """
    Return the application.

    `post` hands webhooks over, `base` is this application's own address, `desk` the helpdesk's,
    both `http://host:port`, `logs` the folder of the processes' log files. The application closes
    the store when it stops.
    """
    postman = Postman(store, post, told=partial(customers.told, store))
    ladder = Ladder(store, postman, base=base)
    faults = Faults(store)
    phones = Phones(store, postman, base=base)
    said = Conversations(store, phones.media_url)
    simulation = Simulation(
        store=store,
        postman=postman,
        phones=phones,
        ladder=ladder,
        faults=faults,
        journeys=Journeys(store, logs),
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        postman.resume()
        ladder.resume()
        yield
        ladder.close()
        postman.close()
        store.close()

    return Starlette(
        routes=[
            *page_routes.routes(desk=desk),
            *simulation.routes(),
            *graph_routes.routes(Graph(store, ladder, faults), phones, said),
        ],
        # A page on the web must not reach the phones under a name of its own.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        lifespan=lifespan,
    )
