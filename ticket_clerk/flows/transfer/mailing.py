"""Tickets by e-mail, where mail is set up; without it what there is instead is told."""

from __future__ import annotations

from ticket_clerk.ticketing.domain.errors import (
    NoMailAddress,
    StripeRejected,
    StripeUnavailable,
    WrongState,
)
from ticket_clerk.ticketing.tickets.mailing import request_mail
from ticket_clerk.understanding.orders import orders_meant
from ticket_clerk.understanding.tickets.transfers import wants_mail
from ticket_clerk.understanding.topics import SURE_TOPIC, TopicMatch

from ..facts import answer_topic
from ..turn import RasaEvents, Turn
from .own_tickets import own_tickets

# Who has more is asked for an order's number.
_MOST_ORDERS = 3


def mail_tickets(turn: Turn) -> RasaEvents | None:
    """Have the tickets that are meant sent by e-mail; None where nobody asked, or has any."""
    if turn.utterance.is_command or turn.utterance.selected:
        return None
    if not wants_mail(turn.text) or not (owned := own_tickets(turn)):
        return None
    if not turn.container.mail.is_there:
        return answer_topic(turn, TopicMatch("email", SURE_TOPIC))
    meant = orders_meant(turn.text, [order for order, _ in owned.values()])
    for order in meant[:_MOST_ORDERS]:
        try:
            is_new = request_mail(turn.container, order)
        except (NoMailAddress, WrongState, StripeRejected):
            turn.say("utter_no_mail_address", order_id=order.id)
        except StripeUnavailable:
            turn.say("utter_mail_delayed", order_id=order.id)
        else:
            said = "utter_tickets_mailed" if is_new else "utter_tickets_mailed_before"
            turn.say(said, order_id=order.id)
    return []
