"""How one reply is handed to its channel: what it is, by which passage, and what else is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib.domain.account import Account, Desk
from chalicelib.domain.commands import AnswerPrivately, SendTemplate, Start, command
from chalicelib.domain.content import Attachment, File
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.ports import Channel, Clock, Directory, Helpdesk
from chalicelib.domain.sending import Sending
from chalicelib.domain.window import Passage
from chalicelib.domain.work import Work
from chalicelib.errors import Refused
from chalicelib.pipeline.files import FileKeeper, given_up

#: Options of an account: whether what a person wrote may be sent as such once the window for other
#: answers has closed, and whether customers see that they were read.
HUMAN_AGENT, SEEN = "human_agent", "read_marks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """What sending needs; `channel` returns a channel by its name."""

    directory: Directory
    channel: Callable[[str], Channel]
    helpdesk: Callable[[Desk], Helpdesk]
    keeper: FileKeeper
    clock: Clock

    def send(self, conversation: Conversation, work: Work, account: Account) -> str:
        """Send a text, a file or a template and return its id; raise what Channel.send does."""
        channel = self.channel(account.ref.channel)
        sending = _addressed(conversation, work, account)
        may_be_human = not work.files and account.wants(HUMAN_AGENT, otherwise=True)
        if sending.template is None and not conversation.contact.is_public:
            passage = channel.window.passage(
                last_inbound_at=conversation.last_inbound_at,
                now=self.clock(),
                human_agent=may_be_human,
            )
            if passage is Passage.CLOSED:
                raise Refused("window_closed")
            sending = replace(sending, human_agent=passage is Passage.HUMAN_AGENT)
        if work.files:
            sending = replace(sending, file=self._file(conversation, work))
        if account.wants(SEEN) and conversation.last_inbound_id:
            channel.seen(
                account=account,
                contact=conversation.contact,
                message_id=conversation.last_inbound_id,
            )
        return self._sent_once_more(channel, sending, may_be_human=may_be_human)

    def _sent_once_more(self, channel: Channel, sending: Sending, *, may_be_human: bool) -> str:
        """
        Send, and where the platform counts the window otherwise than we do, as a person's answer.

        It has refused the first attempt for certain, so that nothing is sent twice.
        """
        try:
            return channel.send(sending)
        except Refused as error:
            can_be = channel.window.human_agent and may_be_human and not sending.human_agent
            if error.reason != "window_closed" or not can_be or sending.template:
                raise
        return channel.send(replace(sending, human_agent=True))

    def _file(self, conversation: Conversation, work: Work) -> Attachment:
        (file,) = self._kept(conversation, work)
        if file.problem:
            raise Refused(file.problem, file.name)
        (attachment,) = self.keeper.in_hand([file])
        return attachment

    def _kept(self, conversation: Conversation, work: Work) -> tuple[File, ...]:
        """Return a reply's file after a last attempt to fetch it from the helpdesk."""
        desk = self.directory.desk(conversation.link.desk) if conversation.link else None
        if desk is None:
            return given_up(work.files)
        return given_up(self.keeper.keep(work.files, self.helpdesk(desk).locate))


def _addressed(conversation: Conversation, work: Work, account: Account) -> Sending:
    """
    Return what is to be sent, as far as the work row tells it: the file is not in hand yet.

    A reply was checked when it came in; what asks for something is read again here. Raises Refused
    where the customer wants nothing but answers.
    """
    sending = Sending(
        account=account,
        contact=conversation.contact,
        reference=work.reference,
        answers=conversation.last_inbound_id,
    )
    match command(work.text):
        case SendTemplate(template) | Start(template=template):
            if conversation.opted_out:
                raise Refused("opted_out")
            return replace(sending, template=template)
        case AnswerPrivately(text):
            return replace(sending, text=text, private=True)
        case _:
            return replace(sending, text=work.text)
