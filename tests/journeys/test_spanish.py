"""A purchase in Spanish on a running clerk, from the request to the paid order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.journeys.buyers import LINK, ORDER, RestBuyer, pay
from tests.journeys.clerk import Clerk
from tests.waiting import wait_until
from ticket_clerk import languages


@pytest.fixture(scope="module")
def taquilla(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    """A clerk that speaks Spanish: a setting, and a model of its own."""
    clerk = Clerk(tmp_path_factory.mktemp("taquilla"), CLERK_LANGUAGE="es")
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


def test_the_pages_speak_spanish_and_their_first_words_are_understood(taquilla: Clerk) -> None:
    """The chat's page, the one after paying, and the buttons of an empty conversation."""
    chat = requests.get(f"{taquilla.environ['RASA_URL']}/webhooks/web/", timeout=60).text
    paid = requests.get(f"{taquilla.environ['PUBLIC_URL']}/payments/success", timeout=60).text
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
