"""Spanish and English on one running clerk: purchases from the request to the paid order."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests

from tests.journeys.buyers import LINK, ORDER, RestBuyer, pay
from tests.journeys.clerk import Clerk
from tests.waiting import wait_until
from ticket_clerk import languages

_TICKET = re.compile(r"https?://\S+/payments/tickets/tkt_\w+")


@pytest.fixture(scope="module")
def taquilla(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    """A clerk that speaks both: a setting, and a model of its own."""
    clerk = Clerk(tmp_path_factory.mktemp("taquilla"), CLERK_LANGUAGE="en,es")
    try:
        clerk.start()
        yield clerk
    finally:
        clerk.stop()


def test_from_the_wish_to_the_paid_order(taquilla: Clerk) -> None:
    """A change of mind and a question in between; amounts and dates as Spaniards write them."""
    buyer = RestBuyer(taquilla)
    assert "Hola" in buyer.say("hola")
    asked = buyer.say("quiero dos entradas para el partido de los lakers")
    assert "¿Dónde quiere sentarse?" in asked
    assert "2 × Lakers vs Warriors, Section 101" in buyer.say("la sección 101")
    assert "página de Stripe" in buyer.say("¿es seguro pagar?")
    summary = buyer.say("mejor que sean tres")
    assert "3 × Lakers vs Warriors" in summary
    assert "600,00" in summary
    assert "ene" in summary

    linked = buyer.say("sí, adelante")
    order, link = ORDER.search(linked), LINK.search(linked)
    assert order, linked
    assert link, linked
    pay(link[0])
    wait_until(lambda: taquilla.order(order[0])["status"] == "paid", "the payment")

    reply = buyer.say("muchas gracias")
    assert f"su pedido {order[0]} está confirmado" in reply
    assert "De nada" in reply
    ticket = _TICKET.search(reply)
    assert ticket, reply
    assert '<html lang="es">' in requests.get(ticket[0], timeout=60).text


def test_english_is_spoken_beside_it_and_in_one_conversation(taquilla: Clerk) -> None:
    """The words of each buyer decide, and a sentence in the other language changes it."""
    buyer = RestBuyer(taquilla)
    summary = buyer.say("I want two tickets for the Lakers in section 101")
    assert "2 × Lakers vs Warriors, Section 101" in summary
    assert "$400.00" in summary

    assert "¿" in buyer.say("¿cuánto cuestan las entradas?")
    assert "¿" not in buyer.say("sorry, what was that again? how much is it please?")


def test_the_pages_speak_spanish_and_their_first_words_are_understood(taquilla: Clerk) -> None:
    """The chat's page, the one after paying, and the buttons of an empty conversation."""
    address, asked = f"{taquilla.environ['RASA_URL']}/webhooks/web/", {"Accept-Language": "es-MX"}
    chat = requests.get(address, headers=asked, timeout=60).text
    success = f"{taquilla.environ['PUBLIC_URL']}/payments/success"
    paid = requests.get(f"{success}?lang=es", timeout=60).text
    assert '<html lang="en">' in requests.get(address, timeout=60).text
    assert "Gracias" not in requests.get(f"{success}?lang=xx", timeout=60).text
    assert '<html lang="es">' in chat
    assert "Escriba un mensaje" in chat
    assert "Gracias" in paid

    wanted = ("Lakers vs Warriors", "¿", "pedido")
    words = languages.pages("es")["chat"]["firstWords"]
    not_understood = languages.responses("es")["utter_not_understood"]
    for text, sign in zip(words, wanted, strict=True):
        answer = RestBuyer(taquilla).say(text)
        assert sign in answer, text
        assert answer != not_understood
