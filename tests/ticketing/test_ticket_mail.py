"""Tickets by e-mail, through the outbox, to a mail server of somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest

from tests.mail_double import MailDouble, mail_server
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, give_back, receive_all
from tests.ticketing.ticket_desk import tickets
from ticket_clerk.mail_client import MailClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import outbox
from ticket_clerk.ticketing.domain.errors import (
    ConfigError,
    MailUnavailable,
    NoMailAddress,
    StripeUnavailable,
    WrongState,
)
from ticket_clerk.ticketing.domain.mail import MailServer
from ticket_clerk.ticketing.domain.models import MessageKind, Order, PaidElsewhere
from ticket_clerk.ticketing.notifications import delivery
from ticket_clerk.ticketing.orders import box_office
from ticket_clerk.ticketing.settings import Settings
from ticket_clerk.ticketing.tickets import mailing

# What the stand-in's payer gives on Stripe's page.
EMAIL = "buyer@example.com"


@pytest.fixture(scope="module")
def server() -> Iterator[MailDouble]:
    """A mail server."""
    with mail_server() as double:
        yield double


@pytest.fixture
def post(container: Container, server: MailDouble) -> Container:
    """The shop with that server, which has nothing and takes everything."""
    server.mails.clear()
    server.is_busy = False
    return replace(container, mail=server.client)


def _deliver(post: Container) -> None:
    """Deliver what goes by mail, and nothing else: no Rasa runs here."""
    for message in delivery.claim_due(post, 8):
        if message.kind is MessageKind.TICKETS_BY_MAIL:
            delivery.deliver(post, message)


def test_the_tickets_go_to_the_address_of_the_payment(
    post: Container, server: MailDouble, order: Order
) -> None:
    """A PDF each and the links, once, to whom Stripe says; the shop is the sender."""
    assert mailing.request_mail(post, order) is True
    assert server.mails == []

    for _ in range(2):
        _deliver(post)

    ((to, mail),) = server.mails
    assert (to, mail["To"], mail["From"]) == ([EMAIL], EMAIL, "box@tickets.example")
    assert mail["Subject"] == "Your tickets: Lakers vs Warriors"
    text = mail.get_body().get_content()
    files = list(mail.iter_attachments())
    assert [one.get_filename() for one in files] == ["ticket-1.pdf", "ticket-2.pdf"]
    for ticket, file in zip(tickets(post, order), files, strict=True):
        assert f"/payments/tickets/{ticket.id}" in text
        assert ticket.id in pypdfium2.PdfDocument(file.get_content())[
            0
        ].get_textpage().get_text_range().replace("\r\n", "")


def test_an_order_gets_one_mail_in_an_hour(
    post: Container, server: MailDouble, order: Order, clock: MovableClock
) -> None:
    """However often it is asked for, and when; an hour later it can be asked for again."""
    hour = timedelta(hours=1).total_seconds()
    now = post.now()
    clock.move(seconds=hour - now.minute * 60 - now.second - 1)
    assert [mailing.request_mail(post, order) for _ in range(3)] == [True, False, False]
    _deliver(post)
    clock.move(seconds=2)
    assert mailing.request_mail(post, order) is False
    clock.move(seconds=hour)
    assert mailing.request_mail(post, order) is True
    _deliver(post)

    assert len(server.mails) == 2


def test_a_server_that_is_busy_is_tried_again(
    post: Container, server: MailDouble, order: Order, clock: MovableClock
) -> None:
    """Put off like any notification, and sent once."""
    mailing.request_mail(post, order)
    server.is_busy = True
    _deliver(post)
    assert server.mails == []

    server.is_busy = False
    clock.move(seconds=60)
    for _ in range(2):
        _deliver(post)
    assert len(server.mails) == 1


def test_a_mail_that_may_have_gone_out_goes_again_as_the_same(
    post: Container, server: MailDouble, order: Order, clock: MovableClock
) -> None:
    """The power went between handing it in and writing that down: one Message-ID."""
    mailing.request_mail(post, order)
    (message,) = [
        one for one in delivery.claim_due(post, 8) if one.kind is MessageKind.TICKETS_BY_MAIL
    ]
    mailing.send_mail(post, message)
    clock.move(seconds=31)
    _deliver(post)

    assert len(server.mails) == 2
    assert len({mail["Message-ID"] for _, mail in server.mails}) == 1


def test_what_was_returned_meanwhile_is_not_sent(
    post: Container, server: MailDouble, stripe_wire: StripeWire, order: Order
) -> None:
    """Of two the one that is left; of none nothing."""
    mailing.request_mail(post, order)
    give_back(post, order, 1)
    receive_all(post, stripe_wire)
    _deliver(post)

    ((_, mail),) = server.mails
    assert len(list(mail.iter_attachments())) == 1


def test_without_an_address_or_tickets_nothing_is_promised(
    post: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Sold at the box office, returned, or with Stripe away."""
    sold = box_office.sell_elsewhere(
        post,
        "kim",
        show_id="lakers-warriors",
        section_id="101",
        quantity=1,
        how=PaidElsewhere.ELSEWHERE,
    )
    with pytest.raises(NoMailAddress):
        mailing.request_mail(post, sold)
    returned = buy(post, stripe_wire, quantity=1)
    give_back(post, returned, 1)
    receive_all(post, stripe_wire)
    with pytest.raises(WrongState):
        mailing.request_mail(post, returned)
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        mailing.request_mail(post, order)
    with post.database.read() as conn:
        kinds = [one.message.kind for one in outbox.list_of_order(conn, order)]
    assert MessageKind.TICKETS_BY_MAIL not in kinds


def test_without_a_server_there_is_no_mail(container: Container, order: Order) -> None:
    """And a server that nobody listens at is one that did not take it."""
    with pytest.raises(MailUnavailable):
        mailing.request_mail(container, order)
    nobody = MailClient(MailServer("127.0.0.1", 9, "", "", "box@tickets.example", "none"))
    away = replace(container, mail=nobody)
    mailing.request_mail(away, order)
    (message,) = [
        one for one in delivery.claim_due(away, 8) if one.kind is MessageKind.TICKETS_BY_MAIL
    ]
    with pytest.raises(MailUnavailable):
        mailing.send_mail(away, message)


@pytest.mark.parametrize("sender", ["", "box", "a b@example.com", "Box <box@example.com>"])
def test_a_server_needs_a_sender(sender: str) -> None:
    """Said at the start, by the setting's name."""
    with pytest.raises(ConfigError, match="SMTP_FROM"):
        Settings.from_env({"SMTP_HOST": "mail.example.com", "SMTP_FROM": sender})
