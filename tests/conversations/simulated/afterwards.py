"""Follow-up goals of simulated buyers: cancellation, refund or upgrade."""

from __future__ import annotations

from tests.conversations.simulated.buyer import GaveUpError, SimulatedBuyer
from tests.conversations.simulated.goals import Goal
from tests.conversations.simulated.market import Request
from tests.conversations.simulated.reading import Answer
from tests.conversations.simulated.voice import money

TRIES = 4


def go_on(buyer: SimulatedBuyer, order_id: str | None) -> None:
    """Do what comes after the purchase; raises GaveUpError where it cannot be done."""
    stories = {"cancel": _cancel, "refund": _give_back, "upgrade": _move}
    if order_id and buyer.goal.kind in stories:
        stories[buyer.goal.kind](buyer, order_id)


def expected_better(goal: Goal) -> Request:
    """Return an upgrade as a request whose section costs the difference."""
    assert goal.better
    difference = goal.better.price - goal.request.section.price
    better = type(goal.better)(goal.better.id, goal.better.name, difference)
    return Request(goal.request.show, better, goal.request.quantity)


def _cancel(buyer: SimulatedBuyer, order_id: str) -> None:
    answer = buyer.say(buyer.voice.say("cancel", buyer.request))
    for _ in range(TRIES):
        if "is canceled" in answer.text and order_id in answer.text:
            return
        is_asked = "like to cancel" in answer.text
        situation = "cancel yes" if is_asked else "undo"
        answer = buyer.say(buyer.voice.plainly(situation, buyer.request))
    raise GaveUpError("the order could not be canceled")


def _give_back(buyer: SimulatedBuyer, order_id: str) -> None:
    goal = buyer.goal
    is_all = goal.back == goal.request.quantity
    situation = "refund all" if is_all else "refund some"
    answer = buyer.say(buyer.voice.say(situation, goal.request))
    amount = money(goal.back * goal.request.section.price)
    for _ in range(TRIES):
        if f"{goal.back} ×" in answer.text and amount in answer.text and order_id in answer.text:
            buyer.say(buyer.voice.say("refund yes", goal.request))
            buyer.chat.wait_until_order(order_id, "refunded", "partially_refunded")
            return
        is_how_many = "quantity" if answer.step == "quantity" else situation
        request = Request(goal.request.show, goal.request.section, goal.back)
        answer = buyer.say(buyer.voice.plainly(is_how_many, request))
    raise GaveUpError("the tickets could not be given back")


def _move(buyer: SimulatedBuyer, order_id: str) -> None:
    goal = buyer.goal
    assert goal.better
    there = Request(goal.request.show, goal.better, goal.request.quantity)
    answer = buyer.say(buyer.voice.say("upgrade", there))
    for _ in range(TRIES):
        if _is_as_wished(answer, goal):
            answer = buyer.say(buyer.voice.say("agree", there))
            if answer.step != "link":
                raise GaveUpError("no link for the better seats")
            number, link = answer.link()
            buyer.pay(number, link)
            return
        answer = buyer.say(buyer.voice.plainly("upgrade section", there))
    raise GaveUpError(f"no better seats for {order_id}")


def _is_as_wished(answer: Answer, goal: Goal) -> bool:
    """Return whether the summary names the better section and its price difference."""
    request = expected_better(goal)
    parts = (f"{request.quantity} ×", request.section.name, f"{money(request.total)} in total")
    return answer.step == "summary" and all(part in answer.text for part in parts)
