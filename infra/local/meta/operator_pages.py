"""The operator's pages in HTML: everything that somebody wrote is escaped, and isolated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, Final
from urllib.parse import quote, urlsplit

_MS: Final = 1000
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>{title}</title>
  <link rel="icon" href="/icon.svg">
  <link rel="stylesheet" href="/page.css">
  <link rel="stylesheet" href="/conversations.css">
</head>
<body class="operator">
  <header class="top">
    <div class="title"><h1>{title}</h1><p>{lead}</p></div>
    <nav>{links}</nav>
  </header>
  <main>
{body}
  </main>
</body>
</html>
"""
_WHO: Final = {
    "in": "customer",
    "out": "agent",
    "outside": "written elsewhere",
    "note": "note for agents",
}


def conversations(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the page with all conversations."""
    titles = ("last", "contact", "channel", "ticket", "said", "open work")
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    lines = "\n".join(f"<tr>{_row(row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>\n{lines}\n</tbody></table>"
    return _page(
        "Conversations",
        "As the operator sees them; the one that moved last stands first.",
        [("/", "The phones")],
        table if rows else '<p class="nothing">There is no conversation.</p>',
    )


def conversation(told: Mapping[str, Any]) -> str:
    """Return the page of one conversation."""
    steps = "\n".join(_step(message) for message in told["messages"])
    timeline = f'<ol class="timeline">\n{steps}\n</ol>' if steps else _nothing("Nothing was said.")
    return _page(
        f"Conversation {told['id']}",
        f"{told['channel']} · account {told['account']}",
        [("/conversations", "All conversations"), ("/", "The phones")],
        f"{_facts(told)}\n{timeline}\n{_open_work(told['work'])}",
    )


def trouble(text: str) -> str:
    """Return the page that says why there is nothing to be shown."""
    return _page(
        "Conversations",
        "They cannot be shown.",
        [("/conversations", "All conversations"), ("/", "The phones")],
        f'<p class="wrong" role="alert">{_said(text)}</p>',
    )


def _page(title: str, lead: str, links: Iterable[tuple[str, str]], body: str) -> str:
    return _PAGE.format(
        title=escape(title),
        lead=escape(lead),
        links=" ".join(f'<a href="{path}">{text}</a>' for path, text in links),
        body=body,
    )


def _row(row: Mapping[str, Any]) -> str:
    link = f'<a href="/conversations/{quote(str(row["id"]), safe="")}">{_name(row)}</a>'
    cells = (
        _time(row["last_at"]),
        link,
        f"{escape(str(row['channel']))}",
        _ticket(row),
        escape(str(row["sequence"])),
        escape(str(row["open_work"] or "")),
    )
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _facts(told: Mapping[str, Any]) -> str:
    facts = [("contact", _name(told)), ("ticket", _ticket(told) or "none yet")]
    facts += [("ticket is", escape(str(told["ticket_status"])))] if told["ticket_status"] else []
    facts += [("person", escape(str(told["person"])))] if told["person"] else []
    return "<dl>" + "".join(f"<dt>{what}</dt><dd>{value}</dd>" for what, value in facts) + "</dl>"


def _step(message: Mapping[str, Any]) -> str:
    direction = str(message["direction"])
    who = escape(_WHO.get(direction, direction))
    author = f" {_said(message['author'])}" if message["author"] else ""
    status = str(message["status"])
    chips = [f'<span class="status">{escape(status)}</span>'] if status else []
    if message["open"]:
        attempts = f", {message['attempts']} attempts" if message["attempts"] else ""
        chips.append(f'<span class="open">{_said(message["open"])}{attempts}</span>')
    wrong = f'<p class="wrong">{_said(message["trouble"])}</p>' if message["trouble"] else ""
    return (
        f'<li class="{escape(direction)}" data-status="{escape(str(message["status"]))}">'
        f'<p class="about">{_time(message["occurred_at"])} <span class="who">{who}</span>{author} '
        f'<span class="number">{escape(str(message["sequence"]))}</span> {" ".join(chips)}</p>'
        f'<p class="text">{_said(message["text"])}</p>{wrong}</li>'
    )


def _open_work(work: Sequence[Mapping[str, Any]]) -> str:
    if not work:
        return _nothing("No work is open.")
    titles = ("sequence", "verb", "stage", "attempts", "due_at", "waiting_for", "parked")
    head = "".join(f'<th scope="col">{title.replace("_", " ")}</th>' for title in titles)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{_cell(row, title)}</td>" for title in titles) + "</tr>"
        for row in work
    )
    return f"<h2>Open work</h2><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(row: Mapping[str, Any], title: str) -> str:
    value = row[title]
    return _time(value) if title.endswith("_at") else _said(value)


def _nothing(text: str) -> str:
    return f'<p class="nothing">{text}</p>'


def _name(row: Mapping[str, Any]) -> str:
    return _said(row["contact"] or "nameless")


def _ticket(row: Mapping[str, Any]) -> str:
    """Return a link to a ticket, where its address is one that a browser only opens."""
    url = str(row["ticket"])
    if urlsplit(url).scheme not in ("http", "https"):
        return _said(url) if url else ""
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">ticket</a>'


def _said(text: object) -> str:
    """Return what somebody wrote: no markup, and turning no text around it."""
    return f"<bdi>{escape(str(text))}</bdi>"


def _time(ms: int) -> str:
    if not ms:
        return ""
    try:
        at = datetime.fromtimestamp(ms / _MS, UTC)
    except (ValueError, OverflowError, OSError):
        return escape(str(ms))
    return f'<time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M:%S}Z</time>'
