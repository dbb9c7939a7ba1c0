"""The way of each message, stage by stage: what the log told, joined with what Meta knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from infra.local.meta import ids
from infra.local.meta.facts import Facts, Forwarded, Ingested, Place
from infra.local.meta.log_file import LogFile
from infra.local.meta.records import Message, Rung
from infra.local.meta.store import Store

_LOGS: Final = ("app.log", "workers.log")
_SHOWN: Final = 60  #: journeys
_HASH: Final = 16  #: characters of a message id's hash in the log
_SET_ASIDE: Final = frozenset({"parked", "ignored"})


class Journeys:
    """The journeys of what `store` knows, by the log files in the folder `logs`."""

    def __init__(self, store: Store, logs: Path) -> None:
        self._store = store
        self._files = [LogFile(logs / name) for name in _LOGS]
        self._facts = Facts()
        self._begun = ids.tick()

    def revision(self) -> str:
        """Return what changes whenever anything was said, or came further."""
        self._catch_up()
        return f"{self._begun}.{self._store.changes}.{self._facts.count}"

    def is_desk_down(self) -> bool:
        """Return whether messages wait for the desk to answer again."""
        return self._facts.is_desk_down

    def ticket(self, said: Iterable[Message]) -> Mapping[str, str] | None:
        """Return the ticket that a customer's messages stand in, oldest first, or None."""
        self._catch_up()
        for message in reversed(list(said)):
            item = _item(message)
            ingested = self._facts.ingested(item)
            place = self._facts.reply_of(item) or (ingested and ingested.place)
            if place and (forwarded := self._facts.ticket(place[0])):
                return _ticket(forwarded)
        return None

    def latest(self) -> list[dict[str, Any]]:
        """Return the last journeys, the newest first."""
        self._catch_up()
        said = self._store.latest(_SHOWN)
        found = [self._sent(one) if one.outgoing else self._received(one) for one in said]
        found += self._unsent({_item(message): message for message in said})
        found.sort(key=lambda journey: journey["at"], reverse=True)
        return found[:_SHOWN]

    def _catch_up(self) -> None:
        for file in self._files:
            for line in file.new_lines():
                self._facts.read(line)

    def _received(self, message: Message) -> dict[str, Any]:
        """Return the way of a customer's message to a ticket."""
        item = _item(message)
        ingested = self._facts.ingested(item)
        place = ingested.place if ingested else None
        forwarded = self._facts.forwarded(place) if place else None
        rungs = self._store.rungs(message.id)
        answered = rungs.get("received") or rungs.get("refused") or rungs.get("waiting")
        stages = [
            {
                "name": "webhook",
                "at": message.at if answered else None,
                "code": answered.code if answered else 0,
                "state": "bad" if answered and message.status != "received" else "",
            },
            *self._taken(ingested),
        ]
        if ingested is None or ingested.outcome not in _SET_ASIDE:
            stages.append(_stage("ticket", forwarded))
        return {
            **self._of(message, key=item, at=message.at),
            "stages": stages,
            "troubles": self._troubles(place, ingested),
            "ticket": forwarded and _ticket(forwarded),
        }

    def _sent(self, message: Message) -> dict[str, Any]:
        """Return the way of an agent's answer to the customer's phone."""
        item = _item(message)
        place = self._facts.reply_of(item)
        reply = self._facts.replies.get(place) if place else None
        rungs = self._store.rungs(message.id)
        stages = self._taken(reply.ingested) if reply else []
        stages.append({"name": "graph", "at": message.at, "code": 0, "state": ""})
        if failed := rungs.get("failed"):
            stages.append(_stage("failed", failed, state="bad"))
        else:
            stages += [_stage(rung, rungs.get(rung)) for rung in ("delivered", "read")]
        is_first = reply is not None and reply.items[:1] == (item,)
        began = min(stage["at"] for stage in stages if stage["at"])
        return {
            **self._of(message, key=_key(place) if place and is_first else item, at=began),
            "stages": stages,
            "troubles": self._troubles(place, None),
            "ticket": None,
        }

    def _unsent(self, said: Mapping[str, Message]) -> list[dict[str, Any]]:
        """Return the ways of answers that Meta knows nothing of (yet), as long as all may be."""
        found = []
        waiting = [one for one in self._facts.replies.items() if not one[1].items]
        for place, reply in waiting[-_SHOWN:]:
            customer = said.get(self._facts.speaker(place[0]))
            if customer is None:
                continue
            taken = self._taken(reply.ingested)
            began = min(stage["at"] for stage in taken if stage["at"])
            about = self._of(customer, key=_key(place), at=began)
            found.append(
                {
                    **about,
                    "direction": "out",
                    "text": "",
                    "type": "text",
                    "stages": [*taken, _stage("graph", None)],
                    "troubles": self._troubles(place, reply.ingested),
                    "ticket": None,
                }
            )
        return found

    def _of(self, message: Message, *, key: str, at: int) -> dict[str, Any]:
        customer = self._store.customer(message.channel, message.contact)
        return {
            "key": key,
            "direction": "out" if message.outgoing else "in",
            "channel": message.channel,
            "contact": message.contact,
            "name": customer.name if customer else "",
            "type": message.type,
            "text": message.text,
            "at": at,
        }

    def _taken(self, ingested: Ingested | None) -> list[dict[str, Any]]:
        """Return the stages that both directions share."""
        queued = self._facts.queued_at(ingested.queue_id) if ingested else None
        is_bad = ingested is not None and ingested.outcome in _SET_ASIDE
        return [
            {"name": "queue", "at": queued, "code": 0, "state": ""},
            _stage("table", ingested, state="bad" if is_bad else ""),
        ]

    def _troubles(self, place: Place | None, ingested: Ingested | None) -> list[dict[str, Any]]:
        troubles = self._facts.troubles(place) if place else ()
        told = [{"at": one.at, "what": one.what, "reason": one.reason} for one in troubles]
        if ingested and ingested.outcome in _SET_ASIDE:
            aside = {"at": ingested.at, "what": ingested.outcome, "reason": ingested.reason}
            return [aside, *told]
        return told


def _item(message: Message) -> str:
    digest = hashlib.sha256(message.id.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:_HASH]


def _key(place: Place) -> str:
    return f"{place[0]}:{place[1]}"


def _stage(
    name: str, reached: Rung | Ingested | Forwarded | None, *, state: str = ""
) -> dict[str, Any]:
    """Return a stage: `at` is None until it is reached, `state` is `bad` where it went wrong."""
    code = reached.code if isinstance(reached, Rung) else 0
    return {
        "name": name,
        "at": reached.at if reached else None,
        "code": code,
        "state": state if reached else "",
    }


def _ticket(forwarded: Forwarded) -> Mapping[str, str]:
    return {"id": forwarded.ticket, "url": forwarded.url}
