"""What most helpdesks ask of whoever configures a desk, and how its numbers and secrets look."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from chalicelib.desk_api.own_fields import FIELDS
from chalicelib.desk_api.own_items import SECRET_FORM
from chalicelib.desk_api.signing import new_secret
from chalicelib.domain.setting import Setting

_HELD: Final = ("our name", "the channel", "the account", "the handle")  # in which of FIELDS

NUMBER: Final = r"[1-9][0-9]{0,17}"  #: what a database gave; more digits do not fit its integers


def api_token(words: str, *, pattern: str = "") -> Setting:
    """Return the setting for what shows the helpdesk's API who we are."""
    return Setting(name="api_tokens", words=words, required=True, secret=True, pattern=pattern)


def webhook_secret(
    words: str, *, pattern: str = "", generate: Callable[[], str] | None = None
) -> Setting:
    """Return the setting for what shows us whose a webhook is."""
    return Setting(
        name="webhook_secrets",
        words=words,
        required=True,
        secret=True,
        pattern=pattern,
        generate=generate,
    )


def ticket_fields(
    words: str, *, pattern: str, names: Collection[str] = FIELDS, needed: Collection[str] = ()
) -> list[Setting]:
    """Return the settings for ticket fields of ours; `words` say what each has for a name."""
    return [
        Setting(
            name=name,
            words=f"{words} for {holds}",
            pattern=pattern,
            required=name in needed,
        )
        for name, holds in zip(FIELDS, _HELD, strict=True)
        if name in names
    ]


def standard_secret(words: str) -> Setting:
    """Return the setting for a secret of Standard Webhooks."""
    return webhook_secret(words, pattern=SECRET_FORM, generate=new_secret)
