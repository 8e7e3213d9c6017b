"""A language that isn't loaded is answered in it, in one sentence, and the talk goes on."""

from __future__ import annotations

import json
from string import ascii_letters, digits

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.flows.form_driver import FormDriver
from ticket_clerk import languages
from ticket_clerk.languages.foreign import foreign_language, regret
from ticket_clerk.project import ROOT
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of

MEASURE = ROOT.parent / "shared" / "nlu" / "dev.jsonl"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Ich möchte zwei Karten für Swan Lake", "de"),
        ("wieviel kostet das", "de"),
        ("Je voudrais deux billets, s’il vous plaît", "fr"),
        ("Vorrei due biglietti per La Traviata", "it"),
        ("quanto custa o bilhete?", "pt"),
        ("Hoeveel kosten de kaartjes?", "nl"),
        ("ile kosztuje bilet", "pl"),
        ("¿cuánto cuestan las entradas?", "es"),
        ("necesito dos boletos para hoy", "es"),
    ],
)
def test_a_sentence_is_told_by_its_commonest_words(text: str, code: str) -> None:
    """Accents may be left out or not."""
    assert foreign_language(text, ["en"]) == code


@pytest.mark.parametrize(
    "text",
    [
        "La Traviata",
        "2 for Aida please",
        "do you have Così fan tutte",
        "tickets for Die Fledermaus, and is there parking?",
        "hola",
        "merci!",
        "ok",
        "si",
        "4",
        "4242 4242",
        "um, no",
        "",
    ],
)
def test_names_and_words_of_everybody_decide_nothing(text: str) -> None:
    """English with a foreign name in it is English."""
    assert foreign_language(text, ["en"]) is None


def test_words_of_the_catalog_are_of_no_language() -> None:
    """The negative control: without the name it would be taken for German."""
    assert foreign_language("Der Ring des Nibelungen", ["en"]) == "de"
    assert foreign_language("Der Ring des Nibelungen", ["en"], ["Der Ring des Nibelungen"]) is None


@example("De1la2El3un4por5")
@given(st.text(ascii_letters + digits, min_size=16, max_size=16))
def test_the_letters_of_an_order_number_are_of_no_language(letters: str) -> None:
    """Between its digits there may be what looks like two words of another language."""
    assert foreign_language(f"Change ord_{letters}", ["en"]) is None
    assert foreign_language("Change ord de la el un por", ["en"]) == "es"


def test_english_is_foreign_where_spanish_is_spoken() -> None:
    """And Spanish isn't."""
    assert foreign_language("I would like two tickets please", ["es"]) == "en"
    assert foreign_language("quiero dos entradas, por favor", ["es"]) is None


def test_strangers_english_is_taken_for_nothing_else() -> None:
    """At most two in a thousand of the sentences that were measured, which nothing learned."""
    if not MEASURE.exists():
        pytest.skip("shared/nlu is not beside this checkout")
    texts = [json.loads(line)["text"] for line in MEASURE.read_text(encoding="utf-8").splitlines()]
    taken = [text for text in texts if foreign_language(text, ["en"])]
    assert len(taken) <= 0.002 * len(texts), taken


@pytest.mark.parametrize("loaded", languages.codes())
def test_each_language_regrets_in_a_sentence(loaded: str) -> None:
    """It names the one that is spoken, in the language of who wrote."""
    assert regret("de", ["en"]) == "Ich spreche leider nur Englisch."
    assert regret("de", ["en", "es"]) == "Ich spreche leider nur Englisch und Spanisch."
    for code in ("en", "es", "de", "fr", "it", "pt", "nl", "pl"):
        assert regret(code, [loaded]).count(".") == 1


def test_the_talk_goes_on_after_it(container: Container) -> None:
    """Nothing is understood of it, a yes least of all; what was asked is asked again."""
    ana = FormDriver(container)
    ana.say("2 tickets for the lakers in section 101", "buy_tickets")
    ana.say("sí, por favor, quiero las dos entradas", "affirm")
    assert ana.answers[0]["text"] == "Lo siento, solo hablo inglés."
    assert orders_of(container, ana.buyer) == []
    assert "utter_checkout_link" in ana.say("yes please", "affirm")
