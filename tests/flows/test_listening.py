"""A message of several sentences: each is listened to, and none undoes another."""

from __future__ import annotations

from decimal import Decimal

import pytest

from actions.actions import ActionRespond
from tests.flows.form_driver import FormDriver
from ticket_clerk.flows.handoff import without_noise
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.answers import is_yes, says_yes
from ticket_clerk.understanding.clauses import after_leaving, split_clauses
from ticket_clerk.understanding.quantities import parse_quantity

ORDER = "2 tickets for the lakers in section 101"


@pytest.fixture
def ana(container: Container) -> FormDriver:
    """A buyer who has seen a summary."""
    ana = FormDriver(container)
    assert ana.say(ORDER, "buy_tickets") == ["utter_ask_confirm_order"]
    return ana


@pytest.mark.parametrize(
    "text",
    [
        "So yes, please order the two in section 101.",
        "Then yes, do it.",
        "I only asked. Take them, yes.",
        "Yes please. Do I get a receipt?",
        "ok do that",
        "correct, do order them",
    ],
)
def test_a_yes_among_other_words_orders(container: Container, ana: FormDriver, text: str) -> None:
    """Where nothing else is wanted than what was summed up."""
    assert "utter_checkout_link" in ana.say(text, "affirm")
    assert len(orders_of(container, ana.buyer)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "yes, but not yet",
        "Yes, you said so. Can the tickets be exchanged later?",
        "No, leave it. Yes, I'm sure",
        "ok raj is out, he has an exam. 1 then",
        "Yes if they are together?",
        "no. yes is what my wife says",
        "is that a yes?",
        "I'd say yes, but the price is wrong",
    ],
)
def test_a_yes_with_a_reserve_orders_nothing(
    container: Container, ana: FormDriver, text: str
) -> None:
    """Negative control of the above."""
    ana.say(text, "affirm")

    assert orders_of(container, ana.buyer) == []


def test_a_no_with_the_same_number_shows_the_summary_again(ana: FormDriver) -> None:
    """ "No, two!" to a summary of two is for what was understood otherwise."""
    assert ana.say("no, I said 2 tickets", "deny")[-1].startswith("utter_ask_confirm_order")


def test_a_yes_to_what_shall_change_is_to_the_summary(
    container: Container, ana: FormDriver
) -> None:
    """It is shown again, and the next yes orders."""
    ana.say("no", "deny")

    assert ana.say("yes, order them", "affirm")[-1].startswith("utter_ask_confirm_order")
    assert orders_of(container, ana.buyer) == []
    assert "utter_checkout_link" in ana.say("yes", "affirm")


def test_what_follows_a_stop_is_done(ana: FormDriver) -> None:
    """It is a message of its own."""
    said = ana.say("forget it. what's on in Chicago?", "deny")

    assert said[0] == "utter_nothing_ordered"
    assert said[1] in {"utter_shows_found", "utter_show_facts"}
    assert not ana.active_loop


def test_the_show_that_is_turned_down_is_not_the_choice(ana: FormDriver) -> None:
    """Its name is said to leave it."""
    ana.say("no, not the lakers. a ballet", "deny")

    assert ana.slots["show"] != "lakers-warriors"
    assert ana.active_loop


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("stop", ""),
        ("no thanks, maybe later", ""),
        ("forget it. how do you pay", "how do you pay"),
        ("never mind, show me the ballet", "show me the ballet"),
    ],
)
def test_what_leaves_is_only_its_clause(text: str, rest: str) -> None:
    """The rest is what else was said; nothing where all of it leaves."""
    assert after_leaving(text) == rest


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4 of those.. no wait 3, my brother can't", 3),
        ("3 not 4!! i said 3", 3),
        ("three, as I said, of our eleven", 3),
        ("4 together in the north stand", 4),
        ("actually both", 2),
        ("refund both of my tickets", 2),
        ("both are saturdays, lol", None),
        ("wait, 128, so 22 left", None),
        ("if I miss the 35 min", None),
        ("he's 15 years old", None),
    ],
)
def test_a_number_counts_tickets_only_where_it_does(text: str, number: int | None) -> None:
    """Not what was withdrawn, a sum, an age or a time."""
    parsed = parse_quantity(text, asked=number is not None)

    assert parsed == (None if number is None else Decimal(number))


def test_a_sum_beside_a_summary_leaves_the_number(ana: FormDriver) -> None:
    """While a yes is asked for only what counts tickets changes how many."""
    ana.say("wait, 400, so 22 left", "inform")

    assert ana.slots["quantity"] == 2


@pytest.mark.parametrize(
    "text",
    [
        "if the train is late, can I get my money back?",
        "I'd like to know whether dogs are allowed",
        "I wonder if there is a lift",
    ],
)
def test_what_is_supposed_or_asked_indirectly_is_a_question(text: str) -> None:
    """It starts nothing and fills nothing."""
    clauses = split_clauses(text, lambda clause: False)

    assert clauses.statement == ""
    assert clauses.questions


def test_a_form_that_nobody_wanted_is_left(container: Container) -> None:
    """After two messages that were not about it; it does not ask for ever."""
    ana = FormDriver(container)
    ana.say("I want tickets", "buy_tickets")

    assert ana.say("is there a lift?", "out_of_scope")[-1] == "utter_ask_show_again"
    assert "utter_ask_show_again" not in ana.say("and parking?", "out_of_scope")
    assert not ana.active_loop


def test_a_summary_is_not_left_for_questions(ana: FormDriver) -> None:
    """Negative control: what the buyer has chosen is kept."""
    for text in ("is there a lift?", "and parking?", "and a bar?"):
        assert ana.say(text, "out_of_scope")[-1] == "utter_ask_confirm_order_again"


def test_nothing_is_stopped_where_nothing_was_begun(container: Container) -> None:
    """ "I've stopped" frightens somebody who has a paid order."""
    ana = FormDriver(container)
    ana.say("I want tickets", "buy_tickets")

    assert ana.say("never mind", "deny") == ["utter_deny"]


def test_a_weekday_months_away_is_asked_about(container: Container) -> None:
    """ "Saturday" is the next one; a show on another is offered and not taken."""
    ana = FormDriver(container)
    said = ana.say("2 tickets for some basketball on friday", "buy_tickets")

    assert said == ["utter_nothing_then", "utter_ask_which_show"]
    assert ana.slots["show"] is None


def test_a_question_about_one_s_own_tickets_sells_no_others(
    container: Container, ana: FormDriver
) -> None:
    """ "Already" and "I've ordered" speak of what there is."""
    ana.say("yes", "affirm")
    said = ana.say("I have already ordered two for the lakers, where is the link", "buy_tickets")

    assert said == ["utter_order_open"]
    assert not ana.active_loop


def test_the_same_seats_again_are_told_to_be_ordered_already(
    container: Container, ana: FormDriver
) -> None:
    """The order that waits for its payment is returned for a yes, so no new one is announced."""
    ana.say("yes", "affirm")

    assert ana.say(ORDER, "buy_tickets")[-1] == "utter_ask_same_order"
    ana.say("yes", "affirm")
    assert len(orders_of(container, ana.buyer)) == 1


def test_one_more_point_is_no_ticket_more(ana: FormDriver) -> None:
    """Nor is one more question."""
    ana.say("understood. one more point: the calendar moves", "inform")

    assert ana.slots["quantity"] == 2


def test_whether_there_is_another_show_is_asked_and_not_wanted(ana: FormDriver) -> None:
    """ "Do you have …?" leaves the summary as it was."""
    ana.say("do you have swan lake?", "browse_events")

    assert (ana.slots["show"], ana.slots["quantity"]) == ("lakers-warriors", 2)


@pytest.mark.parametrize("text", ["the opera house told me I can", "my sister loves comedy"])
def test_a_kind_of_show_in_passing_leaves_the_summary(ana: FormDriver, text: str) -> None:
    """Only a day, a city or a name means another show there."""
    ana.say(text, "inform")

    assert ana.slots["show"] == "lakers-warriors"


def test_two_answers_hold_no_apology_and_nothing_twice() -> None:
    """An apology stands alone, or where nothing else was found."""
    fact, sorry = {"response": "utter_fact", "fact": "a"}, {"response": "utter_out_of_scope"}

    assert without_noise([sorry, fact, sorry, fact]) == [fact]
    assert without_noise([sorry, sorry]) == [sorry]
    assert without_noise([sorry, {"response": "utter_offer_contact"}])[0] == sorry


def test_one_list_a_reply() -> None:
    """The one that fits best."""
    long = {"response": "utter_shows", "shows": "a\nb\nc"}
    short = {"response": "utter_shows_found", "shows": "a"}

    assert without_noise([long, short]) == [short]


@pytest.mark.parametrize("text", ["so yes", "well, yes please", "take it, yes"])
def test_plain_yeses(text: str) -> None:
    """Whatever stands in front."""
    assert is_yes(text, intent="")


@pytest.mark.parametrize("text", ["great, where is it", "ok", "good to know, fine"])
def test_a_polite_word_is_no_yes_of_its_own(text: str) -> None:
    """Beside a question it says nothing."""
    assert not says_yes(text)


def test_a_question_is_about_what_was_asked_before_it(ana: FormDriver) -> None:
    """ "Until when?" alone says little."""
    ana.say("can I get my money back?", "nlu_fallback")

    assert ana.say("until when?", "nlu_fallback")[0] == "utter_about_refund_time"
    assert FormDriver(ana.container, "kim").say("until when?", "nlu_fallback") != [
        "utter_about_refund_time"
    ]


def test_control_another_question_is_not_about_the_one_before(ana: FormDriver) -> None:
    """What is surely about a topic is so by itself."""
    ana.say("do you have student discounts?", "nlu_fallback")
    ana.say("is there parking?", "nlu_fallback")

    assert "park" in ana.read_all()


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("in which city is it, and where can we park?", "Los Angeles", "park"),
        ("how long is it and is there parking?", "how long", "park"),
    ],
)
def test_both_questions_of_a_sentence_are_answered(
    ana: FormDriver, text: str, first: str, second: str
) -> None:
    """Each by itself, in their order."""
    ana.say(text, "ask_show")
    said = ana.read_all()

    assert -1 < said.find(first) < said.find(second)


def test_when_and_where_is_one_question(ana: FormDriver) -> None:
    """A bare "when" would be asked of nothing."""
    assert split_clauses("when and where is it?", lambda clause: False).questions == (
        "when and where is it?",
    )


def test_another_show_besides_does_not_replace_what_is_summed_up(
    container: Container, ana: FormDriver
) -> None:
    """The yes is to the summary."""
    said = ana.say("yes and now 2 for swan lake too", "buy_tickets")

    assert said[0] == "utter_one_show_at_a_time"
    assert [order.show_id for order in orders_of(container, ana.buyer)] == ["lakers-warriors"]


def test_another_show_besides_without_a_yes_is_a_line_more(
    container: Container, ana: FormDriver
) -> None:
    """What was summed up is kept, and its section asked for."""
    ana.say("and 1 for the swan lake matinee as well", "buy_tickets")

    assert orders_of(container, ana.buyer) == []
    assert [line["show"] for line in ana.slots["order_lines"]] == ["lakers-warriors"]
    assert ana.slots["quantity"] == 1


def test_control_another_show_instead_replaces_it(ana: FormDriver) -> None:
    """Negative control of the above."""
    said = ana.say("actually the swan lake matinee instead", "buy_tickets")

    assert said == ["utter_ask_confirm_order"]
    assert "Swan Lake (matinee)" in ana.read_all()


@pytest.mark.parametrize(
    "text", ["cancel the swan lake order, that's all", "forget the ballet, I only take the lakers"]
)
def test_an_order_that_is_turned_down_beside_a_purchase_is_asked_about(
    container: Container, text: str
) -> None:
    """Nothing is canceled before a yes, and the purchase is not what is left."""
    kim = FormDriver(container, "kim")
    for order in ("1 swan lake matinee", "I'd like to buy 2 lakers tickets in section 101"):
        kim.say(order, "buy_tickets")
        kim.say("yes", "affirm")

    assert kim.say(text, "nlu_fallback") == ["utter_ask_cancel_order"]
    assert "Swan Lake" in kim.read_all()
    assert "Lakers" not in kim.read_all()
    statuses = {order.status.value for order in orders_of(container, kim.buyer)}
    assert statuses == {"open"}


@pytest.mark.parametrize("text", ["no like what city", "no which section is that in"])
def test_a_no_before_a_question_leaves_nothing(ana: FormDriver, text: str) -> None:
    """It is no answer to the summary."""
    said = ana.say(text, "deny")

    assert "utter_nothing_ordered" not in said
    assert said[-1] == "utter_ask_confirm_order_again"


@pytest.mark.parametrize("words", ["no basketball please", "nothing with sports"])
def test_a_kind_that_is_turned_down_is_not_listed(container: Container, words: str) -> None:
    """ "No basketball" is no answer to anything."""
    kim = FormDriver(container, "kim")
    kim.say(f"what is on, {words}", "browse_events")

    assert "Swan Lake" in kim.read_all()
    assert "Lakers" not in kim.read_all()


def test_a_number_beside_a_question_corrects_nothing(ana: FormDriver) -> None:
    """Whoever has a friend has not ordered one ticket."""
    ana.say("i have 1 friend and he's allergic to fun. when is it?", "ask_show")

    assert ana.slots["quantity"] == 2


def test_news_beside_a_request_does_not_swallow_it(container: Container) -> None:
    """What is only told of is answered after what is wanted."""
    clauses = split_clauses(
        "I have paid for the eight. Now the other three, please",
        lambda clause: False,
        witness="payment_status",
    )

    assert clauses.statement == "Now the other three, please"
    assert clauses.questions == ("I have paid for the eight.",)


def test_an_order_that_there_is_not_is_not_canceled(container: Container, ana: FormDriver) -> None:
    """The other one is not what was meant."""
    ana.say("yes", "affirm")

    assert ana.say("cancel my swan lake order", "cancel_order") == ["utter_no_order_of_show"]
    assert [order.status.value for order in orders_of(container, ana.buyer)] == ["open"]


def test_what_is_ordered_is_not_ordered_again_by_speaking_of_it(
    container: Container, ana: FormDriver
) -> None:
    """Whoever says what they have is told where it stands."""
    ana.say("yes", "affirm")

    said = ana.say("good, then I will keep the two in section 101 and pay now", "buy_tickets")

    assert said == ["utter_order_open"]
    assert len(orders_of(container, ana.buyer)) == 1


def test_control_more_of_the_same_is_another_order(container: Container, ana: FormDriver) -> None:
    """Negative control of the above."""
    ana.say("yes", "affirm")

    assert "utter_order_open" not in ana.say("another 2 tickets in section 101", "buy_tickets")


def test_the_link_is_sent_again_and_not_explained(ana: FormDriver) -> None:
    """While an order waits for it."""
    ana.say("yes", "affirm")

    assert ana.say("i closed the page, send me the link again", "nlu_fallback") == [
        "utter_order_open"
    ]


@pytest.mark.parametrize(
    ("told_at", "response"), [(99.0, "utter_just_told"), (40.0, "utter_order_open")]
)
def test_news_that_comes_with_the_answer_is_not_told_twice(
    container: Container, ana: FormDriver, told_at: float, response: str
) -> None:
    """A channel that nobody can push to brings it right before; elsewhere it was read long ago."""
    ana.say("yes", "affirm")
    (order,) = orders_of(container, ana.buyer)
    news = {"utter_action": "utter_payment_declined", "outbox_id": "msg", "order_id": order.id}
    ana.events.append({"event": "user", "metadata": {"is_external": True}})
    ana.events.append({"event": "bot", "timestamp": told_at, "metadata": news})
    ana.receive("did it go through?", "payment_status").events[-1]["timestamp"] = 100.0

    ana.run(ActionRespond(container))

    assert ana.responses == [response]


def test_news_that_came_with_the_answer_before_are_no_news_any_more(
    container: Container, ana: FormDriver
) -> None:
    """However soon the next message follows, they were read with that answer."""
    ana.say("yes", "affirm")
    (order,) = orders_of(container, ana.buyer)
    news = {"utter_action": "utter_payment_declined", "outbox_id": "msg", "order_id": order.id}
    ana.receive("I have paid", "payment_status")
    ana.events.append({"event": "bot", "timestamp": 99.0, "metadata": news})
    ana.receive("did it go through?", "payment_status").events[-1]["timestamp"] = 100.0

    ana.run(ActionRespond(container))

    assert ana.responses == ["utter_order_open"]


def test_a_fact_about_charges_is_no_status(ana: FormDriver) -> None:
    """Although the orders are there."""
    ana.say("yes", "affirm")

    said = ana.say("how often was my card charged?", "payment_status")
    assert said == ["utter_about_charged_once"]


@pytest.mark.parametrize("text", ["oh, 4 tickets", "so, 4 please"])
def test_a_word_in_front_makes_no_aside(ana: FormDriver, text: str) -> None:
    """Where nothing is asked beside it, a number is a correction."""
    ana.say(text, "inform")

    assert ana.slots["quantity"] == 4


def test_an_order_with_a_bare_question_behind_it_is_an_order(container: Container) -> None:
    """ "Is that possible?" takes nothing back."""
    kim = FormDriver(container, "kim")

    said = kim.say(f"I'd like to buy {ORDER}. Is that possible?", "buy_tickets")

    assert said[-1] == "utter_ask_confirm_order"


LEAVING_AND_STARTING = [
    "ya no i ment total for 4, the extra. ok forget it ill do it, all 4 to mezzanine",
    "forget it. two tickets for swan lake",
    "stop. I'd like to buy 2 tickets for the lakers in section 101",
    "no, leave that. upgrade my seats",
    "never mind. ok, 3 for the opera",
]


@pytest.mark.parametrize("text", LEAVING_AND_STARTING)
@pytest.mark.parametrize("before", [None, ORDER], ids=["nothing", "summary"])
@pytest.mark.parametrize("intent", ["buy_tickets", "upgrade_seat", "deny", "inform"])
def test_what_leaves_and_starts_in_one_message_ends(
    container: Container, before: str | None, text: str, intent: str
) -> None:
    """A form that the message has started doesn't leave, and start, itself (the driver counts)."""
    ana = FormDriver(container)
    if before:
        ana.say(before, "buy_tickets")

    said = ana.say(text, intent)

    assert said
    assert len(said) == len(set(said))


def test_a_form_that_a_message_starts_reads_what_is_left_of_it(container: Container) -> None:
    """The stop in front of it has nothing to stop, and the rest is the request."""
    ana = FormDriver(container)

    assert ana.say("forget it. two for the lakers in section 101", "buy_tickets") == [
        "utter_ask_confirm_order"
    ]
