"""Who may be erased: nobody about whom something is unsettled, also if it begins at that moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.personal_records import DORA, everything, keep_conversation
from tests.ticketing.purchases import buy, pay, receive, told
from tests.ticketing.seasons import start
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import outbox, personal_data
from ticket_clerk.ticketing.domain.errors import NotErasable
from ticket_clerk.ticketing.domain.models import ERASED, Buyer, Order, OrderStatus
from ticket_clerk.ticketing.notifications.delivery import LEASE
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.privacy.personal_data import erase_buyer, require_erasable
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_tickets
from ticket_clerk.ticketing.subscriptions.season_tickets import cancel_season_ticket

PENDING, DISPUTED = "4000000000007726", "4000000000000259"
Unsettle = Callable[[Container, StripeWire], Order]


@pytest.fixture
def office(container: Container, tmp_path: Path) -> Container:
    """The shop with a file of Rasa's, and no Rasa."""
    file = tmp_path / "trackers.db"
    keep_conversation(file, DORA.sender_id, "it's Dora")
    settings = replace(container.settings, tracker_db=str(file))
    return replace(container, settings=settings, rasa=RasaClient("http://127.0.0.1:9", "none"))


def _unpaid(container: Container, _wire: StripeWire) -> Order:
    return start_checkout(container, DORA, show_id="lakers-warriors", section_id="101", quantity=1)


def _given_back(container: Container, wire: StripeWire) -> Order:
    order = buy(container, wire, buyer=DORA, card=PENDING)
    quote = quote_refund(container, DORA, order.id)
    refund_tickets(container, DORA, order.id, quantity=2, quote_version=quote.quote_version)
    return order


def _season(container: Container, wire: StripeWire) -> Order:
    order = pay(container, wire, start(container, buyer=DORA))
    cancel_season_ticket(container, DORA, order.id)
    return order


def _disputed(container: Container, wire: StripeWire) -> Order:
    return buy(container, wire, buyer=DORA, card=DISPUTED)


def _wrong_sum(container: Container, wire: StripeWire) -> Order:
    order = _unpaid(container, wire)
    wire.standin.pay(order.checkout_session_id)
    completed = wire.events("checkout.session.completed")[0]
    completed["data"]["object"]["amount_total"] = 1
    receive(container, completed)
    return order


@pytest.mark.takes_turns
@pytest.mark.parametrize(
    ("unsettle", "says"),
    [
        (_unpaid, "cancel it in the chat"),
        (_given_back, "A refund of"),
        (_season, "season ticket that goes on"),
        (_disputed, "is disputed"),
        (_wrong_sum, "needs attention"),
    ],
)
def test_whoever_has_something_unsettled_is_not_erased(
    office: Container, stripe_wire: StripeWire, unsettle: Unsettle, says: str
) -> None:
    """The sentence names the order and what to do; nothing was changed."""
    order = unsettle(office, stripe_wire)
    before = everything(office)

    with pytest.raises(NotErasable, match=says) as caught:
        erase_buyer(office, DORA)

    assert order.id in str(caught.value)
    assert everything(office) == before
    assert b"Dora" in office.settings.tracker_file.read_bytes()


def test_a_message_that_is_on_its_way_is_waited_for(
    office: Container, stripe_wire: StripeWire
) -> None:
    """A worker that has it in hand would begin the conversation anew; after its lease all is well.

    What merely waits to be told goes with the buyer.
    """
    buy(office, stripe_wire, buyer=DORA)
    with office.database.begin() as conn:
        claimed = outbox.claim_due(conn, now=office.now(), lease=timedelta(), limit=50)
        assert len(claimed) == 1
    require_erasable(office, DORA)
    with office.database.begin() as conn:
        outbox.claim_due(conn, now=office.now(), lease=LEASE, limit=50)

    with pytest.raises(NotErasable, match="half a minute"):
        erase_buyer(office, DORA)


def test_a_dispute_is_over_after_120_days(
    office: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """A lost one stays `disputed` for good, and is no reason to keep a name for good."""
    _disputed(office, stripe_wire)
    clock.move(days=121)

    assert erase_buyer(office, DORA) == 1


def test_tickets_for_what_is_still_to_come_stay_valid(
    office: Container, stripe_wire: StripeWire
) -> None:
    """The order is paid under its number; who bought it is forgotten."""
    order = buy(office, stripe_wire, buyer=DORA)

    erase_buyer(office, DORA)

    kept = queries.any_order(office, order.id)
    assert (kept.status, kept.quantity, kept.buyer.is_erased) == (OrderStatus.PAID, 2, True)
    assert queries.orders_of(office, DORA) == []


def test_a_purchase_that_begins_while_stripe_is_asked_is_not_lost(
    office: Container, stripe_wire: StripeWire
) -> None:
    """It is looked again in the transaction that changes the name."""
    buy(office, stripe_wire, buyer=DORA)
    begun: list[Order] = []

    def begin(path: str) -> None:
        if "/v1/customers/" in path and not begun:
            begun.append(_unpaid(office, stripe_wire))

    stripe_wire.on_answer = begin
    with pytest.raises(NotErasable):
        erase_buyer(office, DORA)

    paid = pay(office, stripe_wire, begun[0])
    assert (paid.status, paid.buyer) == (OrderStatus.PAID, DORA)
    assert told(office, DORA)[-1] == "payment_confirmed"


def test_without_the_second_look_he_would_pay_and_never_be_told(
    office: Container, stripe_wire: StripeWire
) -> None:
    """The control: an open order under another name."""
    order = _unpaid(office, stripe_wire)
    with office.database.begin() as conn:
        personal_data.replace_buyer(conn, DORA, Buyer(ERASED, "erased_too_early"))

    assert pay(office, stripe_wire, order).status is OrderStatus.PAID
    assert told(office, DORA) == []


def test_who_has_canceled_everything_can_be_erased(
    office: Container, stripe_wire: StripeWire
) -> None:
    """What the sentence says helps."""
    order = _unpaid(office, stripe_wire)
    cancel_order(office, DORA, order.id)

    assert erase_buyer(office, DORA) == 1
