"""
Every key of the single table, in one place.

| partition               | sort                     | row                                            |
|-------------------------|--------------------------|------------------------------------------------|
| CONVERSATION#id         | CONV                     | state: contact, link to the ticket, sequence   |
| CONVERSATION#id         | CONV#WORK#verb#sequence  | the outbox: what must go out                   |
| CONVERSATION#id         | MSG#sequence             | what was said; not rewritten                   |
| CONVERSATION#id         | STATE#sequence           | how sending it ended                           |
| CLAIM#scope#key         | CLAIM                    | the books: one line per item, with the raw one |
| ALIAS#channel#account#… | ALIAS                    | a contact's name -> the conversation           |
| TICKET#desk#id          | TICKET                   | a ticket -> the conversation, and its times    |
| SENT#channel#account#id | SENT                     | the platform's message id -> ours, and receipts|
| BREAKER#desk            | BREAKER                  | how the desk has been answering                |
| ERASED#mark             | ERASED                   | that somebody or something was erased, and when|
| ERASURE                 | id                       | the receipt of an erasure                      |
| DELETION                | CODE#code                | a request for deletion that came through Meta  |
| CONFIGURATION           | ACCOUNT#channel#id       | an account                                     |
| CONFIGURATION           | DESK#id                  | a desk                                         |

State and outbox share the prefix CONV, so that one query reads both. Rows that wait carry `waiting`
and `waiting_at`, the key of the sparse index of that name: DUE for work with a time, DESK#id for
work that a desk must come back for, PARKED for what an operator must look at.
"""

from __future__ import annotations

from chalicelib.domain.account import AccountRef
from chalicelib.domain.changes import ClaimKey, SentKey
from chalicelib.domain.contact import Alias
from chalicelib.domain.work import Verb

Key = tuple[str, str]

CONFIGURATION = "CONFIGURATION"
ACCOUNT_PREFIX = "ACCOUNT#"
DESK_PREFIX = "DESK#"
CONVERSATION_PREFIX = "CONVERSATION#"
CONV = "CONV"
WORK_PREFIX = "CONV#WORK#"
MESSAGE_PREFIX = "MSG#"
STATE_PREFIX = "STATE#"
CLAIM = "CLAIM"
SENT = "SENT"
ALIAS = "ALIAS"
TICKET = "TICKET"
TICKET_PREFIX = "TICKET#"
ERASURE = "ERASURE"
DELETION = "DELETION"
CODE_PREFIX = "CODE#"

INDEX = "waiting"
DUE = "DUE"
PARKED = "PARKED"


def conversation(conversation_id: str) -> Key:
    """Return the key of a conversation's state."""
    return CONVERSATION_PREFIX + conversation_id, CONV


def work(conversation_id: str, verb: Verb, sequence: int) -> Key:
    """Return the key of a work row."""
    return CONVERSATION_PREFIX + conversation_id, f"{WORK_PREFIX}{verb}#{sequence:010}"


def message(conversation_id: str, sequence: int) -> Key:
    """Return the key of what was said."""
    return CONVERSATION_PREFIX + conversation_id, f"{MESSAGE_PREFIX}{sequence:010}"


def sequence_of(sort: str) -> int:
    """Return the number at the end of a sort key."""
    return int(sort.rpartition("#")[2])


def state(conversation_id: str, sequence: int) -> Key:
    """Return the key of how a send ended."""
    return CONVERSATION_PREFIX + conversation_id, f"{STATE_PREFIX}{sequence:010}"


def claim(key: ClaimKey) -> Key:
    """Return the key of an item's line in the books."""
    return f"CLAIM#{key.scope}#{key.key}", CLAIM


def alias(account: AccountRef, name: Alias) -> Key:
    """Return the key of one name of a contact."""
    return f"ALIAS#{account.channel}#{account.id}#{name.kind}:{name.value}", ALIAS


def ticket(desk: str, ticket_id: str) -> Key:
    """Return the key of a ticket's conversation."""
    return f"{TICKET_PREFIX}{desk}#{ticket_id}", TICKET


def sent(key: SentKey) -> Key:
    """Return the key of a message by the platform's id."""
    return f"SENT#{key.account.channel}#{key.account.id}#{key.message_id}", SENT


def breaker(desk: str) -> Key:
    """Return the key of a desk's breaker."""
    return f"BREAKER#{desk}", "BREAKER"


def grave(mark: str) -> Key:
    """Return the key of the grave under a mark."""
    return f"ERASED#{mark}", "ERASED"


def erasure(erasure_id: str) -> Key:
    """Return the key of an erasure's receipt."""
    return ERASURE, erasure_id


def deletion(code: str) -> Key:
    """Return the key of a request for deletion."""
    return DELETION, CODE_PREFIX + code


def account(ref: AccountRef) -> Key:
    """Return the key of an account."""
    return CONFIGURATION, f"{ACCOUNT_PREFIX}{ref.channel}#{ref.id}"


def desk(desk_id: str) -> Key:
    """Return the key of a desk."""
    return CONFIGURATION, DESK_PREFIX + desk_id


def waiting_for(desk_id: str) -> str:
    """Return the index's partition of work that waits for a desk."""
    return DESK_PREFIX + desk_id
