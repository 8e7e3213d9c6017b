"""Crashes between payment and confirmation: the buyer is notified once."""

from __future__ import annotations

import aiohttp
import pytest

from tests.journeys.buyers import RestBuyer, SocketBuyer, pay
from tests.journeys.clerk import Clerk
from tests.waiting import wait_until

TWO_TICKETS = "I'd like to buy 2 tickets for the Lakers game"


def _is_notified_once(buyer: SocketBuyer, order_id: str) -> None:
    wait_until(lambda: buyer.confirmations(order_id), "the confirmation", 180)
    assert len(buyer.clerk.confirmations_in(buyer.sender_id, order_id)) == 1
    assert len(buyer.confirmations(order_id)) == 1


def test_rasa_killed_between_payment_and_confirmation(clerk: Clerk) -> None:
    """Rasa is dead while the money comes; back again, it knows the conversation and tells."""
    buyer = SocketBuyer(clerk)
    order_id, link = buyer.order_tickets(TWO_TICKETS, "the cheapest")
    clerk.kill("rasa")

    pay(link)

    wait_until(lambda: clerk.order(order_id)["status"] == "paid", "the order to be paid")
    clerk.revive("rasa")
    buyer.client.disconnect()
    buyer.connect()
    _is_notified_once(buyer, order_id)
    buyer.leave()


def test_the_action_server_killed_between_the_commit_and_the_push(clerk: Clerk) -> None:
    """Rasa is frozen, so the push hangs; the action server dies in it, and its successor tells."""
    buyer = SocketBuyer(clerk)
    order_id, link = buyer.order_tickets(TWO_TICKETS, "the cheapest")
    clerk.freeze("rasa")
    pay(link)
    wait_until(lambda: clerk.order(order_id)["status"] == "paid", "the order to be paid")

    clerk.kill("actions")
    clerk.thaw("rasa")
    clerk.revive("actions")

    _is_notified_once(buyer, order_id)
    buyer.leave()


def test_the_action_server_away_while_the_money_comes(clerk: Clerk) -> None:
    """Stripe delivers its webhook again; the buyer over REST is told with their next message."""
    buyer = RestBuyer(clerk)
    order_id, link = buyer.order_tickets(TWO_TICKETS, "the cheapest")
    clerk.kill("actions")
    # The page leads back to /payments/success, which is dead too.
    with pytest.raises(aiohttp.ClientConnectorError):
        pay(link)

    clerk.revive("actions")

    wait_until(lambda: clerk.order(order_id)["status"] == "paid", "the order to be paid", 180)
    assert order_id in buyer.say("so?")
    assert len(buyer.confirmations(order_id)) == 1


def test_a_buyer_who_is_away_is_told_when_they_come_back(clerk: Clerk) -> None:
    """socket.io forgets absent users; the outbox does not."""
    buyer = SocketBuyer(clerk)
    order_id, link = buyer.order_tickets(TWO_TICKETS, "the cheapest")
    buyer.leave()
    pay(link)
    wait_until(lambda: clerk.order(order_id)["status"] == "paid", "the order to be paid")

    buyer.connect()

    _is_notified_once(buyer, order_id)
    buyer.leave()
