"""Bought and confirmed on Slack and on Telegram, in the place where it was ordered."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from tests.channels.slack_double import SlackDouble
from tests.channels.telegram_double import TelegramDouble
from tests.journeys.buyers import DECLINED, LINK, ORDER, look, pay
from tests.journeys.clerk import Clerk
from tests.journeys.messengers import MessengerBuyer, SlackBuyer, TelegramBuyer
from tests.journeys.standin import charge, refunds
from tests.waiting import wait_until

pytestmark = pytest.mark.sqlite_only

TWO_TICKETS = "I'd like to buy 2 tickets for the Lakers game"
# https://core.telegram.org/bots/api#precheckoutquery
TELEGRAM_WAITS_S = 10
Buyers = tuple[MessengerBuyer, MessengerBuyer]


@pytest.fixture
def buyers(clerk: Clerk, slack: SlackDouble, telegram: TelegramDouble) -> Buyers:
    """A new buyer on each messenger."""
    return SlackBuyer(clerk, slack), TelegramBuyer(clerk, telegram)


def _order(buyer: MessengerBuyer) -> tuple[str, str]:
    buyer.say(TWO_TICKETS)
    buyer.say("the cheapest")
    answer = buyer.press("Yes")
    order, link = ORDER.search(answer), LINK.search(answer)
    assert order, answer
    assert link, answer
    assert buyer.link_button() == link[0]
    return order[0], link[0]


def _is_confirmed_once(buyer: MessengerBuyer, order_id: str) -> None:
    wait_until(lambda: buyer.confirmations(order_id), "the confirmation", 180)
    assert len(buyer.clerk.confirmations_in(buyer.sender_id, order_id)) == 1
    assert len(buyer.confirmations(order_id)) == 1


def test_bought_by_buttons_and_confirmed_in_place(clerk: Clerk, buyers: Buyers) -> None:
    """After a decline, which is told there too with a way to pay; whatever is said meanwhile."""
    for buyer in buyers:
        order_id, link = _order(buyer)
        pay(link, DECLINED)
        wait_until(lambda b=buyer: "declined" in b.received[-1], "the decline")
        assert buyer.link_button() == link
        pay(link)
        buyer.say("what's on?")
        _is_confirmed_once(buyer, order_id)
        order = clerk.order(order_id)
        assert (order["status"], order["sender_id"]) == ("paid", buyer.sender_id)


def test_anothers_order_number_opens_nothing(clerk: Clerk, buyers: Buyers) -> None:
    """Not on the other messenger either; and the other's thread stays silent."""
    slack, telegram = buyers
    order_id, _link = _order(slack)
    received = list(slack.received)

    for wish in ("where is my order {}", "cancel {}", "refund {}"):
        answer = telegram.say(wish.format(order_id))
        assert order_id not in answer
        assert "cs_" not in answer

    assert slack.received == received
    assert clerk.order(order_id)["status"] == "open"


def test_a_restart_between_order_and_payment_loses_nothing_and_repeats_nothing(
    clerk: Clerk, buyers: Buyers
) -> None:
    """The place is in the order; what was handled stays handled, what was not comes again."""
    orders = [_order(buyer) for buyer in buyers]
    handled = [buyer.send("what's on?") for buyer in buyers]
    for buyer in buyers:
        buyer.answer(0)
    clerk.kill("rasa")
    for (_order_id, link), buyer in zip(orders, buyers, strict=True):
        pay(link)
        with pytest.raises(requests.ConnectionError):
            buyer.send("what's on?")
    clerk.revive("rasa")

    for (order_id, _link), buyer, sent in zip(orders, buyers, handled, strict=True):
        _is_confirmed_once(buyer, order_id)
        turns = _turns(buyer)
        buyer.send_again(sent)
        buyer.say("thanks")
        assert _turns(buyer) == turns + 1


def test_paid_in_telegram_itself(clerk: Clerk, telegram: TelegramDouble, buyers: Buyers) -> None:
    """Asked before the money moves, settled once however often it is told, confirmed in place."""
    buyer = buyers[1]
    order_id, link = _order(buyer)
    [invoice] = telegram.called("sendInvoice", buyer.person.chat)
    assert sum(price["amount"] for price in invoice["prices"]) == 40000
    assert _answer(telegram, buyer.person.check_out(invoice))["ok"]
    update = buyer.person.paid(invoice)

    for _ in range(3):
        assert buyer.person.send(update).status_code == 200

    _is_confirmed_once(buyer, order_id)
    assert clerk.order(order_id)["status"] == "paid"
    assert not look(link).forms
    assert not _answer(telegram, buyer.person.check_out(invoice))["ok"]


def test_paid_in_telegram_and_given_back_in_the_chat(
    clerk: Clerk, telegram: TelegramDouble, buyers: Buyers
) -> None:
    """With Stripe as Telegram's provider: the charge is the merchant's own and goes back."""
    buyer = buyers[1]
    order_id, _link = _order(buyer)
    [invoice] = telegram.called("sendInvoice", buyer.person.chat)
    charge_id = charge(clerk, 40000)
    update = buyer.person.paid(invoice, provider_payment_charge_id=charge_id)
    assert buyer.person.send(update).status_code == 200
    _is_confirmed_once(buyer, order_id)

    assert "$200.00" in buyer.say("refund one ticket")
    assert "refunded" in buyer.say("yes")
    assert refunds(clerk, charge=charge_id) == [20000]
    assert "$200.00" in buyer.say("refund my tickets")
    buyer.say("yes")
    assert refunds(clerk, charge=charge_id) == [20000, 20000]
    assert clerk.order(order_id)["status"] == "refunded"


def test_paid_on_both_ways_the_second_goes_back_and_is_told_once(
    clerk: Clerk, telegram: TelegramDouble, buyers: Buyers
) -> None:
    """Somebody who pressed Pay in Telegram before they paid on Stripe's page."""
    buyer = buyers[1]
    order_id, link = _order(buyer)
    [invoice] = telegram.called("sendInvoice", buyer.person.chat)
    charge_id = charge(clerk, 40000)
    update = buyer.person.paid(invoice, provider_payment_charge_id=charge_id)
    pay(link)
    _is_confirmed_once(buyer, order_id)
    for _ in range(2):
        assert buyer.person.send(update).status_code == 200

    wait_until(lambda: refunds(clerk, charge=charge_id), "the money", 180)
    wait_until(lambda: "paid twice" in buyer.received[-1], "the news", 180)
    buyer.say("thanks")
    assert refunds(clerk, charge=charge_id) == [40000]
    assert sum("paid twice" in text for text in buyer.received) == 1
    assert clerk.order(order_id)["status"] == "paid"


def test_paid_in_telegram_while_stripe_is_away(
    clerk: Clerk, telegram: TelegramDouble, buyers: Buyers
) -> None:
    """The order is paid at once; Telegram tells again until the page is closed, too."""
    buyer = buyers[1]
    order_id, link = _order(buyer)
    [invoice] = telegram.called("sendInvoice", buyer.person.chat)
    update = buyer.person.paid(invoice)
    clerk.kill("stand-in")
    try:
        assert buyer.person.send(update).status_code == 503
        _is_confirmed_once(buyer, order_id)
    finally:
        clerk.revive("stand-in")

    assert buyer.person.send(update).status_code == 200
    assert not look(link).forms
    _is_confirmed_once(buyer, order_id)


def test_an_invoice_is_paid_by_its_buyer_and_as_it_is(
    clerk: Clerk, telegram: TelegramDouble, buyers: Buyers
) -> None:
    """Nobody else, no other sum, no other order; each refusal says why, within Telegram's time."""
    buyer = buyers[1]
    stranger = TelegramBuyer(clerk, telegram)
    _order(buyer)
    [invoice] = telegram.called("sendInvoice", buyer.person.chat)
    forged = invoice["payload"].replace("ord_", "ord_x")
    began = time.monotonic()
    refused = [
        stranger.person.check_out(invoice),
        buyer.person.check_out(invoice, total_amount=1),
        buyer.person.check_out(invoice, currency="EUR"),
        buyer.person.check_out(invoice, invoice_payload=forged),
        buyer.person.check_out(invoice, invoice_payload=_number_of(invoice)),
    ]
    took = time.monotonic() - began

    answers = [_answer(telegram, query_id) for query_id in refused]
    assert not any(answer["ok"] for answer in answers)
    assert "somebody else" in answers[0]["error_message"]
    assert took < TELEGRAM_WAITS_S * len(refused)
    for words in ("cancel my order", "yes"):
        buyer.say(words)
    assert not _answer(telegram, buyer.person.check_out(invoice))["ok"]


def _answer(telegram: TelegramDouble, query_id: str) -> dict[str, Any]:
    answers = telegram.called("answerPreCheckoutQuery")
    [answer] = [a for a in answers if a["pre_checkout_query_id"] == query_id]
    return answer


def _number_of(invoice: dict[str, Any]) -> str:
    """The order's number without its signature."""
    return str(invoice["payload"]).partition(".")[0]


def _turns(buyer: MessengerBuyer) -> int:
    events = buyer.clerk.tracker(buyer.sender_id)["events"]
    return sum(event["event"] == "user" for event in events)
