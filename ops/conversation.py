"""`conversation list` and `conversation show`: who was spoken with, and what was said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from chalicelib import words
from chalicelib.domain.changes import Delivery
from chalicelib.domain.content import Content
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.work import Work
from chalicelib.operations.conversations import Listed, Said, Story, conversations, story
from ops.asking import GOOD_NEWS, asks
from ops.stages import Stage, WrongCall
from ops.terminal import moment, show, show_json, show_table

_MOST = 50


@click.group("conversation", no_args_is_help=False)
def command() -> None:
    """List the conversations, or show one."""


@command.command("list")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=_MOST,
    show_default=True,
    help="How many to show.",
)
@asks
def list_(*, stage: Stage, as_json: bool, limit: int) -> int:
    """List conversations, first those in which something was recorded last."""
    found = conversations(stage.audit, most=limit)
    if as_json:
        show_json({"conversations": [_listed(each) for each in found]})
    elif found:
        rows = (_listed(each) for each in found)
        shown = [row | {"last_at": moment(row["last_at"])} for row in rows]
        show_table(tuple(shown[0]), (row.values() for row in shown))
    else:
        show("There is no conversation.")
    return GOOD_NEWS


@command.command("show")
@click.argument("conversation_id", metavar="ID")
@asks
def show_(*, stage: Stage, as_json: bool, conversation_id: str) -> int:
    """Show what was said in the conversation ID, how far it has come, and what is open."""
    told = story(stage.audit, conversation_id)
    if told is None:
        raise WrongCall(f"There is no conversation {conversation_id!r}.")
    if as_json:
        show_json(
            _state(told.conversation)
            | {
                "messages": [_said(each) for each in told.said],
                "work": [_work(each) for each in told.open_work],
            }
        )
    else:
        _tell(told)
    return GOOD_NEWS


def _tell(told: Story) -> None:
    for name, value in _state(told.conversation).items():
        show(f"{name}: {value or '-'}")
    show()
    _tell_rows(_lean([_said(each) for each in told.said]), nothing="Nothing was said.")
    show()
    _tell_rows([_work(each) for each in told.open_work], nothing="No work is open.")


def _tell_rows(rows: Sequence[dict[str, Any]], *, nothing: str) -> None:
    if not rows:
        show(nothing)
        return
    shown = [{k: moment(v) if k.endswith("_at") else v for k, v in row.items()} for row in rows]
    show_table(tuple(shown[0]), (row.values() for row in shown))


def _lean(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without the columns that are empty in all of them."""
    names = [name for name in (rows[0] if rows else ()) if any(row[name] for row in rows)]
    return [{name: row[name] for name in names} for row in rows]


def _state(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "channel": conversation.account.channel,
        "account": conversation.account.id,
        "contact": conversation.contact.name,
        "ticket": conversation.link.url if conversation.link else "",
        "ticket_status": conversation.link.status if conversation.link else "",
        "person": conversation.contact.person,
        "sequence": conversation.sequence,
    }


def _listed(listed: Listed) -> dict[str, Any]:
    return _state(listed.conversation) | {
        "open_work": listed.open_work,
        "last_at": listed.last_at,
    }


def _said(said: Said) -> dict[str, Any]:
    message = said.message
    return {
        "sequence": said.sequence,
        "direction": message.direction,
        "occurred_at": message.occurred_at,
        "author": message.author,
        "status": said.status or "",
        "text": _text(message.content),
        "attempts": said.work.attempts if said.work else 0,
        "open": _open(said.work),
        "trouble": _trouble(said.ended),
        "ended_at": said.ended.changed_at if said.ended else 0,
    }


def _open(work: Work | None) -> str:
    """Return what is still to be done with something, and what it waits for."""
    if work is None:
        return ""
    if work.parked:
        return f"{work.verb}: parked, {work.parked}"
    waits = f", waits for {work.waiting_for}" if work.waiting_for else ""
    return f"{work.verb}: {work.stage}{waits}"


def _trouble(ended: Delivery | None) -> str:
    """Return why something did not arrive, in our word and the platform's."""
    return " ".join(filter(None, (ended.reason, ended.detail))) if ended else ""


def _work(work: Work) -> dict[str, Any]:
    return {
        "sequence": work.sequence,
        "verb": work.verb,
        "stage": work.stage,
        "attempts": work.attempts,
        "due_at": work.due_at,
        "waiting_for": work.waiting_for,
        "parked": work.parked,
    }


def _text(content: Content) -> str:
    names = [f"[{file.name or file.kind}]" for file in content.files]
    parts = [words.say("en", f"part.{part.word}", **part.values) for part in content.parts]
    return " ".join(each for each in (content.text, *parts, *names) if each)
