"""The way out of Messenger and Instagram, which is the same but for where things are."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from chalicelib.domain.contact import AliasKind, Contact, Profile
from chalicelib.domain.sending import Accepted
from chalicelib.domain.window import HOUR, Window
from chalicelib.errors import Refused
from chalicelib.graph_api.channel import MetaChannel
from chalicelib.graph_api.error_codes import ELSEWHERE, NOT_REACHABLE

if TYPE_CHECKING:
    from chalicelib.domain.account import Account
    from chalicelib.domain.sending import Sending
    from chalicelib.http_client import Form

#: The option of an account under which conversations are taken over that another application holds.
TAKE_CONTROL = "take_control"
#: The option of an account under which agents see what customers look like on the platform.
PROFILE_PICTURES = "profile_pictures"
_PICTURE = "profile_pic"


class MessagingChannel(MetaChannel):
    """
    Sends and shows as `ports.Channel` asks.

    `person` is how the channel names people, `names` the fields of a profile that tell what a
    person is called, `answers` the edge of a public comment under which answers to it stand.
    """

    person: ClassVar[AliasKind]
    names: ClassVar[tuple[str, ...]]
    answers: ClassVar[str]

    # https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy
    window = Window(response=24 * HOUR, human_agent=7 * 24 * HOUR)
    starts = False
    # Their limits are an account's, hundreds of messages a second; no person has one of their own.
    # https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting
    pace = None

    def send(self, sending: Sending) -> Accepted:
        """Send a message, or answer a public comment; see `ports.Channel`."""
        if sending.template is not None:
            raise Refused("command.template_unsupported")
        is_public = sending.contact.is_public
        if is_public and sending.file is not None:
            raise Refused("file_under_comment")
        if is_public and not sending.answers:
            raise Refused(NOT_REACHABLE)
        if is_public and not sending.private:
            return self._answered(sending)
        account, message = sending.account, self._message(sending)
        graph, token = self._graph(account), self._token(account)
        try:
            return _accepted(graph.send(account.node, message, token=token).get("message_id"))
        except Refused as error:
            person = sending.contact.address(self.person)
            may_take = error.reason == ELSEWHERE and account.wants(TAKE_CONTROL)
            if person is None or not may_take:
                raise
        graph.take_control(account.node, person, token=token)
        return _accepted(graph.send(account.node, message, token=token).get("message_id"))

    def profile_of(self, *, account: Account, contact: Contact) -> Profile:
        """
        Return what the platform tells of a person; see `ports.Channel`.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile
        """
        wants_picture = account.wants(PROFILE_PICTURES, otherwise=True)
        fields = (*self.names, _PICTURE) if wants_picture else self.names
        person = contact.address(self.person)
        told = self._profile(person, account=account, fields=fields)
        picture = told.pop(_PICTURE, "")
        return Profile(name=self._called(list(told.values())), picture=picture)

    @abstractmethod
    def _called(self, names: Sequence[str]) -> str:
        """Return a person's name of those of the `names` that are told, in their order."""

    @abstractmethod
    def _message(self, sending: Sending) -> Mapping[str, Any] | Form:
        """Return the body of the call that sends a message; raise Refused where it cannot be."""

    def _answered(self, sending: Sending) -> Accepted:
        """
        Answer a public comment where everybody reads it.

        https://developers.facebook.com/docs/graph-api/reference/object/comments
        """
        from chalicelib.graph_api.fields import words  # as in `_graph`

        graph, token = self._graph(sending.account), self._token(sending.account)
        text = words(sending.text)
        answer = graph.comment(sending.answers, self.answers, text, token=token)
        return _accepted(answer.get("id"))

    def _signs(self, contact: Contact, message_id: str) -> Sequence[Mapping[str, Any]]:
        """Return the read mark and the sign of typing: each wants a call of its own."""
        del message_id
        person = contact.address(self.person)
        if person is None:
            return []
        return [
            {"recipient": {"id": person}, "sender_action": action}
            for action in ("mark_seen", "typing_on")
        ]


def _accepted(id_: object) -> Accepted:
    """Return what was sent; raise AmbiguousError where the answer does not name it."""
    from chalicelib.graph_api.client import message_id  # as in `_graph`

    return Accepted(id=message_id(id_))
