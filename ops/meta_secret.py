"""The secret that all of Meta's webhooks are checked with: the app's secrets and verify tokens."""

from __future__ import annotations

import secrets as randomness
from typing import Final

from chalicelib.domain import rotation
from chalicelib.domain.setting import Setting
from ops.dialogue import Dialogue
from ops.outside import Outside


def _new_token() -> str:
    return randomness.token_urlsafe(24)


SETTINGS: Final = (
    Setting(
        name="app_secrets",
        words="the app's secret, which Meta signs webhooks with",
        required=True,
        secret=True,
        pattern=r"[\x21-\x7e]{10,200}",
    ),
    Setting(
        name="verify_tokens",
        words="a word of your own that Meta asks for when a webhook is set up",
        required=True,
        secret=True,
        pattern=r"[\x21-\x7e]{8,200}",
        generate=_new_token,
    ),
)


def asked(outside: Outside, dialogue: Dialogue) -> dict[str, str]:
    """
    Return what the secret still lacks, as far as somebody is there to be asked.

    Without anybody nothing is: the account can be configured all the same, and `check` says that
    no webhook is accepted.
    """
    known = outside.keyring.read(rotation.META)
    lacking = [setting for setting in SETTINGS if not known.get(setting.name)]
    if not lacking or not dialogue.there:
        return {}
    return dialogue.secrets(lacking, {}, ())
