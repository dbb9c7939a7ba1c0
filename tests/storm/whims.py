"""People who change their minds: they rewrite, take back, and talk to other applications meanwhile."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from tests import builders
from tests.builders import Raw
from tests.storm.people import People

_MOST_EDITS: Final = 2
_OTHER: Final = "222"  #: the application that takes conversations
_REMEMBERED: Final = 8  #: messages of a channel that their authors may still change
#: Seconds after which Meta tells of what somebody changed; now and then before what was changed.
_DELAYS: Final = (0, 0, 0, 1, 60, 600)
#: The key of a claim about a message that its author may change: what it tells, and its id.
_CLAIM: Final = re.compile(r"(?:^|[ :])(m|e|d|edit):(whim\d+-[a-z]\d)(?:$|:)")


def claimed(key: str) -> tuple[str, str]:
    """Return what the claim of a key tells (`m`, `e`, `d`, `edit`), and of which of these messages."""
    found = _CLAIM.search(key)
    return (found[1], found[2]) if found else ("", "")


@dataclass(slots=True, kw_only=True)
class Claims:
    """
    What was told of the messages that their authors may change, in the order of its claims.

    `silenced` are those of which the unsend was taken in first, `early` those of which an edit was.
    """

    silenced: set[str] = field(default_factory=set)
    early: set[str] = field(default_factory=set)
    _said: set[str] = field(default_factory=set)
    _taken_back: set[str] = field(default_factory=set)

    def claims(self, what: str, message_id: str) -> None:
        """See a claim; see `claimed`."""
        if what == "d":
            self._taken_back.add(message_id)
        elif what in ("m", "e"):
            self._said.add(message_id)
            if message_id in self._taken_back:
                self.silenced.add(message_id)
        elif what and message_id not in self._said:
            self.early.add(message_id)


@dataclass(slots=True, kw_only=True)
class Whims:
    """
    What is rewritten, taken back and said elsewhere.

    `message_of` has the id of the message that a token is of, `edits` the tokens of what messages
    were rewritten to, `unsent` the ids of those that were taken back, and whose they are.
    """

    people: People
    message_of: dict[str, str] = field(default_factory=dict)
    edits: list[str] = field(default_factory=list)
    unsent: dict[str, str] = field(default_factory=dict)
    _said: dict[str, list[Raw]] = field(default_factory=dict)
    _edited: dict[str, int] = field(default_factory=dict)
    _held: dict[str, str] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    def is_unsent(self, token: str) -> bool:
        """Return whether the message that a token is of was taken back."""
        return self.message_of.get(token) in self.unsent

    def follow(self, channel: str) -> None:
        """Have somebody on a channel do one of it."""
        roll = self.people.random.random()
        said = self._said.setdefault(channel, [])
        if roll < 0.4 or not said:
            said.append(self._write(channel))
            del said[:-_REMEMBERED]
        elif roll < 0.55:
            self._edit(channel, self.people.random.choice(said))
        elif roll < 0.75:
            self._unsend(channel, said.pop(self.people.random.randrange(len(said))))
        else:
            self._hand_over(channel, self.people.someone(channel))

    def give_back(self) -> None:
        """Have every conversation given back to us that was ever another application's."""
        for contact, channel in self._held.items():
            self.people.held.discard(contact)
            self._control(channel, contact, "")

    def _write(self, channel: str) -> Raw:
        """Have a customer write what they will regret, or somebody in Meta's inbox; return it."""
        people, random = self.people, self.people.random
        contact = people.someone(channel)
        is_echo = channel != "whatsapp" and random.random() < 0.2
        text = people.token("outside" if is_echo else "in", contact)
        mid = f"whim{next(self._numbers)}-{contact}"
        at = people.clock()
        if is_echo:
            raw = builders.echo(text, mid=mid, contact=contact, at=at)
        elif random.random() < 0.3:
            name = f"{people.token('infile', contact)}.png"
            raw = builders.message(text, mid=mid, contact=contact, at=at, files=[name])
        else:
            raw = builders.message(text, mid=mid, contact=contact, at=at)
        tokens = [text, *(name.removesuffix(".png") for name in raw.get("files", ()))]
        people.said += tokens
        self.message_of.update(dict.fromkeys(tokens, mid))
        raw = people.named(raw, channel, contact)
        people.tell(channel, raw, after=random.choice((0, 0, 0, 60)))
        return raw

    def _edit(self, channel: str, said: Raw) -> None:
        """Have a customer rewrite what nobody but us was to answer."""
        number = self._edited.get(said["id"], 0) + 1
        if number > _MOST_EDITS or said["type"] != "message" or said.get("standby"):
            return
        self._edited[said["id"]] = number
        text = self.people.token("edit", said["aliases"][0][1].removeprefix("phone/"))
        self.edits.append(text)
        self.message_of[text] = said["id"]
        bare = {key: value for key, value in said.items() if key != "files"}
        raw = builders.edit(text, of=bare, number=number, at=self.people.clock())
        self.people.tell(channel, raw, after=self.people.random.choice(_DELAYS))

    def _unsend(self, channel: str, said: Raw) -> None:
        self.unsent[said["id"]] = said["aliases"][0][1].removeprefix("phone/")
        raw = builders.unsend(of=said, at=self.people.clock()) | {"of": said["type"]}
        if not self.people.words:
            # Meta tells whoever holds the conversation now, and everybody else in standby.
            raw["standby"] = raw["aliases"][0][1].removeprefix("phone/") in self.people.held
        self.people.tell(channel, raw, after=self.people.random.choice(_DELAYS))

    def _hand_over(self, channel: str, contact: str) -> None:
        """Have another application take a conversation, or give it back."""
        held = self.people.held
        self._held[contact] = channel
        if contact in held:
            held.discard(contact)
            self._control(channel, contact, "")
        else:
            held.add(contact)
            self._control(channel, contact, _OTHER)

    def _control(self, channel: str, contact: str, owner: str) -> None:
        """Tell it of each name, since each may have a conversation of its own."""
        for names in self.people.names(channel, contact):
            raw = builders.control(owner, contact=contact, at=self.people.clock())
            raw |= {"aliases": names, "lane": names[0][1]}
            self.people.tell(channel, raw, after=0)
