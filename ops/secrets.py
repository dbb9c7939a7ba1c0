"""`secrets`: app secrets, tokens and desk secrets, changed with an overlap; never shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from chalicelib import bootstrap, registry
from chalicelib.domain import rotation
from chalicelib.domain.account import Account, Desk
from chalicelib.domain.setting import Setting
from chalicelib.domain.standing import Light
from chalicelib.errors import ConfigurationError, ScriptaError
from chalicelib.pipeline.renew import Renewer
from ops import meta_secret
from ops.accounts import parsed
from ops.asking import BAD_NEWS, GOOD_NEWS, asks
from ops.dialogue import Dialogue, source
from ops.outside import Fresh, Outside
from ops.stages import Stage, WrongCall
from ops.terminal import show, show_json, show_table

_META, _DESK = "meta", "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a secret belongs to: an account, a desk, or neither for that of Meta's webhooks."""

    words: str
    secret: str
    settings: Sequence[Setting]
    account: Account | None = None
    desk: Desk | None = None

    def field(self, name: str) -> Setting:
        """Return one of its fields; raise WrongCall where there is none of that name."""
        fields = {setting.name: setting for setting in self.settings if setting.secret}
        if name not in fields:
            raise WrongCall(f"{self.words} has no {name!r}, only {', '.join(fields)}.")
        return fields[name]


@click.group("secrets")
def command() -> None:
    """
    Rotate secrets: a new value beside the old one, which goes in a second step.

    A secret is of `meta` (all of Meta's webhooks), of an account CHANNEL#ID, or of desk#ID.
    """


@command.command("list")
@asks
def list_(*, stage: Stage, as_json: bool) -> int:
    """List the secrets there should be, and how many values of each are good."""
    keyring = stage.outside().keyring
    rows: list[dict[str, Any]] = []
    for target in _targets(stage):
        known = keyring.read(target.secret)
        rows += [
            {
                "of": target.words,
                "field": setting.name,
                "values": len(known.get(setting.name, ())),
                "secret": keyring.called(target.secret),
            }
            for setting in target.settings
            if setting.secret
        ]
    if as_json:
        show_json({"secrets": rows})
    else:
        show_table(tuple(rows[0]), (row.values() for row in rows))
    return GOOD_NEWS


@command.command("rotate")
@click.argument("of", metavar="meta|CHANNEL#ID|desk#ID")
@click.argument("field")
@click.option("--from", "given", metavar="@FILE", default="", help="Or @-, or env:VARIABLE.")
@click.option("--generate", is_flag=True, help="Have a new value made up, where that can be.")
@click.option("--anyway", is_flag=True, help="Keep it although the other side does not take it.")
@asks
def rotate(
    *, stage: Stage, as_json: bool, of: str, field: str, given: str, generate: bool, anyway: bool
) -> int:
    """
    Put a new value in front of the others, which go on being good.

    Tokens are tried before they are kept. What runs takes up a new value within a minute.
    """
    target, outside = _target(stage, of), stage.outside()
    setting = target.field(field)
    value = _value(setting, given, generate=generate)
    if not anyway:
        _try(outside, target, field, value)
    changed = rotation.add(outside.keyring, target.secret, {field: value})
    number = len(outside.keyring.read(target.secret)[field])
    if as_json:
        show_json({"of": target.words, "field": field, "changed": changed, "values": number})
        return GOOD_NEWS
    if not changed:
        show(f"That is the newest of {target.words} already: nothing was changed.")
        return GOOD_NEWS
    show(f"The new value stands in {outside.keyring.called(target.secret)}, {field}.")
    if number > 1:
        again = outside.call(f"secrets retire '{of}' {field}")
        show(f"The old ones go on being good. Once nobody uses them: `{again}`.")
    return GOOD_NEWS


@command.command("retire")
@click.argument("of", metavar="meta|CHANNEL#ID|desk#ID")
@click.argument("field")
@click.option("--yes", is_flag=True, help="Do not ask.")
@asks
def retire(*, stage: Stage, as_json: bool, of: str, field: str, yes: bool) -> int:
    """Forget all values but the newest: what still uses them is refused within a minute."""
    target, outside = _target(stage, of), stage.outside()
    target.field(field)
    old = len(outside.keyring.read(target.secret).get(field, ())) - 1
    if old > 0:
        question = f"Forget {old} old of {field} of {target.words}?"
        Dialogue().agreed(question, yes=yes)
    number = rotation.retire(outside.keyring, target.secret, field)
    if as_json:
        show_json({"of": target.words, "field": field, "retired": number})
    else:
        show(f"{number} forgotten; the newest stays." if number else "There is no old one.")
    return GOOD_NEWS


@command.command("renew")
@click.argument("ref", metavar="[CHANNEL#ID]", default="")
@asks
def renew(*, stage: Stage, as_json: bool, ref: str) -> int:
    """
    Renew tokens that end by themselves now, as it is done each day when they are due.

    Exits with 1 where one could not be.
    """
    outside, log = stage.outside(), _Heard()
    accounts = stage.directory.accounts()
    if ref:
        wanted = parsed(ref)
        accounts = [account for account in accounts if account.ref == wanted]
        if not accounts:
            raise WrongCall(f"There is no account {ref}.")
    renewer = Renewer(
        onboarding=lambda channel: outside.onboarding(channel, Fresh(outside.keyring)),
        keyring=outside.keyring,
        clock=bootstrap.clock,
        log=log,
    )
    number = renewer.renew(accounts, whether_due=False)
    if as_json:
        show_json({"renewed": number, "failed": log.failed})
    else:
        for account in log.failed:
            show(f"{account} could not be renewed: `{outside.call('accounts check')}`.")
        show(f"{number} renewed.")
    return BAD_NEWS if log.failed else GOOD_NEWS


class _Heard:
    """Keeps the contract of ports.Log, remembering which accounts it is alarmed about."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def info(self, message: str, **keys: object) -> None:
        """Say nothing: the answer does."""

    def warning(self, message: str, **keys: object) -> None:
        """Say nothing: the answer does."""

    def alarm(self, message: str, **keys: object) -> None:
        """Remember the account."""
        self.failed.append(str(keys.get("account", message)))


def _targets(stage: Stage) -> list[Target]:
    directory = stage.directory
    return [
        Target(words=_META, secret=rotation.META, settings=meta_secret.SETTINGS),
        *map(_of_account, directory.accounts()),
        *map(_of_desk, directory.desks()),
    ]


def _of_account(account: Account) -> Target:
    return Target(
        words="#".join(account.ref),
        secret=rotation.of_account(account.ref),
        settings=registry.channel_settings(account.ref.channel),
        account=account,
    )


def _of_desk(desk: Desk) -> Target:
    return Target(
        words=f"{_DESK}#{desk.id}",
        secret=rotation.of_desk(desk.id),
        settings=registry.helpdesk_settings(desk.helpdesk),
        desk=desk,
    )


def _target(stage: Stage, of: str) -> Target:
    targets = {target.words: target for target in _targets(stage)}
    if of not in targets:
        raise WrongCall(f"There is no secret of {of!r}; there are those of {', '.join(targets)}.")
    return targets[of]


def _value(setting: Setting, given: str, *, generate: bool) -> str:
    """Return the new value; raise WrongCall where it cannot be one."""
    if generate:
        if setting.generate is None:
            raise WrongCall(f"{setting.name} cannot be made up: the other side has to give it.")
        return setting.generate()
    if given:
        value = source(given, option="--from")
        if fault := setting.fault(value):
            raise WrongCall(f"{setting.name} {fault}. Nothing was changed.")
        return value
    dialogue = Dialogue()
    values: Mapping[str, str] = dialogue.secrets([setting], {}, ()) if dialogue.there else {}
    if not values:
        raise WrongCall("Missing: --from @FILE, or --generate.")
    return values[setting.name]


def _try(outside: Outside, target: Target, field: str, value: str) -> None:
    """Return if the other side takes a token; raise WrongCall otherwise."""
    fresh = Fresh(outside.keyring, {target.secret: {field: value}})
    trouble = ""
    try:
        if target.account is not None:
            onboarding = outside.onboarding(target.account.ref.channel, fresh)
            found = onboarding.examine(target.account, now=bootstrap.clock())
            bad = [
                each for each in found if each.subject == "token" and each.light is not Light.GREEN
            ]
            trouble = bad[0].words if bad else ""
        elif target.desk is not None:
            outside.helpdesk(target.desk, fresh).check()
    except (ScriptaError, ConfigurationError) as exc:
        trouble = f"{type(exc).__name__}: {exc}"
    if trouble:
        raise WrongCall(
            f"Nothing was changed: with it {target.words} is not well ({trouble}). "
            "--anyway keeps it all the same."
        )
