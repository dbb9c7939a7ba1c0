"""What all commands have in common: the stage they ask, and the form of their answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import click

from chalicelib.errors import TransientError
from infra.account import Unavailable, asked
from ops.stages import LOCAL, Connect, Stage, WrongCall

GOOD_NEWS = 0
BAD_NEWS = 1


def asks(command: Callable[..., int]) -> Callable[..., int]:
    """
    Give a command the options --stage and --json.

    It is called with `stage` (a Stage) and `as_json` beside its own parameters, and returns the
    exit status. Raises WrongCall where the stage does not answer.
    """

    @click.option("--stage", "name", default=LOCAL, show_default=True, help="Which stage to ask.")
    @click.option("--json", "as_json", is_flag=True, help="Answer in one line of JSON.")
    @click.pass_obj
    @wraps(command)
    def wrapped(connect: Connect, /, name: str, **parameters: object) -> int:
        stage: Stage = connect(name)
        try:
            with asked():
                return command(stage=stage, **parameters)
        except Unavailable as exc:
            raise WrongCall(str(exc)) from exc
        except TransientError as exc:
            raise WrongCall(f"The stage {name!r} does not answer ({exc}): does it run?") from exc

    return wrapped
