"""The operators' desk: pages under ``/payments/admin/``, for people with an account.

``access`` lets in, ``rendering`` writes pages, the others are pages by topic. What the pages show
and do comes from the services that the API and the commands call.
"""

from __future__ import annotations

from sanic import Blueprint

from ticket_clerk.ticketing.container import Container

from . import (
    account,
    box_office,
    catalog,
    disputes,
    door,
    handoffs,
    orders,
    overview,
    own_questions,
    refunds,
    review,
    shows,
)
from .access import Desk


def add_routes(bp: Blueprint, container: Container) -> None:
    """Add the desk to the payments' blueprint; without ADMIN_PASSWORD_HASH there is none."""
    if not container.settings.admin_password_hash:
        return
    desk = Desk(bp, container)
    account.add_routes(desk)
    overview.add_routes(desk)
    orders.add_routes(desk)
    refunds.add_routes(desk)
    shows.add_routes(desk)
    catalog.add_routes(desk)
    own_questions.add_routes(desk)
    box_office.add_routes(desk)
    door.add_routes(desk)
    review.add_routes(desk)
    disputes.add_routes(desk)
    handoffs.add_routes(desk)
