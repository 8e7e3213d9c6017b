"""Names for tickets that are paid, in any words: one or several, and beside something else."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.flows.turn import BUY_FORM
from ticket_clerk.languages import load
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.ticketing.tickets.queries import tickets_of
from ticket_clerk.understanding.tickets.transfers import Transfer, parse_transfer

__all__ = ["shop", "start"]


def holders(shop: Container, buyer: FormDriver) -> list[str | None]:
    """Give the names on the tickets of the buyer's newest order, in their order."""
    return [ticket.holder for ticket in tickets_of(shop, orders_of(shop, buyer.buyer)[0])]


@pytest.mark.parametrize("guess", ["buy_tickets", "out_of_scope", "inform", "browse_events"])
@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("put Ingrid Bauer on one of them, any one will do", ["Ingrid Bauer"]),
        ("please print Olga Nowak on one of the tickets, doesn't matter which", ["Olga Nowak"]),
        ("could you write my son's name on one of the tickets? Marco Bell", ["Marco Bell"]),
        ("the third ticket: Lena Fox", [None, None, "Lena Fox"]),
        ("ticket 2 of my ballet order should say Julia Hahn", [None, "Julia Hahn"]),
        (
            "write Tom Berg on the first ticket and Petra Berg on the second",
            ["Tom Berg", "Petra Berg"],
        ),
        ("put tom berg on the first ticket and petra berg on the last one", ["Tom Berg"]),
        (
            "the girl's name on one, Mia Osei, and the other for Kojo Osei",
            ["Mia Osei", "Kojo Osei"],
        ),
        ("I only want names on them: Ana Ruiz and Luis Ruiz", ["Ana Ruiz", "Luis Ruiz"]),
        ("put kev byrne on one n dean on the other", ["Kev Byrne", "Dean"]),
        ("the second one is for my mum Rosa", [None, "Rosa"]),
        ("Clara on ticket 2 and Edmund Farrow on ticket 1 please", ["Edmund Farrow", "Clara"]),
        (
            "Ticket 2 is to be Clara's and ticket 1 is to be mine, Edmund Farrow.",
            ["Edmund Farrow", "Clara"],
        ),
        ("put Kev Smith from Leeds on the first one", ["Kev Smith", None]),
        (
            "seat number 2 might bear the name of Clara, who travels on her own from Evanston",
            [None, "Clara"],
        ),
        ("It's paid now! Can you put my aunt's name on one, Edith Moss?", ["Edith Moss"]),
    ],
)
def test_names_are_summed_up_at_once_and_put_by_one_yes(
    shop: Container, start: Begin, text: str, guess: str, named: Sequence[str | None]
) -> None:
    """Whatever the intent is taken for; nothing is bought, and nothing put before the yes."""
    buyer = start("paid")

    said = buyer.say(text, guess)

    assert said[-1] in {"utter_ask_confirm_name", "utter_ask_confirm_names"}
    assert holders(shop, buyer) == [None] * 4
    buyer.say("yes", "affirm")
    assert holders(shop, buyer)[: len(named)] == list(named)
    assert len(orders_of(shop, buyer.buyer)) == 1


def test_names_go_on_with_the_next_ticket(shop: Container, start: Begin) -> None:
    """Behind a yes, and after a name was put, fewer words say it; each waits for its own yes."""
    buyer = start("paid")
    buyer.say("put Ann Lee on my first ticket")

    said = buyer.say("Yes. And Bob Lee on the second", "inform")

    assert said == ["utter_ticket_named", "utter_ask_confirm_name"]
    assert holders(shop, buyer) == ["Ann Lee", None, None, None]
    buyer.say("yes", "affirm")
    assert buyer.say("and the third: Carl Lee", "browse_events") == ["utter_ask_confirm_name"]
    buyer.say("yes", "affirm")
    assert holders(shop, buyer) == ["Ann Lee", "Bob Lee", "Carl Lee", None]
    assert buyer.say("the last one is for Dora Lee", "ask_price") == ["utter_ask_confirm_name"]
    buyer.say("yes", "affirm")
    assert holders(shop, buyer)[-1] == "Dora Lee"


def test_another_name_beside_the_question_is_summed_up_with_the_first(
    shop: Container, start: Begin
) -> None:
    """And "no, Bo Lim" corrects the spelling of one."""
    buyer = start("paid")
    buyer.say("put Ann Lee on my first ticket")
    assert buyer.say("no, Ann Leigh", "deny") == ["utter_ask_confirm_name"]

    assert buyer.say("and Bob Leigh on the second", "inform") == ["utter_ask_confirm_names"]
    buyer.say("yes", "affirm")

    assert holders(shop, buyer) == ["Ann Leigh", "Bob Leigh", None, None]


def test_which_ticket_may_be_answered_with_the_name(shop: Container, start: Begin) -> None:
    """Spelled out, too."""
    buyer = start("paid")
    assert buyer.say("put Rita Brand on my ticket") == ["utter_ask_transfer_ticket"]

    assert buyer.say("the third, and write it Rita Brandt with dt") == ["utter_ask_confirm_name"]
    buyer.say("yes", "affirm")

    assert holders(shop, buyer) == [None, None, "Rita Brandt", None]


@pytest.mark.parametrize("guess", ["affirm", "ask_show", "inform", "nlu_fallback"])
def test_a_yes_counts_beside_a_question(shop: Container, start: Begin, guess: str) -> None:
    """The name is put, and the question answered."""
    buyer = start("paid")
    buyer.say("put Ann Lee on my first ticket")

    said = buyer.say("yes. and is there a cloakroom?", guess)

    assert said[-1] == "utter_ticket_named"
    assert "cloakroom" in buyer.read_all()
    assert holders(shop, buyer)[0] == "Ann Lee"


@pytest.mark.parametrize(
    "text", ["is there a cloakroom?", "yes but which seat is that?", "yes, but not yet"]
)
def test_without_a_plain_yes_no_name_is_put(shop: Container, start: Begin, text: str) -> None:
    """A question is answered, and a condition is none."""
    buyer = start("paid")
    buyer.say("put Ann Lee on my first ticket")

    assert buyer.say(text, "affirm")[-1] == "utter_ask_confirm_name"
    assert holders(shop, buyer) == [None] * 4


def test_a_question_beside_names_is_answered_too(shop: Container, start: Begin) -> None:
    """The summary comes last."""
    buyer = start("paid")

    said = buyer.say("Can you put Ann Lee on one of the tickets? And is there a cloakroom?")

    assert said[-1] == "utter_ask_confirm_name"
    assert "cloakroom" in buyer.read_all()


def test_several_names_are_put_all_or_none(shop: Container, start: Begin) -> None:
    """Where one of the tickets is void by then, the other gets no name either."""
    buyer = start("paid")
    buyer.say("put Ann Lee on my first ticket and Bob Lee on the second")
    other = FormDriver(shop, sender_id="paid")
    other.say("give ticket 2 to Cy Orr")
    other.say("yes", "affirm")

    assert buyer.say("yes", "affirm") == ["utter_transfer_not_valid"]
    assert holders(shop, buyer)[0] is None


@pytest.mark.parametrize(
    "text",
    [
        "I want tickets for my friend, her name is Anna Smith",
        "two tickets for Swan Lake, one for Anna and one for me",
        "add a ticket for Anna Smith to my order",
        "put the Loge on one order and the Gallery on the other",
        "what is the name of the hall, and who is on the second ticket?",
        "my name is Lucy Chen and I need a receipt for one ticket",
        "put me down for one ticket in the first row",
    ],
)
def test_other_words_with_names_put_none(text: str) -> None:
    """A name beside tickets is not yet one that shall be on them."""
    known = ["Swan Lake", "Loge", "Gallery"]
    assert parse_transfer(text, text, known=known) is None
    assert parse_transfer(text, text, known=known, is_expected=True) is None


def test_who_asks_for_the_rule_reads_it(start: Begin) -> None:
    """Without a name a question starts nothing."""
    buyer = start("paid")

    assert buyer.say("can a friend's name be on a ticket?") == ["utter_about_name_on_ticket"]
    assert buyer.active_loop == {}


def test_names_leave_a_purchase(start: Begin) -> None:
    """What is being bought is left for it."""
    buyer = start("paid")
    buyer.say("2 for the lakers please", "buy_tickets")
    assert buyer.active_loop == {"name": BUY_FORM}

    buyer.say("I don't want more! Put Ann Lee on my first ticket", "buy_tickets")

    assert buyer.answers[-1]["response"] == "utter_ask_confirm_name"


@pytest.mark.parametrize("text", ["ticket 2", "Ticket 2.", "no, ticket 2", "the second one"])
def test_which_ticket_may_be_said_at_the_summary(shop: Container, start: Begin, text: str) -> None:
    """It was not understood where a ticket had been chosen already."""
    buyer = start("paid")
    buyer.say("put my sister Ann on a ticket", "inform")

    said = buyer.say(text, "inform")

    assert said == ["utter_ask_confirm_name"]
    buyer.say("yes", "affirm")
    assert holders(shop, buyer) == [None, "Ann", None, None]


def test_a_number_that_is_no_ticket_of_theirs_moves_no_name(shop: Container, start: Begin) -> None:
    """The control."""
    buyer = start("paid")
    buyer.say("put my sister Ann on a ticket", "inform")

    buyer.say("ticket 9", "inform")
    buyer.say("yes", "affirm")

    assert holders(shop, buyer)[0] == "Ann"


@pytest.mark.parametrize(
    "text", ["the second one is for Saturday", "the first one is fine", "the second one is dear"]
)
def test_what_else_is_said_of_the_second_one_is_no_name(text: str) -> None:
    """The control."""
    assert parse_transfer(text, text) is None


def test_where_somebody_comes_from_is_no_name_in_spanish_either() -> None:
    """The control has the town without that."""
    typed = "pon a Ana Pérez, que viene de Burgos, en mi primera entrada"
    said = load("es").translate(typed)

    wanted = parse_transfer(said, typed)

    assert wanted is not None
    assert (wanted.holder, wanted.others) == ("Ana Pérez", ())


def test_names_in_spanish_sentences() -> None:
    """The words are of the glossary; two at once are asked one after the other."""
    said = "put a Ana Pérez in my first ticket and a Luis Gil in my second ticket"
    second = Transfer(False, 2, "Luis Gil")
    assert parse_transfer(said, said) == Transfer(False, 1, "Ana Pérez", (second,))
