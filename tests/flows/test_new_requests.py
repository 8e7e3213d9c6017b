"""What is wanted instead: behind a no, beside a number, of a part of an order, in a thought."""

from __future__ import annotations

import pytest

from actions.actions import ActionRespond
from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay
from ticket_clerk.flows.turn import BUY_FORM, REFUND_FORM, SEASON_FORM, UPGRADE_FORM
from ticket_clerk.languages import load
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.answers import agrees_plainly
from ticket_clerk.understanding.clauses import request_behind_no
from ticket_clerk.understanding.quantities import number_readings, parse_quantity
from ticket_clerk.understanding.season_tickets import speaks_of_single

__all__ = ["shop", "start"]


@pytest.fixture
def subscriber(shop: Container) -> FormDriver:
    """Somebody to whom a Lakers season ticket was summed up."""
    buyer = FormDriver(shop)
    buyer.say("i want a season ticket", "subscribe_season_tickets")
    buyer.say("the lakers one", "inform")
    assert buyer.slots["season_ticket"]
    return buyer


def _bought(
    shop: Container, wire: StripeWire, buyer: FormDriver, section_id: str, number: int
) -> Order:
    order = start_checkout(
        shop,
        buyer.buyer,
        show_id="harbor-lights-matinee",
        section_id=section_id,
        quantity=number,
    )
    order = pay(shop, wire, order)
    buyer.push()
    return order


@pytest.mark.parametrize(
    ("text", "show", "number"),
    [
        ("no, not the season ticket, just one game", "lakers-warriors", 1),
        (
            "NO not the season ticket!! single game. lakers vs warriors, 2 tickets, whatever is"
            " cheap",
            "lakers-warriors",
            2,
        ),
        ("no not that, 2 tickets for swan lake please", "swan-lake", 2),
        ("that is too much. just get me a single lakers game, 2 tickets", "lakers-warriors", 2),
    ],
)
@pytest.mark.parametrize("guess", ["subscribe_season_tickets", "deny", "nlu_fallback"])
def test_a_single_show_behind_a_no_is_no_season_ticket(
    subscriber: FormDriver, text: str, show: str, number: int, guess: str
) -> None:
    """It is bought alone, and what was summed up is left, whatever Rasa takes it for."""
    said = subscriber.say(text, guess)

    assert subscriber.active_loop == {"name": BUY_FORM}
    assert (subscriber.slots["show"], subscriber.slots["quantity"]) == (show, number)
    assert subscriber.slots["season_ticket"] is None
    assert "utter_ask_confirm_season" not in said


def test_two_of_them_behind_a_no_are_still_season_tickets(subscriber: FormDriver) -> None:
    """The control: how many is no other request."""
    subscriber.say("no, two of them", "deny")

    assert subscriber.active_loop == {"name": SEASON_FORM}
    assert subscriber.slots["season_quantity"] == 2


def test_ending_a_season_ticket_that_nobody_has_is_a_question(shop: Container) -> None:
    """And begins none."""
    said = FormDriver(shop).say(
        "can i cancel the season ticket mid season and get a partial refund?",
        "subscribe_season_tickets",
    )

    assert said == ["utter_about_season_stop"]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("no, i'd rather have better seats", UPGRADE_FORM),
        ("No, thank you. Two tickets for the magic flute please", BUY_FORM),
        ("no, two tickets", REFUND_FORM),
    ],
)
def test_a_refund_is_left_for_what_stands_behind_a_no(start: Begin, text: str, form: str) -> None:
    """A number of tickets alone is how many go back."""
    buyer = start("refund_summary")

    buyer.say(text, "nlu_fallback")

    assert buyer.active_loop == {"name": form}


def test_an_upgrade_is_left_for_the_refund_behind_a_no(shop: Container, start: Begin) -> None:
    """The stop ends it, and the price that is asked for told."""
    buyer = start("paid")
    buyer.say("upgrade my seats", "upgrade_seat")

    said = buyer.say(
        "No, thank you, then please stop this. Instead I would refund one of the four,"
        " how long does that take?",
        "request_refund",
    )

    assert buyer.active_loop == {"name": REFUND_FORM}
    assert said[0] == "utter_nothing_upgraded"
    assert not any(order.refunded_quantity for order in orders_of(shop, buyer.buyer))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("no, not that. two for the opera", "two for the opera"),
        ("nope", ""),
        ("no six", ""),
        ("two for the opera, not the ballet", ""),
    ],
)
def test_a_request_stands_behind_what_is_turned_down(text: str, wanted: str) -> None:
    """Where nothing is turned down first there is none."""
    assert request_behind_no(text) == wanted


def test_spanish_words_turn_a_season_ticket_down() -> None:
    """In the English that all parsers read."""
    said = load("es").translate("no, el abono no, solo un partido")

    assert said == "no, not the season ticket, just one game"
    assert speaks_of_single(said)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("we're 8 now, two more friends are coming", [8]),
        ("make it 8, two more want to come", [8]),
        ("we're 6 and two more friends want to come", [6, 8]),
        ("2 tickets and 2 more for my parents", [2, 4]),
        ("two more can't come. make it four", [4]),
        ("no wait, 4", []),
        ("i have 2 already, 3 more please", []),
        ("3 more please", []),
    ],
)
def test_a_number_beside_one_to_come_may_be_read_in_two_ways(
    text: str, readings: list[int]
) -> None:
    """What is said to be the sum is it; otherwise no number is taken."""
    assert [int(one) for one in number_readings(text)] == readings
    if len(readings) == 1:
        assert parse_quantity(text, asked=False) == readings[0]
    if len(readings) == 2:
        assert parse_quantity(text, asked=True) is None


def test_eight_now_are_eight(shop: Container) -> None:
    """The two that are coming are among them."""
    buyer = FormDriver(shop)

    buyer.say("ok red sox then, but we're 8 now, two more friends are coming. bleachers", "inform")

    assert buyer.slots["quantity"] == 8


def test_which_of_two_numbers_is_asked_with_both_as_buttons(shop: Container) -> None:
    """Neither is guessed, in a first choice and in front of a summary."""
    buyer = FormDriver(shop)
    for text in ("red sox bleachers, we're 6 and two more want to come", "we're 6 and 2 more"):
        assert buyer.say(text, "inform") == ["utter_ask_which_quantity"]
        assert [button["title"] for button in buyer.answers[-1]["buttons"]] == ["6", "8"]
        buyer.say("8", "inform")
        assert buyer.slots["quantity"] == 8


@pytest.mark.parametrize(
    "text",
    [
        "upgrade 2 of my tickets to the mezzanine",
        "Upgrade {id}, one ticket only",
        "can one of the balcony tickets be changed to the orchestra? I'd pay the difference",
    ],
)
def test_a_part_of_an_order_is_never_proposed_as_all_of_it(
    shop: Container, stripe_wire: StripeWire, text: str
) -> None:
    """It can't be moved alone; what can be done is offered, and each button does it."""
    buyer = FormDriver(shop)
    order = _bought(shop, stripe_wire, buyer, "balcony", 6)

    said = buyer.say(text.format(id=order.id), "upgrade_seat")

    assert said == ["utter_upgrade_whole_order"]
    assert not buyer.active_loop
    whole, part = (button["payload"] for button in buyer.answers[-1]["buttons"])
    buyer.say(whole, "upgrade_seat")
    assert buyer.active_loop == {"name": UPGRADE_FORM}
    buyer.say("stop", "cancel_order")
    buyer.say(part, "request_refund")
    assert buyer.active_loop == {"name": REFUND_FORM}
    assert buyer.slots["refund_quantity"] in {1, 2}


@pytest.mark.parametrize("guess", ["buy_tickets", "request_refund", "nlu_fallback"])
def test_what_is_given_back_comes_before_what_is_bought(
    shop: Container, stripe_wire: StripeWire, guess: str
) -> None:
    """Both were said in one sentence; nobody is sold one more ticket for it."""
    buyer = FormDriver(shop)
    _bought(shop, stripe_wire, buyer, "balcony", 6)

    said = buyer.say(
        "I would like to give back one of the balcony tickets, and buy one wheelchair place in the"
        " orchestra for the same matinee instead.",
        guess,
    )

    assert said == ["utter_one_after_the_other", "utter_ask_confirm_refund"]
    assert buyer.slots["refund_quantity"] == 1


def test_two_things_that_are_bought_are_no_refund(shop: Container, stripe_wire: StripeWire) -> None:
    """The control."""
    buyer = FormDriver(shop)
    _bought(shop, stripe_wire, buyer, "balcony", 6)

    buyer.say("I would like to buy one ticket for swan lake, and buy one for giselle", "inform")

    assert buyer.active_loop == {"name": BUY_FORM}


def test_who_keeps_the_section_that_they_have_upgrades_nothing(
    shop: Container, stripe_wire: StripeWire
) -> None:
    """Its name is a no to the others."""
    buyer = FormDriver(shop)
    _bought(shop, stripe_wire, buyer, "balcony", 2)
    buyer.say("upgrade my seats to the orchestra", "upgrade_seat")

    said = buyer.say("actually no thats a lot, ill keep the balcony", "inform")

    assert said == ["utter_nothing_upgraded"]


def test_all_four_to_the_mezzanine_may_be_an_upgrade_or_a_new_order(
    shop: Container, stripe_wire: StripeWire
) -> None:
    """Which is asked, and both buttons lead to a summary."""
    buyer = FormDriver(shop)
    _bought(shop, stripe_wire, buyer, "balcony", 4)
    for button, form in ((0, UPGRADE_FORM), (1, BUY_FORM)):
        assert buyer.say("all 4 to mezzanine", "inform") == ["utter_ask_move_or_buy"]

        buyer.say(buyer.answers[-1]["buttons"][button]["payload"], "nlu_fallback")

        assert buyer.active_loop == {"name": form}
        assert buyer.answers[-1]["response"].startswith("utter_ask_confirm_")
        buyer.say("stop", "cancel_order")


@pytest.mark.parametrize("text", ["another 4 in the mezzanine", "2 in the mezzanine please"])
def test_more_or_fewer_than_the_order_has_are_a_new_one(
    shop: Container, stripe_wire: StripeWire, text: str
) -> None:
    """The control: nothing is asked where only one thing can be meant."""
    buyer = FormDriver(shop)
    _bought(shop, stripe_wire, buyer, "balcony", 4)

    assert "utter_ask_move_or_buy" not in buyer.say(text, "inform")


@pytest.mark.parametrize(
    "text",
    [
        "what about the parquet. whats the view like, is it worth it?",
        "Perhaps the parquet would be better for my hearing. What would two come to there?",
        "is the parquet nearer than the gallery?",
    ],
)
def test_a_thought_beside_a_question_changes_no_section(start: Begin, text: str) -> None:
    """What is summed up stays, and the answer is about the section that was named."""
    buyer = start("summary")

    said = buyer.say(text, "inform")

    assert (buyer.slots["section"], buyer.slots["quantity"]) == ("loge", 4)
    assert said[-1] == "utter_ask_confirm_order_again"


def test_the_price_of_two_that_is_asked_for_is_that_of_two(start: Begin) -> None:
    """And not of as many as are being bought."""
    buyer = start("summary")

    buyer.say("Perhaps the parquet would be better. What would two come to there?", "inform")

    assert "2 for $270.00" in buyer.read_all()


def test_two_numbered_sections_are_compared(shop: Container) -> None:
    """By what they cost, and no other is listed."""
    buyer = FormDriver(shop)
    buyer.say("lakers", "inform")

    buyer.say("whats the difference 101 vs 112", "out_of_scope")

    said = buyer.read_all()
    assert "Section 101: $200.00" in said
    assert "Section 112: $245.00" in said
    assert "Section 204" not in said


def test_a_price_that_is_repeated_counts_no_tickets(shop: Container) -> None:
    """And a place that is named with it is where else one may go."""
    buyer = FormDriver(shop)
    buyer.say("red sox, what does it cost?", "ask_price")

    buyer.say("39 for bleachers? hm. anything cheaper in new york?", "ask_price")

    assert "39 for" not in buyer.read_all()
    assert "Harbor Lights" in buyer.read_all()


@pytest.mark.parametrize(
    ("text", "agrees"),
    [("perfect, yes please!!", True), ("perfect", False), ("perfect, but two more", False)],
)
def test_praise_beside_a_yes_leaves_it_one(text: str, agrees: bool) -> None:
    """Alone it is none beside a question."""
    assert agrees_plainly(text) is agrees


@pytest.mark.parametrize(
    ("text", "told_at", "said"),
    [
        ("it says my card was declined, why?", 99.0, ["utter_just_told"]),
        ("it says my card was declined, why?", 40.0, ["utter_about_declined"]),
        ("hm, what a day, the weather is odd", 99.0, ["utter_just_told"]),
    ],
)
def test_news_of_a_payment_are_not_explained_once_more(
    shop: Container, stripe_wire: StripeWire, text: str, told_at: float, said: list[str]
) -> None:
    """Nor followed by an apology, where they came right before the answer: ours, or the channel's
    for a message that nothing is said to.
    """
    buyer = FormDriver(shop)
    order = _bought(shop, stripe_wire, buyer, "balcony", 2)
    news = {"utter_action": "utter_payment_declined", "outbox_id": "msg", "order_id": order.id}
    buyer.events.append({"event": "user", "metadata": {"is_external": True}})
    buyer.events.append({"event": "bot", "timestamp": told_at, "metadata": news})
    buyer.receive(text, "out_of_scope").events[-1]["timestamp"] = 100.0

    buyer.run(ActionRespond(shop))

    assert buyer.responses == said


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("Can I have two at the aisle in the parquet?", 2),
        ("two in the parquet with a good view", 2),
    ],
)
def test_a_condition_that_nobody_can_promise_is_not_passed_over(
    start: Begin, text: str, quantity: int
) -> None:
    """A summary alone would sound like a yes to it."""
    buyer = start("section_asked")

    said = buyer.say(text, "buy_tickets")

    assert len(said) == 2
    assert said[-1] == "utter_ask_confirm_order"
    assert (buyer.slots["section"], buyer.slots["quantity"]) == ("parquet", quantity)


def test_an_order_without_conditions_gets_its_summary_alone(start: Begin) -> None:
    """The control."""
    buyer = start("section_asked")

    assert buyer.say("3 in the parquet please", "buy_tickets") == ["utter_ask_confirm_order"]


def test_a_message_of_pieces_may_be_one_question(start: Begin) -> None:
    """None of them is about age by itself."""
    buyer = start("section_asked")

    buyer.say("daughter 7 years. is ok? she can come?", "out_of_scope")

    assert "from 5" in buyer.read_all()
    assert "given to somebody else" not in buyer.read_all()


def test_what_is_asked_before_a_season_ticket_is_bought_is_about_it(subscriber: FormDriver) -> None:
    """And a year is no search for shows."""
    said = subscriber.say(
        "hang on not yet, when would you charge me exactly? like today and then which date next"
        " year?",
        "out_of_scope",
    )

    assert said == ["utter_about_season_charge", "utter_ask_confirm_season"]


def test_what_stands_around_a_question_says_what_is_looked_for(shop: Container) -> None:
    """Not everything that is on."""
    buyer = FormDriver(shop)

    buyer.say("my dad absolutely loves comedy. what have you got for us?", "browse_events")

    assert "Priya Nair" in buyer.read_all()
    assert "Lakers" not in buyer.read_all()


def test_a_place_decides_what_is_cheapest(shop: Container) -> None:
    """Who asks is no question for a reduced price."""
    buyer = FormDriver(shop)

    buyer.say("hey whats the cheapest thing on in boston, theres 6 of us, we're students")

    assert "Red Sox" in buyer.read_all()
    assert "no reduced prices" not in buyer.read_all()
