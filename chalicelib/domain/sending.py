"""One message to a customer, as a channel is asked to send it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.domain.account import Account
from chalicelib.domain.contact import Alias, Contact
from chalicelib.domain.content import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """
    A message that the platform approved beforehand, and what goes into its blanks.

    `values` fill the body by position, `named` by name; `header` is a text or the https address of
    a file, `buttons` what goes into the addresses of its buttons, by their number from 1 on.
    """

    name: str
    language: str
    values: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    header: str = ""
    buttons: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """
    A text, a file or a template for one contact: exactly one of the three.

    `reference` is ours and comes back in the echo or the status, where the platform can. `answers`
    is the platform's id of the customer's newest message, `quotes` that of the one that is shown above
    it, where there is one; `human_agent` marks what only a person
    may send now; `private` asks to answer a public comment where nobody else reads it.
    """

    account: Account
    contact: Contact
    reference: str
    text: str = ""
    file: Attachment | None = None
    template: Template | None = None
    answers: str = ""
    quotes: str = ""
    human_agent: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """
    A message that the platform took: its `id`, and what the platform calls the person.

    `names` may be others than those it was sent to: of some countries' numbers there are two forms.
    """

    id: str
    names: tuple[Alias, ...] = ()
