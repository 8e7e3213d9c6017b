"""What an order consists of, line by line: its tickets, then each of its extras."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, chain

from .checkout_terms import EXCLUSIVE, Charged
from .models import ExtraLine, Order, OrderStatus
from .money import share_of, split

EXTRA = "extra"


@dataclass(frozen=True)
class OrderLine:
    """One line; ``kind`` is the order's kind, or ``extra``.

    ``amount_total`` is what was paid, or is to be paid, for it, discount and tax included;
    ``amount_refunded`` what of that went back. Both add up to the order's. In minor units.
    """

    kind: str
    show_id: str
    section_id: str | None
    extra_id: str | None
    name: str
    quantity: int
    unit_amount: int
    amount_total: int
    amount_refunded: int


def extras_text(extras: Iterable[ExtraLine]) -> str:
    """Name the extras of an order: "Parking pass, 2 × Programme"; empty without any."""
    return ", ".join(counted(line.name, line.quantity) for line in extras)


def counted(name: str, quantity: int) -> str:
    """Write how many of a thing, and nothing where it is one."""
    return name if quantity == 1 else f"{quantity} × {name}"


def lines_of(order: Order) -> tuple[OrderLine, ...]:
    """List the lines of an order, with what is paid together with it; there is always one.

    Of each show or section what was refunded is of the tickets first: extras go back with the last
    of them.
    """
    return tuple(chain.from_iterable(map(_lines_of, order.paid_together)))


def status_of(order: Order) -> OrderStatus:
    """Say in one word where an order stands with all that is paid together with it."""
    found = {line.status for line in order.paid_together}
    urgent = (OrderStatus.NEEDS_ATTENTION, OrderStatus.DISPUTED)
    for status in urgent:
        if status in found:
            return status
    return found.pop() if len(found) == 1 else OrderStatus.PARTIALLY_REFUNDED


def charged_by_line(order: Order, charged: Charged) -> list[Charged]:
    """Divide what Stripe charged for an order over the lines of its payment, exactly.

    The discount by price, the tax by what is left of it; the sums are those that the order allows.
    """
    lines = order.paid_together
    prices = [line.amount_subtotal for line in lines]
    discounts = split(charged.discount, prices, order.currency)
    rests = [price - off for price, off in zip(prices, discounts, strict=True)]
    taxes = split(charged.tax, rests, order.currency)
    is_added = order.tax_behavior == EXCLUSIVE
    return [
        Charged(rest + (tax if is_added else 0), discount, tax)
        for rest, discount, tax in zip(rests, discounts, taxes, strict=True)
    ]


def _lines_of(order: Order) -> tuple[OrderLine, ...]:
    prices = [order.unit_amount * order.quantity]
    prices += [line.unit_amount * line.quantity for line in order.extras]
    upto = [
        share_of(order.amount_total, price, order.amount_subtotal, order.currency)
        for price in accumulate(prices)
    ]
    totals = [end - start for start, end in zip([0, *upto], upto, strict=False)]
    back = [
        min(max(order.amount_refunded - start, 0), total)
        for start, total in zip([0, *upto], totals, strict=False)
    ]
    of_show = (order.kind.value, order.show_id, order.section_id, None, order.show_name)
    tickets = OrderLine(*of_show, order.quantity, order.unit_amount, totals[0], back[0])
    extras = [
        OrderLine(
            *(EXTRA, order.show_id, None, line.extra_id, line.name),
            line.quantity,
            line.unit_amount,
            total,
            refunded,
        )
        for line, total, refunded in zip(order.extras, totals[1:], back[1:], strict=True)
    ]
    return (tickets, *extras)
