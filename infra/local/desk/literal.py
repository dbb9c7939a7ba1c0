"""
What was written is shown as it was written.

django-helpdesk treats comments as programs: it renders them as Django templates when they are
saved (`{{ 7*7 }}` is answered 500), as Markdown when they are shown, and makes a link of each
`#12` (`#` and Arabic digits break the page). Customers and agents write plain text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.template import Library
from django.template.backends.django import DjangoTemplates
from django.template.defaultfilters import linebreaksbr, urlize
from helpdesk import models

# How django-helpdesk protects tags before it renders, and a constant string, which is how braces
# are written to a django-helpdesk that renders comments:
# https://docs.djangoproject.com/en/5.2/ref/templates/language/#string-literals-and-automatic-escaping
_PROTECTED: Final = re.compile(
    r"\{% verbatim %\}(\{%)"
    r"|(%\})\{% endverbatim %\}"
    r'|\{\{ "([^"]*)" \}\}'
)


class Literal:
    """A template that renders as the text it was made of."""

    def __init__(self, source: str) -> None:
        self._text = _PROTECTED.sub(lambda match: str(match[match.lastindex or 0]), source)

    def render(self, context: Mapping[str, object] | None = None, request: object = None) -> str:
        """Return the text; whatever the context holds, nothing of it gets in."""
        del context, request
        return self._text


class Backend(DjangoTemplates):  # type: ignore[misc]  # Django publishes no types
    """Django's templates, but a string given at run time, a comment, is not one."""

    def from_string(self, template_code: str) -> Literal:
        """Return a template that renders as `template_code` itself."""
        return Literal(template_code)


def shown(text: str | None) -> Any:
    """Return a comment as HTML: escaped, with its line breaks, its web addresses as links."""
    return linebreaksbr(urlize(text or ""))


def unchanged(text: str) -> str:
    """Return what django-helpdesk would put ticket links into as it is."""
    return text


register = Library()
register.filter("num_to_link", unchanged)


def install() -> None:
    """Show every ticket and comment through `shown`; there is no setting for it."""
    models.get_markdown = shown
