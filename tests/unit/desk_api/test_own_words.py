"""An agent's mail without history and signature; what was written for the customer never goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk_api.own_words import own_words
from tests.effort import steps

HISTORIES = {
    "Gmail, English": "On Mon, 3 Mar 2025 at 10:12, Anna Rossi <anna@example.com> wrote:\n\n> Where?\n> When?\n",
    "Gmail, wrapped": "On Mon, 3 Mar 2025 at 10:12, Anna Maria Rossi Bianchi\n<anna@example.com>\nwrote:\n> Where?",
    "Gmail, Italian": "Il giorno lun 3 mar 2025 alle ore 10:12 Anna <anna@example.com> ha scritto:\n> Dove?\n>\n> Quando?",
    "Apple Mail, Italian": "Il giorno 3 mar 2025, alle ore 10:12, Anna <anna@example.com> ha scritto:\n\nDove siete?",
    "Gmail, German": "Am Mo., 3. März 2025 um 10:12 Uhr schrieb Anna <anna@example.com>:\n\n> Wo?",
    "Thunderbird, German": "Am 03.03.25 um 10:12 schrieb Anna Rossi:\n> Wo?",
    "Gmail, French": "Le lun. 3 mars 2025 à 10:12, Anna <anna@example.com> a écrit\u00a0:\n\n> Où ?",
    "Gmail, Spanish": "El lun, 3 mar 2025 a las 10:12, Anna (<anna@example.com>) escribió:\n\n> ¿Dónde?",
    "Gmail, Portuguese": "Em seg., 3 de mar. de 2025 às 10:12, Anna <anna@example.com> escreveu:\n\n> Onde?",
    "Request Tracker": "On Mon Mar 03 10:12:33 2025, anna@example.com wrote:\n> Where?",
    "by name and address": "Anna Rossi <anna@example.com> wrote:\n\nWhere are you?",
    "Outlook's line": "-----Original Message-----\nFrom: Anna\nWhere are you?",
    "Outlook's line, Italian": "-----Messaggio originale-----\nDa: Anna\nDove?",
    "Outlook's line, German": "-----Ursprüngliche Nachricht-----\nVon: Anna\nWo?",
    "Outlook's line, French": "-----Message d'origine-----\nDe : Anna\nOù ?",
    "Outlook's line, Spanish": "-----Mensaje original-----\nDe: Anna\n¿Dónde?",
    "Outlook's line, Portuguese": "-----Mensagem original-----\nDe: Anna\nOnde?",
    "Outlook, English": "From: Anna Rossi\nSent: Monday, March 3, 2025 10:12 AM\nTo: Help\nSubject: Boxes\n\nWhere?",
    "Outlook, Italian": "Da: Anna Rossi\nInviato: lunedì 3 marzo 2025 10:12\nA: Aiuto\nOggetto: Scatole\n\nDove?",
    "Outlook, German": "Von: Anna\nGesendet: Montag, 3. März 2025 10:12\nAn: Hilfe\nBetreff: Kisten\n\nWo?",
    "Outlook, French": "De : Anna\nEnvoyé : lundi 3 mars 2025 10:12\nÀ : Aide\nObjet : Boîtes\n\nOù ?",
    "Outlook, Spanish": "De: Anna\nEnviado el: lunes, 3 de marzo de 2025 10:12\nPara: Ayuda\nAsunto: Cajas\n\n¿Dónde?",
    "Outlook, Portuguese": "De: Anna\nEnviada em: 3 de março de 2025 10:12\nPara: Ajuda\nAssunto: Caixas\n\nOnde?",
    "Outlook, under a rule": f"{'_' * 32}\nFrom: Anna <anna@example.com>\nSent: 3 March 2025\n\nWhere?",
    "Outlook, in stars": "*From:* Anna\n*Sent:* Monday, March 3, 2025\n*To:* Help\n*Subject:* Boxes\n\nWhere?",
    "Zendesk": "##- Please type your reply above this line -##\n\nYour request (12) has been updated.",
    "Zendesk, Italian": "##- Digita la risposta sopra questa riga -##\n\nTicket aggiornato",
    "quotes alone": "> Where?\n>> Here.\n>\n> When?",
}  # fmt: skip
ADDITIONS = {
    "a signature": "-- \nMarco Verdi\nHelp desk\n+39 02 000000",
    "a signature after a page": "--\nMarco Verdi\nHelp desk",
    "Chatwoot's": "--\n\nMarco Verdi",
    "iPhone": "Sent from my iPhone",
    "Samsung": "Sent from my Samsung Galaxy smartphone.",
    "a phone with a number": "Sent from my Galaxy S21 5G",
    "Windows": "Sent from Mail for Windows 10",
    "Outlook": "Get Outlook for Android <https://aka.ms/x>",
    "Outlook, from a page": "Sent from Outlook for iOS (https://aka.ms/x)",
    "Yahoo": "Sent from Yahoo Mail on Android",
    "iPhone, Italian": "Inviato da iPhone",
    "my iPhone, Italian": "Inviato dal mio iPhone",
    "Outlook, Italian": "Ottieni Outlook per iOS",
    "iPhone, German": "Von meinem iPhone gesendet",
    "mobile, German": "Gesendet von meinem Handy",
    "iPhone, French": "Envoyé de mon iPhone",
    "mobile, French": "Envoyé depuis mon téléphone",
    "iPhone, Spanish": "Enviado desde mi iPhone",
    "iPhone, Portuguese": "Enviado do meu iPhone",
}
OWN = "Ciao Anna,\n\nthe box comes today.\n\nMarco"


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_the_message_before_does_not_go_to_the_customer(history):
    assert own_words(f"{OWN}\n\n{history}") == OWN


@pytest.mark.parametrize("addition", ADDITIONS.values(), ids=ADDITIONS)
def test_signatures_and_what_devices_write_do_not_go_to_the_customer(addition):
    assert own_words(f"{OWN}\n\n{addition}\n") == OWN


@pytest.mark.parametrize("addition", ADDITIONS.values(), ids=ADDITIONS)
@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_all_of_it_together_does_not_go_either_whatever_the_line_ends_are(history, addition):
    assert own_words(f"{OWN}\n\n{addition}\n\n{history}") == OWN
    crlf = f"{OWN}\n\n{addition}\n\n{history}".replace("\n", "\r\n")
    assert own_words(crlf) == OWN.replace("\n", "\r\n")


def test_a_signature_below_the_quotes_goes_and_the_quotes_with_it():
    below = "On 3 March 2025, Anna wrote:\n> Where?\n\n-- \nMarco\nSent from my iPhone"
    assert own_words(f"{OWN}\n{below}") == OWN


STAYING = {
    "answers between quotes": "> Where?\nIn via Roma.\n\n> When?\nAt nine.",
    "an answer below a quote": "> Where are you?\n\nIn via Roma.",
    "answers below who wrote": "Hello,\nOn 3 Mar 2025 Anna <anna@example.com> wrote:\n> Where?\nIn via Roma.\n> When?\nAt nine.",
    "a list of dashes": "We have:\n-- red ones\n-- blue ones",
    "dashes in a sentence": "The box -- the red one -- comes today.\nYes -- ",
    "dashes between parts": "First\n--\nSecond\n--\nThird",
    "much below two dashes": "First\n--\n" + "\n".join(f"{n}. Press the button" for n in range(9)),
    "a quote below two dashes": "First\n--\n> Where?\nIn via Roma.",
    "a table of prices": "Prices:\n>5 kg costs 10 €",
    "a journey": "Your transfer:\nFrom: Milano\nTo: Malpensa\nDate: 3 March, 10:12\nSee you!",
    "a place to start": "From: the station take bus 4.\nTo: the museum.",
    "who wrote, in a sentence": "As on 3 March 2025 the technician wrote:\nthe valve is broken.",
    "who wrote, politely": "Buongiorno,\nIl 3 marzo 2025 alle 10:30 Lei ha scritto:\nvorrei un rimborso. Ecco.",
    "an address of somebody": "Please answer to help@example.com, as Anna wrote:\nonly there.",
    "sent from a place": "Your box:\nSent from our warehouse in Milano",
    "sent by mail": "The invoice?\nSent via mail on Monday.",
    "sent in German": "Die Rechnung?\nVon mir wurde sie per Mail gesendet",
    "sent from a phone, in a sentence": "Photos?\nSent from my phone they arrive too small, use a computer.",
    "a rule": "First\n________________\nSecond",
    "forwarded on purpose": "See below.\n---------- Forwarded message ---------\nThe plan is …",
    "a device that is not last": "Sent from my iPhone\nis what you read below our mails.",
}  # fmt: skip


@pytest.mark.parametrize("text", STAYING.values(), ids=STAYING)
def test_what_a_person_may_have_written_stays(text):
    assert own_words(text) == text.rstrip()


NOTHING_ELSE = ["> Where?\n> When?\n", "-- \nMarco", "Sent from my iPhone", "", " \n "]


@pytest.mark.parametrize("text", NOTHING_ELSE)
def test_a_text_that_would_have_nothing_left_stays_as_it_is(text):
    assert own_words(text) == text


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_history_alone_is_not_cut_down_to_nothing(history):
    assert own_words(history).strip()


def test_who_wrote_what_is_answered_first_is_left_out_so_that_the_text_begins_with_its_quote():
    text = "On Mon Mar 03 10:12:33 2025, anna@example.com wrote:\n\n> Where?\n\nIn via Roma.\n\n-- \nMarco"
    assert own_words(text) == "> Where?\n\nIn via Roma."


def test_the_line_of_zendesk_above_everything_goes_alone():
    assert own_words("##- Please type your reply above this line -##\n\nHello") == "Hello"


PARTS = "\n".join([OWN, *HISTORIES.values(), *ADDITIONS.values(), "--", "> ", "\r", " "])
A_FEW = st.lists(st.sampled_from(PARTS.split("\n")) | st.text(max_size=8), max_size=14)
LINES = A_FEW.map("\n".join)


@given(LINES | st.text())
def test_the_result_is_a_piece_of_the_text_and_never_empty_for_words(text):
    result = own_words(text)
    assert result in text
    assert bool(result.strip()) == bool(text.strip())


@given(LINES | st.text())
def test_a_second_time_changes_nothing(text):
    once = own_words(text)
    assert own_words(once) == once


REPEATED = [
    *HISTORIES.values(),
    *ADDITIONS.values(),
    "> a",
    "",
    "-",
    "a",
    "On 1 <a@b> wrote:",
    "From: a",
    "--\na",
    "____________",
]


@pytest.mark.parametrize("part", REPEATED)
@pytest.mark.parametrize("joint", ["\n", "\n\n", " "])
def test_the_work_grows_with_the_length_alone(part, joint):
    short, long = (steps(own_words, "Hi\n" + joint.join([part] * n)) for n in (100, 400))
    assert long < 4.5 * short + 500
