"""Template values for amounts, dates, shows and orders; the texts are in the domain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime, format_time

from ticket_clerk.ticketing.domain.checkout_terms import EXCLUSIVE
from ticket_clerk.ticketing.domain.errors import (
    ExtraSoldOut,
    PaymentError,
    PriceChanged,
    SoldOut,
    TooManyLines,
    TooManyTickets,
    TooManyUnpaidSeats,
)
from ticket_clerk.ticketing.domain.models import (
    UNPAID,
    Catalog,
    Order,
    Section,
    Show,
    Subscription,
)
from ticket_clerk.ticketing.domain.money import format_amount, to_minor
from ticket_clerk.ticketing.domain.order_lines import extras_text
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.shows import parse_discontinued

# Messengers show no more buttons, and who has to choose reads no more lines.
MOST_BUTTONS = 5


@dataclass(frozen=True)
class Reply:
    """A response of the domain and its values."""

    response: str
    values: Mapping[str, object] = field(default_factory=dict)


def lines(texts: Iterable[str]) -> str:
    """Join list entries with line breaks; blank lines would split the message."""
    return "\n".join(texts)


def amount_text(amount: int, currency: str) -> str:
    """Write an amount in minor units as the turn's language does."""
    return format_amount(amount, currency, spoken().locale)


def format_budget(budget: Decimal, currency: str) -> str:
    """Write what a ticket may cost, in major units, as an amount."""
    return amount_text(to_minor(str(budget), currency), currency)


def buttons(titles: Iterable[str]) -> list[dict[str, str]]:
    """Build buttons whose payload is their title."""
    return [{"title": title, "payload": title} for title in titles]


def date_text(starts_at: datetime) -> str:
    """Write a show's date and time in the show's own zone: "Fri, Jan 15, 2027 at 7:30 PM"."""
    return _spaced(format_datetime(starts_at, spoken().date, locale=spoken().locale))


def day_text(starts_at: datetime) -> str:
    """Write the day of a show, for lists: "Fri, Jan 15"."""
    return str(format_datetime(starts_at, spoken().day, locale=spoken().locale))


def time_text(at: datetime) -> str:
    """Write the time of the day: "9:50 PM"."""
    return _spaced(format_time(at, "short", locale=spoken().locale))


def short_date_text(starts_at: datetime) -> str:
    """Write a show's date and time as short as a button needs it: "Jan 15, 7:30 PM"."""
    return _spaced(format_datetime(starts_at, spoken().short_date, locale=spoken().locale))


def interval_text(interval: str | None) -> str:
    """Name a season ticket's period: "year"."""
    return spoken().intervals.get(interval or "", interval or "")


def called_off_reply(text: str, catalog: Catalog) -> Reply | None:
    """Say that a show which the text names is called off, unless it names one on sale, too."""
    names = tuple(catalog.called_off.values())
    named = parse_discontinued(text, names, catalog.shows)
    return Reply("utter_show_is_called_off", {"show": named}) if named else None


def discontinued_reply(text: str, catalog: Catalog) -> Reply | None:
    """Say that a show which the text names is called off, over or withdrawn."""
    if called_off := called_off_reply(text, catalog):
        return called_off
    named = parse_discontinued(text, catalog.gone, catalog.shows)
    return Reply("utter_show_not_on_sale", {"show": named}) if named else None


def show_values(show: Show) -> dict[str, object]:
    """Return the template values of a show."""
    left = [section for section in show.sections if section.seats_left] or show.sections
    return {
        "show": show.name,
        "venue": show.venue,
        "city": show.city,
        "date": date_text(show.starts_at),
        "day": day_text(show.starts_at),
        "seats_left": show.seats_left,
        "from_price": amount_text(show.sections[0].unit_amount, show.currency),
        "to_price": amount_text(left[-1].unit_amount, show.currency),
    }


def section_values(section: Section, currency: str) -> dict[str, object]:
    """Return the template values of a section."""
    return {
        "section": section.name,
        "price": amount_text(section.unit_amount, currency),
        "left": section.seats_left,
    }


def sum_text(
    amount: int,
    currency: str,
    *,
    discount: int = 0,
    code: str = "",
    is_before_tax: bool = False,
) -> str:
    """Write what is to be paid, with what a code takes off and whether tax comes on top."""
    text = amount_text(amount, currency)
    if is_before_tax:
        text = spoken().sums["before_tax"].format(amount=text)
    if not code:
        return text
    return (
        spoken()
        .sums["reduced"]
        .format(
            amount=text,
            before=amount_text(amount + discount, currency),
            discount=amount_text(discount, currency),
            code=code,
        )
    )


def total_text(order: Order) -> str:
    """Write an order's total; until it is paid only Stripe knows the tax that is added."""
    if order.status not in UNPAID:
        return amount_text(order.payment_total, order.currency)
    return sum_text(
        order.payment_total,
        order.currency,
        discount=order.payment_discount,
        code=order.promotion_code or "",
        is_before_tax=order.tax_behavior == EXCLUSIVE,
    )


def order_values(order: Order, now: datetime) -> dict[str, object]:
    """Return the template values of an order; ``minutes`` is the lifetime left of its link.

    What is in no response's words goes with the message all the same: channels that show more
    than words take ``order_status`` and ``seconds_left`` from there (channels/web/messages.py).
    """
    left = max(0.0, (order.expires_at - now).total_seconds())
    return {
        "order_id": order.id,
        "order_status": order.status.value,
        "seconds_left": int(left),
        "show": order.show_name,
        "section": _seats_text(order),
        "quantity": order.quantity,
        "refunded_quantity": order.refunded_quantity,
        "price": amount_text(order.unit_amount, order.currency),
        "total": total_text(order),
        "refunded": amount_text(order.amount_refunded, order.currency),
        "date": date_text(order.starts_at) if order.starts_at else "",
        "venue": order.venue or "",
        "city": order.city or "",
        "minutes": round(left / 60),
        "link": order.checkout_url or "",
        "interval": interval_text(order.interval),
    }


def _seats_text(order: Order) -> str:
    """Write the section with what is bought beside it: extras, then the lines paid with it."""
    texts = [beside(order.section_name or "", extras_text(order.extras))]
    for line in order.further_lines:
        section = beside(line.section_name or "", extras_text(line.extras))
        texts.append(f"{line.quantity} × {_other_show(order, line)}{section}")
    return " + ".join(texts)


def _other_show(order: Order, line: Order) -> str:
    """Name the show of a further line, with when and where it is, unless it is the order's own."""
    if line.show_id == order.show_id or line.starts_at is None:
        return ""
    return f"{line.show_name} ({date_text(line.starts_at)}, {line.venue}), "


def beside(section: str, extras: str) -> str:
    """Write what is bought beside seats behind their section: "Parquet + 2 × Programme"."""
    return f"{section} + {extras}" if extras else section


def season_values(subscription: Subscription) -> dict[str, object]:
    """Return the template values of a season ticket; ``link`` is for a due payment."""
    end = subscription.current_period_end
    return {
        "period_end": format_date(end, spoken().period_end, locale=spoken().locale) if end else "",
        "link": subscription.payment_url or "",
    }


def error_values(exc: PaymentError) -> Mapping[str, object]:
    """Return the template values of an error."""
    if isinstance(exc, ExtraSoldOut):
        return {"extra": exc.name, "left": exc.seats_left}
    if isinstance(exc, SoldOut):
        return {"left": exc.seats_left}
    if isinstance(exc, TooManyTickets | TooManyLines | TooManyUnpaidSeats):
        return {"limit": exc.limit}
    if isinstance(exc, PriceChanged):
        return {"total": amount_text(exc.amount, exc.currency)}
    return {}


def _spaced(text: str) -> str:
    # CLDR puts a narrow no-break space before AM and PM, which some messengers show as a box.
    return text.replace("\u202f", " ")
