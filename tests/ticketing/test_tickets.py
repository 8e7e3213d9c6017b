"""A paid order has its tickets, and a ticket is worth what its order is."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    buy,
    give_back,
    pay,
    receive_all,
    refund_at_stripe,
    status,
)
from tests.ticketing.seasons import pass_time, subscribe
from tests.ticketing.ticket_desk import let_in, tickets, worth
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import tickets as table
from ticket_clerk.ticketing.domain.errors import (
    InvalidRequest,
    NotRefundable,
    OrderNotFound,
    TicketNotFound,
    TooManyTickets,
    WrongState,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.domain.tickets import holder_name
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund
from ticket_clerk.ticketing.subscriptions.season_tickets import cancel_season_ticket
from ticket_clerk.ticketing.tickets import queries, replacement

DISPUTED = "4000000000000259"


def test_a_paid_order_has_a_ticket_a_seat(container: Container, order: Order) -> None:
    """Two seats, two valid tickets with ids of their own, in the section that was paid for."""
    one, two = tickets(container, order)

    assert (one.number, two.number, one.count) == (1, 2, 2)
    assert {one.status.value, two.status.value} == {"valid"}
    assert one.id != two.id
    assert (one.show_name, one.section_name) == ("Lakers vs Warriors", "Section 101")


def test_an_unpaid_order_has_none(container: Container) -> None:
    """A link is no ticket."""
    order = start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=2)

    assert tickets(container, order) == []


def test_the_same_payment_told_again_issues_nothing_again(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """However often the events come, and the function is called."""
    before = tickets(container, order)
    receive_all(container, stripe_wire)
    with container.database.begin() as conn:
        table.issue(conn, order, now=container.now())

    assert tickets(container, order) == before


def test_a_refund_ends_the_newest_tickets(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """One of two goes back, the second; then the first."""
    give_back(container, order, 1)
    assert worth(container, order) == ["valid", "refunded"]

    give_back(container, order, 1)
    receive_all(container, stripe_wire)
    assert worth(container, order) == ["refunded", "refunded"]
    assert status(container, order) is OrderStatus.REFUNDED


def test_goodwill_leaves_the_tickets(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Some of the money back in the dashboard, and both still open the door."""
    refund_at_stripe(stripe_wire, order, amount=100)
    receive_all(container, stripe_wire)

    assert worth(container, order) == ["valid", "valid"]


def test_a_refund_never_ends_a_ticket_that_was_used_before_one_that_was_not(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """The second came in, so the first goes back."""
    _, second = tickets(container, order)
    assert let_in(container, second) == (True, "valid")

    give_back(container, order, 1)

    assert worth(container, order) == ["refunded", "used"]


def test_who_came_in_cannot_return_their_ticket(container: Container, order: Order) -> None:
    """Of two with one used one can go back; of two used none."""
    one, two = tickets(container, order)
    let_in(container, one)
    assert quote_refund(container, ANN, order.id).quantity == 1
    with pytest.raises(TooManyTickets):
        quote_refund(container, ANN, order.id, 2)

    let_in(container, two)
    with pytest.raises(NotRefundable) as refused:
        quote_refund(container, ANN, order.id)
    assert refused.value.reason == "used"


def test_an_upgrade_gives_new_tickets_and_ends_the_old_ones(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Same numbers, other ids and section; the old ones are replaced."""
    old = tickets(container, order)
    pay(container, stripe_wire, start_upgrade(container, ANN, order.id, section_id="201"))
    new = tickets(container, order)

    assert [ticket.number for ticket in new] == [1, 2]
    assert {ticket.section_name for ticket in new} == {"Section 201"}
    assert not {ticket.id for ticket in old} & {ticket.id for ticket in new}
    assert worth(container, order) == ["valid", "valid"]
    ended = [queries.any_ticket(container, ticket.id) for ticket in old]
    assert [(ticket.status.value, ticket.section_name) for ticket in ended] == [
        ("replaced", "Section 101")
    ] * 2


def test_an_upgrade_lets_nobody_in_twice_and_revives_nothing(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Of three, one used and one returned: two new ones, used and valid, and no third."""
    order = buy(container, stripe_wire, quantity=3)
    let_in(container, tickets(container, order)[2])
    give_back(container, order, 1)
    receive_all(container, stripe_wire)
    assert worth(container, order) == ["valid", "refunded", "used"]

    pay(container, stripe_wire, start_upgrade(container, ANN, order.id, section_id="201"))

    assert worth(container, order) == ["valid", "refunded", "used"]
    sections = [ticket.section_name for ticket in tickets(container, order)]
    assert sections == ["Section 201", "Section 101", "Section 201"]


def test_a_dispute_suspends_the_tickets_until_it_is_won(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The bank took the money; when it gives it back, they open the door again."""
    order = buy(container, stripe_wire, card=DISPUTED)
    assert worth(container, order) == ["disputed", "disputed"]
    (dispute,) = stripe_wire.list_all("/v1/disputes")
    evidence = {"evidence[uncategorized_text]": "winning_evidence", "submit": "true"}
    stripe_wire.post(f"/v1/disputes/{dispute['id']}", **evidence)
    receive_all(container, stripe_wire)

    assert worth(container, order) == ["valid", "valid"]


def test_a_disputed_upgrade_suspends_them_too(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """The better seats are not paid for."""
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")
    pay(container, stripe_wire, upgrade, DISPUTED)

    assert worth(container, order) == ["disputed", "disputed"]


def test_what_needs_attention_opens_no_door(container: Container, order: Order) -> None:
    """Neither money nor seats are the buyer's until somebody has seen to it."""
    with container.database.begin() as conn:
        conn.execute(sa.update(schema.orders).values(status="needs_attention"))

    assert worth(container, order) == ["canceled", "canceled"]


def test_a_season_ticket_is_valid_until_its_period_ends(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Ended with its year, it opens the door till then; renewed, for another."""
    order = subscribe(container, stripe_wire)
    (ticket,) = tickets(container, order)
    assert (ticket.section_name, ticket.starts_at) == (None, None)
    assert ticket.valid_until is not None
    cancel_season_ticket(container, ANN, order.id)
    receive_all(container, stripe_wire)
    pass_time(stripe_wire, clock, days=360)
    assert worth(container, order) == ["valid"]

    pass_time(stripe_wire, clock, days=6)
    assert worth(container, order) == ["canceled"]


def test_a_season_ticket_opens_the_door_once_a_show(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Again after twelve hours, not before."""
    order = subscribe(container, stripe_wire)
    (ticket,) = tickets(container, order)

    assert let_in(container, ticket) == (True, "valid")
    clock.move(hours=11)
    assert let_in(container, ticket) == (False, "used")
    clock.move(hours=2)
    assert let_in(container, ticket) == (True, "valid")


def test_no_id_can_be_guessed(container: Container, order: Order) -> None:
    """131 random bits; what is no ticket's is not found, whatever it says."""
    ids = {table.new_ticket_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(each) for each in ids} == {26}

    (one, _) = tickets(container, order)
    for guess in (one.id[:-1], one.id.swapcase(), order.id, "tkt_", ids.pop()):
        with pytest.raises(TicketNotFound):
            queries.any_ticket(container, guess)


def test_a_replaced_ticket_ends_and_the_new_one_has_its_seat(
    container: Container, order: Order
) -> None:
    """A stolen link is worth nothing; the other ticket of the order stays."""
    stolen, other = tickets(container, order)

    new = replacement.replace_ticket(container, stolen.id)

    assert (new.number, new.section_name, new.status.value) == (1, "Section 101", "valid")
    assert tickets(container, order) == [new, other]
    assert let_in(container, stolen) == (False, "replaced")
    assert let_in(container, new) == (True, "valid")


def test_only_a_valid_ticket_is_replaced(container: Container, order: Order) -> None:
    """Neither one that was used, nor one that was replaced or returned."""
    one, two = tickets(container, order)
    let_in(container, one)
    give_back(container, order, 1)

    for ticket in (one, two):
        with pytest.raises(WrongState):
            replacement.replace_ticket(container, ticket.id)
    assert [ticket.id for ticket in tickets(container, order)] == [one.id, two.id]


def test_a_ticket_that_is_given_away_has_another_code_and_a_name(
    container: Container, order: Order
) -> None:
    """The old code ends at the door; a repetition finds the ticket that was issued."""
    kept, given = tickets(container, order)

    new = replacement.give_ticket(container, ANN, given.id, "Anna  Smith")

    assert (new.holder, new.number, new.order_id) == ("Anna Smith", given.number, order.id)
    assert replacement.give_ticket(container, ANN, given.id, "Anna Smith") == new
    assert let_in(container, given) == (False, "replaced")
    assert let_in(container, new) == (True, "valid")
    assert let_in(container, kept) == (True, "valid")
    # Used, it is given to nobody.
    with pytest.raises(WrongState):
        replacement.give_ticket(container, ANN, new.id, "Bo")


def test_nobody_gives_away_or_names_what_is_another_buyers(
    container: Container, order: Order
) -> None:
    """As if there were no such order."""
    ticket, _ = tickets(container, order)
    kim = Buyer("web", "kim")

    with pytest.raises(OrderNotFound):
        replacement.give_ticket(container, kim, ticket.id, "Kim")
    with pytest.raises(OrderNotFound):
        replacement.set_holder(container, ticket.id, "Kim", buyer=kim)
    assert [(one.id, one.holder) for one in tickets(container, order)][0] == (ticket.id, None)


def test_a_name_stays_with_its_ticket_until_it_is_given_away(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """A stolen link and better seats keep it, and the code stays when it is put on."""
    one, two = tickets(container, order)
    named = replacement.set_holder(container, one.id, "Ana Pérez", buyer=ANN)
    assert (named.id, named.holder) == (one.id, "Ana Pérez")
    new = replacement.replace_ticket(container, one.id)
    assert new.holder == "Ana Pérez"

    pay(container, stripe_wire, start_upgrade(container, ANN, order.id, section_id="201"))
    assert [ticket.holder for ticket in tickets(container, order)] == ["Ana Pérez", None]
    better, _ = tickets(container, order)
    assert replacement.set_holder(container, better.id, None).holder is None
    assert replacement.give_ticket(container, ANN, better.id, None).holder is None
    with pytest.raises(WrongState):
        replacement.set_holder(container, two.id, "Bo")


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "Bo\u202eb", "evil.example", "www.evil.example", "<b>Bo</b>", "[a](b)", "Bo 7"),
        *("*Bo*", "@bo", "'=1", "-1", "x" * 61, "a b c d e f g", "Bo\nB@", "\u0301a", "😀"),
    ],
)
def test_what_is_no_name_is_put_on_no_ticket(name: str) -> None:
    """Nothing that a page, a messenger or a spreadsheet would make a link or markup of."""
    with pytest.raises(InvalidRequest):
        holder_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Anna Smith",
        "José Ángel Núñez",
        "O'Brien",
        "J. R. Tolkien",
        "李小龍",
        "अनिता शर्मा",
        "A-B",
    ],
)
def test_names_of_all_scripts_are_names(name: str) -> None:
    """As people spell them."""
    assert holder_name(f" {name} ") == name


def test_under_its_key_a_replacement_is_repeated(container: Container, order: Order) -> None:
    """The same new ticket, once; without the key the old one is none any more."""
    stolen, _ = tickets(container, order)

    first = replacement.replace_ticket(container, stolen.id, request_key="k")
    again = replacement.replace_ticket(container, stolen.id, request_key="k", is_repeated=True)

    assert again == first
    with pytest.raises(WrongState):
        replacement.replace_ticket(container, stolen.id)
