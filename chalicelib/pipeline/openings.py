"""What a ticket is opened with: whose it is, where they wrote, and under which of our names."""

from __future__ import annotations

from chalicelib import words
from chalicelib.domain.account import Account
from chalicelib.domain.contact import AliasKind
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.ticket import Customer, Entry, Opening
from chalicelib.domain.work import Work


def reference_of(work: Work) -> str:
    """Return our name of the ticket that an entry may create, and no other entry."""
    # What a conversation begins with opens the ticket that has its name.
    return work.conversation_id if work.sequence == 1 else work.reference


def opening_of(
    entry: Entry,
    *,
    reference: str,
    conversation: Conversation,
    account: Account,
    name: str,
) -> Opening:
    """
    Return the ticket to create with an entry; `name` stands in for one that nobody told us.

    It follows the conversation's ticket before, where there was one.
    """
    language, channel = account.language, account.ref.channel
    shown = words.say(language, f"channel.{channel}")
    name = conversation.contact.name or name or words.say(language, "someone", channel=shown)
    return Opening(
        reference=reference,
        subject=words.say(language, "subject", channel=shown, name=name),
        channel=channel,
        account=account.ref.id,
        customer=_customer(conversation, channel=channel, name=name),
        entry=entry,
        follows=conversation.link.ticket_id if conversation.link else "",
    )


def _customer(conversation: Conversation, *, channel: str, name: str) -> Customer:
    contact = conversation.contact
    phone = contact.address(AliasKind.PHONE) or ""
    others = [kind for kind in AliasKind if kind is not AliasKind.PHONE]
    # One requester for all conversations of somebody whom an operator linked.
    mailbox = contact.person or f"{channel}-{conversation.id}"
    return Customer(
        id=contact.person or conversation.id,
        name=name,
        # A name under .invalid can never be reached by mail: RFC 2606, section 2.
        address=f"{mailbox}@scripta.invalid",
        phone=f"+{phone}" if phone.isascii() and phone.isdigit() else "",
        handle=contact.address(*others) or "",
    )
