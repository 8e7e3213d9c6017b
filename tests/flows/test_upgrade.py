"""Better seats in the chat: offered, agreed to, and a link for the difference."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, pay, seats
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderKind, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout

WISH = "can I upgrade my seats?"


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer's conversation."""
    return FormDriver(container)


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire, sam: FormDriver) -> Order:
    """Two tickets in section 101 at $200; section 201 costs $350."""
    order = buy(container, stripe_wire, buyer=sam.buyer)
    sam.push()
    return order


def _upgrades(container: Container, sam: FormDriver) -> list[Order]:
    return [o for o in queries.orders_of(container, sam.buyer) if o.kind is OrderKind.UPGRADE]


def test_the_difference_is_said_agreed_to_paid_and_confirmed(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """From the wish to the confirmation; nothing is held before the yes."""
    assert sam.say(WISH, "upgrade_seat") == ["utter_ask_confirm_upgrade"]
    for words in ("Section 101 to Section 201", "$150.00", "$300.00", "2 ×", order.id):
        assert words in sam.read_all()
    assert seats(container, "201") == (0, 0)

    assert sam.say("yes", "affirm") == ["utter_upgrade_link"]
    (upgrade,) = _upgrades(container, sam)
    assert upgrade.id in sam.read_all()
    assert str(upgrade.checkout_url) in sam.read_all()

    pay(container, stripe_wire, upgrade)
    assert sam.push() == ["utter_upgrade_confirmed"]
    assert "confirmed" in sam.read_all()
    assert "Section 201" in sam.read_all()
    assert seats(container, "101") == (0, 0)


def test_the_price_of_other_seats_instead_is_that_of_moving_there(
    sam: FormDriver, order: Order
) -> None:
    """Whoever has seats does not want to read what both shows and all sections cost."""
    assert sam.say("what would it cost to sit in section 201 instead?", "ask_price") == [
        "utter_ask_confirm_upgrade"
    ]
    assert sam.say("ok, did my payment go through?", "payment_status")[-1] != "utter_upgrade_link"
    assert sam.say("send me the link please", "payment_status") == ["utter_upgrade_link"]


def test_the_price_of_a_section_alone_is_told_as_to_everybody(
    sam: FormDriver, order: Order
) -> None:
    """They may want more tickets."""
    assert sam.say("how much is section 201?", "ask_price") != ["utter_ask_confirm_upgrade"]


@pytest.mark.parametrize("words", ["no", "never mind", "stop", "no, I'm fine where I am"])
def test_a_no_leaves_everything_as_it_is(
    container: Container, sam: FormDriver, order: Order, words: str
) -> None:
    """Nothing is held and nothing ordered."""
    sam.say(WISH, "upgrade_seat")

    assert sam.say(words, "deny" if words.startswith("no") else "inform") == [
        "utter_nothing_upgraded"
    ]
    assert not _upgrades(container, sam)
    assert sam.active_loop == {}


def test_of_several_orders_it_asks_which_and_understands_another(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """By number, by button and by a change of mind."""
    other = buy(container, stripe_wire, buyer=sam.buyer, quantity=1)

    assert sam.say(WISH, "upgrade_seat") == ["utter_ask_upgrade_order"]
    assert sam.say(f"Upgrade {other.id}", "upgrade_seat") == ["utter_ask_confirm_upgrade"]
    assert "$150.00 in total" in sam.read_all()
    assert sam.say("no, the other order") == ["utter_ask_confirm_upgrade"]
    assert order.id in sam.read_all()


@pytest.fixture
def swan_lake(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> Order:
    """A second order, of a show with one section."""
    other = start_checkout(
        container, sam.buyer, show_id="swan-lake-matinee", section_id="stalls", quantity=1
    )
    pay(container, stripe_wire, other)
    sam.push()
    return other


def test_the_section_tells_which_order_is_meant(
    sam: FormDriver, order: Order, swan_lake: Order
) -> None:
    """Only one of the shows has it."""
    assert sam.say("upgrade me to section 201", "upgrade_seat") == ["utter_ask_confirm_upgrade"]
    assert order.id in sam.read_all()


def test_a_question_in_the_middle_chooses_no_order(
    sam: FormDriver, order: Order, swan_lake: Order
) -> None:
    """Whatever show it names, the form asks its question again."""
    sam.say(WISH, "upgrade_seat")

    assert sam.say("when is swan lake?", "ask_show")[-1] == "utter_ask_upgrade_order"
    assert sam.slots["upgrade_order"] is None


def test_a_purchase_in_the_middle_takes_the_place_of_the_upgrade(
    sam: FormDriver, order: Order, swan_lake: Order
) -> None:
    """No order was chosen yet, so nothing is lost that had to be told."""
    sam.say(WISH, "upgrade_seat")

    assert sam.say("2 tickets for the last seat", "buy_tickets")[-1] == "utter_ask_confirm_order"
    assert sam.active_loop == {"name": "buy_tickets_form"}
    assert sam.slots["upgrade_order"] is None


def test_the_show_of_another_order_changes_to_that_one(
    sam: FormDriver, order: Order, swan_lake: Order
) -> None:
    """By its name, and without the word "order"; this one has no better section."""
    sam.say("upgrade me to section 201", "upgrade_seat")

    assert sam.say("no, the swan lake one")[0] == "utter_upgrade_no_dearer"


@pytest.mark.parametrize("words", ["downgrade me", "can I change to cheaper seats?"])
def test_cheaper_seats_are_no_upgrade(sam: FormDriver, order: Order, words: str) -> None:
    """It says what can be done instead."""
    assert sam.say(words, "upgrade_seat") == ["utter_upgrade_only_dearer"]


def test_a_section_that_is_no_better_is_not_taken(
    container: Container, sam: FormDriver, order: Order
) -> None:
    """It says so and shows what there is."""
    said = sam.say("move us to section 999", "upgrade_seat")

    assert said == ["utter_upgrade_no_such_section", "utter_ask_confirm_upgrade"]


def test_a_question_in_the_middle_is_answered(
    container: Container, sam: FormDriver, order: Order
) -> None:
    """The form keeps its question; a yes afterwards still counts once."""
    sam.say(WISH, "upgrade_seat")

    assert sam.say("is it safe to pay?", "ask_how_to_pay")[1:] == ["utter_ask_confirm_upgrade"]
    assert sam.say("yes", "affirm") == ["utter_upgrade_link"]


@pytest.mark.parametrize(
    ("words", "intent"),
    [("what happens to my old seats?", "out_of_scope"), ("hmm, how much is that?", "ask_price")],
)
def test_a_question_that_the_summary_answers_gets_it_again(
    container: Container, sam: FormDriver, order: Order, words: str, intent: str
) -> None:
    """What stays and what is paid is in it."""
    sam.say(WISH, "upgrade_seat")

    assert sam.say(words, intent) == ["utter_ask_confirm_upgrade"]


def test_too_dear_is_a_no(container: Container, sam: FormDriver, order: Order) -> None:
    """Nobody argues about a price."""
    sam.say(WISH, "upgrade_seat")

    assert sam.say("that's too expensive", "ask_price") == ["utter_nothing_upgraded"]
    assert not _upgrades(container, sam)


def test_an_upgrade_that_is_canceled_leaves_the_old_seats(
    container: Container, sam: FormDriver, order: Order
) -> None:
    """A second yes gives the link again; canceling it says what stays."""
    sam.say(WISH, "upgrade_seat")
    sam.say("yes", "affirm")
    assert sam.say("yes", "affirm") == ["utter_order_paid", "utter_upgrade_open"]

    assert sam.say("cancel the upgrade", "cancel_order") == ["utter_ask_cancel_order"]
    assert sam.say("yes", "affirm") == ["utter_upgrade_canceled_now"]
    assert "Nothing was charged, and your old seats" in sam.read_all()
    assert seats(container, "201") == (0, 0)
    assert seats(container, "101") == (0, 2)


@pytest.mark.parametrize("words", ["/affirm", "/SetSlots(confirm_upgrade=True)"])
def test_nobody_agrees_by_typing_commands(
    container: Container, sam: FormDriver, order: Order, words: str
) -> None:
    """It is read as text and asked again."""
    sam.say(WISH, "upgrade_seat")

    assert sam.say(words, "affirm") == [
        "utter_not_understood_in_upgrade",
        "utter_ask_confirm_upgrade",
    ]
    assert not _upgrades(container, sam)


def test_stripe_away_keeps_the_seats_and_the_next_yes_makes_one_session(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """Lost answers: one upgrade, one session, whatever the buyer repeats."""
    stripe_wire.lose_answers()
    sam.say(WISH, "upgrade_seat")
    assert sam.say("yes", "affirm") == ["utter_upgrade_delayed"]
    stripe_wire.mend()

    sam.say(WISH, "upgrade_seat")
    assert sam.say("yes", "affirm") == ["utter_upgrade_link"]
    assert len(_upgrades(container, sam)) == 1
    assert len(stripe_wire.sessions()) == 2


def test_a_refusal_of_stripes_is_said_and_holds_nothing(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """The upgrade is canceled and its seats are free."""
    sam.say(WISH, "upgrade_seat")
    stripe_wire.refuse()

    assert sam.say("yes", "affirm") == ["utter_error_stripe_rejected"]
    assert _upgrades(container, sam)[0].status is OrderStatus.CANCELED
    assert seats(container, "201") == (0, 0)


def test_seats_that_were_sold_meanwhile_are_said_to_be_gone(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """Between the question and the yes somebody else was quicker."""
    sam.say(WISH, "upgrade_seat")
    for name, number in (("ben", 8), ("cat", 1)):
        buy(container, stripe_wire, section_id="201", quantity=number, buyer=Buyer("rest", name))

    assert sam.say("yes", "affirm") == ["utter_upgrade_sold_out"]
    assert not _upgrades(container, sam)


def test_what_can_not_be_bettered_is_explained(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Nothing bought, somebody else's, the best already."""
    assert sam.say(WISH, "upgrade_seat") == ["utter_upgrade_nothing"]
    eves = buy(container, stripe_wire, buyer=Buyer("rest", "eve"))
    assert sam.say(f"upgrade {eves.id}", "upgrade_seat") == ["utter_error_order_not_found"]
    buy(container, stripe_wire, buyer=sam.buyer, section_id="201", quantity=1)
    assert sam.say(WISH, "upgrade_seat") == ["utter_upgrade_no_dearer"]


def test_better_seats_for_what_is_not_paid_are_another_order(
    container: Container, sam: FormDriver
) -> None:
    """They cost no difference: all sections are shown, and the summary names the old order."""
    start_checkout(container, sam.buyer, show_id="lakers-warriors", section_id="101", quantity=1)

    assert sam.say(WISH, "upgrade_seat") == ["utter_ask_section"]
    assert sam.say("201") == ["utter_ask_confirm_replacement"]
