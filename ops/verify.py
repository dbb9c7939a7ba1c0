"""`verify`: whether every item that was accepted is accounted for."""

from __future__ import annotations

from dataclasses import asdict

import click

from chalicelib import bootstrap
from chalicelib.operations.accepted import accepted
from chalicelib.operations.verify import Books, verify
from ops.asking import BAD_NEWS, GOOD_NEWS, asks
from ops.stages import Stage
from ops.terminal import show, show_json, show_table


@click.command("verify")
@asks
def command(*, stage: Stage, as_json: bool) -> int:
    """
    Account for every item that was accepted.

    Exits with 1 where an item is lost, where anything is parked, or where a reply was sent and
    nothing confirms that it was. Replies that the platform refused are not bad news here: their
    agents were told.
    """
    books = verify(
        accepted(stage.log()), intake=stage.intake, audit=stage.audit, now=bootstrap.clock()
    )
    if as_json:
        show_json(asdict(books))
    else:
        _tell(books)
    return GOOD_NEWS if books.is_good_news else BAD_NEWS


def _tell(books: Books) -> None:
    fields = asdict(books)
    replies = fields.pop("out")
    show_table(("from platforms and desks", "items"), fields.items())
    show()
    show_table(("replies of agents", "items"), replies.items())
    show()
    show("All is accounted for." if books.is_good_news else _news(books))


def _news(books: Books) -> str:
    counts = {
        "lost": books.lost,
        "parked": books.parked + books.out.parked,
        "unconfirmed": books.out.unconfirmed,
    }
    told = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
    return f"To be looked at: {told}."
