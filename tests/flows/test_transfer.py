"""A ticket for somebody else, and a name on one, in the chat."""

from __future__ import annotations

import re

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from tests.flows.test_sentences import state as state_of
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, pay
from tests.ticketing.ticket_desk import let_in, tickets
from ticket_clerk import languages
from ticket_clerk.flows.turn import TRANSFER_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.understanding.tickets.names import parse_holder
from ticket_clerk.understanding.tickets.transfers import Transfer, asks_to_give, parse_transfer

__all__ = ["shop", "start"]

GIVE = "I want to give a ticket to a friend"


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer's conversation."""
    return FormDriver(container)


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire, sam: FormDriver) -> Order:
    """Two tickets of Sam's, confirmed."""
    order = buy(container, stripe_wire, buyer=sam.buyer)
    sam.push()
    return order


def _linked(sam: FormDriver) -> list[str]:
    return re.findall(r"(?m)^http://\S+/payments/tickets/(tkt_\w+)$", sam.read_all())


def test_a_ticket_goes_to_a_friend_and_its_old_code_ends(
    container: Container, sam: FormDriver, order: Order
) -> None:
    """Asked which, for the name and for a yes; the new link is told, the old code shut out."""
    kept, given = tickets(container, order)

    assert sam.say(GIVE) == ["utter_ask_transfer_ticket"]
    assert sam.say(f"Ticket 2 of {order.id}") == ["utter_ask_transfer_holder"]
    assert sam.say("Anna Smith") == ["utter_ask_confirm_transfer"]
    assert "Anna Smith" in sam.read_all()
    assert [one.id for one in tickets(container, order)] == [kept.id, given.id]

    assert sam.say("yes", "affirm") == ["utter_ticket_given"]

    (new,) = _linked(sam)
    assert [(one.id, one.holder) for one in tickets(container, order)] == [
        (kept.id, None),
        (new, "Anna Smith"),
    ]
    assert let_in(container, given) == (False, "replaced")
    assert let_in(container, tickets(container, order)[1]) == (True, "valid")


def test_all_in_one_sentence_only_needs_a_yes(
    container: Container, sam: FormDriver, order: Order
) -> None:
    """A name on a ticket leaves its code as it is."""
    _, second = tickets(container, order)

    assert sam.say("put anna smith on my second ticket") == ["utter_ask_confirm_name"]
    assert sam.say("yes", "affirm") == ["utter_ticket_named"]

    assert _linked(sam) == [second.id]
    assert [one.holder for one in tickets(container, order)] == [None, "Anna Smith"]


def test_a_ticket_can_be_given_without_a_name(
    container: Container, sam: FormDriver, order: Order
) -> None:
    """Which is what the code is for."""
    sam.say("give my first ticket to a friend")
    assert sam.say("no name") == ["utter_ask_confirm_transfer_unnamed"]
    assert sam.say("yes", "affirm") == ["utter_ticket_given_unnamed"]
    assert [one.holder for one in tickets(container, order)] == [None, None]


@pytest.mark.parametrize("words", ["no", "never mind", "stop"])
def test_without_a_yes_nothing_changes(
    container: Container, sam: FormDriver, order: Order, words: str
) -> None:
    """A no, a stop, and a command in slash form."""
    before = tickets(container, order)
    sam.say("give ticket 1 to Anna Smith")

    assert sam.say("/affirm", "affirm")[0] == "utter_not_understood_in_transfer"
    assert sam.say(words, "deny") == ["utter_nothing_transferred"]
    assert (tickets(container, order), sam.active_loop) == (before, {})


@pytest.mark.parametrize("name", ["<b>Anna</b>", "www.evil.example", "[x](http://e.example)", "7"])
def test_what_is_no_name_is_asked_for_again(
    container: Container, sam: FormDriver, order: Order, name: str
) -> None:
    """No markup and no link comes back from the bot."""
    sam.say("give ticket 1 to a friend")

    assert "utter_ask_transfer_holder" in sam.say(name)
    assert name not in sam.read_all() or name == "7"


def test_a_question_is_answered_and_starts_nothing(
    container: Container, sam: FormDriver, order: Order
) -> None:
    """Outside of the form, and in it, where the form asks again."""
    sam.say("can i give my ticket to a friend?")
    assert sam.active_loop == {}

    sam.say("give ticket 1 to Anna Smith")
    answered = sam.say("where is the show?", "ask_show")
    assert answered[-1] == "utter_ask_confirm_transfer"
    assert len(answered) == 2
    assert tickets(container, order)[0].holder is None


def test_who_has_no_ticket_gives_none(container: Container, order: Order) -> None:
    """Another's order is nobody's here, by its number, too."""
    kim = FormDriver(container, "kim")

    kim.say(f"give ticket 1 of {order.id} to Anna Smith")

    assert kim.active_loop != {"name": TRANSFER_FORM}
    assert tickets(container, order)[0].holder is None


def test_a_ticket_used_meanwhile_stays(container: Container, sam: FormDriver, order: Order) -> None:
    """Between the summary and the yes the door may have let somebody in."""
    sam.say("give ticket 1 to Anna Smith")
    let_in(container, tickets(container, order)[0])

    assert sam.say("yes", "affirm") == ["utter_transfer_not_valid"]
    assert tickets(container, order)[0].holder is None


def test_of_two_orders_the_one_that_is_named_is_meant(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """By its show; a number that both have is asked about."""
    ordered = start_checkout(
        container, sam.buyer, show_id="swan-lake-evening", section_id="stalls", quantity=1
    )
    swans = pay(container, stripe_wire, ordered)
    assert sam.say("give ticket 1 to Anna Smith") == ["utter_ask_transfer_ticket"]
    assert order.id in sam.read_all()
    assert swans.id in sam.read_all()
    assert sam.say(f"Ticket 1 of {swans.id}") == ["utter_ask_confirm_transfer"]
    assert swans.id in sam.read_all()


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("give ticket 2 to Anna Smith please", Transfer(True, 2, "Anna Smith")),
        ("transfer my ticket to my sister Jane Doe", Transfer(True, None, "Jane Doe")),
        ("give my friend one of my tickets", Transfer(True)),
        ("i'd like to pass one ticket on to my neighbour", Transfer(True)),
        ("hand my last ticket to O'Brien", Transfer(True, -1, "O'Brien")),
        ("the name on ticket 2 should be Bo Li", Transfer(False, 2, "Bo Li")),
        ("put anna smith's name on my ticket", Transfer(False, None, "Anna Smith")),
        ("add a name to my ticket", Transfer(False)),
        *((said, None) for said in ("give me two tickets", "give my tickets back")),
        *((said, None) for said in ("transfer me to a person", "add parking to my tickets")),
        *((said, None) for said in ("send my tickets to my email", "put two more on my ticket")),
        ("change my tickets to the evening show", None),
        ("give me a ticket to Swan Lake", None),
        ("put me on the waiting list", None),
        ("can i give my ticket to a friend", None),
    ],
)
def test_what_is_said_about_a_ticket_for_somebody(said: str, wish: Transfer | None) -> None:
    """Which, whose, and what is none of it."""
    assert parse_transfer(said, said) == wish


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("pon a Ana Pérez en mi segunda entrada", Transfer(False, 2, "Ana Pérez")),
        ("quiero darle una entrada a un amigo", Transfer(True)),
        ("quiero regalar mi entrada a Ana Pérez", Transfer(True, None, "Ana Pérez")),
        ("quiero pasar una entrada a mi hermana Lucía", Transfer(True, None, "Lucía")),
        ("cambia el nombre de mi entrada a Juan Gómez", Transfer(False, None, "Juan Gómez")),
        ("dame dos entradas", None),
    ],
)
def test_the_same_in_spanish(said: str, wish: Transfer | None) -> None:
    """Names keep their accents, which the parsers' words have lost."""
    assert parse_transfer(languages.load("es").translate(said), said) == wish


@pytest.mark.parametrize(
    ("said", "name"),
    [
        *(("Anna Smith", "Anna Smith"), ("it's anna", "Anna"), ("se llama Ana", "Ana")),
        *(("her name is Jane Doe", "Jane Doe"), ("yes", None), ("2 tickets", None)),
    ],
)
def test_a_name_as_an_answer(said: str, name: str | None) -> None:
    """With what people write around it."""
    assert parse_holder(said) == name


@pytest.mark.parametrize(
    "text", ["can I give one to Dave?", "could I pass my ticket on to Priya Rao?"]
)
def test_whoever_asks_about_a_ticket_for_somebody_else_reads_the_rules(
    shop: Container, start: Begin, text: str
) -> None:
    """Without a doubt, whatever the name is, and nothing is begun or changed."""
    buyer = start("paid")
    before = state_of(shop, buyer)

    assert buyer.say(text, "human_handoff") == ["utter_fact"]
    assert "given to somebody else" in buyer.read_all()
    assert state_of(shop, buyer) == before


@pytest.mark.parametrize(
    "text", ["give one to Dave", "can I give one back?", "can you give me one?", "is it for Dave?"]
)
def test_what_is_no_question_about_giving_one_is_none(text: str) -> None:
    """The control: a request, a refund, an order and another question."""
    assert not asks_to_give(text)
