"""How a customer is introduced to the agents: a name and a picture, neither of them worth a failure."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from chalicelib import words
from chalicelib.domain.account import Account
from chalicelib.domain.contact import Contact, Profile
from chalicelib.domain.content import File, FileKind
from chalicelib.domain.ports import Channel
from chalicelib.errors import TransientError
from chalicelib.pipeline.files import FileKeeper


def profile_of(contact: Contact, channel: Channel, account: Account) -> Profile:
    """Return what a channel tells of a customer whose messages carry no name; asks in one call."""
    if contact.name:
        return Profile()
    return channel.profile_of(account=account, contact=contact)


def with_portrait(files: tuple[File, ...], profile: Profile, *, language: str) -> tuple[File, ...]:
    """
    Return what goes with a ticket's first entry: the customer's files, else their picture.

    Beside files of their own it would be taken for one of them.
    """
    if not profile.picture or files:
        return files
    name = words.say(language, "file.portrait")
    return (File(kind=FileKind.PORTRAIT, url=profile.picture, name=name),)


def without_missing(files: Sequence[File]) -> tuple[File, ...]:
    """Return the files without a picture that could not be had: nobody missed it."""
    return tuple(file for file in files if file.kind is not FileKind.PORTRAIT or not file.problem)


def let_go(files: Sequence[File], keeper: FileKeeper) -> None:
    """Delete our copy of a picture that stands in a ticket; what stays goes with the bucket's rule."""
    with suppress(TransientError):
        keeper.forget([file for file in files if file.kind is FileKind.PORTRAIT and file.key])
