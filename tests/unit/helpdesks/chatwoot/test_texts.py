"""Texts on their way into Chatwoot's templates and out of its editor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.helpdesks.chatwoot import markup
from tests.fakes.desks.chatwoot_api import _rendered as rendered

PIECES = ["{", "}", "{{", "}}", "{%", "%}", " contact.name ", "`", "a", "\n", '"', "è🎉"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@given(TEXTS)
def test_every_text_comes_out_of_the_templates_unchanged(text: str):
    assert rendered(markup.verbatim(text)) == text


def test_without_the_shield_a_text_would_be_run_as_a_template():
    assert rendered("to {{ contact.name }}!") == "to !"


def test_a_text_without_braces_is_sent_as_it_is():
    assert markup.verbatim("100% *sure* `x` #12 <b>è</b>") == "100% *sure* `x` #12 <b>è</b>"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("**bold** and *italic*", "bold and italic"),
        (r"\*not bold\* 3 \* 4 \_x\_", "*not bold* 3 * 4 _x_"),
        ("one\\\ntwo\\\r\nthree", "one\ntwo\nthree"),
        ("[our page](https://acme.test/a_b_c)", "our page (https://acme.test/a_b_c)"),
        ("[https://acme.test](https://acme.test)", "https://acme.test"),
        ("<https://acme.test/?a=*b*>", "https://acme.test/?a=*b*"),
        ("![logo.png](https://acme.test/l.png)", "logo.png (https://acme.test/l.png)"),
        ("* one\n* two", "* one\n* two"),
        ("2*3*4 = 24", "2*3*4 = 24"),
        ("`**as it is** \\*`", "`**as it is** \\*`"),
        ("**bold [link](https://a.test) \\* end**", "bold link (https://a.test) * end"),
        ("C:\\new\\data", "C:\\new\\data"),
        ("  \n", ""),
    ],
)
def test_what_the_editor_writes_is_what_a_phone_shows(content: str, text: str):
    assert markup.read(content) == text


@pytest.mark.parametrize("piece", ["[", "**", "*", "`", "\\", "<https://", "[](", "**a"])
def test_a_garbled_text_takes_no_longer_than_another_one(piece: str):
    # Were the time to grow with the square of the length, this would take hours.
    assert markup.read(piece * 30_000) is not None
