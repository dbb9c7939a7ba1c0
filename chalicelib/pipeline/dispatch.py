"""How one reply is handed to its channel: what it is, by which passage, and what else is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib.domain.account import Account, Desk
from chalicelib.domain.commands import AnswerPrivately, SendTemplate, Start, command
from chalicelib.domain.content import Attachment, File
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.pace import Pace
from chalicelib.domain.ports import Channel, Clock, Directory, Helpdesk
from chalicelib.domain.sending import Accepted, Sending
from chalicelib.domain.window import Passage
from chalicelib.domain.work import Work
from chalicelib.errors import Refused, TransientError
from chalicelib.pipeline.files import FileKeeper, given_up

#: Options of an account: whether what a person wrote may be sent as such once the window for other
#: answers has closed, and whether customers see that they were read.
HUMAN_AGENT, SEEN = "human_agent", "read_marks"
#: What a channel's refusal says where another attempt can help.
WINDOW_CLOSED, NOT_FETCHED = "window_closed", "file_not_fetched"
UNQUOTABLE = ("invalid_request", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """What sending needs; `channel` returns a channel by its name."""

    directory: Directory
    channel: Callable[[str], Channel]
    helpdesk: Callable[[Desk], Helpdesk]
    keeper: FileKeeper
    clock: Clock

    def pace(self, account: Account) -> Pace | None:
        """Return how often a customer of an account may be written to."""
        return self.channel(account.ref.channel).pace

    def send(self, conversation: Conversation, work: Work, account: Account) -> Accepted:
        """Send a text, a file or a template as Channel.send does; raise what it does."""
        channel = self.channel(account.ref.channel)
        sending = _addressed(conversation, work, account)
        if _is_answer(sending):
            passage = channel.window.passage(
                last_inbound_at=conversation.last_inbound_at,
                now=self.clock(),
                human_agent=_may_be_human(work, account),
            )
            if passage is Passage.CLOSED:
                raise Refused(WINDOW_CLOSED)
            sending = replace(sending, human_agent=passage is Passage.HUMAN_AGENT)
        if work.files:
            sending = replace(sending, file=self._file(conversation, work))
        if account.wants(SEEN) and sending.answers and not sending.contact.is_public:
            channel.seen(account=account, contact=sending.contact, message_id=sending.answers)
        try:
            return channel.send(sending)
        except Refused as error:
            # It was refused for certain, so that nothing is sent twice.
            again = self._otherwise(error, conversation, work, sending, channel)
            if again is None:
                raise
        return channel.send(again)

    def _otherwise(
        self,
        error: Refused,
        conversation: Conversation,
        work: Work,
        sending: Sending,
        channel: Channel,
    ) -> Sending | None:
        """
        Return what is worth a second attempt at once, None where nothing is.

        Raises TransientError where the same is worth one a little later: a message that was told
        to us may not have opened the window yet. That is so once, and not after other failures.
        """
        if error.reason == NOT_FETCHED and work.files:
            return replace(sending, file=self._file(conversation, work))
        if sending.quotes and error.reason in UNQUOTABLE:
            # The message may be of a kind, or an age, that cannot be quoted; the words matter more.
            return replace(sending, quotes="")
        if error.reason != WINDOW_CLOSED or not _is_answer(sending):
            return None
        if channel.window.human_agent and _may_be_human(work, sending.account):
            return None if sending.human_agent else replace(sending, human_agent=True)
        if conversation.last_inbound_at and not work.attempts:
            raise TransientError("the window is open here and not there yet") from error
        return None

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


def _may_be_human(work: Work, account: Account) -> bool:
    """Tell whether a reply may go as what a person wrote: words may, where the account can."""
    return not work.files and account.wants(HUMAN_AGENT, otherwise=True)


def _is_answer(sending: Sending) -> bool:
    """Tell whether the window decides: for templates it does not, nor under a public comment."""
    return sending.template is None and not sending.contact.is_public


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
        quotes=work.quotes,
    )
    # What starts a conversation stands in one of its channel's.
    starts = (account.ref.channel,)
    match command(work.text, starts=starts) if work.asks else None:
        case SendTemplate(template) | Start(template=template):
            if conversation.opted_out:
                raise Refused("opted_out")
            return replace(sending, template=template)
        case AnswerPrivately(text):
            return replace(sending, text=text, private=True)
        case _:
            return replace(sending, text=work.text)
