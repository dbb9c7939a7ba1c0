"""`desks`: the configured helpdesks, and how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from urllib.parse import urlsplit

import click

from chalicelib import bootstrap, registry
from chalicelib.domain import rotation
from chalicelib.domain.account import Desk
from chalicelib.errors import ConfigurationError, Refused, ScriptaError
from chalicelib.storage.store import TableStore
from infra import addresses
from ops.asking import GOOD_NEWS, asks
from ops.dialogue import ID, Dialogue, pairs, secrets
from ops.findings import as_rows, show_findings
from ops.inspecting import inspector_of, tell
from ops.outside import Fresh, Outside
from ops.stages import Stage, WrongCall
from ops.terminal import show, show_json, show_table

_HOUR = 3600
_HERE = ("127.0.0.1", "::1", "localhost")


@click.group("desks")
def command() -> None:
    """List, add, check and remove desks: where agents answer."""


@command.command("list")
@asks
def list_(*, stage: Stage, as_json: bool) -> int:
    """List the desks."""
    desks = stage.directory.desks()
    if as_json:
        show_json({"desks": [asdict(desk) for desk in desks]})
    elif not desks:
        show(f"There is none: `{stage.outside().call('desks add')}` configures one.")
    else:
        rows = [
            asdict(desk)
            | {"options": ", ".join(f"{k}={v}" for k, v in sorted(desk.options.items()))}
            for desk in desks
        ]
        show_table(tuple(rows[0]), (row.values() for row in rows))
    return GOOD_NEWS


@command.command("add")
@click.argument("desk_id", metavar="[ID]", default="")
@click.option("--helpdesk", metavar="NAME", default="", help="What it is.")
@click.option("--url", default="", help="Where it answers.")
@click.option(
    "--reopen-hours",
    type=click.IntRange(min=0),
    default=None,
    help="A ticket closed for longer is followed by a new one; 72 by default.",
)
@click.option("--option", "options", metavar="NAME=VALUE", multiple=True, help="As in the docs.")
@click.option("--secret", "given", metavar="NAME=@FILE", multiple=True, help="Or env:VARIABLE.")
@click.option("--anyway", is_flag=True, help="Configure it although it does not answer.")
@asks
def add(
    *,
    stage: Stage,
    as_json: bool,
    desk_id: str,
    helpdesk: str,
    url: str,
    reopen_hours: int | None,
    options: Sequence[str],
    given: Sequence[str],
    anyway: bool,
) -> int:
    """
    Configure a desk, or change one; what is not said is asked for.

    The helpdesk is asked whether it answers and takes the token before anything is kept; nothing is
    written into it. It may be interrupted and repeated.
    """
    asked_options, asked_secrets = pairs(options, option="--option"), secrets(given)
    outside, dialogue = stage.outside(), Dialogue()
    name = dialogue.value(desk_id, "Name of the desk", option="ID", fault=_id_fault)
    before = stage.directory.desk(name) if name else None
    kind = dialogue.choice(
        helpdesk,
        "Helpdesk",
        option="--helpdesk",
        among=registry.helpdesk_names(),
        known=before.helpdesk if before else "",
    )
    address = dialogue.value(
        url,
        "Where it answers (https://…)",
        option="--url",
        known=before.url if before else "",
        fault=_url_fault,
    )
    dialogue.complete()
    settings = registry.helpdesk_settings(kind)
    secret = rotation.of_desk(name)
    window = before.reopen_window if before else Desk(id="", helpdesk="", url="").reopen_window
    desk = Desk(
        id=name,
        helpdesk=kind,
        url=address.rstrip("/"),
        reopen_window=window if reopen_hours is None else reopen_hours * _HOUR,
        restored_at=before.restored_at if before else 0,
        options=dialogue.options(settings, asked_options, before.options if before else {}),
    )
    values = dialogue.secrets(settings, asked_secrets, outside.keyring.read(secret))
    dialogue.complete()
    if not anyway:
        _check_with_helpdesk(outside, desk, {secret: values})
    if values:
        rotation.add(outside.keyring, secret, values)
    stage.directory.keep_desk(desk)
    return _tell_added(stage, outside, desk, as_json=as_json)


@command.command("check")
@click.argument("desk_id", metavar="[ID]", default="")
@click.option("--quick", is_flag=True, help="Do not look through the table for webhooks.")
@asks
def check(*, stage: Stage, as_json: bool, desk_id: str, quick: bool) -> int:
    """
    Tell how desks stand: options, secrets, whether they answer, webhooks, waiting messages.

    Exits with 1 where anything is red.
    """
    desks = [_chosen(stage, desk_id)] if desk_id else stage.directory.desks()
    inspector = inspector_of(stage, quick=quick)
    found = {
        desk.id: inspector.desk(desk, served=len(stage.directory.accounts_of(desk.id)))
        for desk in desks
    }
    return tell(found, as_json=as_json)


@command.command("remove")
@click.argument("desk_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@asks
def remove(*, stage: Stage, as_json: bool, desk_id: str, yes: bool) -> int:
    """
    Configure a desk no more, and forget its secret.

    Refused while an account is served by it, or a message waits for it.
    """
    desk = _chosen(stage, desk_id)
    served = ["#".join(account.ref) for account in stage.directory.accounts_of(desk.id)]
    if served:
        raise WrongCall(f"{desk.id} serves {', '.join(served)}: give them another desk first.")
    store = TableStore(stage.table, clock=bootstrap.clock)
    if store.waiting(until=bootstrap.clock(), desk=desk.id, most=1):
        raise WrongCall(f"Messages wait for {desk.id}: bring it back, or replay them elsewhere.")
    Dialogue().agreed(f"Remove {desk.id}? What agents write in it goes nowhere then.", yes=yes)
    stage.directory.forget_desk(desk.id)
    stage.outside().keyring.remove(rotation.of_desk(desk.id))
    if as_json:
        show_json({"removed": desk.id})
    else:
        show(f"{desk.id} is removed. Its secret can still be had back for a week.")
    return GOOD_NEWS


def _chosen(stage: Stage, desk_id: str) -> Desk:
    desk = stage.directory.desk(desk_id) if ID.fullmatch(desk_id) else None
    if desk is None:
        known = ", ".join(each.id for each in stage.directory.desks())
        raise WrongCall(f"There is no desk {desk_id!r}; there are {known or 'none'}.")
    return desk


def _id_fault(value: str) -> str:
    return "" if ID.fullmatch(value) else "is no name of letters, digits, - and _"


def _url_fault(value: str) -> str:
    try:
        url = urlsplit(value)
        host = url.hostname
    except ValueError:
        return "is no address"
    if not host or url.username or url.query or url.fragment or not value.isprintable():
        return "is no address like https://desk.example.com"
    # Tokens and customers' words go there: on the same machine only they need no encryption.
    if url.scheme != "https" and not (url.scheme == "http" and host in _HERE):
        return "has to begin with https://"
    return ""


def _check_with_helpdesk(outside: Outside, desk: Desk, trial: dict[str, dict[str, str]]) -> None:
    """Return if the helpdesk answers and takes the token; raise WrongCall otherwise."""
    try:
        outside.helpdesk(desk, Fresh(outside.keyring, trial)).check()
    except Refused as exc:
        what = exc.detail or exc.reason
    except (ScriptaError, ConfigurationError) as exc:
        what = f"{type(exc).__name__}: {exc}"
    else:
        return
    raise WrongCall(
        f"Nothing was configured. The helpdesk at {desk.url} is not well: {what}. "
        "--anyway configures it all the same."
    )


def _tell_added(stage: Stage, outside: Outside, desk: Desk, *, as_json: bool) -> int:
    url = addresses.of_desk(outside.url, desk.id)
    served = len(stage.directory.accounts_of(desk.id))
    found = {desk.id: inspector_of(stage, quick=True).desk(desk, served=served)}
    if as_json:
        show_json({"desk": asdict(desk), "webhook": url, "findings": as_rows(found)})
        return GOOD_NEWS
    show_findings(found)
    show(f"{desk.id} is configured. Paste into the helpdesk as the address of its webhook:")
    show(f"  {url}")
    show(
        f"  with the webhook's secret out of the secret {outside.keyring.called(rotation.of_desk(desk.id))}"
    )
    return GOOD_NEWS
