"""The upgrade form: which order, which pricier section, explicit yes, and the link to pay it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ticket_clerk.ticketing.domain.after_sales import UpgradeOffer
from ticket_clerk.ticketing.domain.checkout_terms import EXCLUSIVE
from ticket_clerk.ticketing.domain.errors import (
    HostUnavailable,
    NotRefundable,
    NotUpgradable,
    OrderNotCancelable,
    PriceChanged,
    SoldOut,
    StripeUnavailable,
    TooManyOpenOrders,
)
from ticket_clerk.ticketing.domain.models import Order, OrderStatus, Section, Show
from ticket_clerk.ticketing.orders.upgrades import start_upgrade, upgrade_offers
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund
from ticket_clerk.understanding.intents import UNCLEAR
from ticket_clerk.understanding.order_changes import adds_order, wants_more
from ticket_clerk.understanding.orders import find_own_order
from ticket_clerk.understanding.refunds import parse_portion, tickets_of
from ticket_clerk.understanding.sections import (
    moves_own_seats,
    section_of,
    sections_named,
    wants_cheaper,
    wants_seat_change,
)
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.text import order_numbers

from .form import QUOTE, ConfirmationForm, ask_paid_order, quote, quoted_amount
from .order_status import say_open_orders
from .purchase.order_changes import begin_section_change
from .purchase.seats import apart_reply, apart_reply_of, say_once
from .purchase.state import find_show
from .refund.replies import return_values
from .replies import MOST_BUTTONS, Reply, amount_text, buttons, lines, order_values, sum_text
from .show_lists import remember
from .step import Step
from .turn import BUY_FORM, UPGRADE_FORM, RasaEvents, Turn, say_each, start
from .upgrade_step import (
    NOT_UNDERSTOOD,
    UpgradeDraft,
    answer,
    is_for_others,
    next_upgrade_question,
    parse_order,
    parse_upgrade_section,
    part_meant,
    upgradable,
)


class UpgradeForm(ConfirmationForm[UpgradeDraft]):
    """Order, section and a yes to the difference; ``execute`` holds the seats."""

    name = UPGRADE_FORM
    slots = ("upgrade_order", "upgrade_section", "confirm_upgrade", QUOTE)
    consent = "confirm_upgrade"
    intent = "upgrade_seat"
    not_understood = NOT_UNDERSTOOD
    nothing_done = Reply("utter_nothing_upgraded")
    # As an order, it costs nothing until its page is paid.
    agrees_beside_questions = True

    def read(self, turn: Turn) -> UpgradeDraft:
        """Read the draft from the slots."""
        order_id, section_id = turn.slot("upgrade_order"), turn.slot("upgrade_section")
        return UpgradeDraft(
            order_id=order_id if isinstance(order_id, str) else None,
            section_id=section_id if isinstance(section_id, str) else None,
            confirmed=turn.slot("confirm_upgrade") is True or None,
            asked=turn.asked_by(self.name),
        )

    def write(self, request: UpgradeDraft) -> Mapping[str, Any]:
        """Give the slots their values."""
        return {
            "upgrade_order": request.order_id,
            "upgrade_section": request.section_id,
            "confirm_upgrade": request.confirmed or None,
        }

    def next_question(self, request: UpgradeDraft) -> str | None:
        """Return the slot to ask for next."""
        return next_upgrade_question(request)

    def advance(self, turn: Turn, before: UpgradeDraft) -> Step[UpgradeDraft]:
        """Apply the sentence to order, then section, then the answer to the summary."""
        utterance, choice = turn.utterance, upgradable(turn.orders, turn.now)
        if is_for_others(before, utterance, choice):
            return Step(before, is_answered=False)
        step = parse_order(before, utterance, turn.orders, turn.now)
        if part := part_meant(utterance, step.request, choice):
            return Step(before, (_only_together(turn, *part),), is_over=True)
        if step.request.order_id is None and not step.replies:
            step = replace(step, request=_with_order_of_section(turn, step.request, choice))
        if step.request.order_id is not None and not step.replies:
            step = _with_section(turn, before, step)
        if step.replies or step.is_over or step.request != before or before.asked is None:
            return step
        return answer(before, utterance)

    def execute(self, turn: Turn) -> RasaEvents:
        """Hold the seats and hand over the link, only after a yes. Safe to repeat."""
        draft = self.read(turn)
        if not draft.confirmed or draft.order_id is None or draft.section_id is None:
            return self.fresh_slots()
        try:
            upgrade = start_upgrade(
                turn.container,
                turn.buyer,
                draft.order_id,
                section_id=draft.section_id,
                quoted_amount=quoted_amount(turn),
            )
        except SoldOut as exc:
            turn.say_error(exc)
            return self.ask_again("upgrade_section")
        except PriceChanged as exc:
            turn.say_error(exc)
            return self.ask_again(QUOTE)
        except NotUpgradable as exc:
            turn.read_again()
            turn.say(_refusal(turn.orders, draft.order_id, exc))
        except OrderNotCancelable:
            turn.say("utter_upgrade_paid_meanwhile")
        except StripeUnavailable:
            # The upgrade is stored and its seats are held.
            turn.say("utter_upgrade_delayed")
        except HostUnavailable as exc:
            turn.say_error(exc)
        except TooManyOpenOrders as exc:
            say_open_orders(turn, exc)
        else:
            say_once(turn, apart_reply_of(turn, upgrade))
            values = {**order_values(upgrade, turn.now), "parent_id": upgrade.parent_order_id}
            turn.say("utter_upgrade_link", **values)
        return self.fresh_slots()


FORM = UpgradeForm()


def start_seat_upgrade(turn: Turn) -> RasaEvents:
    """Start the upgrade form, or say why nothing can be upgraded.

    A form that ended in the turn in which it began would leave Rasa without a rule.
    """
    obstacles = _obstacles(turn)
    if not obstacles:
        return [*FORM.fresh_slots(), *start(UPGRADE_FORM)]
    if begin_section_change(turn):
        # Other seats for what isn't paid yet cost no difference: it becomes another order.
        return [*FORM.fresh_slots(), *start(BUY_FORM)]
    say_each(turn, obstacles)
    return FORM.fresh_slots()


def begin_other_upgrade(turn: Turn) -> RasaEvents:
    """Start the form again for a buyer who names a section while their upgrade isn't paid yet."""
    waiting = [
        order
        for order in turn.orders
        if order.parent_order_id is not None and order.status is OrderStatus.OPEN
    ]
    if len(waiting) != 1 or not _names_other_section(turn, waiting[0], waiting[0].from_section_id):
        return []
    fresh = FORM.fresh_slots()
    return [*fresh, *start(UPGRADE_FORM, upgrade_order=waiting[0].parent_order_id)]


def begin_seat_change(turn: Turn) -> RasaEvents:
    """Start an upgrade for a buyer who names another section of the one show that is paid.

    Nothing for whoever does not; the upgrade's summary says what it costs.
    """
    if not wants_seat_change(turn.text):
        return []
    paid = upgradable(turn.orders, turn.now)
    if len(paid) != 1 or not _names_other_section(turn, paid[0], paid[0].section_id):
        return []
    return [*FORM.fresh_slots(), *start(UPGRADE_FORM, upgrade_order=paid[0].id)]


def move_own_seats(turn: Turn) -> RasaEvents | None:
    """Begin an upgrade of paid tickets whose buyer wants them in another section of their show.

    Whoever wants them in a cheaper one reads what a refund and a new order would come to. None
    where neither is wanted.
    """
    if turn.utterance.selected or turn.utterance.is_command or not moves_own_seats(turn.text):
        return None
    found = [
        (one, other)
        for one in upgradable(turn.orders, turn.now)
        if (other := _only_other_section(turn, one))
    ]
    if len(found) != 1 or adds_order(turn.text):
        return None
    order, (own, section) = found[0]
    if section.unit_amount > own.unit_amount:
        return [*FORM.fresh_slots(), *start(UPGRADE_FORM, upgrade_order=order.id)]
    _say_cheaper(turn, order, section)
    return []


def _only_other_section(turn: Turn, order: Order) -> tuple[Section, Section] | None:
    """Return an order's own section and the only other of its show that is named."""
    show = _show_of(turn, order)
    named = sections_named(turn.text, show) if show else []
    others = [section for section in named if section.id != order.section_id]
    own = [one for one in show.sections if one.id == order.section_id] if show else []
    return (own[0], others[0]) if own and len(others) == 1 else None


def _say_cheaper(turn: Turn, order: Order, section: Section) -> None:
    try:
        quote = quote_refund(turn.container, turn.buyer, order.id)
    except NotRefundable:
        turn.say("utter_upgrade_only_dearer")
        return
    price = section.unit_amount * quote.quantity_left
    turn.say(
        "utter_upgrade_cheaper",
        quantity=quote.quantity_left,
        from_section=order.section_name,
        section=section.name,
        amount=amount_text(quote.amount, order.currency),
        price=amount_text(price, order.currency),
    )


def ask_move_or_buy(turn: Turn) -> RasaEvents:
    """Ask whether "all 4 to the mezzanine" moves the order of 4 that is paid, or is a new one.

    Nothing for other words: such as a show's name or another number of tickets.
    """
    is_other = turn.utterance.intent not in {"inform", "buy_tickets", *UNCLEAR}
    named = parse_shows(turn.text, turn.catalog.shows, turn.now).has_name
    is_more = adds_order(turn.text) or wants_more(turn.text)
    order = None if is_other or named or is_more else _order_of_as_many(turn)
    show = _show_of(turn, order) if order else None
    if order is None or show is None:
        return []
    section = section_of(turn.text, show)
    values = {
        **order_values(order, turn.now),
        "from_section": order.section_name,
        "quantity": order.tickets_left,
        "section": section.name if section else "",
    }
    titles = ("utter_button_move", "utter_button_buy_there")
    offered = buttons(turn.line(title, **values) for title in titles)
    turn.say("utter_ask_move_or_buy", **{**values, "buttons": offered})
    return remember([show])


def _order_of_as_many(turn: Turn) -> Order | None:
    """Find the one paid order whose tickets are all meant, with another section of its show."""
    paid = upgradable(turn.orders, turn.now)
    choice = [one for one in paid if _names_other_section(turn, one, one.section_id)]
    portion = parse_portion(turn.text, asked=False)
    if len(choice) != 1 or portion is None:
        return None
    left = choice[0].tickets_left
    return choice[0] if tickets_of(portion, left) == left else None


def ask_upgrade_order(turn: Turn) -> RasaEvents:
    """List the orders that are paid and to come."""
    paid = upgradable(turn.orders, turn.now)
    return ask_paid_order(turn, paid, "utter_ask_upgrade_order", "utter_button_upgrade_order")


def ask_upgrade_section(turn: Turn) -> RasaEvents:
    """Offer the pricier sections that have seats for all, cheapest first."""
    offers = upgrade_offers(turn.container, turn.buyer, str(FORM.read(turn).order_id))
    listed = [turn.line("utter_line_upgrade_section", **_offer_values(one)) for one in offers]
    turn.say(
        "utter_ask_upgrade_section",
        **_offer_values(offers[0]),
        sections=lines(listed),
        buttons=buttons(offer.section.name for offer in offers[:MOST_BUTTONS]),
    )
    return []


def ask_confirm_upgrade(turn: Turn) -> RasaEvents:
    """Name both sections, the number, the difference of one and of all, and ask for a yes."""
    draft = FORM.read(turn)
    offers = upgrade_offers(turn.container, turn.buyer, str(draft.order_id))
    offer = next((one for one in offers if one.section.id == draft.section_id), None)
    if offer is None:
        raise NotUpgradable("sold_out")
    apart = apart_reply(
        turn,
        show_id=offer.order.show_id,
        section_id=offer.section.id,
        section=offer.section.name,
        quantity=offer.quantity,
    )
    say_once(turn, apart)
    titles = ("utter_button_upgrade_yes", "utter_button_upgrade_no")
    is_taxed = turn.container.settings.automatic_tax == EXCLUSIVE
    total = sum_text(offer.amount_total, offer.order.currency, is_before_tax=is_taxed)
    turn.say(
        "utter_ask_confirm_upgrade",
        **{**_offer_values(offer), "total": total},
        buttons=buttons(turn.line(title) for title in titles),
    )
    return quote(offer.amount_total)


def _names_other_section(turn: Turn, order: Order, section_id: str | None) -> bool:
    """Return whether the utterance names a section of the order's show other than the given one."""
    show = _show_of(turn, order)
    section = section_of(turn.text, show) if show else None
    return section is not None and section.id != section_id


def _show_of(turn: Turn, order: Order) -> Show | None:
    return find_show(turn.catalog, order.show_id)


def _with_order_of_section(
    turn: Turn, draft: UpgradeDraft, choice: Sequence[Order]
) -> UpgradeDraft:
    """Take the one order whose show has the section that was named."""
    having = [order for order in choice if _names_other_section(turn, order, None)]
    return replace(draft, order_id=having[0].id) if len(having) == 1 else draft


def _with_section(turn: Turn, before: UpgradeDraft, step: Step[UpgradeDraft]) -> Step[UpgradeDraft]:
    order_id = str(step.request.order_id)
    try:
        offers = upgrade_offers(turn.container, turn.buyer, order_id)
    except NotUpgradable as exc:
        replies = (*step.replies, _refusal(turn.orders, order_id, exc))
        others = [one for one in upgradable(turn.orders, turn.now) if one.id != order_id]
        draft = replace(step.request, order_id=None, section_id=None)
        return Step(draft, replies, is_over=not others)
    show = _show_of(turn, offers[0].order)
    return parse_upgrade_section(before, step, turn.utterance, show, offers) if show else step


def _obstacles(turn: Turn) -> Sequence[Reply]:
    """Return why nothing can be upgraded; nothing where the form may start."""
    reply = _obstacle(turn)
    if reply is not None:
        return [reply]
    step = FORM.advance(turn, UpgradeDraft())
    return step.replies if step.is_over else ()


def _obstacle(turn: Turn) -> Reply | None:
    if wants_cheaper(turn.text):
        return Reply("utter_upgrade_only_dearer")
    numbers, choice = order_numbers(turn.text), upgradable(turn.orders, turn.now)
    named = [order for n in numbers if (order := find_own_order(turn.orders, n))]
    if named[0] in choice if named else choice:
        return None
    unpaid = [order for order in named or turn.orders if order.status is OrderStatus.OPEN]
    if unpaid:
        return Reply("utter_upgrade_unpaid", return_values(unpaid[0]))
    return Reply("utter_upgrade_not_possible" if named else "utter_upgrade_nothing")


def _refusal(orders: Sequence[Order], order_id: str, exc: NotUpgradable) -> Reply:
    order = find_own_order(orders, order_id)
    if order is None:
        return Reply("utter_error_order_not_found")
    return Reply(f"utter_upgrade_{exc.reason}", return_values(order))


def _only_together(turn: Turn, order: Order, number: int) -> Reply:
    """Say that a part of an order can't be moved, and offer all of it or a refund of the part."""
    values = {"order_id": order.id, "number": number, "quantity": order.tickets_left}
    titles = ("utter_button_upgrade_all", "utter_button_refund_part")
    offered = buttons(turn.line(title, **values) for title in titles)
    return Reply("utter_upgrade_whole_order", {**values, "buttons": offered})


def _offer_values(offer: UpgradeOffer) -> dict[str, object]:
    """Return the template values of an upgrade offer; ``section`` is the new one."""
    order = offer.order
    return {
        "order_id": order.id,
        "show": order.show_name,
        "from_section": order.section_name,
        "section": offer.section.name,
        "quantity": offer.quantity,
        "left": offer.section.seats_left,
        "difference": amount_text(offer.unit_amount, order.currency),
        "total": amount_text(offer.amount_total, order.currency),
    }
