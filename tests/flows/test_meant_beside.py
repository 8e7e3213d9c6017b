"""What stands beside what matters: a yes, a choice or a number next to a question or a joke."""

from __future__ import annotations

import pytest

from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.answers import agrees_plainly, is_question
from ticket_clerk.understanding.clauses import split_clauses
from ticket_clerk.understanding.quantities import parse_increase

__all__ = ["shop", "start"]


@pytest.mark.parametrize(
    "text",
    [
        "Yes, please. I pay with my own card and not hers; that is allowed, I suppose?",
        "lol do you get a salary? anyway yes go",
    ],
)
def test_a_yes_beside_a_question_about_something_else_orders(
    shop: Container, start: Begin, text: str
) -> None:
    """The link is what matters; a fact that is asked besides is told."""
    buyer = start("summary")

    said = buyer.say(text, "out_of_scope")

    assert "utter_checkout_link" in said
    assert ("utter_about_separate_payment" in said) == text.endswith("?")
    assert len(orders_of(shop, buyer.buyer)) == 1


def test_a_yes_in_a_question_orders_nothing(shop: Container, start: Begin) -> None:
    """The control."""
    buyer = start("summary")

    buyer.say("would that be a yes, please, or what?", "affirm")

    assert not orders_of(shop, buyer.buyer)


def test_a_choice_before_a_doubt_is_made(start: Begin) -> None:
    """The doubt is answered and doesn't swallow it."""
    buyer = start("section_asked")

    buyer.say("The loge, please, although I wonder whether there are many stairs.", "inform")

    assert buyer.slots["section"] == "loge"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("two more can't afford it. Please make it three tickets. What is it in all?", 3),
        ("no wait, 2 tickets and not 4, one is ill. how long is it?", 2),
        ("add 2 more", 6),
    ],
)
def test_the_number_that_is_said_counts(start: Begin, text: str, number: int) -> None:
    """And not one that is only spoken of, with or without a question beside it."""
    buyer = start("summary")

    buyer.say(text, "inform")

    assert buyer.slots["quantity"] == number


def test_a_price_is_no_number_of_tickets(start: Begin) -> None:
    """The one for 42 costs that; more than an order may have can't be meant."""
    buyer = start("section_asked")

    said = buyer.say("the gallery for 42", "inform")

    assert "utter_error_too_many_tickets" not in said
    assert buyer.slots["section"] == "gallery"


def test_some_of_an_orders_tickets_can_not_be_moved(start: Begin) -> None:
    """That is said, and a summary of all is no answer to it."""
    buyer = start("paid")
    buyer.say("can we move up to better seats?", "upgrade_seat")

    said = buyer.say("only 2 of the 4 to the parquet", "inform")

    assert "utter_upgrade_whole_order" in said


def test_who_asks_on_is_told_more(start: Begin) -> None:
    """The same answer again to another question is none."""
    buyer = start("nothing")
    first = buyer.say("how does paying work here?", "ask_how_to_pay")

    second = buyer.say("and can my dad open the link and pay with his card?", "ask_how_to_pay")

    assert first == ["utter_how_to_pay"]
    assert second == ["utter_anybody_pays"]


def test_money_for_a_show_that_is_called_off_is_not_the_rule_for_returns(start: Begin) -> None:
    """Both are about money that comes back."""
    buyer = start("section_asked")

    said = buyer.say(
        "what will happen with my money when a storm makes them cancel the show?", "inform"
    )

    assert "utter_refund_rules" not in said
    assert "called off" in buyer.read_all()


@pytest.mark.parametrize(
    ("text", "said", "asked"),
    [
        ("do I need a whole table lol. 1 for me", "1 for me", 1),
        ("row no. 5 please", "row no. 5 please", 0),
        ("The loge, please, although I wonder whether it has stairs", "The loge, please", 1),
        ("did you take my money?? not joking", "not joking", 1),
    ],
)
def test_sentences_and_doubts_are_told_apart(text: str, said: str, asked: int) -> None:
    """A number may begin a sentence, and a mark alone is none."""
    clauses = split_clauses(text, lambda clause: False)

    assert (clauses.statement, len(clauses.questions)) == (said, asked)


def test_how_something_would_be_done_is_asked() -> None:
    """A request may be put as what somebody could do for one."""
    assert is_question("how would we get home, it ends late")
    assert not is_question("could we get two for swan lake")


def test_a_plain_yes_may_be_polite() -> None:
    """With a please behind a comma, and not with a reserve."""
    assert agrees_plainly("Yes, please.")
    assert agrees_plainly("anyway yes go")
    assert not agrees_plainly("yes, please tell me the price first")


def test_an_increase_beside_a_number_is_none() -> None:
    """Whatever is said about others."""
    assert parse_increase("two more can't come, make it four tickets") == 0
    assert parse_increase("two more please") == 2
