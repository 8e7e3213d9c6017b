"""Several requests of one message: each is done, answered, or said back as not done yet.

The one place that knows which words of a message a form is for, and which wait for their turn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ticket_clerk.understanding.answers import is_no, is_stop
from ticket_clerk.understanding.clauses import Clauses
from ticket_clerk.understanding.corrections import negated_part
from ticket_clerk.understanding.intents import UNKNOWN, decide_intent
from ticket_clerk.understanding.orders import wants_to_buy
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.requests import Request, split_requests, with_head
from ticket_clerk.understanding.season_tickets import wants_end
from ticket_clerk.understanding.tickets.transfers import wants_mail

from .browse import parse_named_shows
from .transfer.form import names_holder
from .turn import BUY_FORM, REFUND_FORM, SEASON_FORM, TRANSFER_FORM, UPGRADE_FORM, Turn
from .unanswered import plain_quote

_NAMES = "name_on_ticket"
# What is wanted, and the form that it starts; what starts none is done in the same breath.
_FORMS = {
    "buy_tickets": BUY_FORM,
    "request_refund": REFUND_FORM,
    "upgrade_seat": UPGRADE_FORM,
    "subscribe_season_tickets": SEASON_FORM,
    "use_waiting_list": BUY_FORM,
    _NAMES: TRANSFER_FORM,
}
_HANDOFF = "human_handoff"
# Papers that one asks for, as one asks for seats.
_RECEIPT, _MAIL = "invoice", "email"


def requests_of(turn: Turn) -> tuple[Request, ...]:
    """Return the requests of what a message says, each of another kind than the one before it."""
    utterance = turn.utterance
    if utterance.selected or utterance.is_command:
        return (Request(utterance.typed, None),)
    return split_requests(turn.clauses.statement, lambda piece: _kind_of(turn, piece))


def several_requests(turn: Turn) -> tuple[Request, ...]:
    """Return the requests of a message that has more than one, outside of a form; else none."""
    requests = with_head(requests_of(turn))
    return requests if len(requests) > 1 else ()


def starts_form(request: Request) -> bool:
    """Return whether a request is one for which a form asks and wants a yes."""
    return request.kind in _FORMS


def own_part(turn: Turn, form: str) -> Turn:
    """Return the turn about the request that has started a form, where the message has others."""
    own = [one for one in several_requests(turn) if _FORMS.get(one.kind or "") == form]
    return _narrowed(turn, own[0]) if own else turn


def before_others(turn: Turn, form: str) -> tuple[Turn, tuple[Request, ...]]:
    """Return the turn about what a message says to a form that asks, and the requests beside it."""
    requests = requests_of(turn)
    others = tuple(one for one in requests if _starts_other(turn, one, form))
    own = [one for one in requests if one not in others]
    if not (own and others):
        return turn, ()
    kinds = [one.kind for one in own if one.kind]
    said = Request(". ".join(one.text for one in own), next(iter(kinds), None))
    return _narrowed(turn, said), others


def _starts_other(turn: Turn, request: Request, form: str) -> bool:
    """Return whether a request starts another form; "2 for Aida" may answer what is asked."""
    if request.kind == "buy_tickets" and not wants_to_buy(request.text, turn.orders):
        return False
    return request.kind in _FORMS and _FORMS[request.kind] != form


def say_later(turn: Turn, rest: Iterable[str]) -> None:
    """Say what waits until this is done, in the buyer's words, so that it can be said again."""
    quoted = [plain_quote(one) for one in rest]
    if any(quoted):
        turn.say("utter_one_after_the_other", rest=" … ".join(filter(None, quoted)))


def about_request(turn: Turn, request: Request) -> Turn:
    """Return the turn as if nothing but a request were said; Rasa's intent is of the whole."""
    part = turn.about(request.text)
    if request.kind in _FORMS and request.kind != _NAMES:
        part.utterance = replace(part.utterance, intent=request.kind)
    return part


def _narrowed(turn: Turn, request: Request) -> Turn:
    """Return the turn as if nothing but a request were said, and what is asked were asked."""
    part = about_request(turn, request)
    part.__dict__["clauses"] = Clauses(request.text, turn.clauses.questions)
    return part


def _kind_of(turn: Turn, piece: str) -> str | None:
    """Tell what a piece of a message wants, by its own words; None where it is nothing alone."""
    part = turn.about(piece)
    if is_stop(part.text) or is_no(part.text, "") or negated_part(part.text):
        return None
    if names_holder(part):
        return _NAMES
    if wants_mail(part.text):
        return _MAIL
    intent = decide_intent(piece, UNKNOWN)
    if wants_end(part.text):
        return None
    if intent == _HANDOFF or (intent in _FORMS and intent != "buy_tickets"):
        return intent
    if part.topic and part.topic.topic_id == _RECEIPT and part.is_about_topic:
        return _RECEIPT
    is_order = parse_quantity(part.text, asked=False) is not None and (
        parse_named_shows(part).has_name
    )
    is_bought = intent == "buy_tickets" or is_order or wants_to_buy(part.text, turn.orders)
    return "buy_tickets" if is_bought else None
