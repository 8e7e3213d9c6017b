"""The operators' desk: pages under ``/payments/admin/``, for people with an account.

``access`` lets in, ``rendering`` writes pages, the others are pages by topic. What the pages show
and do comes from the services that the API and the commands call.
"""

from __future__ import annotations

from sanic import Blueprint

from ticket_clerk.ticketing.container import Container

from . import account, catalog, door, orders, overview, own_questions, payments, shows
from .access import Desk


def add_routes(bp: Blueprint, container: Container) -> None:
    """Add the desk to the payments' blueprint; without ADMIN_PASSWORD_HASH there is none."""
    if not container.settings.admin_password_hash:
        return
    desk = Desk(bp, container)
    for pages in (account, overview, orders, payments, shows, catalog, own_questions, door):
        pages.add_routes(desk)
