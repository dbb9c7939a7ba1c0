"""
Takes out of an agent's mail what is not meant for the customer: history, signature, device.

Own code: mail-parser-reply knows no Portuguese and leaves what telephones add, quotequail needs
lxml. A language is one more word in each table below.

What looks like history or a signature and may be a person's own words stays: a leak of a signature
is a blemish, a lost sentence is a lost sentence.
"""

from __future__ import annotations

import re
from typing import Final

_QUOTED: Final = re.compile(r"\s{0,3}>(?:[>\s]|$)")  # not ">5 kg costs more"

#: How what says who wrote when begins, and how its last line ends; schrieb may stand before a name.
_OPENING: Final = re.compile(r"(?:On|Il|Am|Le|El|Em|No dia)\s")
_WROTE: Final = re.compile(
    r"(?:\b(?:wrote|ha scritto|a écrit|escribió|escreveu)|\bschrieb\b.{0,200})\s?:\s*$"
)
_MOST_LINES: Final = 3  # that it is wrapped into
_LONGEST: Final = 400  # characters of it
_MAILBOX: Final = re.compile(r"<[^<>\s]{1,200}@[^<>\s]{1,200}>")
_DATE_OR_MAILBOX: Final = re.compile(r"[0-9@]")

_ORIGINAL: Final = re.compile(
    r"-{2,20}\s?(?:original message|messaggio originale|ursprüngliche nachricht"
    r"|message d\Worigine|mensaje original|mensagem original)\s?-{2,20}",
    re.IGNORECASE,
)
_REPLY_ABOVE: Final = re.compile(r"##-.{1,200}-##")

#: The head of the message before: who, and in the lines below it when, and about what.
_WHO: Final = re.compile(r"\*?(?:from|da|von|de)\s?:\*?\s.*\S", re.IGNORECASE)
_WHEN: Final = re.compile(
    r"\*?(?:sent|date|inviato|data|gesendet|datum|envoyé|enviado(?: el)?|enviada(?: em)?|fecha)"
    r"\s?:\*?\s.*[0-9]",
    re.IGNORECASE,
)
_WHAT: Final = re.compile(
    r"\*?(?:subject|oggetto|betreff|objet|asunto|assunto)\s?:\*?(?:\s|$)", re.IGNORECASE
)
_HEAD: Final = 6  # lines below the first
_RULE: Final = re.compile(r"[_-]{5,200}")

_SIGNATURE: Final = ("-- ", "--\xa0")
_BARE_SIGNATURE: Final = "--"  # Chatwoot's, and that of mails which lost their outer spaces
_LONGEST_SIGNATURE: Final = 8  # lines with words below a bare one: what is longer is no signature

#: What telephones and mail programs write below, untold; "sent by mail" is what people write.
_NAMED: Final = (
    r"iphone|ipad|android|samsung|galaxy|huawei|xiaomi|pixel|blackberry|outlook|yahoo(?: mail)?"
    r"|gmail|thunderbird|proton ?mail|mail (?:for|per|für|pour|para) windows"
)
_OWNED: Final = (
    r"phone|mobile|smartphone|telefono|cellulare|handy|mobiltelefon|téléphone|portable|móvil"
    r"|teléfono|celular|telemóvel"
)
_MORE: Final = (
    rf"(?:[ -](?:{_NAMED}|{_OWNED}|[a-z]{{0,9}}[0-9][a-z0-9+]*|ios|for|per|für|pour|para|su|on|sur"
    r"|auf|via|pro|max|mini|ultra|lite)){0,6}"
)
_DEVICE: Final = rf"(?:(?:{_NAMED}){_MORE})"
_LINK: Final = r"(?: ?[<(]https?://[^\s<>]{1,200}[>)])?"
_FROM_A_DEVICE: Final = re.compile(
    r"(?:(?:sent (?:from|via)|inviato (?:da|dal|tramite)|gesendet (?:von|mit)"
    r"|envoyé (?:de|depuis|à partir de)|enviado (?:desde|do|da|de|a partir do)) "
    rf"(?:{_DEVICE}|(?:my|mio|il mio|meinem|mon|mi|meu) (?:{_NAMED}|{_OWNED}){_MORE})"
    rf"|von (?:meinem )?(?:{_NAMED}|{_OWNED}){_MORE} gesendet"
    r"|(?:get|ottieni|téléchargez|obtener|obtenga|obtenha|obter|laden sie|holen sie sich)"
    rf" outlook (?:for|per|für|pour|para|o) \w{{1,20}}(?: herunter)?){_LINK}\.?{_LINK}",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """
    Return the piece of a text that its writer wrote for its reader, without empty lines around.

    Quotes before and between own words are answered there, and stay. A text that would have
    nothing left is returned as it is.
    """
    lines = text.splitlines(keepends=True)
    bare = text.splitlines()
    begin = _beginning(bare)
    own = next((n for n in range(begin, len(bare)) if _is_own(bare[n])), None)
    if own is None:
        return text
    end = _history(bare, own)
    before = None
    while before != end:
        before, end = end, _without_trailing(bare, own, _signature(bare, own, end))
    return "".join(lines[begin:end]).rstrip() if end > own else text


def _is_own(line: str) -> bool:
    return bool(line.strip()) and not _QUOTED.match(line)


def _next(lines: list[str], place: int) -> int:
    """Return where the next line with words is, from a place on; the end or more if none is."""
    while place < len(lines) and not lines[place].strip():
        place += 1
    return place


def _beginning(lines: list[str]) -> int:
    """Return where a text begins, after what says only who is quoted, or where to reply."""
    place = 0
    while place < len(lines):
        if not lines[place].strip() or _REPLY_ABOVE.fullmatch(lines[place].strip()):
            place += 1
            continue
        for count in range(1, _MOST_LINES + 1):
            quote = _next(lines, place + count)
            is_quote = quote < len(lines) and _QUOTED.match(lines[quote])
            if is_quote and _says_who_wrote(lines[place : place + count]):
                return quote
        break
    return place


def _says_who_wrote(lines: list[str]) -> bool:
    """Tell whether lines say who wrote what is quoted below them."""
    said = " ".join(line.strip() for line in lines)
    if len(said) > _LONGEST or not all(map(_is_own, lines)) or not _WROTE.search(said):
        return False
    if _OPENING.match(said):
        return bool(_DATE_OR_MAILBOX.search(said))
    return len(lines) == 1 and bool(_MAILBOX.search(said))


def _history(lines: list[str], own: int) -> int:
    """Return where the message before begins, below own words."""
    for place in range(own + 1, len(lines)):
        line = lines[place].strip()
        if _ORIGINAL.fullmatch(line) or _REPLY_ABOVE.fullmatch(line):
            return place
        if _is_head(lines, place):
            return _above(lines, own, place)
        if _is_followed_by_all(lines, place):
            return place
    return len(lines)


def _is_head(lines: list[str], place: int) -> bool:
    who = lines[place].strip()
    if len(who) > _LONGEST or not _WHO.fullmatch(who):
        return False
    below = [line.strip()[:_LONGEST] for line in lines[place + 1 : place + 1 + _HEAD]]
    head = below[: below.index("")] if "" in below else below
    has_subject = any(map(_WHAT.match, head)) or bool(_MAILBOX.search(who))
    return has_subject and any(map(_WHEN.match, head))


def _above(lines: list[str], own: int, place: int) -> int:
    """Return where a head begins if a rule is drawn above it."""
    rule = place - 1
    while rule > own and not lines[rule].strip():
        rule -= 1
    return rule if rule > own and _RULE.fullmatch(lines[rule].strip()) else place


def _is_followed_by_all(lines: list[str], place: int) -> bool:
    """Tell whether it is said here who wrote, by address, and no line below marks what he wrote."""
    for count in range(1, _MOST_LINES + 1):
        said = lines[place : place + count]
        if _says_who_wrote(said) and _MAILBOX.search(" ".join(said)):
            below = _next(lines, place + count)
            return below >= len(lines) or not _QUOTED.match(lines[below])
    return False


def _signature(lines: list[str], own: int, end: int) -> int:
    """Return where a signature begins; where none does, the end."""
    below = range(own + 1, end)
    for place in below:
        if lines[place] in _SIGNATURE:
            return place
    bare = [place for place in below if lines[place] == _BARE_SIGNATURE]
    if len(bare) != 1:
        return end
    rest = [line for line in lines[bare[0] + 1 : end] if line.strip()]
    is_one = len(rest) <= _LONGEST_SIGNATURE and not any(map(_QUOTED.match, rest))
    return bare[0] if is_one else end


def _without_trailing(lines: list[str], own: int, end: int) -> int:
    """Return where a text ends without the quotes, and what a telephone wrote, at its end."""
    while end > own + 1:
        last = lines[end - 1].strip()
        if not last or (len(last) <= _LONGEST and _FROM_A_DEVICE.fullmatch(last)):
            end -= 1
        elif _QUOTED.match(lines[end - 1]):
            while not _is_own(lines[end - 1]):
                end -= 1
            end = _before_who_wrote(lines, own, end)
        else:
            break
    return end


def _before_who_wrote(lines: list[str], own: int, end: int) -> int:
    for count in range(1, _MOST_LINES + 1):
        if end - count > own and _says_who_wrote(lines[end - count : end]):
            return end - count
    return end
