"""Everything that is held about one buyer is given out, and forgotten, and the books stay whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.rasa_double import TOKEN, RasaDouble
from tests.stripe_wire import StripeWire
from tests.ticketing.personal_records import (
    DORA,
    EMAIL,
    NAME,
    buy_everything,
    customers_at_stripe,
    everything,
    keep_conversation,
)
from tests.ticketing.purchases import buy, pay, receive_all, refund_at_stripe, told
from tests.ticketing.ticket_desk import tickets
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import personal_data
from ticket_clerk.ticketing.domain.errors import RasaUnavailable, StripeUnavailable
from ticket_clerk.ticketing.domain.models import ERASED, Buyer
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.privacy.personal_data import erase_buyer, export_buyer
from ticket_clerk.ticketing.privacy.retention import forget_buyers
from ticket_clerk.ticketing.reports.stats import payment_summary
from ticket_clerk.ticketing.tickets import replacement

# PostgreSQL clears its files in its own time (SECURITY.md).
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TICKETS = {"show_id": "lakers-warriors", "section_id": "101"}
SHOW_STARTS = datetime(2031, 1, 16, 3, 30, tzinfo=timezone.utc)
# Catalog, and what belongs to callers of the HTTP API.
ABOUT_NOBODY = {
    "catalog",
    "shows",
    "sections",
    "extras",
    "show_changes",
    "season_tickets",
    "facts",
    "catalog_changes",
    "free_topics",
    "open_questions",
    "talk_days",
    "declines",
    "idempotency_keys",
    # Of the people who run the shop: their names, and ids of what they did something to.
    "operator_accounts",
    "operator_sessions",
    "operator_acts",
}


@pytest.fixture
def rasa() -> Iterator[RasaDouble]:
    """A Rasa in which Dora has said something."""
    double = RasaDouble(lambda channel, sender_id: [])
    double.conversations[DORA.sender_id] = [
        {"event": "user", "text": "it's Dora", "input_channel": "web"}
    ]
    yield double
    double.close()


@pytest.fixture
def office(container: Container, rasa: RasaDouble, tmp_path: Path) -> Container:
    """The shop as the operator's command has it; there is no file of Rasa's yet."""
    settings = replace(container.settings, tracker_db=str(tmp_path / "trackers.db"))
    return replace(container, settings=settings, rasa=RasaClient(rasa.url, TOKEN))


def test_all_that_is_held_is_given_out(
    office: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Orders, betterments, refunds, season tickets, money, messages, e-mail, name, words."""
    orders = buy_everything(office, stripe_wire, clock)

    document = json.loads(json.dumps(export_buyer(office, DORA)))

    assert {row["id"] for row in document["orders"]} == {order.id for order in orders}
    for table in ("refunds", "subscriptions", "ledger", "outbox", "tickets", "webhook_events"):
        assert {row["order_id"] for row in document[table]} <= {order.id for order in orders}
        assert document[table], table
    stripe_customer = {"id": orders[1].customer_id, "email": EMAIL, "name": NAME}
    assert document["stripe_customers"] == [stripe_customer]
    assert [event["text"] for event in document["conversation"]] == ["it's Dora"]
    assert document["gaps"] == []


def test_no_table_is_forgotten(office: Container) -> None:
    """Each is either about somebody and given out, or said here to be about nobody."""
    document = export_buyer(office, DORA)

    assert set(schema.metadata.tables) - ABOUT_NOBODY == set(document) & set(schema.metadata.tables)


def test_nothing_of_somebody_else_is_given_out(office: Container, stripe_wire: StripeWire) -> None:
    """The same sender id on another channel is somebody else, too."""
    others = [
        buy(office, stripe_wire, quantity=1, buyer=buyer)
        for buyer in (Buyer("web", "bob"), Buyer("slack", DORA.sender_id))
    ]

    document = json.dumps(export_buyer(office, DORA))

    assert [order.id for order in others if order.id in document] == []


def test_what_cannot_be_read_is_said(office: Container, stripe_wire: StripeWire) -> None:
    """The document has all the rest, and names its gaps."""
    buy(office, stripe_wire, buyer=DORA)
    stripe_wire.cut()
    away = replace(office, rasa=RasaClient("http://127.0.0.1:9", TOKEN))

    document = export_buyer(away, DORA)

    assert len(document["orders"]) == 1
    assert [gap.split()[0] for gap in document["gaps"]] == ["Stripe", "Rasa"]
    assert EMAIL not in json.dumps(document)


def test_a_conversation_that_was_held_on_two_channels_is_pointed_out(
    office: Container, rasa: RasaDouble
) -> None:
    """Rasa keeps one a sender id: the other channel's may be another person's."""
    rasa.conversations[DORA.sender_id].append({"event": "user", "input_channel": "slack"})

    assert "other channels" in export_buyer(office, DORA)["gaps"][0]


def test_without_rasa_the_conversation_is_read_and_deleted_in_its_file(office: Container) -> None:
    """Nobody else's, and no byte of it is left in the file."""
    file = office.settings.tracker_file
    keep_conversation(file, DORA.sender_id, "it's Dora", "and my mail is d@ora.example")
    keep_conversation(file, "bob", "it's Bob")
    away = replace(office, rasa=RasaClient("http://127.0.0.1:9", TOKEN))
    assert len(export_buyer(away, DORA)["conversation"]) == 2

    erase_buyer(away, DORA)

    assert export_buyer(away, DORA)["conversation"] == []
    assert b"it's Bob" in file.read_bytes()
    for text in (b"it's Dora", b"d@ora.example"):
        assert text not in file.read_bytes()


def test_erasing_takes_the_names_that_were_put_on_tickets(
    office: Container, stripe_wire: StripeWire
) -> None:
    """Theirs and their friends', from tickets that were given away, too; the tickets stay."""
    one, two = tickets(office, buy(office, stripe_wire, buyer=DORA))
    replacement.set_holder(office, one.id, "Dora Holder")
    replacement.give_ticket(office, DORA, one.id, "Bo Friend")
    replacement.set_holder(office, two.id, "Dora Holder")
    assert "Bo Friend" in json.dumps(export_buyer(office, DORA))

    erase_buyer(office, DORA)

    left = everything(office)
    assert len(left["tickets"]) == 3
    assert "Dora Holder" not in str(left)
    assert "Bo Friend" not in str(left)


def test_erased_nothing_leads_to_the_buyer_and_no_figure_changes(
    office: Container, stripe_wire: StripeWire, clock: MovableClock, rasa: RasaDouble
) -> None:
    """Ledger, amounts, seats and numbers are the same to the cent; the name is gone."""
    orders = buy_everything(office, stripe_wire, clock)
    before, counted = everything(office), payment_summary(office, since=None, until=None)

    assert erase_buyer(office, DORA) == 3

    after = everything(office)
    assert DORA.sender_id not in str(after)
    assert str(orders[1].customer_id) not in str([after["orders"], after["customers"]])
    assert payment_summary(office, since=None, until=None) == counted
    for table in ("ledger", "refunds", "sections", "tickets", "webhook_events"):
        assert after[table] == before[table]
    for old, new in zip(before["orders"], after["orders"], strict=True):
        changed = {name for name in old if old[name] != new[name]}
        assert changed <= {"channel", "sender_id", "checkout_url", "customer_id"}
    assert customers_at_stripe(stripe_wire) == []
    assert not rasa.conversations[DORA.sender_id]
    assert export_buyer(office, DORA)["orders"] == []


def test_orders_of_one_buyer_stay_together_under_a_name_of_chance(
    office: Container, stripe_wire: StripeWire
) -> None:
    """It doesn't follow from the old one: erased twice, the names differ."""
    names = []
    for _ in range(2):
        orders = [buy(office, stripe_wire, quantity=1, buyer=DORA) for _ in range(2)]
        erase_buyer(office, DORA)
        names.append({queries.any_order(office, order.id).buyer for order in orders})

    assert [len(each) for each in names] == [1, 1]
    assert names[0] != names[1]


def test_each_customer_that_he_became_at_stripe_is_deleted(
    office: Container, stripe_wire: StripeWire
) -> None:
    """Two pages were open before either was paid; only one of the customers is remembered here."""
    pages = [start_checkout(office, DORA, **TICKETS, quantity=number) for number in (1, 2)]
    for order in pages:
        pay(office, stripe_wire, order)
    bobs = str(buy(office, stripe_wire, buyer=Buyer("web", "bob")).checkout_session_id)
    assert len(customers_at_stripe(stripe_wire)) == 3

    erase_buyer(office, DORA)

    left = office.stripe.get_checkout_session(bobs).customer_id
    assert customers_at_stripe(stripe_wire) == [left]


def test_what_happens_later_is_in_the_books_and_told_to_nobody(
    office: Container, stripe_wire: StripeWire
) -> None:
    """Money goes back in Stripe's dashboard: seats and figures follow."""
    order = buy(office, stripe_wire, buyer=DORA)
    erase_buyer(office, DORA)
    nobody = queries.any_order(office, order.id).buyer

    refund_at_stripe(stripe_wire, order)
    receive_all(office, stripe_wire)

    later = queries.any_order(office, order.id)
    assert (later.status.value, later.amount_refunded) == ("refunded", 40000)
    assert told(office, nobody) == told(office, DORA) == []


@pytest.mark.parametrize("cut_off", ["at Stripe", "at Rasa", "by a store that does not delete"])
def test_cut_off_anywhere_a_repetition_finishes_it(
    office: Container, stripe_wire: StripeWire, rasa: RasaDouble, cut_off: str
) -> None:
    """What was done stays done, what was not is done then, and once more changes nothing."""
    buy(office, stripe_wire, buyer=DORA)
    if cut_off == "at Stripe":
        stripe_wire.time_out_after("/v1/customers", method="DELETE", times=2)
    else:
        rasa.mood = "away" if cut_off == "at Rasa" else "swallows"

    with pytest.raises((StripeUnavailable, RasaUnavailable)):
        erase_buyer(office, DORA)
    rasa.mood = "well"

    assert erase_buyer(office, DORA) == (1 if cut_off == "at Stripe" else 0)
    assert erase_buyer(office, DORA) == 0
    assert customers_at_stripe(stripe_wire) == []
    assert not rasa.conversations[DORA.sender_id]
    assert DORA.sender_id not in str(everything(office))


def test_a_conversation_in_a_turn_is_not_waited_for(
    office: Container, stripe_wire: StripeWire, rasa: RasaDouble
) -> None:
    """Erasing ends at once and says what is left; a repetition forgets the conversation."""
    buy(office, stripe_wire, buyer=DORA)
    rasa.mood = "busy"

    with pytest.raises(RasaUnavailable, match="Repeat this in a few seconds"):
        erase_buyer(office, DORA)
    assert DORA.sender_id not in str(everything(office))

    rasa.mood = "well"
    assert erase_buyer(office, DORA) == 0
    assert not rasa.conversations[DORA.sender_id]


@ON_SQLITE
def test_sqlites_file_holds_no_byte_of_the_name(office: Container, stripe_wire: StripeWire) -> None:
    """Free space and the log of the file included."""
    file = _file(office)
    buy(office, stripe_wire, buyer=DORA)
    assert _is_in(file, DORA.sender_id)

    erase_buyer(office, DORA)

    assert not _is_in(file, DORA.sender_id)


@ON_SQLITE
def test_without_the_scrubbing_the_name_would_still_be_in_the_file(
    office: Container, stripe_wire: StripeWire
) -> None:
    """The control: deleting and overwriting rows alone leaves them readable."""
    file = _file(office)
    buy(office, stripe_wire, buyer=DORA)

    with office.database.begin() as conn:
        personal_data.replace_buyer(conn, DORA, Buyer(ERASED, "erased_by_hand"))

    assert DORA.sender_id not in str(everything(office))
    assert _is_in(file, DORA.sender_id)


def _file(container: Container) -> Path:
    return Path(str(container.database.url.database))


def _is_in(file: Path, text: str) -> bool:
    return any(text.encode() in part.read_bytes() for part in file.parent.glob(f"{file.name}*"))


def _remembering(office: Container, days: int) -> Container:
    settings = replace(office.settings, forget_buyers_after_days=days)
    return replace(office, settings=settings)


def _senders(office: Container) -> set[str]:
    with office.database.read() as conn:
        return set(conn.execute(sa.select(schema.orders.c.sender_id)).scalars())


def test_buyers_of_long_ago_are_forgotten_and_no_others(
    office: Container, stripe_wire: StripeWire, clock: MovableClock, rasa: RasaDouble
) -> None:
    """So many days after their show, or after money moved; never unless that is set."""
    bob = Buyer("web", "bob")
    order = buy(office, stripe_wire, buyer=DORA)
    later = buy(office, stripe_wire, buyer=bob)
    clock.move(days=(SHOW_STARTS - office.now()).days + 100)
    refund_at_stripe(stripe_wire, later)
    receive_all(office, stripe_wire)
    shop = _remembering(office, 99)
    assert forget_buyers(_remembering(office, 0)) == forget_buyers(_remembering(office, 101)) == 0

    assert forget_buyers(shop) == 1

    assert bob.sender_id in _senders(office)
    assert DORA.sender_id not in _senders(office)
    assert rasa.conversations[DORA.sender_id] == []
    assert queries.any_order(office, order.id).amount_total == order.amount_total
    assert forget_buyers(shop) == 0


def test_whoever_cannot_be_forgotten_yet_waits_alone(
    office: Container, stripe_wire: StripeWire, clock: MovableClock, rasa: RasaDouble
) -> None:
    """While Rasa is away nothing is half forgotten; an unsettled order keeps its buyer only."""
    bob = Buyer("web", "bob")
    buy(office, stripe_wire, buyer=DORA)
    start_checkout(office, bob, **TICKETS, quantity=1)
    clock.move(days=(SHOW_STARTS - office.now()).days + 100)
    shop = _remembering(office, 30)
    rasa.mood = "away"
    assert forget_buyers(shop) == 0
    assert _senders(office) == {DORA.sender_id, bob.sender_id}

    rasa.mood = "well"
    assert forget_buyers(shop) == 1

    assert bob.sender_id in _senders(office)
    assert DORA.sender_id not in _senders(office)
