"""A season ticket from the first word to its end, with renewals and Stripe failing in between."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.journeys.buyers import CARD, LINK, ORDER, SocketBuyer, look, pay
from tests.journeys.clerk import Clerk
from tests.journeys.standin import later, lost_answers, sessions

WISH = "I want the Lakers season ticket"
DECLINED_AT_RENEWAL = "4000 0000 0000 0341"
A_YEAR = timedelta(days=366)
INVOICE_PAGE = re.compile(r"https?://\S*/i/in_\w+")


def _begin(buyer: SocketBuyer, *wishes: str) -> tuple[str, str]:
    return buyer.order_tickets(*(wishes or (WISH,)))


def _subscribe(buyer: SocketBuyer, card: str = CARD["card_number"]) -> str:
    """Buy a season ticket; returns the order's number."""
    order_id, link = _begin(buyer)
    pay(link, card)
    buyer.receives_once(order_id, "confirmed")
    return order_id


def test_price_and_renewal_are_read_first_and_the_payment_is_confirmed(
    clerk: Clerk, socket_buyer: SocketBuyer
) -> None:
    """What, how many, how much, how often; nothing is made before the yes."""
    before = len(clerk.orders())
    summary = socket_buyer.say(WISH)
    for part in ("1 × Lakers season ticket", "$1,500.00 in total", "every year", "until you end"):
        assert part in summary
    assert len(clerk.orders()) == before
    order = ORDER.search(socket_buyer.say("yes"))
    assert order
    waiting = socket_buyer.say("is my season ticket active?")
    assert "waiting for your payment" in waiting

    pay(LINK.findall(waiting)[0])

    socket_buyer.receives_once(order[0], "confirmed")
    assert clerk.order(order[0])["status"] == "paid"
    assert "is active and paid until" in socket_buyer.say("is my season ticket active?")
    assert order[0] in socket_buyer.say(WISH)


def test_a_no_orders_nothing(clerk: Clerk, socket_buyer: SocketBuyer) -> None:
    """And a question before it changes nothing."""
    before = len(clerk.orders())
    socket_buyer.say(WISH)
    assert "at any time" in socket_buyer.say("can I cancel any time?")

    assert "no new season ticket" in socket_buyer.say("no thanks")
    assert len(clerk.orders()) == before


def test_a_change_of_mind_orders_what_was_said_last_and_closes_the_page(
    clerk: Clerk, socket_buyer: SocketBuyer
) -> None:
    """One, two after all, and then none."""
    order_id, link = _begin(socket_buyer, WISH, "make it two")
    assert clerk.order(order_id)["amount_total"] == 3000

    assert order_id in socket_buyer.say("cancel my season ticket")
    assert "Nothing was charged" in socket_buyer.say("yes")
    assert clerk.order(order_id)["status"] == "canceled"
    assert not any("card_number" in form.fields for form in look(link).forms)


def test_a_link_that_was_lost_is_had_by_asking_and_is_the_same(
    clerk: Clerk, socket_buyer: SocketBuyer
) -> None:
    """Stripe made the page and the answer was lost: one page, one subscription."""
    socket_buyer.say(WISH)
    with lost_answers(clerk, "/v1/checkout/sessions"):
        assert "doesn't answer" in socket_buyer.say("yes")

    answer = socket_buyer.say("send me the link")

    order_id = ORDER.findall(answer)[0]
    assert len(sessions(clerk, order_id)) == 1
    pay(LINK.findall(answer)[0])
    socket_buyer.receives_once(order_id, "confirmed")


def test_a_year_later_it_is_renewed_and_told_once(clerk: Clerk, socket_buyer: SocketBuyer) -> None:
    """Nobody has to do anything."""
    order_id = _subscribe(socket_buyer)

    with later(clerk, A_YEAR):
        news = socket_buyer.receives_once(order_id, "renewed until")

    assert "$1,500.00" in news
    until = news.split("until ")[1].split(":")[0]
    assert until in socket_buyer.say("when does my season ticket renew?")


def test_a_renewal_that_fails_is_told_with_the_page_that_mends_it(
    clerk: Clerk, socket_buyer: SocketBuyer
) -> None:
    """The link is in the chat, now and when asked; paying there keeps the ticket."""
    order_id = _subscribe(socket_buyer, DECLINED_AT_RENEWAL)

    with later(clerk, A_YEAR):
        news = socket_buyer.receives_once(order_id, "failed", "$1,500.00")
        page = INVOICE_PAGE.findall(news)
        assert page
        assert page[0] in socket_buyer.say("is my season ticket active?")

        pay(page[0])

        socket_buyer.receives_once(order_id, "renewed until")
    assert "is active" in socket_buyer.say("is my season ticket active?")


def test_it_ends_with_the_time_that_is_paid(clerk: Clerk, socket_buyer: SocketBuyer) -> None:
    """A no keeps it; a yes is told once, at once, and its end when it comes."""
    order_id = _subscribe(socket_buyer)
    assert "nothing is refunded" in socket_buyer.say("cancel my season ticket")
    assert "goes on" in socket_buyer.say("no")
    socket_buyer.say("cancel my season ticket")
    assert "nothing is refunded" in socket_buyer.say("what happens to the money?")

    socket_buyer.say("yes")

    socket_buyer.receives_once(order_id, "ends on", "isn't charged again")
    assert "ends then" in socket_buyer.say("is my season ticket active?")
    with later(clerk, A_YEAR):
        socket_buyer.receives_once(order_id, "has ended")
    assert clerk.order(order_id)["amount_total"] == 1500


def test_an_end_of_which_the_answer_was_lost_is_told_when_it_is_known(
    clerk: Clerk, socket_buyer: SocketBuyer
) -> None:
    """The wish is noted, done once, and told once."""
    order_id = _subscribe(socket_buyer)
    socket_buyer.say("cancel my season ticket")

    with lost_answers(clerk, "/v1/subscriptions"):
        assert "noted" in socket_buyer.say("yes")

    socket_buyer.receives_once(order_id, "ends on", "isn't charged again")
    assert "ends then" in socket_buyer.say("is my season ticket active?")
