"""Several shows or sections in one message: one summary, one yes, one link; then line by line."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from actions.actions import ActionRespond
from tests.flows.catalog import SHOP_WINDOW
from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay
from ticket_clerk.flows.turn import BUY_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import inventory
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.domain.models import OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.understanding.payments.lines import counted_shows

NOW = datetime(2026, 11, 30, tzinfo=timezone.utc)
BOTH = "two floor standing tickets for the night owls and one balcony ticket for the magic flute"


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer in a shop with the default catalog."""
    with container.database.begin() as conn:
        load_catalog(conn, SHOP_WINDOW, now=container.now())
    return FormDriver(container)


def lines_ordered(sam: FormDriver) -> list[tuple[str, str | None, int]]:
    """Give the lines of the buyer's newest order."""
    (newest, *_) = queries.orders_of(sam.container, sam.buyer)
    return sorted((one.show_name, one.section_id, one.quantity) for one in newest.paid_together)


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("one for the magic flute and four for the night owls", [1, 4]),
        ("2 night owls, 3 magic flute", [2, 3]),
        (BOTH, [2, 1]),
        ("the magic flute and the night owls", []),
        ("two for the night owls and what does the magic flute cost", []),
        ("two for the night owls, not the magic flute", []),
    ],
)
def test_shows_are_counted_where_each_has_a_number(said: str, counted: list[int]) -> None:
    """One that is only named, or turned down, is none."""
    found = counted_shows(said, SHOP_WINDOW.shows, NOW)

    assert sorted(one.number for one in found) == sorted(counted)


def test_two_shows_are_one_summary_one_yes_and_one_link(
    sam: FormDriver, stripe_wire: StripeWire
) -> None:
    """Each line with its sum, and the total; the tickets of both come with the confirmation."""
    assert sam.say(BOTH, "buy_tickets") == ["utter_ask_confirm_lines"]
    listed = sam.answers[-1]["lines"].splitlines()
    assert [line.split(",")[0] for line in listed] == ["2 × The Night Owls", "1 × The Magic Flute"]

    assert sam.say("yes", "affirm") == ["utter_checkout_link"]
    (order,) = queries.orders_of(sam.container, sam.buyer)
    assert [one.quantity for one in order.paid_together] in ([1, 2], [2, 1])
    assert sam.answers[-1]["total"] in listed[0] + sam.read_all()
    assert pay(sam.container, stripe_wire, order).status is OrderStatus.PAID
    sam.push()
    told = sam.read_all()
    assert "The Night Owls" in told
    assert "The Magic Flute" in told
    assert told.count("/payments/tickets/") == 3


def test_sections_that_are_open_are_asked_for_one_show_after_the_other(sam: FormDriver) -> None:
    """Then all of it is summed up."""
    said = sam.say("one for the magic flute and two for the night owls", "buy_tickets")
    assert said == ["utter_ask_section"]
    first = sam.slots["show"]
    said = sam.say(sam.answers[-1]["buttons"][0]["title"], "inform")
    assert said == ["utter_ask_section"]
    assert sam.slots["show"] != first
    assert sam.say(sam.answers[-1]["buttons"][0]["title"], "inform") == ["utter_ask_confirm_lines"]
    sam.say("yes", "affirm")

    assert [number for _, _, number in lines_ordered(sam)] == [1, 2]


@pytest.mark.parametrize(
    "said",
    [
        "floor standing, and for the magic flute the balcony",
        "the magic flute in the balcony please and floor standing for the night owls",
    ],
)
def test_what_is_said_of_each_show_is_that_shows(sam: FormDriver, said: str) -> None:
    """Whichever is asked about, and no number or section of one becomes the other's."""
    sam.say("one for the magic flute and two for the night owls", "buy_tickets")
    if sam.slots["show"] == "magic-flute":
        said = said.replace("floor standing, and for the magic", "the balcony, and for the night")
        said = said.replace("night flute the balcony", "night owls floor standing")

    assert sam.say(said, "inform") == ["utter_ask_confirm_lines"]
    sam.say("yes", "affirm")

    assert lines_ordered(sam) == [("The Magic Flute", "balcony", 1), ("The Night Owls", "floor", 2)]


def test_numbers_that_are_corrected_keep_the_seats(sam: FormDriver) -> None:
    """Of both lines."""
    sam.say(BOTH, "buy_tickets")

    said = sam.say("no, 3 for the night owls and 2 for the magic flute", "deny")

    assert said == ["utter_ask_confirm_lines"]
    sam.say("yes", "affirm")
    assert lines_ordered(sam) == [("The Magic Flute", "balcony", 2), ("The Night Owls", "floor", 3)]


def test_a_show_of_no_line_changes_none(sam: FormDriver) -> None:
    """The control."""
    sam.say(BOTH, "buy_tickets")

    sam.say("is there anything on for swan lake in the gallery?", "ask_show")
    sam.say("yes", "affirm")

    assert [number for _, _, number in lines_ordered(sam)] == [1, 2]


def test_another_show_is_added_at_the_summary_and_one_is_taken_out(sam: FormDriver) -> None:
    """The sum of before is agreed to no more."""
    sam.say("two floor standing tickets for the night owls", "buy_tickets")

    said = sam.say("and one balcony ticket for the magic flute too", "buy_tickets")
    assert said == ["utter_ask_confirm_lines"]
    assert queries.orders_of(sam.container, sam.buyer) == []

    assert sam.say("without the night owls", "deny") == ["utter_ask_confirm_order"]
    assert sam.answers[-1]["show"] == "The Magic Flute"
    sam.say("yes", "affirm")
    assert [name for name, _, _ in lines_ordered(sam)] == ["The Magic Flute"]


def test_more_lines_than_one_order_has_or_too_many_tickets_are_refused(sam: FormDriver) -> None:
    """What was said before stays as it is."""
    said = sam.say("ninety for the magic flute and two for the night owls", "buy_tickets")

    assert said[0] == "utter_error_too_many_tickets"
    assert queries.orders_of(sam.container, sam.buyer) == []


def test_news_of_a_payment_is_told_once_for_all_lines(
    sam: FormDriver, stripe_wire: StripeWire
) -> None:
    """No line is told again under a number of its own, right after the confirmation."""
    sam.say(BOTH, "buy_tickets")
    sam.say("yes", "affirm")
    (order,) = queries.orders_of(sam.container, sam.buyer)
    pay(sam.container, stripe_wire, order)
    news = {"utter_action": "utter_payment_confirmed", "outbox_id": "msg", "order_id": order.id}
    sam.events.append({"event": "user", "metadata": {"is_external": True}})
    sam.events.append({"event": "bot", "timestamp": 99.0, "metadata": news})
    sam.receive("did it go through?", "payment_status").events[-1]["timestamp"] = 100.0

    sam.run(ActionRespond(sam.container))

    assert sam.responses == ["utter_just_told"]


def test_tickets_of_one_line_are_returned_by_its_show(
    sam: FormDriver, stripe_wire: StripeWire
) -> None:
    """The other line stays."""
    sam.say(BOTH, "buy_tickets")
    sam.say("yes", "affirm")
    (order,) = queries.orders_of(sam.container, sam.buyer)
    pay(sam.container, stripe_wire, order)
    sam.push()

    sam.say("I want to give one of the night owls tickets back", "request_refund")
    assert sam.slots["refund_order"].endswith("_2")
    sam.say("one", "inform")
    sam.say("yes", "affirm")

    by_show = {one.show_name: one for one in queries.orders_of(sam.container, sam.buyer)}
    assert by_show["The Night Owls"].refunded_quantity == 1
    assert by_show["The Magic Flute"].refunded_quantity == 0


def test_a_show_that_is_sold_out_meanwhile_orders_nothing(sam: FormDriver) -> None:
    """It is said, and what is left is asked again."""
    sam.say(BOTH, "buy_tickets")
    assert sam.active_loop["name"] == BUY_FORM
    with sam.container.database.begin() as conn:
        left = inventory.seats_left(conn, show_id=sam.slots["show"], section_id="balcony")
        inventory.take_seats(
            conn, show_id=sam.slots["show"], section_id="balcony", quantity=left, is_sale=True
        )
    said = sam.say("yes", "affirm")

    assert "utter_checkout_link" not in said
    assert queries.orders_of(sam.container, sam.buyer) == []
