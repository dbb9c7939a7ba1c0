"""What an account on any of Meta's channels can be told; docs/accounts.md says what each does."""

from __future__ import annotations

from typing import Final

from chalicelib.domain.setting import Setting

_SWITCH: Final = ("on", "off")

ACCESS_TOKENS: Final = Setting(
    name="access_tokens",
    words="access token",
    required=True,
    secret=True,
    pattern=r"[\x21-\x7e]{10,1000}",
)
APP_SECRETS: Final = Setting(
    name="app_secrets",
    words="secret of the app that the token is of; with it every call proves that it is the app's",
    secret=True,
    pattern=r"[\x21-\x7e]{10,200}",
)
COMMENTS: Final = Setting(
    name="comments",
    words="'tickets' makes tickets of public comments",
    choices=("tickets",),
)
HUMAN_AGENT: Final = Setting(
    name="human_agent",
    words="whether people's answers go out between 24 hours and 7 days, too",
    choices=_SWITCH,
)
READ_MARKS: Final = Setting(
    name="read_marks",
    words="whether customers see right before an answer that somebody reads and types",
    choices=_SWITCH,
)
TAKE_CONTROL: Final = Setting(
    name="take_control",
    words="whether an answer takes over a conversation that another application holds",
    choices=_SWITCH,
)
