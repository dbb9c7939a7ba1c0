"""
The message templates that WhatsApp has approved for the shop, and what they say when filled in.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.local.meta import errors
from infra.local.meta.accounts import WHATSAPP
from infra.local.meta.errors import GraphError

_HOLE: Final = re.compile(r"\{\{(\d+)\}\}")
_LONGEST: Final = 1024  #: characters of a body that is filled in
_WRONG_NUMBER: Final = 132000
_UNKNOWN: Final = 132001
_TOO_LONG: Final = 132005
_WRONG_FORMAT: Final = 132012
_PAUSED: Final = 132015
_TEXT: Final = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button of a template: `kind` is quick_reply or url, whose address may have a hole."""

    kind: str
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template: `header` is a text, or the kind of file that it wants, in angle brackets."""

    name: str
    language: str
    category: str
    body: str
    header: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    status: str = "APPROVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a customer sees of a template."""

    text: str
    choices: tuple[Mapping[str, str], ...]


_RATING: Final = (Button(kind="quick_reply", title="Good"), Button(kind="quick_reply", title="Bad"))
APPROVED: Final = (
    Template(
        name="hello",
        language="en",
        category="UTILITY",
        body="Hello! You wrote to us a while ago. Answer here and we go on where we stopped.",
    ),
    Template(
        name="hello",
        language="it",
        category="UTILITY",
        body="Ciao! Ci avevi scritto qualche tempo fa. Rispondi qui e riprendiamo da dove eravamo.",
    ),
    Template(
        name="order_update",
        language="en",
        category="UTILITY",
        header="Order {{1}}",
        body="Hello {{1}}, your order is {{2}}.",
        footer="The shop",
        buttons=(Button(kind="url", title="Follow it", url="https://shop.example/orders/{{1}}"),),
    ),
    Template(
        name="order_update",
        language="it",
        category="UTILITY",
        header="Ordine {{1}}",
        body="Ciao {{1}}, il tuo ordine è {{2}}.",
        footer="Il negozio",
        buttons=(Button(kind="url", title="Seguilo", url="https://shop.example/orders/{{1}}"),),
    ),
    Template(
        name="how_was_it",
        language="en",
        category="MARKETING",
        body="Hello {{1}}, how was our help?",
        buttons=_RATING,
    ),
    Template(
        name="invoice",
        language="en",
        category="UTILITY",
        header="<document>",
        body="Here is the invoice of order {{1}}.",
    ),
    Template(
        name="old_news",
        language="en",
        category="MARKETING",
        body="News of the shop.",
        status="PAUSED",
    ),
)


def listed() -> list[dict[str, Any]]:
    """Return the templates as a GET of the business's `message_templates` tells them."""
    return [
        {
            "id": str(1000 + number),
            "name": one.name,
            "language": one.language,
            "category": one.category,
            "status": one.status,
            "components": _components(one),
        }
        for number, one in enumerate(APPROVED)
    ]


def filled(template: Mapping[str, Any]) -> Filled:
    """
    Return what the customer sees of the template that a call sends.

    Raises:
        GraphError: there is none of that name and language, or its parameters are not right.
    """
    name, language = template.get("name"), template.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    if not name or not code:
        raise errors.invalid(
            "The parameters template['name'] and ['language']['code'] are required."
        )
    found = next((t for t in APPROVED if (t.name, t.language) == (name, code)), None)
    if found is None:
        raise _refused(_UNKNOWN, f"template name ({name}) does not exist in {code}")
    if found.status == "PAUSED":
        raise _refused(_PAUSED, f"template {name} is paused")
    components = template.get("components", [])
    if not isinstance(components, list) or not all(isinstance(c, dict) for c in components):
        raise errors.invalid("Param template['components'] must be an array of objects.")
    return _fill(found, components)


def _fill(template: Template, components: Sequence[Mapping[str, Any]]) -> Filled:
    by_type = {str(one.get("type", "")).lower(): one for one in components}
    body = _put(template.body, _parameters(by_type.get("body")), where="body")
    if len(body) > _LONGEST:
        raise _refused(_TOO_LONG, f"the body is longer than {_LONGEST} characters")
    header = _header(template.header, _parameters(by_type.get("header")))
    choices = tuple(
        _choice(button, number, components) for number, button in enumerate(template.buttons)
    )
    text = "\n".join(part for part in (header, body, template.footer) if part)
    return Filled(text=text, choices=choices)


def _header(header: str, parameters: Sequence[Mapping[str, Any]]) -> str:
    if not header.startswith("<"):
        return _put(header, parameters, where="header")
    wanted = header.strip("<>")
    if len(parameters) != 1:
        raise _refused(_WRONG_NUMBER, f"header: 1 parameter of type {wanted} is expected")
    [parameter] = parameters
    file = parameter.get(wanted)
    if parameter.get("type") != wanted or not isinstance(file, dict):
        raise _refused(_WRONG_FORMAT, f"header: a parameter of type {wanted} is expected")
    if not file.get("id") and not file.get("link"):
        raise _refused(_WRONG_FORMAT, f"header: {wanted} needs an id or a link")
    return f"[{file.get('filename', wanted)}]"


def _choice(
    button: Button, number: int, components: Sequence[Mapping[str, Any]]
) -> Mapping[str, str]:
    given = next(
        (
            one
            for one in components
            if str(one.get("type", "")).lower() == "button" and str(one.get("index")) == str(number)
        ),
        None,
    )
    parameters = _parameters(given)
    if button.kind == "url":
        return {"title": button.title, "url": _put(button.url, parameters, where="button")}
    payload = parameters[0].get("payload") if parameters else None
    return {"title": button.title, "payload": str(payload or button.title)}


def _parameters(component: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    found = component.get("parameters", []) if component else []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise errors.invalid("Param template['components'][…]['parameters'] must be an array.")
    return found


def _put(text: str, parameters: Sequence[Mapping[str, Any]], *, where: str) -> str:
    holes = len(_HOLE.findall(text))
    if len(parameters) != holes:
        told = f"{where}: number of localizable_params ({len(parameters)}) does not match the"
        raise _refused(_WRONG_NUMBER, f"{told} expected number of params ({holes})")
    values = [one.get(_TEXT) for one in parameters]
    if not all(isinstance(value, str) and value.strip() for value in values):
        raise _refused(_WRONG_FORMAT, f"{where}: every parameter is a text that is not empty")
    return _HOLE.sub(lambda hole: str(values[int(hole[1]) - 1]), text)


def _components(template: Template) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if template.header.startswith("<"):
        found.append({"type": "HEADER", "format": template.header.strip("<>").upper()})
    elif template.header:
        found.append({"type": "HEADER", "format": "TEXT", "text": template.header})
    found.append({"type": "BODY", "text": template.body})
    if template.footer:
        found.append({"type": "FOOTER", "text": template.footer})
    if template.buttons:
        buttons = [
            {"type": one.kind.upper(), "text": one.title, **({"url": one.url} if one.url else {})}
            for one in template.buttons
        ]
        found.append({"type": "BUTTONS", "buttons": buttons})
    return found


def _refused(code: int, details: str) -> GraphError:
    return errors.of_code(WHATSAPP, code, details=details)
