"""Asking for one's tickets by e-mail, in the chat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.flows.form_driver import FormDriver
from tests.mail_double import MailDouble, mail_server
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from ticket_clerk import languages
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.tickets.transfers import wants_mail

WISH = "e-mail me my tickets please"


@pytest.fixture
def server() -> Iterator[MailDouble]:
    """A mail server."""
    with mail_server() as double:
        yield double


def test_who_has_tickets_gets_them_by_mail_once_an_hour(
    container: Container, stripe_wire: StripeWire, server: MailDouble
) -> None:
    """The address is not said, and none that is typed is taken."""
    post = replace(container, mail=server.client)
    sam = FormDriver(post)
    order = buy(post, stripe_wire, buyer=sam.buyer)
    sam.push()

    assert sam.say(WISH, "inform") == ["utter_tickets_mailed"]
    assert order.id in sam.read_all()
    assert "@" not in sam.read_all()
    assert sam.say("can you email me my tickets?", "inform") == ["utter_tickets_mailed_before"]
    said = sam.say("email my tickets to eve@evil.example", "inform")
    assert not {"utter_tickets_mailed", "utter_tickets_mailed_before"} & set(said)


def test_without_a_server_or_tickets_nothing_is_promised(
    container: Container, stripe_wire: StripeWire, server: MailDouble
) -> None:
    """What is answered then is as before there was mail."""
    sam = FormDriver(container)
    buy(container, stripe_wire, buyer=sam.buyer)
    kim = FormDriver(replace(container, mail=server.client), "kim")

    for who in (sam, kim):
        assert "utter_tickets_mailed" not in who.say(WISH, "inform")
    lee = FormDriver(replace(container, mail=server.client), "lee")
    said = lee.say("do i get a confirmation email?", "inform")
    assert said == ["utter_about_email_on_request"]


@pytest.mark.parametrize(
    ("said", "is_wish"),
    [
        *((said, True) for said in (WISH, "send my tickets by email again", "email me the pdf")),
        *((said, True) for said in ("can you send the tickets to my e-mail",)),
        *((said, False) for said in ("do i get an email", "send my tickets again")),
        *((said, False) for said in ("send it to a@b.example by email", "i have no email")),
        ("can you forward the tickets to my wife's email", False),
    ],
)
def test_what_asks_for_mail(said: str, is_wish: bool) -> None:
    """Not what asks about it, nor what goes to others."""
    assert wants_mail(said) is is_wish


def test_the_same_in_spanish() -> None:
    """With and without accents."""
    translate = languages.load("es").translate
    for said in ("mándame mis entradas por correo", "envíame las entradas por email"):
        assert wants_mail(translate(said))
