"""Package, show what would change, ask, change it, say where webhooks go: `make deploy STAGE=…`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra import addresses, archive, changes, fragments, package
from infra.account import Account, Unavailable, asked
from infra.artefacts import Artefacts, ForeignBucket
from infra.changes import Change
from infra.stack import NotChanged, Proposal, Stack, Stuck

_ROOT: Final = Path(__file__).parents[1]
_CONFIG: Final = _ROOT / ".chalice" / "config.json"
_DONE, _NOT_DONE, _WRONG_CALL, _INTERRUPTED = 0, 1, 2, 130

Tell = Callable[[str], None]


class WrongCall(Exception):
    """The call cannot be done as it was made; the text is one line that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """
    A package on its way into a stack.

    `given` are parameters of the stack, `let_go` the names of precious resources that may be
    replaced or removed. `consent` is asked whether to change what was told.
    """

    stack: Stack
    artefacts: Artefacts
    out: Path
    given: Mapping[str, str]
    let_go: Sequence[str]
    consent: Callable[[], bool]
    tell: Tell

    def run(self) -> bool:
        """
        Create or change the stack, and return whether it now is as the package says.

        May be interrupted and repeated. Raises Stuck, ForeignBucket, WrongCall, NotChanged, or
        what botocore raises.
        """
        self._wait_for_others()
        if self.artefacts.prepare():
            self.tell(f"Made the bucket {self.artefacts.bucket} for what is uploaded.")
        declared = json.loads((self.out / package.TEMPLATE).read_text())["Parameters"]
        template = self.artefacts.upload(self.out)
        proposal = self.stack.propose(template, declared=declared, given=self.given)
        if proposal is None:
            self.tell(f"The stack {self.stack.name} is as the package says: nothing to change.")
            return True
        try:
            agreed = self._agreed(proposal)
        except BaseException:
            self.stack.withdraw(proposal.id)
            raise
        if not agreed:
            self.stack.withdraw(proposal.id)
            self.tell("Nothing was changed.")
            return False
        self.tell(f"{'Creating' if proposal.creates else 'Changing'} {self.stack.name}:")
        self.stack.execute(proposal, self.tell)
        self.stack.protect()
        return True

    def _wait_for_others(self) -> None:
        """Follow a change that is under way, mostly that of a call that was interrupted."""
        if not self.stack.is_under_way():
            return
        self.tell(f"{self.stack.name} is being changed already; that is waited for:")
        try:
            self.stack.follow(self.tell)
        except NotChanged as exc:
            # Whether it can be changed again is looked at next.
            self.tell(str(exc))

    def _agreed(self, proposal: Proposal) -> bool:
        self.tell(f"{self.stack.name} would be {'created' if proposal.creates else 'changed'}:")
        for line in changes.table(proposal.changes):
            self.tell(line)
        self.tell(f"{changes.summary(proposal.changes)}.")
        self._refuse_losses(proposal.changes)
        return self.consent()

    def _refuse_losses(self, proposed: Sequence[Change]) -> None:
        lost = [change for change in proposed if change.loses and change.name not in self.let_go]
        if lost:
            what = "; ".join(f"{c.name} ({c.deed}): {c.loses}" for c in lost)
            names = ",".join(change.name for change in lost)
            raise WrongCall(
                f"Refused: what the stack must not lose by accident is in it: {what}. "
                f"Where that is meant, say LET_GO={names}."
            )


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy what the command line asks for and return the exit status."""
    call = _parser().parse_args(arguments)
    try:
        with asked():
            return _deploy(call)
    except (WrongCall, Unavailable, Stuck, ForeignBucket) as exc:
        sys.stderr.write(f"Not deployed: {exc}\n")
        return _WRONG_CALL
    except (NotChanged, package.NotPackaged, archive.NotCompiled) as exc:
        sys.stderr.write(f"Not deployed: {exc}\n")
        return _NOT_DONE
    except KeyboardInterrupt:
        sys.stderr.write(
            "\nInterrupted. A change that has begun goes on by itself; "
            "the same command follows it, and does what is left.\n"
        )
        return _INTERRUPTED


def _deploy(call: argparse.Namespace) -> int:
    _check_stage(call.stage)
    given, account = _given(call.parameters), Account()
    number, name = account.id(), call.stack or f"scripta-{call.stage}"
    stack = Stack(cloudformation=account.client("cloudformation"), name=name)
    _tell(f"{name} in account {number}, {account.region}.")
    if not stack.is_under_way():
        stack.ready()
    if not call.packaged:
        _tell("Packaging…")
        package.package(call.out, stage=call.stage)
    elif not (call.out / package.TEMPLATE).exists():
        raise WrongCall(f"{call.out} holds no package: leave out --packaged.")
    if not stack.parameters():
        # Each stack has secrets of its own; what is given once stays.
        given = {"SecretsPrefix": f"{name}/", **given}
    bucket = call.bucket or f"scripta-packages-{number}-{account.region}"
    deployment = Deployment(
        stack=stack,
        artefacts=Artefacts(
            s3=account.client("s3"), bucket=bucket, owner=number, region=account.region
        ),
        out=call.out,
        given=given,
        let_go=_names(call.let_go),
        consent=(lambda: True) if call.yes else _consent,
        tell=_tell,
    )
    if not deployment.run():
        return _NOT_DONE
    for line in arrival(account, stack, stage=call.stage):
        _tell(line)
    return _DONE


def arrival(account: Account, stack: Stack, *, stage: str) -> list[str]:
    """Return what is to be known of a stack that was deployed: where webhooks go, what is missing."""
    outputs, at_stage = stack.outputs(), f"--stage {stage}"
    url = addresses.base(outputs, emulated_at=account.endpoint)
    desks = addresses.of_desks(url, _desks(account, outputs["TableName"]))
    meta = f"{stack.parameters()['SecretsPrefix']}meta"
    has_secret = _has_secret(account.client("secretsmanager"), meta)
    first = "" if has_secret else f" (not there yet: `python -m ops accounts add {at_stage}` asks)"
    return [
        "",
        "Webhooks of platforms, to be pasted into Meta's app dashboard:",
        *(f"  {name:<10} {address}" for name, address in addresses.of_channels(url).items()),
        f"  with a verify token out of the secret {meta}{first}",
        "Webhooks of desks, to be pasted into the helpdesk:",
        *(f"  {name:<10} {address}" for name, address in desks.items()),
        *([] if desks else [f"  none yet: `python -m ops desks add {at_stage}` configures one"]),
        f"Is all well? `python -m ops accounts check {at_stage}`, `python -m ops desks check {at_stage}`",
    ]


def _desks(account: Account, table: str) -> list[str]:
    """Return the ids of the desks that are configured in a stack's table."""
    from chalicelib.storage.directory import TableDirectory
    from chalicelib.storage.dynamo import DynamoTable

    rows = DynamoTable(table, client=account.client("dynamodb"))
    return [desk.id for desk in TableDirectory(rows, clock=lambda: 0).desks()]


def _has_secret(secrets: Any, name: str) -> bool:
    try:
        secrets.describe_secret(SecretId=name)
    except secrets.exceptions.ResourceNotFoundException:
        return False
    return True


def _check_stage(stage: str) -> None:
    stages = sorted(json.loads(_CONFIG.read_text())["stages"])
    if stage not in stages:
        raise WrongCall(
            f"There is no stage {stage!r}: .chalice/config.json has {', '.join(stages)}."
        )


def _given(parameters: Sequence[str]) -> dict[str, str]:
    """Return the parameters of the command line; raise WrongCall for one that there is not."""
    known = sorted(fragments.merged()["Parameters"])
    given = {}
    for text in parameters:
        name, equals, value = text.partition("=")
        if not equals or name not in known:
            raise WrongCall(f"{text!r} is no parameter: NAME=VALUE, of {', '.join(known)}.")
        given[name] = value
    return given


def _names(texts: Sequence[str]) -> list[str]:
    return [name for text in texts for name in text.replace(",", " ").split()]


def _consent() -> bool:
    try:
        return input("Change it? Type yes: ").strip().lower() in ("y", "yes")
    except EOFError:
        sys.stdout.write("\n")
        raise WrongCall("Nobody is there to agree: say YES=1 where nobody has to.") from None


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make deploy", description=__doc__)
    add = parser.add_argument
    add("--stage", default="prod", help="a stage of .chalice/config.json")
    add("--yes", action="store_true", help="change it without asking")
    add("--stack", default="", help="the stack's name; scripta-<stage> by default")
    add("--bucket", default="", help="the bucket for packages; made when missing")
    add("--parameter", dest="parameters", action="append", default=[], metavar="NAME=VALUE")
    add("--let-go", action="append", default=[], metavar="NAME", help="may be replaced or removed")
    add("--packaged", action="store_true", help="take the package that lies in --out")
    add("--out", type=Path, default=_ROOT / "out", help="the folder of the package")
    return parser


if __name__ == "__main__":
    sys.exit(main())
