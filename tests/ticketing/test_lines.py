"""Several shows or sections in one order: one hold, one payment, and after it each by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    VISA,
    balance,
    pay,
    receive_all,
    refund_at_stripe,
    refunded,
    told,
)
from ticket_clerk.http.orders_api import order_json
from ticket_clerk.ticketing import show_changes
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import inventory
from ticket_clerk.ticketing.domain.checkout_terms import EXCLUSIVE, Charged
from ticket_clerk.ticketing.domain.errors import (
    DatabaseUnavailable,
    InvalidQuantity,
    InvalidRequest,
    PriceChanged,
    SoldOut,
    TooManyLines,
    TooManyTickets,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderKind, OrderStatus, SeatLine
from ticket_clerk.ticketing.domain.money import smallest, split
from ticket_clerk.ticketing.domain.order_lines import charged_by_line
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.box_office import release_seats
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.orders.replacement import SeatRequest, replace_order
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.privacy.personal_data import export_buyer
from ticket_clerk.ticketing.refunds.refund_requests import (
    quote_refund,
    refund_payment,
    refund_tickets,
)
from ticket_clerk.ticketing.refunds.submission import submit_requests
from ticket_clerk.ticketing.reports.stats import payment_summary
from ticket_clerk.ticketing.tickets.queries import tickets_of

GAME = "lakers-warriors"
BEA = Buyer("rest", "bea")
STALLS = SeatLine(GAME, "201", 1)


def order(container: Container, buyer: Buyer = ANN, **changes: Any) -> Order:
    """Order two seats at $200 in one section and one at $350 in another."""
    wanted = {"show_id": GAME, "section_id": "101", "quantity": 2, "further": (STALLS,), **changes}
    return start_checkout(container, buyer, **wanted)


def seats(container: Container) -> list[tuple[int, int]]:
    """Read how many seats are held and sold in both sections."""
    table = schema.sections
    query = (
        sa.select(table.c.held, table.c.sold)
        .where(table.c.show_id == GAME, table.c.id.in_(["101", "201"]))
        .order_by(table.c.id)
    )
    with container.database.read() as conn:
        return [(held, sold) for held, sold in conn.execute(query)]


def take_all(container: Container, section_id: str, but: int = 0) -> None:
    """Let somebody else have what is left of a section."""
    with container.database.begin() as conn:
        left = inventory.seats_left(conn, show_id=GAME, section_id=section_id) - but
        inventory.take_seats(conn, show_id=GAME, section_id=section_id, quantity=left, is_sale=True)


def whole(container: Container, order: Order) -> Order:
    """Read an order again."""
    return queries.any_order(container, order.id)


def states(container: Container, order: Order) -> list[str]:
    """Say where each line stands."""
    return [line.status.value for line in whole(container, order).paid_together]


def give_back(container: Container, line: Order, quantity: int) -> None:
    """Have the buyer return tickets of one line."""
    quote = quote_refund(container, line.buyer, line.id, quantity)
    refund_tickets(
        container, line.buyer, line.id, quantity=quantity, quote_version=quote.quote_version
    )


def test_two_sections_are_one_order_with_one_page(
    container: Container, stripe_wire: StripeWire
) -> None:
    """One hold, one sum, and at Stripe a line item a line."""
    made = order(container)

    assert seats(container) == [(2, 0), (1, 0)]
    assert made.payment_total == 75000
    items = stripe_wire.list_all(f"/v1/checkout/sessions/{made.checkout_session_id}/line_items")
    assert [(item["quantity"], item["amount_total"]) for item in items] == [(2, 40000), (1, 35000)]
    assert [one.id for one in queries.orders_of(container, ANN)] == [made.id]
    assert queries.page_of_orders(container, status=None, cursor=None, limit=5)[0] == [made]


def test_asking_again_in_another_order_is_the_same_order(container: Container) -> None:
    """Also by who names the other section first."""
    made = order(container)
    again = order(container, section_id="201", quantity=1, further=(SeatLine(GAME, "101", 2),))

    assert again.id == made.id
    assert order(container, further=()).id != made.id
    assert seats(container) == [(4, 0), (1, 0)]


def test_paying_sells_all_lines_and_tells_it_once(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Figures and ledger know one payment; each line has its tickets."""
    paid = pay(container, stripe_wire, order(container))

    assert states(container, paid) == ["paid", "paid"]
    assert seats(container) == [(0, 2), (0, 1)]
    assert [len(tickets_of(container, line)) for line in paid.paid_together] == [2, 1]
    assert told(container) == ["payment_confirmed"]
    summary = payment_summary(container, since=None, until=None)["usd"]
    assert (summary.total_revenue, summary.successful_payments) == (75000, 1)
    assert balance(container) == 75000
    assert receive_all(container, stripe_wire)
    assert balance(container) == 75000


def test_the_api_answers_with_all_lines_also_by_the_id_of_one(
    container: Container, stripe_wire: StripeWire
) -> None:
    """With more than one line there is no one show, section and price."""
    paid = pay(container, stripe_wire, order(container))

    shown = order_json(queries.any_order(container, paid.further_lines[0].id))
    assert shown["id"] == paid.id
    assert [shown[name] for name in ("show_id", "section_id", "unit_amount")] == [None] * 3
    assert (shown["quantity"], shown["amount_total"]) == (3, 750)
    assert [(line["section_id"], line["quantity"]) for line in shown["lines"]] == [
        ("101", 2),
        ("201", 1),
    ]


@pytest.mark.parametrize("section_id", ["101", "201"])
def test_where_one_line_has_no_room_nothing_is_held(container: Container, section_id: str) -> None:
    """Whichever of the two it is."""
    take_all(container, section_id)
    before = seats(container)

    with pytest.raises(SoldOut):
        order(container)

    assert seats(container) == before
    assert queries.orders_of(container, ANN) == []


def test_an_order_has_as_many_lines_and_tickets_as_it_may(container: Container) -> None:
    """Each section once, four lines, and of each line as many tickets as one order may have."""
    with pytest.raises(TooManyTickets):
        order(container, further=(SeatLine(GAME, "201", 11),))
    with pytest.raises(InvalidQuantity):
        order(container, further=(SeatLine(GAME, "101", 1),))
    with pytest.raises(TooManyLines):
        order(container, further=tuple(SeatLine(GAME, f"{n}", 1) for n in range(4)))
    with pytest.raises(PriceChanged):
        order(container, quoted_amount=40000)
    assert order(container, quoted_amount=75000).payment_total == 75000


def test_canceling_and_expiring_give_back_all_lines(
    container: Container, stripe_wire: StripeWire
) -> None:
    """By the order's number, or a line's."""
    made = order(container)
    assert cancel_order(container, ANN, made.further_lines[0].id).id == made.id
    assert states(container, made) == ["canceled", "canceled"]

    left = order(container)
    stripe_wire.post(f"/v1/checkout/sessions/{left.checkout_session_id}/expire")
    receive_all(container, stripe_wire)
    assert states(container, left) == ["expired", "expired"]
    assert seats(container) == [(0, 0), (0, 0)]
    assert told(container) == ["checkout_expired"]


def test_releasing_an_order_frees_all_lines(container: Container, stripe_wire: StripeWire) -> None:
    """Its link works on, as for who never held any."""
    made = order(container)
    release_seats(container, made.id)
    assert seats(container) == [(0, 0), (0, 0)]

    assert pay(container, stripe_wire, made).status is OrderStatus.PAID
    assert seats(container) == [(0, 2), (0, 1)]


def test_a_line_can_be_added_and_taken_out_before_it_is_paid(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The order is replaced as any other."""
    one = order(container, further=())
    both = replace_order(container, ANN, one.id, SeatRequest(GAME, "101", 2, further=(STALLS,)))
    assert (both.line_count, seats(container)) == (2, [(2, 0), (1, 0)])

    last = replace_order(container, ANN, both.id, SeatRequest(GAME, "201", 1))
    assert (last.line_count, seats(container)) == (1, [(0, 0), (1, 0)])
    assert pay(container, stripe_wire, last).status is OrderStatus.PAID


def test_what_comes_too_late_for_one_line_goes_back_whole(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Nothing of it is sold, and all of the money goes back, told once."""
    made = order(container)
    _expire_unpaid(container, stripe_wire, made)
    take_all(container, "201")
    before = seats(container)
    receive_all(container, stripe_wire)

    assert states(container, made) == ["needs_attention", "needs_attention"]
    assert seats(container) == before
    submit_requests(container)
    receive_all(container, stripe_wire)
    assert states(container, made) == ["refunded", "refunded"]
    assert (sum(refunded(stripe_wire)), balance(container)) == (75000, 0)
    assert told(container).count("refund_succeeded") == 1


def test_what_comes_late_while_all_lines_are_there_is_honored(
    container: Container, stripe_wire: StripeWire
) -> None:
    """As with one line."""
    made = order(container)
    _expire_unpaid(container, stripe_wire, made)
    receive_all(container, stripe_wire)

    assert states(container, made) == ["paid", "paid"]
    assert seats(container) == [(0, 2), (0, 1)]


def _expire_unpaid(container: Container, wire: StripeWire, made: Order) -> None:
    """Give the order up here although it was paid at Stripe a moment before."""
    wire.standin.pay(made.checkout_session_id, card=VISA)
    with container.database.begin() as conn:
        settlement.expire(conn, made.id, now=container.now())
    assert seats(container) == [(0, 0), (0, 0)]


def test_tickets_of_one_line_go_back_by_themselves(
    container: Container, stripe_wire: StripeWire
) -> None:
    """With the payment of the order; the other line stays as it is."""
    paid = pay(container, stripe_wire, order(container))
    give_back(container, paid.further_lines[0], 1)
    receive_all(container, stripe_wire)

    assert states(container, paid) == ["paid", "refunded"]
    assert seats(container) == [(0, 2), (0, 0)]
    shown = order_json(whole(container, paid))
    assert (shown["status"], shown["amount_refunded"]) == ("partially_refunded", 350)
    give_back(container, whole(container, paid), 1)
    assert states(container, paid) == ["partially_refunded", "refunded"]
    assert (refunded(stripe_wire), balance(container)) == ([20000, 35000], 20000)


def test_a_line_can_have_better_seats(container: Container, stripe_wire: StripeWire) -> None:
    """Paid beside it, and given back with its tickets."""
    paid = pay(container, stripe_wire, order(container))
    pay(container, stripe_wire, start_upgrade(container, ANN, paid.id, section_id="201"))
    assert seats(container) == [(0, 0), (0, 3)]

    give_back(container, whole(container, paid), 2)
    receive_all(container, stripe_wire)
    assert states(container, paid) == ["refunded", "paid"]
    assert (seats(container), balance(container)) == ([(0, 0), (0, 1)], 35000)


@pytest.mark.takes_turns
@pytest.mark.parametrize(
    ("amount", "after", "left"),
    [
        (75000, ["refunded", "refunded"], [(0, 0), (0, 0)]),
        # What one line costs, or some of its tickets.
        (35000, ["paid", "refunded"], [(0, 2), (0, 0)]),
        (20000, ["partially_refunded", "paid"], [(0, 1), (0, 1)]),
        # Goodwill: the tickets stay.
        (1000, ["partially_refunded", "paid"], [(0, 2), (0, 1)]),
        (39000, ["partially_refunded", "paid"], [(0, 2), (0, 1)]),
        (41000, ["refunded", "partially_refunded"], [(0, 0), (0, 1)]),
    ],
)
@pytest.mark.parametrize("where", ["dashboard", "API"])
def test_what_is_given_back_of_the_payment_is_divided_over_its_lines(
    container: Container,
    stripe_wire: StripeWire,
    where: str,
    amount: int,
    after: list[str],
    left: list[tuple[int, int]],
) -> None:
    """The whole gives back all; the price of tickets of one line gives those back."""
    paid = pay(container, stripe_wire, order(container))
    if where == "dashboard":
        refund_at_stripe(stripe_wire, paid, amount=amount)
    else:
        _refund_by_api(container, paid, amount)
    receive_all(container, stripe_wire)

    assert (states(container, paid), seats(container)) == (after, left)
    found = whole(container, paid).paid_together
    assert sum(line.amount_refunded for line in found) == sum(refunded(stripe_wire)) == amount
    assert balance(container) == 75000 - amount
    reconcile(container)
    assert states(container, paid) == after


def _refund_by_api(container: Container, paid: Order, amount: int) -> None:
    """Ask twice with one key, as a caller does whose first answer was lost."""
    asked = {"amount": f"{amount / 100:.2f}", "idempotency_key": "once"}
    first, second = (refund_payment(container, str(paid.payment_intent_id), **asked) for _ in "ab")
    assert (first.id, first.amount) == (second.id, amount)


def test_an_operator_names_tickets_of_one_line(
    container: Container, stripe_wire: StripeWire
) -> None:
    """A number alone would not say of which."""
    paid = pay(container, stripe_wire, order(container))
    payment, line = str(paid.payment_intent_id), paid.further_lines[0]
    with pytest.raises(InvalidRequest):
        refund_payment(container, payment, quantity=1)
    both = [tickets_of(container, one)[0].id for one in paid.paid_together]
    with pytest.raises(InvalidRequest):
        refund_payment(container, payment, ticket_ids=both)

    refund_payment(container, payment, ticket_ids=[tickets_of(container, line)[0].id])
    receive_all(container, stripe_wire)
    assert states(container, paid) == ["paid", "refunded"]


def test_a_refund_in_the_dashboard_that_fails_gives_all_lines_back(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The seats are the buyer's again, and the books are as before."""
    paid = pay(container, stripe_wire, order(container), card="4000000000005126")
    refund_at_stripe(stripe_wire, paid)
    receive_all(container, stripe_wire)
    receive_all(container, stripe_wire)

    assert states(container, paid) == ["paid", "paid"]
    assert (seats(container), balance(container)) == ([(0, 2), (0, 1)], 75000)


def test_a_dispute_is_of_all_lines(container: Container, stripe_wire: StripeWire) -> None:
    """While it lasts no ticket of either is valid."""
    made = order(container)
    paid = pay(container, stripe_wire, made, card="4000000000000259")
    reconcile(container)
    receive_all(container, stripe_wire)

    assert states(container, paid) == ["disputed", "disputed"]
    assert order_json(whole(container, paid))["status"] == "disputed"


def test_a_show_that_is_called_off_ends_its_lines_only_where_they_are_paid(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The other show's line stays; of what is not paid yet nothing is."""
    other = _other_show(container)
    paid = pay(container, stripe_wire, order(container, further=(other,)))
    unpaid = order(container, BEA, further=(other,))

    show_changes.call_off_show(container, GAME)
    show_changes.apply_changes(container)
    submit_requests(container)
    receive_all(container, stripe_wire)

    by_show = {line.show_id: line.status for line in whole(container, paid).paid_together}
    assert by_show == {GAME: OrderStatus.REFUNDED, other.show_id: OrderStatus.PAID}
    assert states(container, unpaid) == ["canceled", "canceled"]
    assert seats(container) == [(0, 0), (0, 0)]


def _other_show(container: Container) -> SeatLine:
    show = next(one for one in queries.catalog(container).shows if one.id != GAME)
    return SeatLine(show.id, show.sections[0].id, 1)


def test_what_is_known_of_a_buyer_has_all_lines(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Also of those whose payment is another order's."""
    paid = pay(container, stripe_wire, order(container))

    exported = {row["id"] for row in export_buyer(container, ANN)["orders"]}
    assert exported == {line.id for line in paid.paid_together}


LAST = (Buyer("rest", "first"), Buyer("rest", "second"))


def test_of_two_who_want_the_last_seat_of_a_line_one_gets_all_and_one_nothing(
    container: Container,
) -> None:
    """What the other one asked for besides is free again."""
    take_all(container, "201", but=1)
    before = seats(container)

    assert sorted(_at_once(lambda buyer: _placed(container, buyer))) == ["held", "sold out"]
    (held, sold), (held_too, sold_too) = seats(container)
    assert (held, held_too) == (2, 1)
    assert (sold, sold_too) == (before[0][1], before[1][1])


def test_without_one_transaction_the_other_line_stays_held(container: Container) -> None:
    """The control: two orders one after the other hold seats for who can't have all."""
    take_all(container, "201", but=1)

    def one_by_one(buyer: Buyer) -> str:
        order(container, buyer, further=())
        try:
            order(container, buyer, section_id="201", quantity=1, further=())
        except SoldOut:
            return "sold out"
        return "held"

    assert sorted(_at_once(one_by_one)) == ["held", "sold out"]
    assert [held for held, _ in seats(container)] == [4, 1]


def _placed(container: Container, buyer: Buyer) -> str:
    try:
        order(container, buyer)
    except SoldOut:
        return "sold out"
    return "held"


def _at_once(work: Callable[[Buyer], str]) -> list[str]:
    both = threading.Barrier(2, timeout=60)

    def run(buyer: Buyer) -> str:
        both.wait()
        return work(buyer)

    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(run, LAST))


def test_many_who_order_pay_and_leave_lines_at_once_never_wait_in_a_circle(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Sections are locked in one order, whichever is named first."""
    swapped = {"section_id": "201", "quantity": 1, "further": (SeatLine(GAME, "101", 2),)}

    def go(number: int) -> str:
        buyer = Buyer("rest", f"buyer-{number}")
        try:
            made = order(container, buyer, **(swapped if number % 2 else {}))
            cancel_order(container, buyer, made.id)
        except DatabaseUnavailable as exc:
            return str(exc.__cause__)
        return "done"

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert set(pool.map(go, range(12))) == {"done"}
    assert seats(container) == [(0, 0), (0, 0)]


@given(
    amount=st.integers(0, 10**9),
    weights=st.lists(st.integers(0, 10**8), min_size=1, max_size=4),
    currency=st.sampled_from(["usd", "jpy", "kwd", "isk"]),
)
def test_parts_of_a_sum_add_up_to_it(amount: int, weights: list[int], currency: str) -> None:
    """To the minor unit, none below zero, and none far from its share."""
    parts = split(amount, weights, currency)

    assert (len(parts), sum(parts)) == (len(weights), amount)
    assert all(part >= 0 for part in parts)
    step = smallest(currency)
    for part, weight in zip(parts, weights, strict=True):
        if sum(weights):
            assert abs(part - amount * weight / sum(weights)) < 2 * step


@given(
    prices=st.lists(st.integers(1, 10**6), min_size=1, max_size=4),
    percent=st.integers(0, 100),
    tax=st.integers(0, 10**6),
    behavior=st.sampled_from([None, "inclusive", EXCLUSIVE]),
)
def test_what_stripe_charged_is_divided_exactly(
    prices: list[int], percent: int, tax: int, behavior: str | None
) -> None:
    """Discount, tax and total of the lines are those of the payment; no line costs less than 0."""
    made = _order_of(prices, behavior)
    discount = sum(prices) * percent // 100
    tax = tax if behavior and discount < sum(prices) else 0
    total = sum(prices) - discount + (tax if behavior == EXCLUSIVE else 0)

    parts = charged_by_line(made, Charged(total, discount, tax))

    assert sum(part.total for part in parts) == total
    assert sum(part.discount for part in parts) == discount
    assert sum(part.tax for part in parts) == tax
    assert all(0 <= part.discount <= price for part, price in zip(parts, prices, strict=True))


def _order_of(prices: list[int], behavior: str | None) -> Order:
    now = datetime(2031, 1, 1, tzinfo=timezone.utc)
    lines = [
        Order(
            id=f"ord_{number}",
            kind=OrderKind.PURCHASE,
            buyer=ANN,
            show_id=GAME,
            show_name="Game",
            quantity=1,
            currency="usd",
            unit_amount=price,
            amount_total=price,
            created_at=now,
            expires_at=now,
            hold_expires_at=now,
            tax_behavior=behavior,
        )
        for number, price in enumerate(prices)
    ]
    return replace(lines[0], further_lines=tuple(lines[1:]), line_count=len(lines))
