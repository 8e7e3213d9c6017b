"""A promotion code in the purchase: told, checked at Stripe, in the summary before the yes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from ticket_clerk.ticketing.domain.errors import CodeNotTaken, StripeUnavailable
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.domain.promotions import Promotion
from ticket_clerk.ticketing.orders import promotions
from ticket_clerk.understanding.answers import is_question
from ticket_clerk.understanding.payments.promotion_codes import CodeMention, parse_code
from ticket_clerk.understanding.shows import parse_shows

from ..replies import Reply, amount_text, order_values
from ..turn import BUY_FORM, RasaEvents, Turn, start
from .extras import subtotal
from .state import Purchase, find_section, find_show

_UNCHECKED = Reply("utter_code_unchecked")


@dataclass(frozen=True)
class Reduction:
    """What a code takes off a sum, in minor units; or why it takes nothing any more."""

    amount: int = 0
    code: str = ""
    refusal: Reply | None = None


def mentioned_code(turn: Turn, purchase: Purchase) -> CodeMention | None:
    """Read what the utterance says of a code; a title or name of what is offered is none."""
    utterance = turn.utterance
    if utterance.selected or utterance.is_command:
        return None
    mention = parse_code(utterance.text, is_awaited=purchase.is_giving_code)
    if mention is None or (mention.drops and purchase.code is None):
        return None
    if mention.code is None and not turn.container.settings.promotion_codes:
        # The shop's own facts say more of it.
        return None
    if purchase.is_giving_code and mention.code == utterance.text.strip():
        named = parse_shows(utterance.text, turn.catalog.shows, turn.now)
        return None if named.has_name else mention
    return mention


def tells_code(turn: Turn, purchase: Purchase) -> bool:
    """Return whether the utterance says something of a code, beyond asking about codes."""
    mention = mentioned_code(turn, purchase)
    return mention is not None and (mention.code is not None or not _asks(turn))


def take_code(
    turn: Turn, purchase: Purchase, mention: CodeMention
) -> tuple[Purchase, tuple[Reply, ...]]:
    """Apply what was said of a code. What isn't taken changes nothing of the order."""
    told = replace(purchase, confirmed=None, is_giving_code=False)
    if mention.drops:
        return replace(told, code=None), (Reply("utter_code_removed"),)
    if mention.code is None:
        return _expect_code(turn, purchase)
    try:
        promotion = promotions.try_code(turn.container, turn.buyer, mention.code)
        _require_minimum(turn, purchase, promotion)
    except CodeNotTaken as exc:
        return replace(told, is_giving_code=exc.reason == "unknown"), (refusal_reply(exc),)
    except StripeUnavailable:
        return told, (_UNCHECKED,)
    taken = Reply("utter_code_taken", {"code": promotion.code, "discount": _worth(promotion)})
    return replace(told, code=promotion.code), (taken,)


def reduction(turn: Turn, code: str | None, price: int, currency: str) -> Reduction:
    """Reckon what the purchase's code takes off; the slot's word is worth nothing by itself."""
    if code is None:
        return Reduction()
    try:
        promotion = promotions.known_code(turn.container, turn.buyer, code)
        return Reduction(promotion.discount(price, currency), promotion.code)
    except CodeNotTaken as exc:
        return Reduction(refusal=refusal_reply(exc))
    except StripeUnavailable:
        return Reduction(refusal=_UNCHECKED)


def refusal_reply(exc: CodeNotTaken) -> Reply:
    """Say why a code isn't taken."""
    minimum = amount_text(exc.minimum, exc.currency) if exc.currency else ""
    return Reply(f"utter_code_{exc.reason}", {"minimum": minimum})


def begin_with_code(turn: Turn) -> RasaEvents | None:
    """Answer who speaks of a code outside of a form; None where nobody does.

    The purchase takes it, or the page of an order that waits for its payment.
    """
    mention = mentioned_code(turn, Purchase())
    if mention is None:
        return None
    waiting = next((one for one in turn.orders if _has_field(one)), None)
    if not turn.container.settings.promotion_codes:
        turn.say("utter_code_off")
    elif waiting is not None and not mention.rest:
        turn.say("utter_code_on_page", **order_values(waiting, turn.now))
    elif mention.code is None and _asks(turn):
        turn.say("utter_codes_are_taken")
    else:
        return start(BUY_FORM)
    return []


def _expect_code(turn: Turn, purchase: Purchase) -> tuple[Purchase, tuple[Reply, ...]]:
    if _asks(turn):
        return purchase, (Reply("utter_codes_are_taken"),)
    return replace(purchase, confirmed=None, is_giving_code=True), (Reply("utter_ask_code"),)


def _asks(turn: Turn) -> bool:
    return is_question(turn.text) or turn.text.rstrip().endswith("?")


def _require_minimum(turn: Turn, purchase: Purchase, promotion: Promotion) -> None:
    """Raise CodeNotTaken where the seats that are chosen cost too little for it."""
    show = find_show(turn.catalog, purchase.show_id)
    section = find_section(show, purchase.section_id)
    if show and section and purchase.quantity:
        promotion.discount(subtotal(show, section, purchase), show.currency)


def _worth(promotion: Promotion) -> str:
    if promotion.amount_off is not None:
        return amount_text(promotion.amount_off, str(promotion.currency))
    return f"{(promotion.percent_off or Decimal(0)).normalize():f}%"


def _has_field(order: Order) -> bool:
    return order.status is OrderStatus.OPEN and order.allows_codes and bool(order.checkout_url)
