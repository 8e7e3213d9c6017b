"""Steps of the stories after a sale: better seats, a season ticket, seats that come back, another
order. What was there before a story begins is made without the server, which takes no time.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from tests.crashes.action_server import Died
from tests.crashes.story import ANN, Story
from tests.http.desk import ADMIN_HASH, PASSWORD
from tests.ticketing.purchases import pay
from tests.ticketing.ticket_desk import code, tickets
from tests.waiting import wait_until
from ticket_clerk.http.desk.cookies import SessionCookies
from ticket_clerk.ticketing.database.tables import inventory, outbox
from ticket_clerk.ticketing.desk import accounts, sessions
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.domain.operators import Role
from ticket_clerk.ticketing.orders import checkout, queries
from ticket_clerk.ticketing.show_changes import find_show
from ticket_clerk.ticketing.subscriptions import season_tickets
from ticket_clerk.ticketing.waiting_list import join_waiting_list, waits_of

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


def wait_for_more(story: Story) -> None:
    """Have a place on the show's waiting list, too, with the section sold out."""
    with story.container.database.begin() as conn:
        inventory.take_seats(conn, show_id=_SHOW, section_id="101", quantity=38, is_sale=True)
    join_waiting_list(story.container, ANN, show_id=_SHOW, section_id="101", quantity=8)


def see_it_called_off(story: Story) -> None:
    """Have the shop call the show off."""
    token = story.container.settings.payments_api_token
    headers = {"Authorization": f"Bearer {token}"}
    story.server.post(f"/payments/shows/{_SHOW}/call-off", headers=headers)


def see_it_moved(story: Story) -> None:
    """Have the shop move the show by a day, without a fee for whoever can't come."""
    token = story.container.settings.payments_api_token
    show = find_show(story.container, _SHOW)
    to = {"starts_at": "2031-01-16T19:30:00-08:00", "refund_until": "2031-01-10T00:00:00-08:00"}
    assert show.starts_at.year == 2031
    headers = {"Authorization": f"Bearer {token}"}
    story.server.post(f"/payments/shows/{_SHOW}/move", json=to, headers=headers)


def be_told_of_it(story: Story) -> None:
    """Wait until the worker has dealt with the order."""
    wait_until(
        lambda: _first(story).show_change or not story.server.is_alive(), "the order to be moved"
    )
    if not story.server.is_alive():
        raise Died


def come_to_the_eve(story: Story) -> None:
    """Let time go by until twenty hours before the show."""
    left = find_show(story.container, _SHOW).starts_at - story.container.now()
    if left > timedelta(days=1):
        story.move_clock(left - timedelta(hours=20))
    story.restart()


def be_reminded(story: Story) -> None:
    """Wait until Ann has been told of something."""
    wait_until(lambda: story.rasa.notices() or not story.server.is_alive(), "the reminder")
    if not story.server.is_alive():
        raise Died


def be_refunded(story: Story) -> None:
    """Wait until the money is back, and nothing of it is left to be dealt with."""
    wait_until(
        lambda: (
            _first(story).status is OrderStatus.REFUNDED
            and not waits_of(story.container, ANN)
            or not story.server.is_alive()
        ),
        "the money to be back",
    )
    if not story.server.is_alive():
        raise Died


def change_section(story: Story) -> None:
    """Say yes to two tickets in section 201 instead of those that are not paid."""
    _buy(story, section="201", replaces_order=_first(story).id)


def meet_a_host_that_takes_no_orders(story: Story) -> None:
    """Find the host's shows, and a host that neither reserves nor releases."""
    assert story.host
    story.host.lose_reservations()


def meet_it_again(story: Story) -> None:
    """Find it well."""
    assert story.host
    story.host.lose_reservations(is_found=True)
    story.read()


def find_better_seats_gone(story: Story) -> None:
    """Have section 201 go to others at the host, which the clerk can't see before it asks."""
    assert story.host
    story.host.let_another_have("201")


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


def keep_the_door(story: Story) -> None:
    """Have a phone that is logged in at the desk."""
    accounts.add_account(story.container, "kim", Role.ACT, PASSWORD)
    story.door_token = str(sessions.log_in(story.container, "kim", PASSWORD))


def report_offline(story: Story) -> None:
    """Report the first ticket, which two phones let in without a line; again if need be."""
    ticket = tickets(story.container, _first(story))[0]
    seen = {"code": code(story.container, ticket), "at": "2026-01-01T00:00:00Z"}
    entries = [{**seen, "key": key * 16} for key in "ab"]
    answer = story.server.post(
        f"/payments/admin/door/{_SHOW}/report",
        data={
            "token": sessions.form_token(story.door_token),
            "report": json.dumps({"device": "door-1", "entries": entries}),
        },
        cookies={"clerk_desk": _cookie(story)},
        allow_redirects=False,
    )
    story.let_in += sum(result["redeemed"] for result in answer.json()["results"])


def _cookie(story: Story) -> str:
    """Sign the phone's session as the server does, which alone has a desk."""
    settings = replace(story.container.settings, admin_password_hash=ADMIN_HASH)
    return SessionCookies(replace(story.container, settings=settings)).write(story.door_token)


def choose_the_first(story: Story) -> None:
    """Mean the first ticket, whatever comes to be in its place."""
    story.ticket_id = tickets(story.container, _first(story))[0].id


def have_it_replaced(story: Story) -> None:
    """Have the shop replace the ticket, which asks again under the same key if it must."""
    token = story.container.settings.payments_api_token
    story.server.post(
        f"/payments/tickets/{story.ticket_id}/replace",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "stolen-1"},
    )


def give_it_away(story: Story) -> None:
    """Say yes to giving the ticket to a friend."""
    wanted = {"transfer_holder": "Anna Smith", "confirm_transfer": True}
    _agree(story, "action_transfer_ticket", transfer_ticket=story.ticket_id, **wanted)


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
