"""Sentences and what they command, by a reader who had not seen the code (docs/language.md)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from tests.flows.catalog import SHOP_WINDOW
from tests.flows.conversation import DOMAIN
from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay
from ticket_clerk.flows.turn import BUY_FORM, REFUND_FORM, SEASON_FORM, UPGRADE_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.queries import orders_of

Begin = Callable[[str], FormDriver]
ROOT = Path(__file__).parents[2]
SENTENCES = yaml.safe_load(Path(__file__).with_name("sentences.yml").read_text(encoding="utf-8"))
Row = dict[str, Any]

FORMS = {"buy": BUY_FORM, "refund": REFUND_FORM, "upgrade": UPGRADE_FORM, "season": SEASON_FORM}
SLOTS = {
    BUY_FORM: {"show": "show", "section": "section", "quantity": "quantity"},
    REFUND_FORM: {"quantity": "refund_quantity"},
    UPGRADE_FORM: {"section": "upgrade_section"},
}
# How an answer to a topic begins or what it holds: the name of the response, then its text.
MEANS = {
    "access": "wheelchair",
    "age": "Swan Lake: from 5",
    "bags": "bag",
    "bot": "I'm a program",
    "discounts": "no reduced prices",
    "doors": "the doors open",
    "dress": "what to wear",
    "fees": "nothing is added",
    "food": "food and drink",
    "name_on_ticket": "no name is on a ticket",
    "order_status": "utter_order_",
    "parking": "park|garage",
    "payment_methods": "utter_about_(cards|wallets)",
    "price": "utter_prices",
    "refund_policy": "utter_refund_rules|utter_about_refund_policy",
    "running_time": "hours with",
    "safe_payment": "page of Stripe's",
    "show": "utter_show_facts",
    "shows": "utter_(shows|next_shows|no_show_fits|closest_shows)",
    "transfer": "given to somebody else",
}
SAID = {
    "chitchat": "utter_greet",
    "cannot": "utter_out_of_scope|utter_error_too_many_tickets",
    "handoff": "utter_human_handoff|utter_handed_over",
}
# Wrong guesses that would do most harm, were they believed.
GUESSES = ("affirm", "deny", "buy_tickets", "cancel_order", "request_refund", "out_of_scope")
# Of the table: what is not understood yet, and why.
MISSED = {
    "can you book me a hotel in chicago for march 6": "a city and a day list what is on then",
}
MANY = 1000
# Of the others; 39 were right before what the table showed was mended (docs/language.md).
LEAST_UNSEEN = 48


@dataclass(frozen=True)
class State:
    """What a sentence may change."""

    form: str | None
    slots: dict[str, Any]
    orders: tuple[tuple[str, str, int], ...]


@pytest.fixture
def shop(make_container: Callable[[], Container]) -> Container:
    """A shop with the default catalog and seats for many buyers."""
    shop = make_container()
    with shop.database.begin() as conn:
        load_catalog(conn, SHOP_WINDOW, now=shop.now())
        conn.execute(sa.update(schema.sections).values(seats=MANY))
    return shop


@pytest.fixture
def start(shop: Container, stripe_wire: StripeWire) -> Begin:
    """Begin a conversation at what stands before a sentence, by the name of that."""
    return lambda context: begin(shop, stripe_wire, context, context)


def begin(shop: Container, wire: StripeWire, context: str, sender_id: str) -> FormDriver:
    """Lead a conversation to what stands before a sentence."""
    buyer = FormDriver(shop, sender_id=sender_id)
    for text in {
        "section_asked": ["swan lake please"],
        "number_asked": ["swan lake please", "the loge"],
        "summary": ["swan lake please", "the loge", "4"],
    }.get(context, []):
        buyer.say(text, "inform")
    if context in {"paid", "refund_summary"}:
        pay(shop, wire, _order(shop, buyer, "swan-lake", "loge", 4))
        buyer.push()
    if context == "unpaid":
        _order(shop, buyer, "magic-flute", "dress-circle", 2)
    if context == "refund_summary":
        buyer.say("refund one of my tickets", "request_refund")
    if context == "show_list":
        buyer.slots["offered_shows"] = ["lakers-warriors", "night-owls", "red-sox-yankees"]
    return buyer


def _order(
    shop: Container, buyer: FormDriver, show_id: str, section_id: str, quantity: int
) -> Order:
    return start_checkout(
        shop, buyer.buyer, show_id=show_id, section_id=section_id, quantity=quantity
    )


def state(shop: Container, buyer: FormDriver) -> State:
    """What stands now."""
    orders = orders_of(shop, buyer.buyer)
    form = buyer.active_loop.get("name")
    names = SLOTS.get(form or "", {})
    slots = {name: str(buyer.slots.get(slot) or "") for name, slot in names.items()}
    return State(form, slots, tuple((o.id, o.status.value, o.refunded_quantity) for o in orders))


def understood(shop: Container, buyer: FormDriver, before: State, row: Row) -> bool:
    """Return whether all commands of a row were followed, and nothing else."""
    after = state(shop, buyer)
    said = "\n".join(_in_words(message) for message in buyer.answers)
    return all(_is_followed(one, before, after, said) for one in row["commands"])


def _in_words(message: dict[str, Any]) -> str:
    text = str(DOMAIN["responses"][message["response"]][0]["text"]).format_map(message)
    return f"{message['response']} {text}"


def _is_followed(command: Any, before: State, after: State, said: str) -> bool:
    if isinstance(command, str):
        if command == "unchanged":
            return after == before or "utter_error_too_many_tickets" in said
        if command == "cancel_flow":
            return after.form is None and after.orders == before.orders
        return command == "clarify" or re.search(SAID[command], said) is not None
    ((kind, value),) = command.items()
    if kind == "start" and value == "cancel":
        return "utter_ask_cancel_order" in said
    if kind == "start":
        return after.form == FORMS[value]
    if kind == "set":
        return _are_set(value, after)
    if kind == "answer":
        return re.search(MEANS[value], said) is not None
    is_done = after.orders != before.orders and after.form is None
    return is_done or "_again" in said if value == "yes" else not is_done


def _are_set(wanted: dict[str, Any], after: State) -> bool:
    """Return whether the slots are; a section waits until one of two shows is chosen."""
    is_open = after.form == BUY_FORM and not after.slots["show"]
    kept = {name: value for name, value in wanted.items() if not (is_open and name == "section")}
    return all(after.slots.get(name) == str(value) for name, value in kept.items())


@pytest.mark.parametrize("row", SENTENCES["table"], ids=lambda row: row["say"])
def test_a_sentence_commands_what_a_reader_says(
    shop: Container, stripe_wire: StripeWire, row: Row
) -> None:
    """Whatever Rasa guesses is no help here: the words decide."""
    buyer = begin(shop, stripe_wire, row["context"], "ann")
    before = state(shop, buyer)

    buyer.say(row["say"], "affirm" if {"confirm": "yes"} in row["commands"] else "nlu_fallback")

    assert understood(shop, buyer, before, row) is (row["say"] not in MISSED)


@pytest.mark.parametrize("row", SENTENCES["table"], ids=lambda row: row["say"])
def test_a_wrong_guess_of_rasas_does_nothing_that_was_not_said(
    shop: Container, stripe_wire: StripeWire, row: Row
) -> None:
    """The same happens, or nothing but a question; a yes needs Rasa and the words."""
    is_yes = {"confirm": "yes"} in row["commands"]
    for guess in GUESSES:
        buyer = begin(shop, stripe_wire, row["context"], guess)
        before = state(shop, buyer)
        buyer.say(row["say"], guess)

        after = state(shop, buyer)
        said = buyer.read_all()
        is_same = understood(shop, buyer, before, row)
        assert is_same or after == before or "?" in said, (guess, after, said)
        assert is_yes or after.orders == before.orders, guess


def test_sentences_that_nobody_mended_by_are_understood(
    shop: Container, stripe_wire: StripeWire
) -> None:
    """Fifty more; most of them."""
    right = 0
    for number, row in enumerate(SENTENCES["unseen"]):
        buyer = begin(shop, stripe_wire, row["context"], f"buyer-{number}")
        before = state(shop, buyer)
        buyer.say(row["say"], "affirm" if {"confirm": "yes"} in row["commands"] else "nlu_fallback")
        is_right = understood(shop, buyer, before, row)
        print("" if is_right else f"missed: {row}\n   {buyer.read_all()[:200]}")
        right += is_right

    assert right >= LEAST_UNSEEN


def test_the_documents_show_the_table() -> None:
    """Each sentence of it, so that a reader sees what is tested."""
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")

    assert [row["say"] for row in SENTENCES["table"] if f"| {row['say']} |" not in page] == []


def test_what_leaves_and_starts_in_one_message_starts_once(
    shop: Container, stripe_wire: StripeWire
) -> None:
    """A buyer with paid tickets, after an upgrade that was turned down; the driver counts forms."""
    buyer = FormDriver(shop)
    pay(shop, stripe_wire, _order(shop, buyer, "harbor-lights-evening", "balcony", 4))
    buyer.push()
    buyer.slots["offered_shows"] = ["harbor-lights-evening"]

    text = "ya no i ment total for 4 mezz, the extra. ok forget it ill do it, all 4 to mezzanine"
    buyer.say(text, "buy_tickets")

    assert buyer.active_loop["name"] in {BUY_FORM, UPGRADE_FORM}
