"""What a buyer, Stripe and Rasa do in a story, with an action server that may die at any moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from tests.conftest import SHOWS, WEBHOOK_SECRET
from tests.crashes.action_server import ActionServer, Died
from tests.crashes.fake_rasa import FakeRasa
from tests.crashes.host import Host
from tests.crashes.http_server import Answer, serve_http
from tests.http.desk import ADMIN_HASH
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire, sign
from tests.ticketing.purchases import balance, seats
from tests.ticketing.ticket_desk import worth
from tests.waiting import wait_until
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import (
    host_reservations,
    inventory,
    outbox,
    subscriptions,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.events.webhooks import HANDLERS
from ticket_clerk.ticketing.failpoints import Failpoint
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.tickets.queries import tickets_of

ANN = Buyer("socketio", "ann")
# Events that do something to an order.
_TELLING = HANDLERS.keys() - {"payment_intent.succeeded"}
DECLINED = "4000000000000002"
# Leases and the patience with who still waits for Stripe are over (delivery.py, refund_calls.py).
PATIENCE_S = 31


@dataclass(frozen=True)
class Outcome:
    """All that there is of a story when it has come to rest; amounts in cents."""

    # Statuses, the oldest order's first.
    orders: tuple[str, ...]
    # Held and sold in section 101.
    seats: tuple[int, int]
    sessions: tuple[str, ...]
    charged: tuple[int, ...]
    told: tuple[str, ...]
    refunded: tuple[int, ...] = ()
    # The same in section 201, which is dearer.
    better: tuple[int, int] = (0, 0)
    # The same of the team scarves, an extra of the show.
    scarves: tuple[int, int] = (0, 0)
    # What Ann's tickets are worth, the oldest order's first.
    tickets: tuple[str, ...] = ()
    # How often the door told her to come in.
    let_in: int = 0
    # What the door's acts say, by kind.
    acts: tuple[str, ...] = ()
    # What Ann's season ticket is.
    season: tuple[str, ...] = ()
    # Seats that a host which keeps them has set aside in sections 101 and 201.
    at_host: tuple[int, ...] = ()
    # How many promises are not kept, and events not done.
    waiting: int = 0
    # By how much our ledger differs from Stripe's balance.
    difference: int = 0


@dataclass(frozen=True)
class Scenario:
    """The steps of a story and its end; ``then`` are those after a crash, if not the rest.

    ``given`` is taken before anything runs, and never cut off.
    """

    steps: Sequence[Callable[[Story], None]]
    end: Outcome
    then: Sequence[Callable[[Story], None]] | None = None
    given: Sequence[Callable[[Story], None]] = ()
    # Whether a host keeps the seats itself.
    has_host: bool = False


class Story:
    """Ann buys two tickets in section 101. Each step may be taken again, as people would.

    What she does with them then is in after_sale.py.
    """

    def __init__(
        self,
        container: Container,
        wire: StripeWire,
        clock: MovableClock,
        server: ActionServer,
        rasa: FakeRasa,
        host: Host | None = None,
    ) -> None:
        """Nothing has happened yet, and nothing runs."""
        self.host = host
        self.server, self.rasa = server, rasa
        self.container, self.wire, self._clock = container, wire, clock
        self._crash_at: Failpoint | None = None
        self.let_in = 0
        # The login of the phone that keeps the door.
        self.door_token = ""
        # The ticket whose link was stolen, or that is given away.
        self.ticket_id = ""

    def play(self, scenario: Scenario, crash_at: Failpoint) -> None:
        """Take the steps until the server dies at the point; then start it again and go on with
        the step that was cut off, unless the scenario has other steps. At last Stripe delivers
        everything once more.
        """
        for step in scenario.given:
            step(self)
        self._crash_at, left = crash_at, list(scenario.steps)
        self._start()
        with suppress(Died):
            while left:
                left[0](self)
                left.pop(0)
        wait_until(lambda: not self.server.is_alive(), f"the death at {crash_at.value}")
        assert self.server.was_killed(), self.server.log()
        self._crash_at = None
        self._clock.move(seconds=PATIENCE_S)
        self._start()
        for step in left if scenario.then is None else scenario.then:
            step(self)
        self.receive_events()

    def agree(self, *, lines: Sequence[dict[str, Any]] = (), **extras: int) -> None:
        """Say yes to two tickets, and to what is bought beside them: how many, by id."""
        wanted = {"show": "lakers-warriors", "section": "101", "quantity": 2, "confirm_order": True}
        wanted["order_lines"] = list(lines)
        self.rasa.say("yes", "affirm", "action_start_checkout", **wanted, order_extras=extras)

    def agree_to_a_scarf(self) -> None:
        """Say yes to two tickets and one team scarf."""
        self.agree(scarf=1)

    def agree_to_two_lines(self) -> None:
        """Say yes to two tickets, and to one in the more expensive section in the same payment."""
        self.agree(lines=[{"show": "lakers-warriors", "section": "201", "quantity": 1}])

    def pay(self, card: str = "4242424242424242") -> None:
        """Use the link."""
        self.wire.standin.pay(str(self._order().checkout_session_id), card=card)

    def be_declined(self) -> None:
        """Use the link with a card that is no good."""
        self.pay(DECLINED)

    def receive_events(self) -> None:
        """Have Stripe deliver all its events."""
        # Stripe keeps no order. What has effects comes first, so that a point is reached in that.
        for event in sorted(self.wire.events(), key=lambda event: event["type"] not in _TELLING):
            payload = json.dumps(event).encode()
            headers = {"Stripe-Signature": sign(payload, WEBHOOK_SECRET)}
            self.server.post("/payments/webhook", data=payload, headers=headers)

    def read(self) -> None:
        """Wait until there is nothing more to be told."""
        wait_until(
            lambda: not self._waiting() or not self.server.is_alive(), "the messages to be told"
        )
        if not self.server.is_alive():
            raise Died

    def cancel(self) -> None:
        """Say that the order is not wanted any more, and yes to what goes."""
        self.rasa.say("cancel my order", "cancel_order", "action_respond")
        self.rasa.say("yes", "affirm", "action_respond")

    def ask(self) -> None:
        """Ask about the payment."""
        self.rasa.say("did my payment go through?", "show_orders", "action_respond")

    def return_one(self) -> None:
        """Say yes to the refund of one ticket."""
        self._give_back(1, "$200.00")

    def return_both(self) -> None:
        """Say yes to the refund of both tickets, with which the scarf goes back."""
        self._give_back(2, "$425.00")

    def return_a_line(self) -> None:
        """Say yes to the refund of the ticket of the further line."""
        self._give_back(1, "$350.00")

    def _give_back(self, quantity: int, amount: str) -> None:
        order = self._order()
        newest = tickets_of(self.container, order)[-quantity:]
        wanted = {"refund_order": order.id, "refund_quantity": quantity, "confirm_refund": True}
        quote = {
            "order_id": order.id,
            "quantity": quantity,
            "generation": 1,
            "amount": amount,
            "tickets": [ticket.id for ticket in newest],
            "numbers": [ticket.number for ticket in newest],
        }
        self.rasa.say("yes", "affirm", "action_refund", **wanted, refund_quote=quote)

    def restart(self) -> None:
        """Have the machine's power cut; the first pass of reconciliation follows."""
        self.server.kill()
        self._start()

    def move_clock(self, by: timedelta) -> None:
        """Let time go by, for the shop and for Stripe."""
        self._clock.move(seconds=by.total_seconds())

    def stay_away(self) -> None:
        """Let the time for paying go by, and the power be cut."""
        self._clock.move(minutes=50)
        self.restart()

    def lose_the_seats(self) -> None:
        """Have the order expire and others buy the whole section, with the money on its way."""
        order = self._order()
        with self.container.database.begin() as conn:
            settlement.expire(conn, order.id, now=self.container.now())
            # Whether Ann reads that the time is up before the money comes is a matter of chance.
            expired = outbox.list_unread(conn, order.buyer)
            ids = [message.id for message in expired]
            outbox.mark_delivered(conn, ids, now=self.container.now())
            inventory.take_seats(
                conn, show_id=order.show_id, section_id="101", quantity=40, is_sale=True
            )

    def reconcile(self) -> None:
        """Make a whole pass of reconciliation with the code as it is."""
        reconcile(self.container)

    def come_to(self, end: Outcome) -> Outcome:
        """Wait for an end, stop the server, and tell what there is then; prints its log."""
        with suppress(AssertionError):
            wait_until(lambda: self.outcome() == end, "the story's end")
        self.server.kill()
        print(self.server.log())
        return self.outcome()

    def outcome(self) -> Outcome:
        """Look at everything."""
        orders = queries.orders_of(self.container, ANN)
        charges = self.wire.list_all("/v1/charges")
        booked = self.wire.list_all("/v1/balance_transactions")
        return Outcome(
            orders=tuple(order.status.value for order in reversed(orders)),
            seats=seats(self.container),
            better=seats(self.container, "201"),
            scarves=self._scarves(),
            season=self._season(),
            at_host=self.host.seats() if self.host else (),
            tickets=tuple(status for order in reversed(orders) for status in self._tickets(order)),
            let_in=self.let_in,
            acts=tuple(sorted(act for act in self._acts() if act.startswith("let_in"))),
            sessions=tuple(session["status"] for session in self.wire.sessions()),
            charged=tuple(charge["amount"] for charge in charges if charge["paid"]),
            told=tuple(metadata["response"] for metadata in self.rasa.notices()),
            refunded=tuple(refund["amount"] for refund in self.wire.list_all("/v1/refunds")),
            waiting=self._waiting(),
            difference=balance(self.container) - sum(row["amount"] for row in booked),
        )

    def _start(self) -> None:
        offset = self._clock.offset.total_seconds()
        self.server.start(clock_offset_s=offset, crash_at=self._crash_at)

    def _order(self) -> Order:
        return queries.orders_of(self.container, ANN)[0]

    def _tickets(self, order: Order) -> list[str]:
        return [] if order.parent_order_id else worth(self.container, order)

    def _scarves(self) -> tuple[int, int]:
        extras = schema.extras.c
        return sum(self._column(extras.held)), sum(self._column(extras.sold))

    def _season(self) -> tuple[str, ...]:
        with self.container.database.read() as conn:
            known = subscriptions.list_of(conn, ANN)
        return tuple("ending" if one.cancel_at_period_end else one.status for one in known)

    def _acts(self) -> list[str]:
        return self._column(schema.operator_acts.c.kind)

    def _waiting(self) -> int:
        undone = self._column(schema.webhook_events.c.outcome)
        unread = queries.unread_messages(self.container, ANN)
        with self.container.database.read() as conn:
            untold = host_reservations.backlog(conn).waiting
        return len(unread) + sum(outcome in {"received", "failed"} for outcome in undone) + untold

    def _column(self, column: Any) -> list[Any]:
        with self.container.database.read() as conn:
            return list(conn.execute(sa.select(column)).scalars())


def _write_shows(folder: Path) -> Path:
    """Write the catalog of the tests, whose first show has an extra here."""
    catalog = yaml.safe_load(SHOWS.read_text())
    scarf = {"id": "scarf", "name": "Team scarf", "price": "25.00", "stock": 10}
    catalog["shows"][0]["extras"] = [scarf]
    file = folder / "shows.yml"
    file.write_text(yaml.safe_dump(catalog))
    return file


@contextmanager
def stage(
    container: Container,
    wire: StripeWire,
    clock: MovableClock,
    folder: Path,
    mutant: str = "",
    has_host: bool = False,
) -> Iterator[Story]:
    """Set up a story: Stripe and Rasa in this process, the action server in one that can die."""
    rasa = FakeRasa(ANN)

    def stripe(method: str, path: str, headers: Any, body: bytes) -> Answer:
        wire.standin.clock.offset_s = clock.offset.total_seconds()
        return wire.standin.handle(method, path, headers, body)

    with ExitStack() as stack:
        environ = {
            "DATABASE_URL": container.settings.database_url,
            "SHOWS_FILE": str(_write_shows(folder)),
            "STRIPE_API_BASE": stack.enter_context(serve_http(stripe)),
            "RASA_URL": stack.enter_context(serve_http(rasa.answer)),
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "RASA_TOKEN": container.settings.rasa_token,
            "ACTION_SERVER_TOKEN": container.settings.action_server_tokens[0],
            "PAYMENTS_API_TOKEN": container.settings.payments_api_token,
            "ADMIN_PASSWORD_HASH": ADMIN_HASH,
            "TICKETS_SIGNING_KEY": ",".join(container.settings.tickets_signing_keys),
        }
        host = Host(folder) if has_host else None
        server = ActionServer({**environ, **(host.environ if host else {})}, folder, mutant)
        rasa.connect(server)
        stack.callback(server.kill)
        yield Story(container, wire, clock, server, rasa, host)
