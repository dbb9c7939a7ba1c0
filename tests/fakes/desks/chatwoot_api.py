"""Chatwoot's Application API in memory, as far as our adapter uses it, and its agents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from chalicelib.http_client import Body, Form, Upload
from tests.fakes.desks.vendor import Answered, Asked, Vendor, iso

INCOMING, OUTGOING, ACTIVITY, TEMPLATE = range(4)
_TYPES: Final = ("incoming", "outgoing", "activity", "template")
_FILE_TYPES: Final = ("image", "audio", "video")
_FLOOD: Final = 200  # messages of a conversation in a minute
#: How Liquid reads what we write of an outgoing message; everything else of it comes to nothing.
_LIQUID: Final = re.compile(r'(`.*?`)|\{\{ "(\{)" \}\}|\{\{.*?\}\}|\{%.*?%\}', re.DOTALL)


@dataclass(slots=True, kw_only=True)
class Message:
    """A message; the API shows it from `seen_from` on."""

    id: int
    kind: int
    content: str
    created_at: float
    private: bool = False
    source_id: str | None = None
    sender: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[Upload] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    seen_from: float = 0.0


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A conversation of a contact, whom its inbox knows as `source_id`."""

    id: int
    contact: int
    inbox: int
    source_id: str
    created_at: float
    attributes: Mapping[str, Any] = field(default_factory=dict)
    status: str = "open"
    labels: tuple[str, ...] = ()
    messages: list[Message] = field(default_factory=list)
    updated_at: float = 0.0


class ChatwootApi(Vendor):
    """One account with one API inbox."""

    def __init__(
        self, *, url: str, tokens: Sequence[str], account: int, inbox: int, **said: Any
    ) -> None:
        super().__init__("chatwoot", **said)
        self.root = f"/api/v1/accounts/{account}/"
        self.contacts: dict[int, dict[str, Any]] = {}
        self.conversations: dict[int, Conversation] = {}
        self.channel_type = "Channel::Api"
        self._account, self._inbox = account, inbox
        self._url, self._tokens = url, tokens

    # --- who asks

    def answer(self, asked: Asked) -> tuple[int, Mapping[str, Any]]:
        """See Vendor."""
        if asked.headers.get("api_access_token") not in self._tokens:
            raise Answered(HTTPStatus.UNAUTHORIZED, {"error": "Invalid Access Token"})
        said, files = _read(asked.body)
        return HTTPStatus.OK, self._answer(asked, said, files)

    def _answer(
        self, asked: Asked, said: Mapping[str, Any], files: Sequence[Upload]
    ) -> Mapping[str, Any]:
        match asked.method, asked.path:
            case _, ("contacts", *_):
                return self._people(asked.query, said)
            case "GET", ("conversations",):
                return {"data": {"meta": {}, "payload": self._list(asked.query)}}
            case "POST", ("conversations",):
                return self._new_conversation(said, files)
            case "GET", ("inboxes", number) if int(number) == self._inbox:
                return {"id": self._inbox, "channel_type": self.channel_type}
            case _, ("conversations", number, *rest):
                place = self._there(int(number))
                if asked.method == "POST":
                    return self._change(place, rest, said, files)
                return self._look(place, rest, asked.query)
            case _:
                raise _not_found()

    def _people(self, query: Mapping[str, str], said: Mapping[str, Any]) -> Mapping[str, Any]:
        if "q" in query:
            return {"meta": {}, "payload": self._search(query["q"])}
        return {"payload": {"contact": self._new_contact(said), "contact_inbox": None}}

    def _look(
        self, conversation: Conversation, path: list[str], query: Mapping[str, str]
    ) -> Mapping[str, Any]:
        if path == ["messages"]:
            return {"meta": {}, "payload": self._messages(conversation, query)}
        return self._shown(conversation)

    def _change(
        self,
        conversation: Conversation,
        path: list[str],
        said: Mapping[str, Any],
        files: Sequence[Upload],
    ) -> Mapping[str, Any]:
        if path == ["toggle_status"]:
            self.set_status(conversation.id, said["status"])
            return {"meta": {}, "payload": {"success": True}}
        if path == ["labels"]:
            conversation.labels = tuple(said["labels"])
            return {"payload": said["labels"]}
        return self._shown_message(conversation, self._new(conversation, said, files))

    # --- what it does

    def _search(self, text: str) -> list[dict[str, Any]]:
        found = [
            contact
            for contact in self.contacts.values()
            if any(
                text.lower() in str(contact[name] or "").lower()
                for name in ("name", "email", "identifier", "phone_number")
            )
        ]
        return found[:15]

    def _new_contact(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        for name in ("identifier", "phone_number"):
            if said.get(name) and said[name] in (c[name] for c in self.contacts.values()):
                message = f"{name} has already been taken"
                raise Answered(HTTPStatus.UNPROCESSABLE_ENTITY, {"message": message})
        contact = {
            "id": self._number(),
            "name": said["name"],
            "identifier": said.get("identifier"),
            "phone_number": said.get("phone_number"),
            "email": None,
            "custom_attributes": said.get("custom_attributes", {}),
        }
        self.contacts[contact["id"]] = contact
        return contact

    def _new_conversation(
        self, said: Mapping[str, Any], files: Sequence[Upload]
    ) -> Mapping[str, Any]:
        contact, inbox = int(said["contact_id"]), int(said["inbox_id"])
        if contact not in self.contacts or inbox != self._inbox:
            raise _not_found()
        known = {c.source_id: c.contact for c in self.conversations.values()}
        if known.get(said["source_id"], contact) != contact:
            about = {"error": "source_id should be unique"}
            raise Answered(HTTPStatus.UNPROCESSABLE_ENTITY, about)
        made = self.open(contact, source_id=said["source_id"], attributes=said["custom_attributes"])
        self._new(made, said["message"], files)
        return self._shown(made)

    def open(
        self, contact: int, *, source_id: str, attributes: Mapping[str, Any] | None = None
    ) -> Conversation:
        """Create a conversation without messages."""
        made = Conversation(
            id=self._number(),
            contact=contact,
            inbox=self._inbox,
            source_id=source_id,
            created_at=self.now(),
            updated_at=self.now(),
            attributes=attributes or {},
        )
        self.conversations[made.id] = made
        return made

    def _new(
        self, conversation: Conversation, said: Mapping[str, Any], files: Sequence[Upload]
    ) -> Message:
        kind = _TYPES.index(said["message_type"])
        lately = [m for m in conversation.messages if m.created_at > self.now() - 60]
        if len(lately) >= _FLOOD:
            about = {"error": "Validation failed: Too many messages"}
            raise Answered(HTTPStatus.UNPROCESSABLE_ENTITY, about)
        contact = self.contacts[conversation.contact]
        bridge = {"id": 1, "name": "Scripta", "type": "user"}
        sender = {"id": contact["id"], "name": contact["name"], "type": "contact"}
        message = self.add(
            conversation.id,
            kind=kind,
            content=_rendered(said["content"]) if kind == OUTGOING else said["content"],
            private=str(said.get("private", False)).lower() == "true",
            source_id=said["source_id"],
            sender=sender if kind == INCOMING else bridge,
            files=tuple(files),
        )
        self.wrote(conversation, message)
        return message

    def add(self, ticket: int, **said: Any) -> Message:
        """Add a message, and tell of it; a customer's opens the conversation."""
        conversation, now = self.conversations[ticket], self.now()
        message = Message(id=self._number(), created_at=now, seen_from=now + self._lag, **said)
        conversation.messages.append(message)
        conversation.updated_at = now
        self.tell("message_created", conversation, message)
        if message.kind == INCOMING and conversation.status in ("resolved", "snoozed"):
            self.set_status(ticket, "open")
        return message

    def set_status(self, ticket: int, status: str) -> None:
        """Give a conversation a status, and tell of it where it had another."""
        conversation = self.conversations[ticket]
        if conversation.status != status:
            before, conversation.status = conversation.status, status
            conversation.updated_at = max(self.now(), conversation.updated_at + 0.001)
            changed = [{"status": {"previous_value": before, "current_value": status}}]
            shown = self._told_conversation(conversation)
            event = {"event": "conversation_status_changed", "changed_attributes": changed}
            self._post(shown | event)

    def merge_contacts(self, base: int, mergee: int) -> None:
        """Do what an agent does who merges a contact into another one."""
        for conversation in self.conversations.values():
            if conversation.contact == mergee:
                conversation.contact = base
        gone = self.contacts.pop(mergee)
        kept = {name: value for name, value in self.contacts[base].items() if value}
        self.contacts[base] = gone | kept

    # --- what it shows and tells

    def _there(self, ticket: int) -> Conversation:
        if ticket not in self.conversations:
            raise _not_found()
        return self.conversations[ticket]

    def _list(self, query: Mapping[str, str]) -> list[Mapping[str, Any]]:
        wanted, number = query.get("source_id"), int(query.get("page", 1))
        found = [
            conversation
            for conversation in self.conversations.values()
            if wanted in (None, conversation.source_id) and self._seen(conversation)
        ]
        found.sort(key=_last_activity, reverse=True)
        return [self._shown(each) for each in found[(number - 1) * 25 : number * 25]]

    def _seen(self, conversation: Conversation) -> list[Message]:
        return [m for m in conversation.messages if m.seen_from <= self.now()]

    def _messages(
        self, conversation: Conversation, query: Mapping[str, str]
    ) -> list[Mapping[str, Any]]:
        seen = self._seen(conversation)
        if "after" in query:
            page = [m for m in seen if m.id > int(query["after"])][:100]
        else:
            page = [m for m in seen if m.id < int(query.get("before", 10**18))][-20:]
        return [self._shown_message(conversation, message) for message in page]

    def _shown(self, conversation: Conversation) -> dict[str, Any]:
        return {
            "id": conversation.id,
            "account_id": self._account,
            "inbox_id": conversation.inbox,
            "status": conversation.status,
            "labels": list(conversation.labels),
            "created_at": int(conversation.created_at),
            "updated_at": conversation.updated_at,
            "last_activity_at": int(_last_activity(conversation)),
            "custom_attributes": dict(conversation.attributes),
            "messages": [self._shown_message(conversation, m) for m in conversation.messages[-1:]],
            "meta": {"sender": self.contacts[conversation.contact]},
        }

    def _shown_message(self, conversation: Conversation, message: Message) -> dict[str, Any]:
        shown = {
            "id": message.id,
            "content": message.content,
            "inbox_id": conversation.inbox,
            "conversation_id": conversation.id,
            "message_type": message.kind,
            "content_type": "text",
            "content_attributes": message.attributes,
            "status": "sent",
            "created_at": int(message.created_at),
            "private": message.private,
            "source_id": message.source_id,
        }
        if message.sender:
            shown["sender"] = dict(message.sender)
        if message.files:
            shown["attachments"] = [
                self._attachment(message, place) for place in range(len(message.files))
            ]
        return shown

    def _attachment(self, message: Message, place: int) -> dict[str, Any]:
        file = message.files[place]
        kind = file.mime.partition("/")[0]
        return {
            "id": message.id * 100 + place,
            "message_id": message.id,
            "account_id": self._account,
            "file_type": kind if kind in _FILE_TYPES else "file",
            "extension": None,
            "data_url": f"{self._url}/rails/active_storage/blobs/redirect/{message.id}-{place}/"
            f"{quote(file.name)}",
            "thumb_url": "",
            "file_size": len(file.content),
        }

    def file(self, url: str) -> bytes:
        """Return what a file's address gives; raise LookupError where nothing is there."""
        wanted = urlsplit(url).path
        for conversation in self.conversations.values():
            for message in conversation.messages:
                for place, file in enumerate(message.files):
                    shown = self._attachment(message, place)["data_url"]
                    if unquote(urlsplit(shown).path) == unquote(wanted):
                        return file.content
        raise LookupError(url)

    def tell(self, event: str, conversation: Conversation, message: Message) -> None:
        """Post a webhook about a message."""
        shown = self._shown_message(conversation, message)
        del shown["inbox_id"], shown["conversation_id"], shown["status"]
        self._post(
            shown
            | {
                "event": event,
                "message_type": _TYPES[message.kind],
                "created_at": iso(message.created_at),
                "account": {"id": self._account, "name": "Acme"},
                "inbox": {"id": conversation.inbox, "name": "Phones"},
                "conversation": self._told_conversation(conversation),
            }
        )

    def _told_conversation(self, conversation: Conversation) -> dict[str, Any]:
        shown = self._shown(conversation)
        del shown["account_id"], shown["messages"]
        return shown | {
            "channel": self.channel_type,
            "contact_inbox": {"source_id": conversation.source_id},
            "timestamp": int(_last_activity(conversation)),
        }


def _last_activity(conversation: Conversation) -> float:
    return max([conversation.created_at, *(m.created_at for m in conversation.messages)])


def _not_found() -> Answered:
    return Answered(HTTPStatus.NOT_FOUND, {"error": "Resource could not be found"})


def _rendered(content: str) -> str:
    return _LIQUID.sub(lambda found: found[1] or found[2] or "", content)


def _read(body: Body | None) -> tuple[dict[str, Any], Sequence[Upload]]:
    """Return what a request says, and its files; names of a form nest by their brackets."""
    if not isinstance(body, Form):
        return dict(body) if isinstance(body, Mapping) else {}, ()
    said: dict[str, Any] = {}
    for name, value in body.fields.items():
        *outer, last = name.replace("]", "").split("[")
        place = said
        for each in outer:
            place = place.setdefault(each, {})
        place[last] = value
    return said, body.files
