"""The simulated Meta as one web application: its parts put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from infra.local.meta import page_routes
from infra.local.meta import phones as customers
from infra.local.meta.accounts import HOSTS
from infra.local.meta.comments import Comments
from infra.local.meta.conversations import Conversations
from infra.local.meta.delivery import Delivery
from infra.local.meta.faults import Faults
from infra.local.meta.graph import Graph
from infra.local.meta.graph_routes import Calls
from infra.local.meta.journeys import Journeys
from infra.local.meta.ladder import Ladder
from infra.local.meta.mishap_routes import Mishaps
from infra.local.meta.nodes import Nodes
from infra.local.meta.operator_view import OperatorView
from infra.local.meta.outside import Outside
from infra.local.meta.pace import Pace
from infra.local.meta.phones import Phones
from infra.local.meta.postman import Postman
from infra.local.meta.presence import Presences
from infra.local.meta.sim_routes import Simulation
from infra.local.meta.standing import Standings
from infra.local.meta.standing_routes import StandingCalls, StandingOrders
from infra.local.meta.store import Store
from infra.local.meta.views import Views
from infra.local.meta.wire import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the application is made of."""

    postman: Postman
    ladder: Ladder
    phones: Phones
    graph: Graph
    nodes: Nodes
    standings: Standings
    said: Conversations
    simulation: Simulation
    mishaps: Mishaps


def build(
    store: Store, post: Post, *, base: str, desk: str, logs: Path, needs_proof: bool = False
) -> Starlette:
    """
    Return the application.

    `post` hands webhooks over, `base` is this application's own address, `desk` the helpdesk's,
    both `http://host:port`, `logs` the folder of the processes' log files. With
    `needs_proof` every call of the Graph API has to prove that it knows the application's secret.
    The application closes the store when it stops.
    """
    parts = _parts(store, post, base=base, logs=logs)
    calls = [
        Calls(
            graph=parts.graph,
            nodes=parts.nodes,
            said=parts.said,
            phones=parts.phones,
            standings=parts.standings,
            host=host,
            needs_proof=needs_proof,
        )
        for host in HOSTS
    ]

    standing = [
        StandingCalls(calls=each, standings=parts.standings, host=host)
        for each, host in zip(calls, HOSTS, strict=True)
    ]

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        parts.postman.resume()
        parts.ladder.resume()
        yield
        parts.ladder.close()
        parts.postman.close()
        store.close()

    return Starlette(
        routes=[
            *page_routes.routes(desk=desk),
            *OperatorView().routes(),
            *parts.simulation.routes(),
            *parts.mishaps.routes(),
            *StandingOrders(parts.standings).routes(),
            # Before what takes any name for a node's.
            *(route for each in standing for route in each.routes()),
            *(route for call in calls for route in call.routes()),
        ],
        # A page on the web must not reach the phones under a name of its own.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        lifespan=lifespan,
    )


def _parts(store: Store, post: Post, *, base: str, logs: Path) -> Parts:
    postman = Postman(store, post, told=partial(customers.told, store))
    presences = Presences(store)
    standings = Standings()
    delivery = Delivery(store, postman, presences, standings)
    ladder = Ladder(store, delivery, base=base)
    faults, pace = Faults(store), Pace()
    phones = Phones(store, delivery, base=base)
    outside = Outside(store, ladder, delivery, presences)
    comments = Comments(store, delivery)
    graph = Graph(
        store=store,
        ladder=ladder,
        faults=faults,
        pace=pace,
        delivery=delivery,
        presences=presences,
        comments=comments,
        outside=outside,
    )
    simulation = Simulation(
        store=store,
        postman=postman,
        phones=phones,
        ladder=ladder,
        faults=faults,
        views=Views(store, Journeys(store, logs), presences),
    )
    return Parts(
        postman=postman,
        ladder=ladder,
        phones=phones,
        graph=graph,
        nodes=Nodes(store, comments, standings),
        standings=standings,
        said=Conversations(store, phones.media_url),
        simulation=simulation,
        mishaps=Mishaps(store=store, delivery=delivery, outside=outside, pace=pace),
    )
