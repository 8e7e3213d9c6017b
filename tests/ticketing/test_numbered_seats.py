"""Each ticket of a numbered section has a seat, and no two have the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.numbered_house import SHOW, number_seats, seats_of
from tests.ticketing.purchases import ANN, buy, give_back, pay, receive_all
from tests.ticketing.ticket_desk import let_in, tickets
from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import do_last
from ticket_clerk.ticketing.database.tables import numbered_seats
from ticket_clerk.ticketing.desk.door import door_list
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.domain.models import Order, PaidElsewhere
from ticket_clerk.ticketing.domain.seating import Seat
from ticket_clerk.ticketing.orders import box_office, queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.tickets import document, replacement
from ticket_clerk.ticketing.tickets.seat_names import seat_names

# Its refunds succeed and then fail.
FAILS = "4000000000005126"


@pytest.fixture
def house(container: Container, tmp_path: Path) -> Container:
    """A shop with numbered seats: in section 101 four in row A and six in row B."""
    number_seats(container, tmp_path)
    return container


def _sell(house: Container, quantity: int, section_id: str = "101", name: str = "kim") -> Order:
    return box_office.sell_elsewhere(
        house,
        name,
        show_id=SHOW,
        section_id=section_id,
        quantity=quantity,
        how=PaidElsewhere.ELSEWHERE,
    )


def _all_seats(house: Container) -> list[tuple[str, str, int]]:
    table = schema.numbered_seats
    with house.database.read() as conn:
        rows = conn.execute(sa.select(table.c.section_id, table.c.row_name, table.c.seat_number))
        return sorted((row.section_id, row.row_name, row.seat_number) for row in rows)


def test_what_is_paid_gets_neighbors_in_one_row(house: Container, stripe_wire: StripeWire) -> None:
    """In the smallest gap with room for all; before the payment there is none."""
    order = start_checkout(house, ANN, show_id=SHOW, section_id="101", quantity=3)
    assert _all_seats(house) == []

    order = pay(house, stripe_wire, order)

    assert seats_of(house, order) == ["A1", "A2", "A3"]
    assert seats_of(house, buy(house, stripe_wire, quantity=2)) == ["B1", "B2"]
    assert seats_of(house, buy(house, stripe_wire, quantity=1)) == ["A4"]


def test_the_same_payment_told_again_gives_no_other_seats(
    house: Container, stripe_wire: StripeWire
) -> None:
    """However often the events come."""
    order = buy(house, stripe_wire)
    receive_all(house, stripe_wire)

    assert seats_of(house, order) == ["A1", "A2"]
    assert len(_all_seats(house)) == 2


def test_returned_tickets_give_back_their_seats(house: Container, stripe_wire: StripeWire) -> None:
    """The newest of three goes back, and the next buyer sits there."""
    order = buy(house, stripe_wire, quantity=3)
    give_back(house, order, 1)
    receive_all(house, stripe_wire)

    assert seats_of(house, order) == ["A1", "A2", "–"]
    assert seats_of(house, buy(house, stripe_wire, quantity=2)) == ["A3", "A4"]


def test_who_came_in_keeps_their_seat_when_the_others_go_back(
    house: Container, stripe_wire: StripeWire
) -> None:
    """The second ticket was used, so the first one's seat is free."""
    order = buy(house, stripe_wire)
    let_in(house, tickets(house, order)[1])
    give_back(house, order, 1)
    receive_all(house, stripe_wire)

    assert seats_of(house, order) == ["–", "A2"]


def test_a_refund_that_fails_brings_seats_again(
    house: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Others, since somebody sits there by now; side by side, too."""
    order = buy(house, stripe_wire, card=FAILS)
    give_back(house, order)
    assert _all_seats(house) == []
    assert seats_of(house, _sell(house, 2)) == ["A1", "A2"]

    clock.move(days=1)
    stripe_wire.standin.expire_overdue()
    receive_all(house, stripe_wire)

    assert {ticket.status.value for ticket in tickets(house, order)} == {"valid"}
    assert seats_of(house, order) == ["A3", "A4"]


def test_better_seats_are_numbered_and_the_old_ones_free(
    house: Container, stripe_wire: StripeWire
) -> None:
    """Row and number of the section that was paid for; the old ones go to the next buyer."""
    order = buy(house, stripe_wire)
    pay(house, stripe_wire, start_upgrade(house, ANN, order.id, section_id="201"))

    assert seats_of(house, order) == ["P1", "P2"]
    assert _all_seats(house) == [("201", "P", 1), ("201", "P", 2)]
    assert seats_of(house, buy(house, stripe_wire)) == ["A1", "A2"]


def test_a_ticket_that_is_given_away_keeps_its_seat(
    house: Container, stripe_wire: StripeWire
) -> None:
    """The old code ends, the seat goes on to the ticket in its place."""
    order = buy(house, stripe_wire)
    old = tickets(house, order)[1]
    new = replacement.replace_ticket(house, old.id)

    assert (new.row_name, new.seat_number) == ("A", 2)
    assert seats_of(house, order) == ["A1", "A2"]


def test_an_operators_order_has_seats_until_its_tickets_are_taken_back(house: Container) -> None:
    """As any other."""
    order = _sell(house, 4)
    assert seats_of(house, order) == ["A1", "A2", "A3", "A4"]

    box_office.take_back(house, order.id)

    assert _all_seats(house) == []


def test_what_was_sold_before_its_section_had_rows_gets_seats_with_the_file(
    container: Container, stripe_wire: StripeWire, tmp_path: Path
) -> None:
    """Who paid first before others, whole orders in one row; what was returned gets none."""
    first, second = buy(container, stripe_wire), buy(container, stripe_wire, quantity=3)
    give_back(container, second, 1)
    receive_all(container, stripe_wire)
    assert seats_of(container, first) == ["–", "–"]

    number_seats(container, tmp_path)

    assert seats_of(container, first) == ["A1", "A2"]
    assert seats_of(container, second) == ["A3", "A4", "–"]


def test_other_rows_in_the_file_never_move_who_has_a_seat(
    house: Container, stripe_wire: StripeWire, tmp_path: Path
) -> None:
    """Also where the row is gone; who comes next sits in the rows that there are."""
    order = buy(house, stripe_wire)
    number_seats(house, tmp_path, rows="{C: 6, D: 4}")

    assert seats_of(house, order) == ["A1", "A2"]
    assert seats_of(house, buy(house, stripe_wire)) == ["D1", "D2"]


def test_of_more_tickets_than_seats_some_have_no_number(
    house: Container, stripe_wire: StripeWire, tmp_path: Path
) -> None:
    """A file with fewer seats than are sold breaks no payment; with more, all have one."""
    order = start_checkout(house, ANN, show_id=SHOW, section_id="101", quantity=3)
    number_seats(house, tmp_path, rows="{A: 2}")

    order = pay(house, stripe_wire, order)
    assert seats_of(house, order) == ["A1", "A2", "–"]

    number_seats(house, tmp_path)
    assert seats_of(house, order) == ["A1", "A2", "A3"]


def test_of_many_that_pay_at_once_no_two_sit_on_one_seat(
    make_container: Callable[[], Container], house: Container
) -> None:
    """Five orders of two from two processes: the ten seats, each once, each pair side by side."""
    shops = [house, make_container()]
    start = threading.Barrier(5, timeout=60)

    def sell(number: int) -> Order:
        start.wait()
        return _sell(shops[number % 2], 2, name=f"operator-{number}")

    with ThreadPoolExecutor(max_workers=5) as pool:
        orders = list(pool.map(sell, range(5)))

    assert len(_all_seats(house)) == 10
    for order in orders:
        one, two = tickets(house, order)
        assert one.row_name == two.row_name
        assert two.seat_number == (one.seat_number or 0) + 1


def test_who_chooses_by_what_was_read_before_takes_anothers_seat(house: Container) -> None:
    """Negative control: two that look and then write want the same; the key refuses the second."""
    first, second = _sell(house, 1, "201"), _sell(house, 1, "201")
    chosen = []
    for _ in (first, second):
        with house.database.read() as conn:
            seats = numbered_seats.foresee(conn, show_id=SHOW, section_id="101", quantity=1)
            chosen.append((seats or [])[0])

    assert chosen == [Seat("A", 1), Seat("A", 1)]
    row = {"show_id": SHOW, "section_id": "101", "row_name": "A", "seat_number": 1}
    taken = {**row, "ticket_number": 2}
    with house.database.begin() as conn:
        conn.execute(sa.insert(schema.numbered_seats), {**taken, "order_id": first.id})
    with pytest.raises(sa.exc.IntegrityError), house.database.begin() as conn:
        conn.execute(sa.insert(schema.numbered_seats), {**taken, "order_id": second.id})


def test_tickets_and_seats_are_written_together_or_not_at_all(house: Container) -> None:
    """What is done last and fails undoes the transaction."""
    before = _sell(house, 1)

    def fail(_conn: object) -> None:
        raise RuntimeError

    def free_and_fail() -> None:
        with house.database.begin() as conn:
            do_last(conn, lambda last: last.execute(sa.delete(schema.numbered_seats)))
            do_last(conn, fail)

    with pytest.raises(RuntimeError):
        free_and_fail()

    assert seats_of(house, before) == ["A1"]


def test_whether_seats_are_side_by_side_is_told_from_what_is_left(house: Container) -> None:
    """What is held for others counts as theirs; one's own order and unnumbered seats don't."""

    def ask(quantity: int, without: str | None = None) -> bool:
        return queries.have_neighbors(
            house, show_id=SHOW, section_id="101", quantity=quantity, without=without
        )

    assert [ask(6), ask(7)] == [True, False]
    held = start_checkout(house, ANN, show_id=SHOW, section_id="101", quantity=5)
    assert [ask(4), ask(5)] == [True, False]
    assert ask(6, without=held.id)
    assert queries.have_neighbors(house, show_id="no-such-show", section_id="x", quantity=8)


def test_a_ticket_says_its_row_and_seat_wherever_it_is_shown(house: Container) -> None:
    """Page and PDF, in English and Spanish, and the list for the door in columns, too."""
    order = _sell(house, 2)
    ticket = tickets(house, order)[1]

    rows = dict(document.describe(ticket, "T1:…", "en").rows)
    assert rows["Seat"] == "Section 101, row A, seat 2"
    assert dict(document.describe(ticket, "T1:…", "es").rows)["Asiento"] == (
        "Section 101, fila A, asiento 2"
    )
    header, _, second = (door_list(house, SHOW) or "").splitlines()
    assert header.split(",")[3:6] == ["seat", "row", "seat_number"]
    assert '"Section 101, row A, seat 2",A,2,' in second


def test_the_seats_of_an_order_are_written_in_one_line(house: Container) -> None:
    """Neighbors as a range, rows after each other, in both languages."""
    _sell(house, 3)
    split = tickets(house, _sell(house, 7))

    assert seat_names(split, "en") == "Section 101, row A, seat 4; row B, seats 1–6"
    assert seat_names(split[1:3], "es") == "Section 101, fila B, asientos 1 y 2"
    assert seat_names([], "en") == ""


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("{A: 4, B: 7}, seats: 10", "seats must be what its rows have together, 11"),
        ("[A, B]", "rows must be names of up to 8 letters and digits"),
        ("{}", "rows must be names"),
        ("12", "rows must be names"),
        ("{A: 0}", "rows must be names"),
        ("{A: 1.5}", "rows must be names"),
        ("{No: 4}", "rows must be names"),
        ("{'=A': 4}", "rows must be names"),
        ("{1: 4, '1': 4}", "rows must be names"),
    ],
)
def test_rows_that_cannot_be_are_refused_in_a_sentence(
    house: Container, tmp_path: Path, rows: str, says: str
) -> None:
    """It names the section, the key and what to write, and nothing changes."""
    with pytest.raises(ConfigError, match=f"sections 101: {says}"):
        number_seats(house, tmp_path, rows=rows)


def test_a_section_with_rows_is_in_no_standing_show(house: Container, tmp_path: Path) -> None:
    """The facts say what the tickets say."""
    number_seats(house, tmp_path)
    file = tmp_path / "numbered.yml"
    file.write_text(file.read_text().replace("seating: numbered", "seating: standing"))

    with pytest.raises(ConfigError, match="seating must be numbered, or left out"):
        read_shows_file(file)
