"""Which lines of a payment a sum is given back for, where nobody says which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.products import product_of


@dataclass(frozen=True)
class RefundPart:
    """What of one refund of Stripe's is a line's, in minor units, and how many tickets go with it.

    ``number`` is the part's place in the refund, from 1 on.
    """

    order_id: str
    amount: int
    quantity: int
    number: int = 1

    def name(self, stripe_refund_id: str) -> str:
        """Name this part of a refund."""
        return part_name(stripe_refund_id, self.number)


def part_name(stripe_refund_id: str, number: int) -> str:
    """Name a part of a refund of Stripe's, whose first part has its very id."""
    return stripe_refund_id if number == 1 else f"{stripe_refund_id}#{number}"


def whole_name(name: str) -> str:
    """Give the id of Stripe's refund that a part is of."""
    return name.partition("#")[0]


def divide(order: Order, amount: int) -> list[RefundPart]:
    """Divide a refund over the lines of an order's payment, in minor units.

    All that is left is all lines with their tickets. What is exactly the price of tickets of one
    line only gives those back. Any other sum is goodwill, and lies where tickets stay: on the first
    line of which more is left, or else on one line after the other.
    """
    lines = order.paid_together
    if amount < sum(line.amount_left for line in lines):
        meant = [(line, count) for line in lines if (count := _tickets_for(line, amount))]
        if len(meant) == 1:
            return [RefundPart(meant[0][0].id, amount, meant[0][1])]
        roomy = next((line for line in lines if line.amount_left > amount), None)
        if roomy is not None:
            return [RefundPart(roomy.id, amount, 0)]
    return _one_after_the_other(order, amount)


def _tickets_for(line: Order, amount: int) -> int:
    return product_of(line).tickets_for(line, amount) if amount <= line.amount_left else 0


def _one_after_the_other(order: Order, amount: int) -> list[RefundPart]:
    """Fill up what is left of each line, then what is only asked for, and the first with the rest.

    What was asked for and Stripe has not done yet may go beside it no more.
    """
    given = dict.fromkeys((line.id for line in order.paid_together), 0)
    rooms: tuple[Callable[[Order], int], ...] = (
        lambda line: line.amount_left,
        lambda line: line.amount_total - line.amount_refunded - given[line.id],
        lambda line: amount,
    )
    for room in rooms:
        for line in order.paid_together:
            part = min(max(room(line), 0), amount - sum(given.values()))
            given[line.id] += part
    parts = [(line, given[line.id]) for line in order.paid_together if given[line.id]]
    return [
        RefundPart(line.id, part, _tickets_for_all(line, part), number)
        for number, (line, part) in enumerate(parts, start=1)
    ]


def _tickets_for_all(line: Order, amount: int) -> int:
    return product_of(line).tickets_for(line, amount) if amount >= line.amount_left else 0
