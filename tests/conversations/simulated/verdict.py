"""Verdict on a simulated conversation, by the resulting orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from tests.conversations.simulated.afterwards import expected_better
from tests.conversations.simulated.goals import REFUSED, Goal
from tests.conversations.simulated.market import Request

PAID = {"paid", "partially_refunded", "refunded", "processing", "disputed", "needs_attention"}


@dataclass(frozen=True)
class Verdict:
    """Outcome of a conversation. ``is_wrong`` means a paid order that the buyer never wanted.

    ``unwanted`` orders were made without the buyer's yes to them, and ``left_open`` are neither
    paid nor canceled; neither has cost anything yet.
    """

    goal: Goal
    turns: int
    problem: str = ""
    is_wrong: bool = False
    unwanted: int = 0
    left_open: int = 0
    transcript: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Return whether the buyer has exactly the goal, or was correctly refused."""
        return not self.problem


def judge(goal: Goal, orders: list[dict[str, Any]]) -> str:
    """Say what is not as the goal wants it; nothing if all is."""
    paid = [order for order in orders if order["status"] in PAID]
    if goal.kind in REFUSED or goal.kind == "cancel":
        waiting = [order for order in orders if order["status"] == "open"]
        return "an order is left" if paid or waiting else ""
    bought = [order for order in paid if order["kind"] != "upgrade"]
    if not bought:
        return "nothing was bought"
    if is_wrong(goal, orders):
        return "another order than the wished one is paid"
    order = bought[0]
    back = goal.back * goal.request.section.price
    if Decimal(str(order["amount_refunded"])) != back:
        return f"{order['amount_refunded']} paid back instead of {back}"
    if goal.better and not any(order["kind"] == "upgrade" for order in paid):
        return "the better seats were not bought"
    return ""


def is_wrong(goal: Goal, orders: list[dict[str, Any]]) -> bool:
    """Return whether any paid order is not the goal's, or one too many."""
    paid = [order for order in orders if order["status"] in PAID]
    requests = [] if goal.kind in REFUSED or goal.kind == "cancel" else [goal.request]
    if goal.better:
        # The first order is in the better section then, for the money that was paid for it.
        moved = replace(goal.request.section, id=goal.better.id)
        is_moved = any(order["kind"] == "upgrade" for order in paid)
        first = replace(goal.request, section=moved) if is_moved else goal.request
        requests = [first, expected_better(goal)]
    for order in paid:
        fitting = [request for request in requests if _fits(order, request)]
        if not fitting:
            return True
        requests.remove(fitting[0])
    return False


def _fits(order: dict[str, Any], request: Request) -> bool:
    return (
        order["show_id"] in {request.show.id, None}
        and (order["section_id"] or "") == request.section.id
        and order["quantity"] == request.quantity
        and Decimal(str(order["amount_total"])) == request.total
    )
