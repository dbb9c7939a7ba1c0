"""
The Graph API in memory, on any clock: whom a call reaches, by the rules of the simulated Meta.

What is well-formed, and what is answered, is infra.local.meta's; that has tests of its own.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.content import Attachment, FileKind
from chalicelib.domain.file_names import kind_of
from chalicelib.http_client import Body, Form, Response
from infra.local import credentials
from infra.local.meta import carried, errors, ids, page_rules, whatsapp_rules
from infra.local.meta.accounts import NODES, WHATSAPP
from infra.local.meta.errors import GraphError
from infra.local.meta.records import Customer, Media
from infra.local.meta.send import Send
from tests.fakes.channel import Arrived

#: Before the number that ends a person's name: who is `w3` here has this number and `3`.
PHONE: Final = "1555000000"
_IDS: Final = {"messenger": "m_{}", "instagram": "aWdfZG0{}", "whatsapp": "wamid.{}"}
_KINDS: Final = {"messenger": AliasKind.PSID, "instagram": AliasKind.IGSID}


def names_on_whatsapp(person: str) -> dict[AliasKind, str]:
    """Return what a person (`w3`) is known by on WhatsApp."""
    return {AliasKind.BSUID: f"US.{person}", AliasKind.PHONE: PHONE + person[1:]}


class MetaApi:
    """
    Takes what is sent, at any address, from who has `token`; everybody has written just now.

    `arrived` is what is on the customers' phones; `sent` is called with each message and its
    channel before the answer; `fetch` returns what a link leads to, None for nothing.
    """

    def __init__(self, *, token: str, fetch: Callable[[str], Attachment | None]) -> None:
        self.arrived: list[Arrived] = []
        self.sent: Callable[[str, Arrived], None] = lambda channel, sent: None
        self._token = token
        self._fetch = fetch
        self._uploads: dict[str, Media] = {}
        self._numbers = itertools.count(1)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: Body | None = None,
        timeout: float = 10.0,
    ) -> Response:
        """See Transport; there is always an answer."""
        del timeout
        try:
            if headers.get("authorization") != f"Bearer {self._token}":
                raise errors.bad_token()
            status, said = int(HTTPStatus.OK), self._answer(method, url, body)
        except GraphError as error:
            status, said = error.http, error.body()
        return Response(status=status, headers={}, body=json.dumps(said).encode())

    def _answer(self, method: str, url: str, body: Body | None) -> Mapping[str, Any]:
        _, node, *rest = unquote(urlsplit(url).path).strip("/").split("/")
        match method, rest:
            case "POST", ["messages"]:
                return self._messages(node, body if isinstance(body, Form | Mapping) else {})
            case "POST", ["media"] if isinstance(body, Form):
                media = whatsapp_rules.check_upload(body.fields, self._part(body, "file"))
                self._uploads[media.id] = media
                return {"id": media.id}
            case "GET", []:
                return self._node(node)
            case _:
                raise errors.no_such_node(node)

    def _node(self, node: str) -> Mapping[str, Any]:
        if "file" in node:
            return {"id": node, "url": f"https://lookaside.fbsbx.com/{node}"}
        return {"id": node, "first_name": "Ana", "last_name": "Bell", "name": "Ana Bell"}

    def _messages(self, node: str, body: Mapping[str, Any] | Form) -> Mapping[str, Any]:
        business = NODES.get(node)
        if business is None:
            raise errors.no_such_node(node)
        file = None
        if isinstance(body, Form):
            file = self._part(body, "filedata")
            body = {name: _value(text) for name, text in body.fields.items()}
        file = file or self._linked(carried.link_of(body))
        if business.channel == WHATSAPP:
            return self._whatsapp(body, file)
        person = page_rules.recipient(body)
        customer = _customer(business.channel, person)
        send = page_rules.check(business.channel, body, customer, file=file)
        contact = Contact(aliases=(Alias(_KINDS[business.channel], person),))
        return page_rules.answer(customer, self._perform(send, contact).id)

    def _whatsapp(self, body: Mapping[str, Any], file: Media | None) -> Mapping[str, Any]:
        address = whatsapp_rules.address(body)
        person = "w" + address.phone.removeprefix(PHONE) if address.phone else ""
        person = person or address.bsuid.removeprefix("US.")
        customer = _customer(WHATSAPP, person)
        if upload := whatsapp_rules.media_id(body):
            file = self._uploads.get(upload)
        send = whatsapp_rules.check(body, address, customer, file=file)
        message_id = self._id(WHATSAPP)
        if address.name and not send.fate:
            contact = Contact(aliases=(Alias(AliasKind.BSUID, person),))
            message_id = self._perform(send, contact).id
        # A user id in `to` is answered like any send, and never heard of again.
        return whatsapp_rules.answer(address, customer, message_id, kind=send.type)

    def _perform(self, send: Send, contact: Contact) -> Arrived:
        sent = Arrived(
            id=self._id(send.channel),
            contact=contact,
            text=send.text if send.type == "text" else "",
            reference=send.tracking,
            file=_attachment(send.file) if send.file else None,
        )
        self.arrived.append(sent)
        self.sent(send.channel, sent)
        return sent

    def _id(self, channel: str) -> str:
        return _IDS[channel].format(next(self._numbers))

    def _part(self, form: Form, name: str) -> Media | None:
        found = next((file for file in form.files if file.field == name), None)
        return found and self._media(found.name, found.mime, found.content)

    def _linked(self, link: str) -> Media | None:
        found = self._fetch(link) if link else None
        return self._media(found.name, found.mime, found.content) if found else None

    def _media(self, name: str, mime: str, content: bytes) -> Media:
        number = str(next(self._numbers))
        return Media(id=number, channel="", filename=name, mime=mime, content=content)


def _customer(channel: str, person: str) -> Customer:
    """Return somebody who wrote just now: the window is not what is tried here."""
    phone = PHONE + person[1:] if channel == WHATSAPP else person
    bsuid = f"US.{person}" if channel == WHATSAPP else ""
    return Customer(
        channel=channel, contact=phone, name="Ana Bell", bsuid=bsuid, last_inbound_at=ids.now_ms()
    )


def _attachment(file: Media) -> Attachment:
    kind: FileKind = kind_of(file.mime)
    return Attachment(kind=kind, name=file.filename, mime=file.mime, content=file.content)


def _value(text: str) -> Any:
    return json.loads(text) if text.startswith("{") else text


ACCOUNTS: Final = {
    "messenger": credentials.PAGE_ID,
    "instagram": credentials.INSTAGRAM_ID,
    "whatsapp": credentials.PHONE_NUMBER_ID,
}
