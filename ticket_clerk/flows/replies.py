"""What all actions share in speaking: who is asked, errors as responses, amounts, dates, lists.

All words are the domain's; here they get their values.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from babel.dates import format_date, format_datetime
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.ticketing.domain.errors import (
    PaymentError,
    SoldOut,
    TooManyTickets,
    TooManyUnpaidSeats,
)
from ticket_clerk.ticketing.domain.models import (
    Buyer,
    Order,
    Section,
    Show,
    Subscription,
)
from ticket_clerk.ticketing.domain.money import format_amount
from ticket_clerk.ticketing.products import product_of

from .language import LANGUAGE

log = logging.getLogger(__name__)

LOCALE = LANGUAGE.locale
RasaEvents = list[dict[str, Any]]
Domain = dict[str, Any]
Run = Callable[..., Awaitable[RasaEvents]]
T = TypeVar("T", bound=Run)


def always_answers(run: Run) -> Run:
    """Make an action answer whatever happens: an error of the core is a sentence to the buyer."""

    @functools.wraps(run)
    async def answering(
        self: object, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        try:
            return await run(self, dispatcher, tracker, domain)
        except PaymentError as exc:
            say_error(dispatcher, domain, exc)
        except Exception as exc:  # Rasa would drop the turn and the buyer hear nothing at all.
            log.error("actions.run.failed action=%s error=%s", _name(self), type(exc).__name__)
            dispatcher.utter_message(response="utter_error_internal")
        return []

    return answering


def say_error(dispatcher: CollectingDispatcher, domain: Domain, exc: PaymentError) -> None:
    """Say what went wrong in the domain's words for the error's code."""
    response = f"utter_error_{exc.code}"
    if response not in domain.get("responses", {}):
        log.error("actions.error.unnamed code=%s", exc.code)
        response = "utter_error_internal"
    dispatcher.utter_message(response=response, **_error_values(exc))


def buyer_of(tracker: Tracker) -> Buyer:
    """Whose conversation it is; the channel is the one that the buyer's words came in by."""
    channel = tracker.get_latest_input_channel()
    return Buyer(channel=channel or "rest", sender_id=tracker.sender_id)


def last_response(tracker: Tracker) -> str | None:
    """Name of the response that was said last (Rasa notes it in the bot event)."""
    for event in reversed(tracker.events):
        if event.get("event") == "bot":
            name = (event.get("metadata") or {}).get("utter_action")
            return name if isinstance(name, str) else None
    return None


def was_said_in_each(tracker: Tracker, responses: Collection[str], turns: int) -> bool:
    """Whether one of the responses was said in each of the turns before the buyer's last words."""
    said: list[bool] = [False]
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            said.append(False)
        elif event.get("event") == "bot":
            name = (event.get("metadata") or {}).get("utter_action")
            said[-1] = said[-1] or name in responses
        if len(said) > turns + 1:
            break
    return len(said) > turns and all(said[1 : turns + 1])


def line(domain: Domain, response: str, **values: object) -> str:
    """Fill a response of the domain, as a piece of a longer one."""
    template = str(domain["responses"][response][0]["text"])
    return template.format_map(values)


def open_order_line(domain: Domain, order: Order, now: datetime) -> str:
    """Write an unpaid order as an entry of a list."""
    return line(domain, f"utter_line_open_{product_of(order).noun}", **order_values(order, now))


def lines(texts: Iterable[str]) -> str:
    """Put list entries below each other; blank lines would make several messages of them."""
    return "\n".join(texts)


def buttons(titles: Iterable[str]) -> list[dict[str, str]]:
    """Make buttons that say what is written on them."""
    return [{"title": title, "payload": title} for title in titles]


def date_text(starts_at: datetime) -> str:
    """Write a show's date and time in the show's own zone: "Fri, Jan 15, 2027 at 7:30 PM"."""
    return _spaced(format_datetime(starts_at, LANGUAGE.date, locale=LOCALE))


def day_text(starts_at: datetime) -> str:
    """Write the day of a show, for lists: "Fri, Jan 15"."""
    return str(format_datetime(starts_at, LANGUAGE.day, locale=LOCALE))


def short_date_text(starts_at: datetime) -> str:
    """Write a show's date and time as short as a button needs it: "Jan 15, 7:30 PM"."""
    return _spaced(format_datetime(starts_at, LANGUAGE.short_date, locale=LOCALE))


def interval_text(interval: str | None) -> str:
    """Name a season ticket's period: "year"."""
    return LANGUAGE.intervals.get(interval or "", interval or "")


def show_values(show: Show) -> dict[str, object]:
    """What responses may say of a show."""
    return {
        "show": show.name,
        "venue": show.venue,
        "city": show.city,
        "date": date_text(show.starts_at),
        "day": day_text(show.starts_at),
        "seats_left": show.seats_left,
        "from_price": format_amount(show.sections[0].unit_amount, show.currency, LOCALE),
    }


def section_values(section: Section, currency: str) -> dict[str, object]:
    """What responses may say of a section."""
    return {
        "section": section.name,
        "price": format_amount(section.unit_amount, currency, LOCALE),
        "left": section.seats_left,
    }


def order_values(order: Order, now: datetime) -> dict[str, object]:
    """What responses may say of an order; ``minutes`` are those that its link still works.

    What is in no response's words goes with the message all the same: channels that show more
    than words take ``order_status`` and ``seconds_left`` from there (channels/web/messages.py).
    """
    left = max(0.0, (order.expires_at - now).total_seconds())
    return {
        "order_id": order.id,
        "order_status": order.status.value,
        "seconds_left": int(left),
        "show": order.show_name,
        "section": order.section_name or "",
        "quantity": order.quantity,
        "refunded_quantity": order.refunded_quantity,
        "price": format_amount(order.unit_amount, order.currency, LOCALE),
        "total": format_amount(order.amount_total, order.currency, LOCALE),
        "refunded": format_amount(order.amount_refunded, order.currency, LOCALE),
        "date": date_text(order.starts_at) if order.starts_at else "",
        "venue": order.venue or "",
        "city": order.city or "",
        "minutes": round(left / 60),
        "link": order.checkout_url or "",
        "interval": interval_text(order.interval),
    }


def season_values(subscription: Subscription) -> dict[str, object]:
    """What responses may say of a season ticket; ``link`` is where a due payment is made."""
    end = subscription.current_period_end
    return {
        "period_end": format_date(end, LANGUAGE.period_end, locale=LOCALE) if end else "",
        "link": subscription.payment_url or "",
    }


def _error_values(exc: PaymentError) -> Mapping[str, object]:
    if isinstance(exc, SoldOut):
        return {"left": exc.seats_left}
    if isinstance(exc, TooManyTickets | TooManyUnpaidSeats):
        return {"limit": exc.limit}
    return {}


def _spaced(text: str) -> str:
    # CLDR puts a narrow no-break space before AM and PM, which some messengers show as a box.
    return text.replace("\u202f", " ")


def _name(action: object) -> str:
    return type(action).__name__
