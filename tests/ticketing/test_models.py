"""The state chart of orders."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticket_clerk.ticketing.domain.models import ALLOWED_TRANSITIONS, UNPAID, OrderStatus


def test_every_status_has_its_moves() -> None:
    """No status is forgotten in the chart."""
    assert set(ALLOWED_TRANSITIONS) == set(OrderStatus)


@given(st.lists(st.sampled_from(OrderStatus), max_size=12))
def test_money_that_came_is_never_forgotten(targets: list[OrderStatus]) -> None:
    """Once paid, no sequence of allowed moves leads back to an unpaid or canceled order."""
    status = OrderStatus.PAID
    for target in targets:
        if target in ALLOWED_TRANSITIONS[status]:
            status = target

    assert status not in UNPAID
    assert status not in {OrderStatus.EXPIRED, OrderStatus.CANCELED}
