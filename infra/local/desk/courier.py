"""
The thread that delivers the outbox: in order per ticket, at least once, until it is taken.

Signed as https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
asks for.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import urllib3
from standardwebhooks import Webhook

from infra.local.desk import files, outbox

LONGEST_PAUSE: Final = 30.0  #: seconds between two attempts for one ticket, at most
LONGEST_ABSENCE: Final = 5.0  #: the same while nobody listens, which costs next to nothing to ask
_TIMEOUT: Final = urllib3.Timeout(connect=2, read=10)
_WORTH_REPEATING: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
_NOBODY_THERE: Final = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
)

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Pause:
    """How long to wait before the next attempt: 1, 2, 4 … seconds, up to the longest."""

    longest: float = LONGEST_PAUSE
    failures: int = 0
    until: float = 0.0

    def lengthen(self) -> None:
        """Wait longer: one more attempt has failed."""
        self.until = time.monotonic() + min(2.0 ** min(self.failures, 16), self.longest)
        self.failures += 1


class Courier:
    """
    Delivers what waits in the outbox to one address.

    A ticket whose webhook fails holds up its own later ones only; where nobody listens at all,
    everything waits together.
    """

    def __init__(self, *, url: str, secret: str, desk_url: str) -> None:
        self._url = url
        self._webhook = Webhook(secret)
        self._desk_url = desk_url
        self._http = urllib3.PoolManager(retries=False, timeout=_TIMEOUT)
        self._wake = threading.Event()
        self._absence = Pause(longest=LONGEST_ABSENCE)
        self._pauses: dict[int, Pause] = {}

    def start(self) -> None:
        """Begin with what an earlier run has left, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="courier", daemon=True).start()

    def wake(self) -> None:
        """Look into the outbox now: something was committed."""
        self._wake.set()

    def _run(self) -> None:
        while True:
            try:
                pause = self._round()
            except Exception:  # a thread that dies would take every later reply with it
                log.exception("courier_stumbled")
                pause = 1.0
            self._wake.wait(pause)
            self._wake.clear()

    def _round(self) -> float | None:
        """Try what is due; return the seconds until more is, None where nothing waits."""
        while True:
            now = time.monotonic()
            if self._absence.until > now:
                return self._absence.until - now
            waiting = outbox.firsts()
            due = [w for w in waiting if self._pause_of(w).until <= now]
            if not due:
                return min((self._pause_of(w).until - now for w in waiting), default=None)
            for webhook in due:
                if not self._try(webhook):
                    break

    def _pause_of(self, webhook: outbox.Waiting) -> Pause:
        return self._pauses.get(webhook.ticket_id, Pause())

    def _try(self, webhook: outbox.Waiting) -> bool:
        """Make one attempt; return whether somebody is there at all."""
        try:
            status = self._post(webhook)
        except _NOBODY_THERE:
            self._absence.lengthen()
            log.warning("webhook_unreachable failures=%d", self._absence.failures)
            return False
        except urllib3.exceptions.HTTPError as exc:
            self._hold_up(webhook, why=type(exc).__name__)
            return True
        self._absence = Pause(longest=LONGEST_ABSENCE)
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            outbox.remove(webhook)
            self._pauses.pop(webhook.ticket_id, None)
        elif _is_final(status):
            log.error("webhook_refused id=%s status=%d", webhook.webhook_id, status)
            outbox.refuse(webhook, status=status)
            self._pauses.pop(webhook.ticket_id, None)
        else:
            self._hold_up(webhook, why=str(status))
        return True

    def _hold_up(self, webhook: outbox.Waiting, *, why: str) -> None:
        self._pauses.setdefault(webhook.ticket_id, Pause()).lengthen()
        log.warning("webhook_failed id=%s why=%s", webhook.webhook_id, why)

    def _post(self, webhook: outbox.Waiting) -> int:
        body = self._addressed(webhook.body)
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": webhook.webhook_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(webhook.webhook_id, now, body),
        }
        answer = self._http.request(
            "POST", self._url, body=body.encode(), headers=headers, redirect=False
        )
        return answer.status

    def _addressed(self, body: str) -> str:
        """Return the body with links to its files: made now, they are good for long enough."""
        event = json.loads(body)
        for attachment in event["data"].get("attachments", ()):
            attachment["url"] = self._desk_url + files.link(attachment["url"])
        return json.dumps(event)


def _is_final(status: int) -> bool:
    is_refusal = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return is_refusal and status not in _WORTH_REPEATING
