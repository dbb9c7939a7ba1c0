"""
The credentials and account ids of the local run.

They are published in the README, open nothing outside 127.0.0.1, and are worth nothing in a
deployed stack: there secrets come from Secrets Manager and ids from the table.
"""

# ruff: noqa: S105 - published on purpose: see above

from __future__ import annotations

from typing import Final

APP_SECRET: Final = "local-app-secret"  #: signs Messenger and WhatsApp
INSTAGRAM_SECRET: Final = "local-instagram-secret"  #: signs Instagram
APP_SECRETS: Final = (APP_SECRET, INSTAGRAM_SECRET)  #: either is accepted on every channel
VERIFY_TOKEN: Final = "local-verify-token"
ACCESS_TOKEN: Final = "local-meta-token"  #: for the Graph API of the simulated Meta
APP_ID: Final = "900800700600500"  #: the application that our own sends are told back with

PAGE_ID: Final = "100200300400500"
INSTAGRAM_ID: Final = "17841400000000001"
WHATSAPP_BUSINESS_ID: Final = "102290129340398"
PHONE_NUMBER_ID: Final = "106540352242922"
DISPLAY_NUMBER: Final = "15550783881"

DESK_ID: Final = "local"
DESK_AGENT: Final = "alice"
DESK_AGENT_PASSWORD: Final = "alice-local"
DESK_OBSERVER: Final = "observer"
DESK_API_TOKEN: Final = "local-desk-token"  #: the observer's
DESK_BRIDGE: Final = "bridge"  #: our own user; its token and webhook secret are generated
