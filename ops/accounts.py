"""`accounts`: the business's pages, numbers and Instagram accounts, and how they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import click

from chalicelib import bootstrap, registry, words
from chalicelib.domain import rotation
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.standing import Finding, Light
from chalicelib.errors import ScriptaError
from infra import addresses
from ops import meta_secret
from ops.asking import BAD_NEWS, GOOD_NEWS, asks
from ops.dialogue import ID, Dialogue, pairs, secrets
from ops.findings import as_rows, is_good, show_findings
from ops.inspecting import inspector_of, tell
from ops.outside import Fresh, Outside
from ops.stages import Stage, WrongCall
from ops.terminal import show, show_json, show_table

_NODE = "graph_id"  #: the one setting that is a field of the row


@click.group("accounts")
def command() -> None:
    """List, add, check and remove accounts: what customers write to."""


@command.command("list")
@asks
def list_(*, stage: Stage, as_json: bool) -> int:
    """List the accounts."""
    accounts = stage.directory.accounts()
    if as_json:
        show_json({"accounts": [_row(account) for account in accounts]})
    elif not accounts:
        show(f"There is none: `{stage.outside().call('accounts add')}` configures one.")
    else:
        rows = [_row(account) | {"options": _words(account.options)} for account in accounts]
        show_table(tuple(rows[0]), (row.values() for row in rows))
    return GOOD_NEWS


@command.command("add")
@click.argument("ref", metavar="[CHANNEL#ID]", default="")
@click.option("--desk", metavar="ID", default="", help="Which desk serves it.")
@click.option("--language", default="", help="Of what agents read: en or it.")
@click.option("--graph-id", metavar="ID", default=None, help="The node that sends, if another.")
@click.option("--option", "options", metavar="NAME=VALUE", multiple=True, help="As in the docs.")
@click.option("--secret", "given", metavar="NAME=@FILE", multiple=True, help="Or env:VARIABLE.")
@click.option("--anyway", is_flag=True, help="Configure it although Meta finds fault with it.")
@asks
def add(
    *,
    stage: Stage,
    as_json: bool,
    ref: str,
    desk: str,
    language: str,
    graph_id: str | None,
    options: Sequence[str],
    given: Sequence[str],
    anyway: bool,
) -> int:
    """
    Configure an account, or change one; what is not said is asked for.

    Meta is asked about token, permissions and subscriptions before anything is kept; then the
    webhooks are subscribed. Nothing is sent to customers. It may be interrupted and repeated.
    """
    asked_options, asked_secrets = pairs(options, option="--option"), secrets(given)
    outside, dialogue = stage.outside(), Dialogue()
    where = _ref(ref, dialogue)
    settings = registry.channel_settings(where.channel)
    before = stage.directory.account(where)
    desks = [each.id for each in stage.directory.desks()]
    if not desks:
        raise WrongCall(f"There is no desk yet: `{outside.call('desks add')}` comes first.")
    secret = rotation.of_account(where)
    if graph_id is not None:
        asked_options[_NODE] = graph_id
    account = _described(
        dialogue,
        where,
        before,
        desks=desks,
        desk=desk,
        language=language,
        options=asked_options,
    )
    values = dialogue.secrets(settings, asked_secrets, outside.keyring.read(secret))
    meta_values = meta_secret.asked(outside, dialogue)
    dialogue.complete()
    _check_with_meta(outside, account, {secret: values}, anyway=anyway)
    if meta_values:
        rotation.add(outside.keyring, rotation.META, meta_values)
    if values:
        rotation.add(outside.keyring, secret, values)
    stage.directory.keep_account(account)
    return _tell_added(stage, outside, account, as_json=as_json)


@command.command("check")
@click.argument("ref", metavar="[CHANNEL#ID]", default="")
@click.option("--fix", is_flag=True, help="Subscribe what is not subscribed.")
@click.option("--quick", is_flag=True, help="Do not look through the table for webhooks.")
@asks
def check(*, stage: Stage, as_json: bool, ref: str, fix: bool, quick: bool) -> int:
    """
    Tell how accounts stand: token, permissions, subscriptions, limits, webhooks.

    Exits with 1 where anything is red.
    """
    accounts = _chosen(stage, ref)
    inspector = inspector_of(stage, quick=quick)
    desks = [desk.id for desk in stage.directory.desks()]
    found = {"#".join(a.ref): inspector.account(a, desks=desks) for a in accounts}
    news = list[str]()
    for account in accounts if fix else ():
        name = "#".join(account.ref)
        if _is_red(found[name], "subscriptions"):
            trouble = _subscribe(stage.outside(), account)
            found[name] = inspector.account(account, desks=desks)
            news.append(trouble or f"{name} is subscribed again")
    return tell(found, as_json=as_json, news=news)


@command.command("remove")
@click.argument("ref", metavar="CHANNEL#ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@asks
def remove(*, stage: Stage, as_json: bool, ref: str, yes: bool) -> int:
    """
    Configure an account no more, and forget its secret.

    What was said stays. What comes for it from then on is kept and parked.
    """
    (account,) = _chosen(stage, ref)
    name = "#".join(account.ref)
    Dialogue().agreed(f"Remove {name}? What customers write to it is parked then.", yes=yes)
    # The row first: without it nobody reads the secret.
    stage.directory.forget_account(account.ref)
    stage.outside().keyring.remove(rotation.of_account(account.ref))
    if as_json:
        show_json({"removed": name})
    else:
        show(f"{name} is removed. Its secret can still be had back for a week.")
    return GOOD_NEWS


def parsed(ref: str) -> AccountRef:
    """Return an account's name; raise WrongCall where it is none."""
    channel, mark, id_ = ref.partition("#")
    if channel not in registry.channel_names() or not mark or not ID.fullmatch(id_):
        channels = ", ".join(registry.channel_names())
        raise WrongCall(f"{ref!r} names no account: CHANNEL#ID, with a channel of {channels}.")
    return AccountRef(channel, id_)


def _ref(given: str, dialogue: Dialogue) -> AccountRef:
    if given:
        return parsed(given)
    channel = dialogue.choice("", "Channel", option="CHANNEL#ID", among=registry.channel_names())
    dialogue.complete()

    def fault(value: str) -> str:
        return "" if ID.fullmatch(value) else "is no id"

    return AccountRef(channel, dialogue.value("", "Id with Meta", option="CHANNEL#ID", fault=fault))


def _described(
    dialogue: Dialogue,
    where: AccountRef,
    before: Account | None,
    *,
    desks: Sequence[str],
    desk: str,
    language: str,
    options: Mapping[str, str],
) -> Account:
    """Return an account as it is to be: as said, else as it was, else as answered."""
    served_by = dialogue.choice(
        desk, "Desk", option="--desk", among=desks, known=before.desk if before else ""
    )
    speaks = dialogue.choice(
        language,
        "Language of notes",
        option="--language",
        among=words.LANGUAGES,
        known=before.language if before else "en",
    )
    known = {**before.options, _NODE: before.graph_id} if before else {}
    answers = dialogue.options(registry.channel_settings(where.channel), options, known)
    node = answers.pop(_NODE, "")
    return Account(ref=where, desk=served_by, language=speaks, graph_id=node, options=answers)


def _chosen(stage: Stage, ref: str) -> list[Account]:
    if not ref:
        return list(stage.directory.accounts())
    account = stage.directory.account(parsed(ref))
    if account is None:
        known = ", ".join("#".join(each.ref) for each in stage.directory.accounts())
        raise WrongCall(f"There is no account {ref}; there are {known or 'none'}.")
    return [account]


def _check_with_meta(
    outside: Outside, account: Account, trial: dict[str, dict[str, str]], *, anyway: bool
) -> None:
    """Return if Meta finds no fault with what is to be configured; raise WrongCall otherwise."""
    onboarding = outside.onboarding(account.ref.channel, Fresh(outside.keyring, trial))
    found = onboarding.examine(account, now=bootstrap.clock())
    # What is not subscribed yet will be.
    faults = [each for each in found if _is_fault(each)]
    if faults and not anyway:
        first = faults[0]
        raise WrongCall(
            f"Nothing was configured. {first.subject}: {first.words}. --anyway configures it all the same."
        )


def _is_fault(found: Finding) -> bool:
    """Return whether an account should not be configured so; what is not subscribed yet will be."""
    if found.subject == "token":
        return found.light is not Light.GREEN
    return found.light is Light.RED and found.subject not in ("subscriptions", "limits")


def _subscribe(outside: Outside, account: Account) -> str:
    """Subscribe an account's webhooks, and return what stood in the way, "" for nothing."""
    try:
        outside.onboarding(account.ref.channel, Fresh(outside.keyring)).subscribe(account)
    except ScriptaError as exc:
        return f"{'#'.join(account.ref)} cannot be subscribed: {exc}"
    return ""


def _tell_added(stage: Stage, outside: Outside, account: Account, *, as_json: bool) -> int:
    name = "#".join(account.ref)
    trouble = _subscribe(outside, account)
    inspector = inspector_of(stage, quick=True)
    desks = [desk.id for desk in stage.directory.desks()]
    found = {name: inspector.account(account, desks=desks)}
    url = addresses.of_channel(outside.url, account.ref.channel)
    status = GOOD_NEWS if is_good(found) and not trouble else BAD_NEWS
    if as_json:
        rows = as_rows(found)
        answer = {"account": _row(account), "webhook": url, "trouble": trouble, "findings": rows}
        show_json(answer)
        return status
    show_findings(found)
    if trouble:
        show(trouble)
    show(f"{name} is configured, and heard of within half a minute. Paste into Meta's dashboard:")
    show(f"  {url}")
    show(f"  with a verify token out of the secret {outside.keyring.called(rotation.META)}")
    return status


def _is_red(found: Sequence[Finding], subject: str) -> bool:
    return any(each.subject == subject and each.light is Light.RED for each in found)


def _words(options: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(options.items()))


def _row(account: Account) -> dict[str, object]:
    row = asdict(account) | {"channel": account.ref.channel, "id": account.ref.id}
    names = ("channel", "id", "desk", "language", "graph_id", "options")
    return {name: row[name] for name in names}
