"""The guided conversation: what a command was not told it asks for, where somebody is there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

from chalicelib.domain.setting import Setting
from ops.stages import WrongCall
from ops.terminal import show

ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_FILE: Final = 100_000
_PAIR: Final = re.compile(r"([a-z][a-z0-9_]*)=(.*)", re.DOTALL)
_ENVIRONMENT: Final = "env:"


def somebody_is_there() -> bool:
    """Return whether questions can be asked: both sides of the terminal are a person's."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def pairs(texts: Sequence[str], *, option: str) -> dict[str, str]:
    """Return NAME=VALUE pairs of the command line; raise WrongCall for one that is none."""
    found = {}
    for text in texts:
        matched = _PAIR.fullmatch(text)
        if matched is None:
            # Not quoted: it may be a secret that was written in the wrong place.
            raise WrongCall(f"{option} wants NAME=VALUE.")
        found[matched[1]] = matched[2]
    return found


def secrets(texts: Sequence[str], *, option: str = "--secret") -> dict[str, str]:
    """
    Return NAME=SOURCE pairs with what their sources hold.

    A source is `@FILE`, `@-` for standard input, or `env:VARIABLE`: whatever stands on a command
    line itself is seen by everybody on the machine, and kept in the shell's history.
    """
    return {
        name: source(value, option=option) for name, value in pairs(texts, option=option).items()
    }


def source(text: str, *, option: str) -> str:
    """Return what a source holds, without blanks around it; see `secrets`."""
    if text.startswith(_ENVIRONMENT):
        variable = text.removeprefix(_ENVIRONMENT)
        if variable not in os.environ:
            raise WrongCall(f"The variable {variable} is not set.")
        return os.environ[variable].strip()
    if text == "@-":
        return sys.stdin.read(_LONGEST_FILE).strip()
    if text.startswith("@"):
        try:
            with Path(text[1:]).open() as file:
                return file.read(_LONGEST_FILE).strip()
        except (OSError, UnicodeDecodeError) as exc:
            raise WrongCall(f"{text[1:]} cannot be read.") from exc
    raise WrongCall(f"{option} wants @FILE, @- or env:VARIABLE: a secret does not stand there.")


@dataclass(slots=True, kw_only=True)
class Dialogue:
    """
    Collects what is needed, and asks for what is missing.

    `there` is whether somebody answers. Without anybody all that is missing is said together.
    """

    there: bool = field(default_factory=somebody_is_there)
    missing: list[str] = field(default_factory=list)

    def value(
        self,
        given: str,
        question: str,
        *,
        option: str,
        known: str = "",
        fault: Callable[[str], str],
    ) -> str:
        """Return what was given, is known or is answered; "" and remembered where that is nothing."""
        if given:
            return _checked(given, option, fault)
        if self.there:
            return self._asked(question, known, fault)
        if not known:
            self.missing.append(option)
        return known

    def choice(
        self, given: str, question: str, *, option: str, among: Sequence[str], known: str = ""
    ) -> str:
        """Return one of several; see `value`."""
        if not known and len(among) == 1:
            known = among[0]

        def fault(value: str) -> str:
            return "" if value in among else f"is none of {', '.join(among) or 'nothing'}"

        asked = f"{question} ({', '.join(among)})"
        return self.value(given, asked, option=option, known=known, fault=fault)

    def options(
        self, settings: Iterable[Setting], given: Mapping[str, str], known: Mapping[str, str]
    ) -> dict[str, str]:
        """
        Return options: as given, else as known, else as answered; empty ones are left out.

        Raises WrongCall for a name that is none, or a value that cannot be.
        """
        open_ = {setting.name: setting for setting in settings if not setting.secret}
        _refuse_unknown(given, open_, "--option")
        found = dict(known)
        for name, setting in open_.items():
            if name in given:
                value = given[name]
                found[name] = value and _checked(value, name, setting.fault)
            elif self.there:
                found[name] = self._optional(setting, known.get(name, ""))
            elif setting.required and not known.get(name):
                self.missing.append(f"--option {name}=…")
        return {name: value for name, value in found.items() if value}

    def secrets(
        self, settings: Iterable[Setting], given: Mapping[str, str], known: Iterable[str]
    ) -> dict[str, str]:
        """
        Return new values of secrets, and none for those that are kept as they are known.

        What nobody gives is made up where that can be. Raises WrongCall as `options`.
        """
        closed = {setting.name: setting for setting in settings if setting.secret}
        _refuse_unknown(given, closed, "--secret")
        found, have = {}, set(known)
        for name, setting in closed.items():
            if name in given:
                found[name] = _checked(given[name], name, setting.fault)
            elif self.there:
                found[name] = self._hidden(setting, is_known=name in have)
            elif name not in have and setting.generate is not None:
                found[name] = setting.generate()
            elif name not in have and setting.required:
                self.missing.append(f"--secret {name}=@FILE")
        return {name: value for name, value in found.items() if value}

    def complete(self) -> None:
        """Return if nothing is missing; raise WrongCall otherwise."""
        if self.missing:
            raise WrongCall(f"Missing: {', '.join(self.missing)}.")

    def agreed(self, question: str, *, yes: bool) -> None:
        """Return if somebody agrees; raise WrongCall otherwise: nothing was changed."""
        if yes:
            return
        if not self.there:
            raise WrongCall("Nobody is there to agree: say --yes.")
        if not click.confirm(question):
            raise WrongCall("Nothing was changed.")

    def _asked(self, question: str, known: str, fault: Callable[[str], str]) -> str:
        while True:
            answer = str(click.prompt(question, default=known or None)).strip()
            if not (what := fault(answer)):
                return answer
            show(f"  That {what}.")

    def _optional(self, setting: Setting, known: str) -> str:
        among = f" ({', '.join(setting.choices)})" if setting.choices else ""
        empty = "" if setting.required else ", empty for none"
        while True:
            question = f"{setting.name}: {setting.words}{among}{empty}"
            shows = bool(known)
            answer = str(click.prompt(question, default=known, show_default=shows)).strip()
            if not answer and not setting.required:
                return ""
            if not (what := setting.fault(answer)):
                return answer
            show(f"  That {what}.")

    def _hidden(self, setting: Setting, *, is_known: bool) -> str:
        empty = ""
        if is_known:
            empty = ", empty to keep what is there"
        elif setting.generate is not None:
            empty = ", empty to have one made up"
        elif not setting.required:
            empty = ", empty for none"
        while True:
            question = f"{setting.name}: {setting.words}{empty} (not shown)"
            answer = str(click.prompt(question, default="", show_default=False, hide_input=True))
            answer = answer.strip()
            if not answer and empty:
                made = None if is_known else setting.generate
                return made() if made else ""
            if not (what := setting.fault(answer)):
                return answer
            show(f"  That {what}.")


def _checked(value: str, option: str, fault: Callable[[str], str]) -> str:
    if what := fault(value):
        raise WrongCall(f"{option} {what}.")
    return value


def _refuse_unknown(given: Iterable[str], known: Iterable[str], option: str) -> None:
    names = list(known)
    for name in given:
        if name not in names:
            raise WrongCall(
                f"{option} {name}: there is none, only {', '.join(names) or 'none at all'}."
            )
