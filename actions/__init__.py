"""The actions that Rasa calls, registered with the action server when it imports this package."""

from ticket_clerk.flows import fallback
from ticket_clerk.flows.browse import browse
from ticket_clerk.flows.handoff import handoff
from ticket_clerk.flows.notifications import notifications
from ticket_clerk.flows.orders import orders
from ticket_clerk.flows.purchase import form as purchase_form
from ticket_clerk.flows.purchase import questions as purchase_questions
from ticket_clerk.flows.refund import form as refund_form
from ticket_clerk.flows.refund import interruption as refund_interruption
from ticket_clerk.flows.refund import questions as refund_questions
from ticket_clerk.flows.season_ticket import end as season_ticket_end
from ticket_clerk.flows.season_ticket import form as season_ticket_form
from ticket_clerk.flows.season_ticket import questions as season_ticket_questions
from ticket_clerk.flows.upgrade import form as upgrade_form
from ticket_clerk.flows.upgrade import questions as upgrade_questions
from ticket_clerk.flows.waiting_list import waiting_list
from ticket_clerk.http.mount import register

__all__ = [
    "browse",
    "fallback",
    "handoff",
    "notifications",
    "orders",
    "purchase_form",
    "purchase_questions",
    "refund_form",
    "refund_interruption",
    "refund_questions",
    "season_ticket_end",
    "season_ticket_form",
    "season_ticket_questions",
    "upgrade_form",
    "upgrade_questions",
    "waiting_list",
]

# rasa-sdk imports this package and then calls its plugins' hook with the finished app, so the
# standard command `rasa run actions` serves /payments/* too.
register()
