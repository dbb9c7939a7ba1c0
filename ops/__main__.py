"""The operator's command line: `python -m ops <command>`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from ops import (
    accounts,
    contact,
    conversation,
    desks,
    health,
    parked,
    reconcile,
    replay,
    report,
    restore,
    secrets,
    verify,
)
from ops.stages import Connect, connect
from ops.terminal import printable

_WRONG_CALL = 2


@click.group(no_args_is_help=False)
def cli() -> None:
    """
    Ask a running bridge, and act on it.

    Exits with 0 where it is done, 1 where the answer is bad news, 2 where the call was wrong.
    """


cli.add_command(accounts.command)
cli.add_command(desks.command)
cli.add_command(secrets.command)
cli.add_command(health.command)
cli.add_command(verify.command)
cli.add_command(parked.command)
cli.add_command(replay.command)
cli.add_command(restore.command)
cli.add_command(reconcile.command)
cli.add_command(conversation.command)
cli.add_command(contact.command)
cli.add_command(report.command)


def main(arguments: Sequence[str], *, connect: Connect) -> int:
    """Run a command and return the exit status; a wrong call is one line on stderr."""
    try:
        status: int = cli.main(list(arguments), "ops", standalone_mode=False, obj=connect)
    except click.ClickException as exc:
        # What was typed is part of it, and may have been copied from where somebody else wrote.
        click.echo(f"ops: {printable(exc.format_message())}", err=True)
        return _WRONG_CALL
    except click.Abort:
        click.echo("ops: interrupted; the same command goes on where this one was", err=True)
        return _WRONG_CALL
    return status


if __name__ == "__main__":
    # What is shown may not be in the terminal's character set.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:], connect=connect))
