"""A place on the waiting list, taken and put into words."""

from __future__ import annotations

import asyncio

from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.purchase.state import Purchase, find_section, find_show
from ticket_clerk.flows.replies import LOCALE, Domain, line, section_values, show_values
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer, Catalog
from ticket_clerk.ticketing.domain.money import format_amount
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.waiting_list.waiting_list import join_waiting_list


async def join(
    container: Container,
    dispatcher: CollectingDispatcher,
    domain: Domain,
    buyer: Buyer,
    purchase: Purchase,
) -> None:
    """Put the buyer on the list for what he agreed to. Safe to repeat."""
    catalog = await asyncio.to_thread(queries.catalog, container)
    await asyncio.to_thread(
        join_waiting_list,
        container,
        buyer,
        show_id=str(purchase.show_id),
        section_id=purchase.section_id,
        quantity=int(purchase.quantity or 0),
    )
    values = waiting_values(domain, catalog, purchase)
    dispatcher.utter_message(response="utter_waiting", **values)


def waiting_values(domain: Domain, catalog: Catalog, purchase: Purchase) -> dict[str, object]:
    """What responses may say of a place on the list; of any section the cheapest is the price."""
    show = find_show(catalog, purchase.show_id)
    if show is None:
        return {"quantity": purchase.quantity, "show": "", "section": "", "date": ""}
    quantity = purchase.quantity or 0
    section = find_section(show, purchase.section_id)
    cheapest = section or show.sections[0]
    values = {
        **show_values(show),
        **section_values(cheapest, show.currency),
        "quantity": quantity,
        "total": format_amount(cheapest.unit_amount * quantity, show.currency, LOCALE),
    }
    if section is None:
        values["section"] = line(domain, "utter_line_any_section")
    return values
