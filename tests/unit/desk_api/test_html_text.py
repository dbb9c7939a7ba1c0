"""What agents write in editors of web pages, as the text that a phone shows."""

from __future__ import annotations

import re
import unicodedata
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk_api.html_text import text_of
from chalicelib.desk_api.own_words import own_words
from tests.effort import steps

CASES = {
    "entities": ("<p>3 &lt; 5 &amp; 5 &gt; 3, caff&egrave; &#8364;5 &quot;ok&quot;</p>", '3 < 5 & 5 > 3, caffè €5 "ok"'),
    "an entity of an entity": ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
    "no tags, as a browser forgives": ("a < b and x & y", "a < b and x & y"),
    "spaces as in a browser": ("<p>\n  one\n  two   <b> three</b> <i> four </i>\n</p>", "one two three four"),
    "no space between letters": ("un<b>believ</b>able", "unbelievable"),
    "paragraphs": ("<p>one</p><p>two</p>", "one\n\ntwo"),
    "paragraphs nobody ended": ("<p>one<p>two<div>three", "one\n\ntwo\n\nthree"),
    "lines": ("one<br>two<br/>three</br>four", "one\ntwo\nthree\nfour"),
    "an empty line": ("one<br><br>two", "one\n\ntwo"),
    "many empty lines": ("one<br><br><br><br><p></p><p><br></p>two", "one\n\ntwo"),
    "blocks": ("<div>one</div><div>two<div>three</div></div>", "one\ntwo\nthree"),
    "headings and rules": ("<h2>Title</h2>text<hr>more", "Title\n\ntext\n\nmore"),
    "emphasis": ("<b>one</b> <em>two</em> <u>three</u> <span style='color:red'>four</span>", "one two three four"),
    "crossed emphasis": ("<b>one<i>two</b>three</i>four", "onetwothreefour"),
    "a list": ("<p>We have:</p><ul><li>red</li><li>blue</li></ul><p>Which?</p>", "We have:\n\n- red\n- blue\n\nWhich?"),
    "a list nobody ended": ("<ul><li>red<li>blue</ul>or", "- red\n- blue\n\nor"),
    "a loose list": ("<ul>\n<li>\n<p>red</p>\n</li>\n<li>\n<p>blue</p>\n</li>\n</ul>", "- red\n- blue"),
    "a numbered list": ("<ol><li>open<br>the box</li><li>look</li></ol>", "1. open\n  the box\n2. look"),
    "numbers from elsewhere": ("<ol start='3'><li>a<li value=7>b<li>c</ol>", "3. a\n7. b\n8. c"),
    "numbers that are none": ("<ol start='x'><li value='99999999999'>a</ol>", "1. a"),
    "lists in lists": ("<ol><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ol>", "1. a\n  - b\n  - c\n2. d"),
    "an empty item": ("<ul><li></li><li>a</li></ul>", "- a"),
    "an item without a list": ("<li>a</li>b", "- a\nb"),
    "definitions": ("<dl><dt>Red</dt><dd>5 €</dd></dl>", "Red\n5 €"),
    "a link": ("see <a href='https://example.com/a?b=1&amp;c=2'>our page</a>, please", "see our page (https://example.com/a?b=1&c=2), please"),
    "a link that says itself": ("<a href='https://example.com/'>https://example.com</a>", "https://example.com"),
    "a link without its scheme": ("<a href='https://www.example.com/'>Example.com</a>", "Example.com"),
    "a shortened link": ("<a href='https://example.com/long'>example.com/l…</a>", "example.com/l… (https://example.com/long)"),
    "a link without a scheme": ("<a href='//example.com/a'>here</a>", "here (https://example.com/a)"),
    "a link with spaces": ("<a href=' https://example.com/a b\n'>here</a>", "here (https://example.com/a%20b)"),
    "a link nobody ended": ("<div><a href='https://example.com'>one</div>two", "one (https://example.com)\ntwo"),
    "a link in a link": ("<a href='https://a.example'>a<a href='https://b.example'>b</a></a>", "a (https://a.example)b (https://b.example)"),
    "a link of blocks": ("<a href='https://example.com'><div>one</div></a>two", "one (https://example.com)\ntwo"),
    "a linked picture": ("<a href='https://example.com'><img src='x.png' alt='Our shop'></a>", "https://example.com"),
    "a link of nothing": ("a<a href='https://example.com'></a>b", "ab"),
    "mail": ("<a href='mailto:help@example.com?subject=Hi'>write</a>", "write (help@example.com)"),
    "mail that says itself": ("<a href='mailto:help%40example.com'>Help@example.com</a>", "Help@example.com"),
    "a number": ("<a href='tel:+39021234'>call us</a>", "call us (+39021234)"),
    "a number that says itself": ("<a href='tel:+39021234'>+39 02 / 12-34</a>", "+39 02 / 12-34"),
    "a script as a link": ("<a href='javascript:alert(1)'>one</a> <a href=' JAVA\nSCRIPT:x'>two</a>", "one two"),
    "other addresses": ("<a href='data:text/html,x'>a</a> <a href='file:///x'>b</a> <a href='#top'>c</a> <a href='/x'>d</a> <a href='cid:1'>e</a> <a name=x>f</a> <a href>g</a>", "a b c d e f g"),
    "a quote": ("<blockquote>Where?</blockquote><p>Here.</p>", "> Where?\n\nHere."),
    "a quote of paragraphs": ("<blockquote><p>one</p><p>two<br>three</p></blockquote>", "> one\n>\n> two\n> three"),
    "quotes in quotes": ("<blockquote>one<blockquote>two</blockquote>three</blockquote>", "> one\n>\n> > two\n>\n> three"),
    "a list in a quote": ("<blockquote><ul><li>one</ul></blockquote>", "> - one"),
    "a table": ("<table><thead><tr><th>Size</th><th>Price</th></tr></thead><tbody><tr><td>S</td><td>5 €</td></tr><tr><td><p>M</p></td><td><p>6 €</p></td></tr></tbody></table>", "Size | Price\nS | 5 €\nM | 6 €"),
    "a table nobody ended": ("<table><tr><td>a<td>b<tr><td>c<td>d", "a | b\nc | d"),
    "a table for looks": ("<table><tr><td><table><tr><td>Hello</td></tr><tr><td></td><td>Marco</td></tr></table></td></tr></table>bye", "Hello\nMarco\nbye"),
    "what is not seen": ("a<script>b<c</script><style>p{x:y}</style><!-- d --><template>e</template><title>f</title>g", "ag"),
    "what is hidden": ("a<span style='color:red;display : none'>b<span>c</span></span><div hidden>d</div><i style='visibility:hidden'>e</i><p style='mso-hide:all'>f</p>g<br hidden>h", "agh"),
    "hidden lists and quotes": ("<div hidden><ul><li>a<blockquote>b</div>c", "c"),
    "comments of Outlook": ("<!--[if mso]><p>x</p><![endif]-->a<![if !mso]>b<![endif]>", "ab"),
    "a picture": ("a <img src='x.png' alt='Logo of the shop'> b", "a b"),
    "emoji as pictures": ("Hi <img class='emoji' alt='😀' src='x'><img alt='👨‍👩‍👧‍👦'> <img alt='1️⃣'><img alt='!'><img alt>", "Hi 😀👨‍👩‍👧‍👦 1️⃣"),
    "written as it is": ("<pre>\n  a  b\n\n\tc\n</pre>d", "  a  b\n\n\tc\n\nd"),
    "written as it is, by style": ("<div style='white-space: pre-wrap'>a\n  b</div>c", "a\n  b\nc"),
    "spaces that do not break": ("<p>Bonjour&nbsp;!</p><p>a&nbsp;&nbsp; b&#8239;c</p>", "Bonjour !\n\na b c"),
    "what has no width": ("<p>\u200b\ufeffone\u2060&#173;&shy;two&ZeroWidthSpace;</p>", "onetwo"),
    "controls": ("a\x00b&#1;c\x1bd\x85e\u2028f&#xd800;", "abcd e f\ufffd"),
    "halves of pairs": ("a\ud800b<a href='https://x.example/\udfff'>c\udc00</a>", "abc (https://x.example/)"),
    "an address that looks like entities": ('<a href="https://x.example/?a=1&copy=2&amp;lt=3&#38;b&region-1&gt">x</a>', "x (https://x.example/?a=1&copy=2&lt=3&b&region-1>)"),
    "attributes without quotes": ("<A HREF=https://x.example/a?b=c/ CLASS=d>x</A>", "x (https://x.example/a?b=c/)"),
    "an end of a tag in quotes": ("<b title='a > b' data-x=\"'\">x</b>", "x"),
    "an attribute given twice": ("<a href='https://x.example'href='https://y.example'>x</a>", "x (https://x.example)"),
    "odd attributes": ("<b = ='/ \"'x' hidden=>x</b>y", "y"),
    "a tag nobody closed": ("one <a href='https://x.example", "one"),
    "odd comments": ("a<!-->b<!--->c<!-- d --!>e<!x>f<?g?>h</ i>j<!---->k", "abcefhjk"),
    "an odd comment nobody closed": ("a<!--!>b", "a"),
    "a comment of nothing at the end": ("a<!", "a"),
    "a comment nobody closed": ("a<!-- b", "a"),
    "tags where only text can be": ("<textarea>a<b>&lt;</textarea><title><p>b</title>c<script>'</script >d", "a<b><cd"),
    "an entity nobody closed": ("a &lt b &ampc &unknown; &", "a < b &c &unknown; &"),
    "a character of many digits": ("a&#" + "9" * 5000 + ";b&#x" + "f" * 5000 + ";", "a\ufffdb\ufffd"),
    "a comparison at the end": ("a <", "a <"),
    "an end of nothing at the end": ("a </b></", "a </"),
    "nothing": ("", ""),
    "nothing to read": ("<p> &nbsp; </p><br><img src=x>", ""),
    "tags that end nothing": ("</div>a</span></ul></li></b>", "a"),
    "what is no tag": ("a <3 b < c <> d </ e", "a <3 b < c <> d"),
    "what stops Python's parser": ("a<![<b>c", "ac"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "text"), CASES.values(), ids=CASES)
def test_a_page_becomes_what_is_read_in_it(html, text):
    assert text_of(html) == text


ZENDESK = """
<div class="zd-comment" dir="auto"><p dir="auto">Hi Anna,</p><p dir="auto">&nbsp;</p>
<p dir="auto">your order <strong>#12</strong> left today. You can follow it
<a href="https://track.example/12" rel="noopener noreferrer">here</a>.</p>
<ol dir="auto"><li>Open the page</li><li>Enter the number</li></ol><p dir="auto">Marco</p></div>
"""
FRESHDESK = """
<div style="font-family:-apple-system, Arial; font-size:14px"><div dir="ltr">Hi Anna,</div>
<div dir="ltr"><br></div><div dir="ltr">it is at <a href="http://shop.example" target="_blank">
http://shop.example</a> &#128512;</div><div dir="ltr"><br></div></div>
"""
ZAMMAD = """
<div>Hallo Anna,<br><br>das Paket kommt <b>morgen</b>.<br></div><div><br></div>
<div data-signature="true" data-signature-id="1">Viele Grüße<br>Marco</div>
"""
RT = """
<p>Hi Anna,</p>

<p>On Mon Mar 03 10:12:33 2025, anna@example.com wrote:</p>

<blockquote><p>Where are you?</p></blockquote>

<p>In via Roma&nbsp;&mdash; <em>first</em> floor.</p>
"""
OUTLOOK = """
<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset="utf-8">
<style><!-- p.MsoNormal {margin:0cm;} --></style><!--[if gte mso 9]><xml><o:x/></xml><![endif]-->
</head><body lang="IT"><div class="WordSection1"><p class="MsoNormal">Ciao Anna,<o:p></o:p></p>
<p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">arriva <b>oggi</b>.<o:p></o:p></p>
<p class="MsoNormal">Marco<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>
<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>Da:</b> Anna
&lt;anna@example.com&gt;<br><b>Inviato:</b> luned&igrave; 3 marzo 2025 10:12<br><b>A:</b> Aiuto<br>
<b>Oggetto:</b> Scatola<o:p></o:p></p></div><p class="MsoNormal">Dov'&egrave;?<o:p></o:p></p>
</div></body></html>
"""
GMAIL = """
<div dir="ltr">It comes today.<div><br></div><div>Marco</div><div><br></div>
<span class="gmail_signature_prefix">-- </span><br><div class="gmail_signature">Help desk</div></div>
<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, 3 Mar 2025 at 10:12, Anna &lt;<a
href="mailto:anna@example.com">anna@example.com</a>&gt; wrote:<br></div><blockquote
class="gmail_quote" style="margin:0px"><div dir="ltr">Where is it?<div>When?</div></div></blockquote></div>
"""
REPLIES = {
    "Zendesk": (ZENDESK, "Hi Anna,\n\nyour order #12 left today. You can follow it here (https://track.example/12).\n\n1. Open the page\n2. Enter the number\n\nMarco"),
    "Freshdesk": (FRESHDESK, "Hi Anna,\n\nit is at http://shop.example 😀"),
    "Zammad": (ZAMMAD, "Hallo Anna,\n\ndas Paket kommt morgen.\n\nViele Grüße\nMarco"),
    "Request Tracker": (RT, "Hi Anna,\n\nOn Mon Mar 03 10:12:33 2025, anna@example.com wrote:\n\n> Where are you?\n\nIn via Roma — first floor."),
    "Outlook": (OUTLOOK, "Ciao Anna,\n\narriva oggi.\nMarco"),
    "Gmail": (GMAIL, "It comes today.\n\nMarco"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "text"), REPLIES.values(), ids=REPLIES)
def test_a_reply_of_each_editor_is_what_its_agent_said(html, text):
    assert own_words(text_of(html)) == text


def test_a_text_of_words_alone_stays_itself():
    once = text_of(ZAMMAD)
    assert text_of(escape(once).replace("\n", "<br>")) == once


NAMES = "a b blockquote br div dl dt li ol p pre script span style table td textarea tr ul img"
TAGS = NAMES.split()
REAL_TAG = re.compile(rf"</?(?:{'|'.join(TAGS)})[ />]")
ATTRIBUTES = [
    "",
    " hidden",
    " href='https://a.example'",
    " style='display:none'",
    " alt='😀'",
    " x=",
]
PIECES = st.one_of(
    st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)),
    st.builds("</{}>".format, st.sampled_from(TAGS)),
    st.sampled_from(
        ["<!--", "-->", "<![CDATA[", "<!", "<?", "&", "&#", "&#0;", "&amp;", "\0", "'"]
    ),
    st.text(st.characters(exclude_categories=[]), max_size=6),
)
PAGES = st.lists(PIECES, max_size=20).map("".join) | st.text(st.characters(exclude_categories=[]))


@given(PAGES)
def test_whatever_comes_in_clean_text_comes_out(html):
    text = text_of(html)
    controls = {sign for sign in text if unicodedata.category(sign) in {"Cc", "Cs"}}
    assert controls <= {"\n", "\t"}
    assert text == text.rstrip()


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Z"]), min_size=1))
def test_words_survive_whatever_they_look_like(word):
    assert text_of(f"<p>{escape(word)}</p>") == word
    assert text_of(f"<ul><li><b>{escape(word)}") == f"- {word}"
    assert text_of(f"<pre>{escape(word)}</pre>") == word


VISIBLE = st.sampled_from([tag for tag in TAGS if tag not in {"script", "style", "textarea"}])


@given(st.lists(st.tuples(VISIBLE, st.booleans(), st.integers(0, 99)), max_size=20))
def test_every_word_that_is_seen_is_there_in_its_order_and_no_tag_is(parts):
    html = "".join(f"<{'/' * ends}{tag}> w{number}w " for tag, ends, number in parts)
    text = text_of(html)
    assert re.findall(r"w\d+w", text) == [f"w{number}w" for _, _, number in parts]
    assert not REAL_TAG.search(text)


OPENINGS = [f"<{tag} x='1'>a" for tag in TAGS]
CLOSINGS = ["", *(f"</{tag}>" for tag in ("a", "b", "div", "p"))]
TRICKS = ["<!--", "<a ", "<a b='", "<a b=c/", "<![", "<![CDATA[", "<!", "<?", "</", "</a ", "<", "&", "&#", "&amp", "\0", "\r", "<b hidden>", "<a href='https://a.example'><div>a", "<b><p>a</b>", "<p><b id=1>a", "<li><ol>", "<ul><li>a", "&nbsp;", "\u200b", "<td>a", "<svg><![CDATA[a]]>", "<script></", "<title></t"]  # fmt: skip


@pytest.mark.parametrize("part", OPENINGS + TRICKS)
@pytest.mark.parametrize("closing", CLOSINGS)
def test_the_work_and_the_text_grow_with_the_length_alone(part, closing):
    short, long = (part * n + closing * n for n in (40, 160))
    text_of(short)  # what is made once, is made
    assert steps(text_of, long) < 4.5 * steps(text_of, short) + 2000
    assert len(text_of(long)) < 4.5 * len(text_of(short)) + 500


@pytest.mark.parametrize("tag", ["div", "blockquote", "ul><li", "table><tr><td", "b"])
def test_ten_thousand_elements_in_each_other_are_read_to_the_end(tag):
    text = text_of(f"<{tag}>" * 10_000 + "<p>word</p>")
    assert text.endswith("word")
    assert len(text) < 100
    assert text_of(f"<{tag} hidden>" * 10_000 + "<p>word</p>") == ""


def test_a_megabyte_of_anything_is_read():
    assert text_of("<p>one <b>two</b> &amp; three</p>" * 30_000).count("one two & three") == 30_000
    assert text_of("<a b='" * 170_000) == ""
    assert text_of("<!--" * 250_000) == ""
