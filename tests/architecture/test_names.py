"""Nothing outside its own folder knows the name of a channel or of a helpdesk."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from chalicelib import registry
from tests.architecture.source import ROOT, modules, name, tree

#: What people read names the platforms; the sentence of a channel is looked up under its name.
CATALOGUES: Final = ROOT / "chalicelib" / "words"
#: Addresses in which a platform's name happens to stand: Meta's hosts are shared by its channels,
#: and the deployment says where one of them is.
HOST: Final = re.compile(r"(https://)?[a-z.]*\.[a-z]+\.com")
#: So it does in a field of Meta's answers.
ADDRESSES: Final = {"instagram_url", "whatsapp_business_api_data"}
#: Each integration, and the folder that may name it.
FOLDERS: Final = {
    **{each: ROOT / "chalicelib" / "channels" / each for each in registry.channel_names()},
    **{each: ROOT / "chalicelib" / "helpdesks" / each for each in registry.helpdesk_names()},
}
ELSEWHERE: Final = [path for path in modules("chalicelib") if not path.is_relative_to(CATALOGUES)]


@pytest.mark.parametrize("path", ELSEWHERE, ids=name)
def test_a_module_names_no_channel_and_no_helpdesk_but_its_own(path: Path) -> None:
    others = [each for each, folder in FOLDERS.items() if not path.is_relative_to(folder)]
    found = [(word, each) for word in said_in(tree(path)) for each in others if each in word]
    assert found == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('CHANNEL = "whatsapp"', ["channel", "whatsapp"]),
        ('if channel == "messenger": pass', ["channel", "messenger"]),
        ("class WhatsAppOnly: pass", ["whatsapponly"]),
        ("from chalicelib.channels.instagram import sender", ["chalicelib.channels.instagram"]),
        ('"""Of Messenger."""\nx = 1  # whatsapp', ["x"]),
        ('def f():\n    """Of Messenger."""', ["f"]),
        ('HOST = "https://graph.instagram.com"', ["host"]),
        ('text = f"to {name} on whatsapp"', ["text", "to ", " on whatsapp", "name"]),
    ],
)
def test_what_a_module_says_is_its_names_and_its_strings_but_not_its_prose(
    source: str, said: list[str]
) -> None:
    assert sorted(said_in(ast.parse(source))) == sorted(said)


def said_in(module: ast.Module) -> Iterator[str]:
    """Yield the names and the strings of a module, in small letters, without its prose."""
    prose = {id(n.value) for n in ast.walk(module) if isinstance(n, ast.Expr)}
    for node in ast.walk(module):
        for word in _words(node):
            is_prose = id(node) in prose
            if not (is_prose or word in ADDRESSES or HOST.fullmatch(word)):
                yield word.lower()


def _words(node: ast.AST) -> list[str]:  # noqa: PLR0911 - a table, one case per kind of node
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.Name(id=word) | ast.Attribute(attr=word) | ast.arg(arg=word):
            return [word]
        case ast.ClassDef(name=word) | ast.FunctionDef(name=word) | ast.AsyncFunctionDef(name=word):
            return [word]
        case ast.ImportFrom(module=str(word)):
            return [word]
        case ast.Import(names=aliases):
            return [alias.name for alias in aliases]
        case ast.keyword(arg=str(word)):
            return [word]
        case _:
            return []
