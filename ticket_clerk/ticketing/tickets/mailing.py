"""Sends the tickets of an order by e-mail, when their buyer or an operator asks for it.

The address is the one that the buyer gave on Stripe's page, read there each time and stored
nowhere; nothing that is typed in a chat can be one.
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage

from ticket_clerk import languages
from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, outbox, tickets
from ticket_clerk.ticketing.domain.errors import MailUnavailable, NoMailAddress, WrongState
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Order, OutboxMessage
from ticket_clerk.ticketing.domain.tickets import Ticket, TicketStatus

from . import codes, document, pdf
from .queries import address_of

log = get_logger(__name__)

_SENT = frozenset({TicketStatus.VALID, TicketStatus.USED})


def request_mail(container: Container, order: Order) -> bool:
    """Promise an order's tickets by mail; False if that was promised in the last hour.

    Of a line, those of all that is paid with it.

    Raises MailUnavailable where no mail is set up, WrongState where the order has no tickets,
    NoMailAddress where its payment has none, and what reading Stripe raises.
    """
    if not container.mail.is_there:
        raise MailUnavailable("No mail server is set: SMTP_HOST.")
    now, order = container.now(), _whole(container, order)
    if not _tickets(container, order):
        raise WrongState("The order has no valid tickets.")
    _address(container, order)
    with container.database.begin() as conn:
        is_new = outbox.enqueue_mail(conn, order, now=now)
    log.info("payments.mail.requested", order_id=order.id, is_new=is_new)
    return is_new


def send_mail(container: Container, message: OutboxMessage) -> None:
    """Send what was promised, as things are now; an order without tickets by now gets nothing.

    Raises MailUnavailable, and what reading Stripe raises. Sent again after a crash it has the same
    Message-ID, by which mailboxes know that it is the same.
    """
    with container.database.read() as conn:
        order = orders.get_order(conn, str(message.order_id))
    kept = _tickets(container, order)
    if not kept:
        return
    mail = _write(container, order, kept)
    mail["Message-ID"] = f"<{message.id}@ticket-clerk.invalid>"
    container.mail.send(mail, _address(container, order))


def _whole(container: Container, order: Order) -> Order:
    with container.database.read() as conn:
        return orders.get_order(conn, order.number)


def _tickets(container: Container, order: Order) -> list[Ticket]:
    if order.buyer.is_erased:
        return []
    held = [line for line in order.paid_together if line.status in HELD_BY_BUYER]
    with container.database.read() as conn:
        by_line = [tickets.list_tickets(conn, line.id, now=container.now()) for line in held]
    return [ticket for found in by_line for ticket in found if ticket.status in _SENT]


def _address(container: Container, order: Order) -> str:
    session_id = order.checkout_session_id
    session = container.stripe.get_checkout_session(session_id) if session_id else None
    if session is None or session.status != "complete" or not session.customer_email:
        raise NoMailAddress("The payment has no e-mail address.")
    return session.customer_email


def _write(container: Container, order: Order, kept: list[Ticket]) -> EmailMessage:
    settings = container.settings
    language = settings.language_of(order.buyer.language)
    words = languages.pages(language)["mail"]
    shows = dict.fromkeys(" ".join(line.show_name.split()) for line in order.paid_together)
    said = {"show": ", ".join(shows), "order_id": order.id}
    said["addresses"] = "\n".join(address_of(container, ticket) for ticket in kept)
    mail = EmailMessage()
    mail["Subject"] = words["subject"].format(**said)
    mail["Date"] = _date(container.now())
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(words["text"].format(**said))
    for place, ticket in enumerate(kept, start=1):
        number = place if order.further_lines else ticket.number
        described = document.describe(ticket, codes.code_of(settings, ticket), language)
        name = f"{words['file']}-{number}.pdf"
        mail.add_attachment(
            pdf.pdf(described), maintype="application", subtype="pdf", filename=name
        )
    return mail


def _date(now: datetime) -> str:
    return now.strftime("%a, %d %b %Y %H:%M:%S +0000")
