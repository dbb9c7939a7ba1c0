"""hub.challenge: the question Meta asks before it sends webhooks to an address."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Final

from chalicelib.errors import InvalidSignature

# Meta sends a number. Nothing that a browser could take for markup is echoed.
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9._~=+/-]{1,256}")


def answer(query: Mapping[str, str], *, tokens: Iterable[str]) -> str:
    """
    Return the challenge to echo; raise InvalidSignature where the question is not Meta's to us.

    https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests
    """
    if query.get("hub.mode") != "subscribe":
        raise InvalidSignature("not a subscription")
    given = query.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
    # All tokens are compared, so that time tells nothing.
    matches = [hmac.compare_digest(given, token.encode()) for token in tokens if token]
    if not any(matches):
        raise InvalidSignature("the verify token is not ours")
    challenge = query.get("hub.challenge", "")
    if not _CHALLENGE.fullmatch(challenge):
        raise InvalidSignature("no challenge that could be echoed")
    return challenge
