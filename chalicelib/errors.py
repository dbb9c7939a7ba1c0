"""
The exceptions; their type decides what happens next.

* ScriptaError
  x PermanentError          trying again cannot help: refused at the edge, parked inside
    - InvalidSignature      -> 401 at the edge
    - Replayed              -> 200 at the edge, and nothing is done
    - MalformedPayload      -> 400 at the edge
    - TooLarge              -> 413 at the edge
    - UnknownIntegration    -> 404 at the edge
    - Refused               the other side said no, and why
    - Gone                  what we wrote to is no longer there
      + Moved               it went over into another
  x TransientError          nothing happened; later it may
    - Unauthorised          the other side no longer takes our credentials
    - TooFast               we wrote to one person too often: the next wait is longer
    - Conflict              somebody else was faster: read again
  x AmbiguousError          a write may have happened: look before writing again
* ConfigurationError        deliberately outside, so that no handling of the above swallows it
"""

from __future__ import annotations


class ScriptaError(Exception):
    """Base of every error that is raised on purpose."""


class PermanentError(ScriptaError):
    """Trying again cannot help."""


class InvalidSignature(PermanentError):
    """The request was not signed with one of our secrets."""


class Replayed(PermanentError):
    """The request was signed with one of our secrets, but not now: somebody sent it again."""


class MalformedPayload(PermanentError):
    """The body is not a JSON object."""


class TooLarge(PermanentError):
    """The body is larger than anything the platforms send."""


class UnknownIntegration(PermanentError):
    """No channel, helpdesk or desk of that name exists here."""


class Refused(PermanentError):
    """
    The other side refused what we asked.

    `reason` is a key of the words catalogue; `detail` is the other side's own wording. With
    `alarm` an operator must look, too: it will happen to others.
    """

    def __init__(self, reason: str, detail: str = "", *, alarm: bool = False) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.alarm = alarm


class Gone(PermanentError):
    """The ticket we wrote to was deleted or can no longer be written to."""


class Moved(Gone):
    """The ticket we wrote to was merged into another one: `ticket_id`, to be seen at `url`."""

    def __init__(self, ticket_id: str, url: str) -> None:
        super().__init__("merged into another ticket")
        self.ticket_id = ticket_id
        self.url = url


class TransientError(ScriptaError):
    """
    Nothing happened, and trying again later may help.

    `retry_after` is in seconds, where the other side named a time. `alarm` is as with Refused.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, alarm: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.alarm = alarm


class Unauthorised(TransientError):
    """The other side no longer takes our credentials: an operator has to act, messages wait."""


class TooFast(TransientError):
    """One person was written to too often in a short time; each wait is a multiple of the last."""


class Conflict(TransientError):
    """What was read has changed meanwhile: nothing was written, read again and decide again."""


class AmbiguousError(ScriptaError):
    """The other side may have done what we asked: look before asking again."""


class ConfigurationError(Exception):
    """The deployment itself is wrong: a variable, a secret or a row is missing."""
