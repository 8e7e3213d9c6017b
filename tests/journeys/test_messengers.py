"""Bought and confirmed on Slack and on Telegram, in the place where it was ordered."""

from __future__ import annotations

import pytest
import requests

from tests.channels.slack_double import SlackDouble
from tests.channels.telegram_double import TelegramDouble
from tests.journeys.buyers import DECLINED, LINK, ORDER, pay
from tests.journeys.clerk import Clerk, wait_until
from tests.journeys.messengers import MessengerBuyer, SlackBuyer, TelegramBuyer

TWO_TICKETS = "I'd like to buy 2 tickets for the Lakers game"
Buyers = tuple[MessengerBuyer, MessengerBuyer]


@pytest.fixture
def buyers(clerk: Clerk, slack: SlackDouble, telegram: TelegramDouble) -> Buyers:
    """Somebody new on each."""
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
    wait_until(lambda: buyer.confirmations(order_id), "the confirmation", 60)
    assert len(buyer.confirmations(order_id)) == 1
    said = buyer.clerk.said_to(buyer.sender_id)
    assert sum(order_id in text and "confirmed" in text for text in said) == 1


def test_bought_by_buttons_and_confirmed_in_place(clerk: Clerk, buyers: Buyers) -> None:
    """After a decline, which is told there too with a way to pay; whatever is said meanwhile."""
    for buyer in buyers:
        order_id, link = _order(buyer)
        pay(link, DECLINED)
        wait_until(lambda b=buyer: "declined" in b.heard[-1], "the decline")
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
    heard = list(slack.heard)

    for wish in ("where is my order {}", "cancel {}", "refund {}"):
        answer = telegram.say(wish.format(order_id))
        assert order_id not in answer
        assert "cs_" not in answer

    assert slack.heard == heard
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


def _turns(buyer: MessengerBuyer) -> int:
    events = buyer.clerk.tracker(buyer.sender_id)["events"]
    return sum(event["event"] == "user" for event in events)
