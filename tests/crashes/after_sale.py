"""Steps of the stories after a sale: better seats, a season ticket, seats that come back, another
order. What was there before a story begins is made without the server, which takes no time.
"""

from __future__ import annotations

from tests.crashes.action_server import Died
from tests.crashes.story import ANN, Story
from tests.journeys.clerk import wait_until
from tests.ticketing.purchases import pay
from tests.ticketing.ticket_desk import code, tickets
from ticket_clerk.ticketing.database.tables import inventory, outbox
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.orders import checkout, queries
from ticket_clerk.ticketing.subscriptions import season_tickets

_SHOW = "lakers-warriors"


def own_two(story: Story) -> None:
    """Have two tickets in section 101 since long."""
    _own(story, _order(story))


def own_season(story: Story) -> None:
    """Have a season ticket since long."""
    _own(
        story,
        season_tickets.start_season_ticket(story.container, ANN, season_ticket_id="lakers-season"),
    )


def order_two(story: Story) -> None:
    """Have the link for two tickets in section 101."""
    _order(story)


def be_too_late(story: Story) -> None:
    """Find section 101 sold out."""
    with story.container.database.begin() as conn:
        inventory.take_seats(conn, show_id=_SHOW, section_id="101", quantity=40, is_sale=True)


def upgrade(story: Story) -> None:
    """Say yes to section 201 for the difference."""
    wanted = {"upgrade_section": "201", "confirm_upgrade": True}
    _agree(story, "action_start_upgrade", upgrade_order=_first(story).id, **wanted)


def subscribe(story: Story) -> None:
    """Say yes to a season ticket."""
    wanted = {"season_ticket": "lakers-season", "confirm_season": True}
    _agree(story, "action_start_season", **wanted)


def end_season(story: Story) -> None:
    """Say yes to the end of the season ticket."""
    _agree(story, "action_end_season", season_order=_first(story).id, confirm_season_end=True)


def join_the_list(story: Story) -> None:
    """Say yes to a place on the waiting list, for two tickets in section 101."""
    _buy(story, section="101", is_waiting=True)


def have_seats_come_back(story: Story) -> None:
    """Have somebody else return two tickets; wait until they are held for Ann."""
    with story.container.database.begin() as conn:
        inventory.return_seats(conn, show_id=_SHOW, section_id="101", quantity=2)
    be_served(story)


def be_served(story: Story) -> None:
    """Wait until the seats are held for Ann."""
    wait_until(
        lambda: queries.orders_of(story.container, ANN) or not story.server.is_alive(),
        "the seats to be held",
    )
    if not story.server.is_alive():
        raise Died


def change_section(story: Story) -> None:
    """Say yes to two tickets in section 201 instead of those that are not paid."""
    _buy(story, section="201", replaces_order=_first(story).id)


def come_in(story: Story) -> None:
    """Show the first ticket at a door, which asks again under the same key if it must."""
    ticket = tickets(story.container, _first(story))[0]
    answer = story.server.post(
        "/payments/tickets/check",
        json={"code": code(story.container, ticket), "redeem": True},
        headers={
            "Authorization": f"Bearer {story.container.settings.payments_api_token}",
            "Idempotency-Key": "door-1",
        },
    )
    story.let_in += answer.json()["redeemed"]


def _buy(story: Story, **wanted: object) -> None:
    wanted = {"show": _SHOW, "quantity": 2, "confirm_order": True, **wanted}
    _agree(story, "action_start_checkout", **wanted)


def _agree(story: Story, action: str, **slots: object) -> None:
    story.rasa.say("yes", "affirm", action, **slots)


def _first(story: Story) -> Order:
    return queries.orders_of(story.container, ANN)[-1]


def _order(story: Story) -> Order:
    return checkout.start_checkout(
        story.container, ANN, show_id=_SHOW, section_id="101", quantity=2
    )


def _own(story: Story, order: Order) -> None:
    pay(story.container, story.wire, order)
    unread = [message.id for message, _ in queries.unread_messages(story.container, ANN)]
    with story.container.database.begin() as conn:
        outbox.mark_delivered(conn, unread, now=story.container.now())
