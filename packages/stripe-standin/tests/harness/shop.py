"""A merchant for the tests: makes sessions with the official client, and reads what happened."""

from __future__ import annotations

from typing import Any

import stripe

from stripe_standin import StandIn

TICKETS: dict[str, Any] = {
    "mode": "payment",
    "line_items": [
        {
            "price_data": {
                "currency": "usd",
                "unit_amount": 20000,
                "product_data": {"name": "Lakers vs Warriors", "description": "Section 101"},
            },
            "quantity": 2,
        }
    ],
    "success_url": "http://127.0.0.1:5055/payments/success?session_id={CHECKOUT_SESSION_ID}",
    "cancel_url": "http://127.0.0.1:5055/payments/cancel",
    "metadata": {"order_id": "ord_of_the_session"},
    "payment_intent_data": {"metadata": {"order_id": "ord_of_the_intent"}},
}


class Shop:
    """Sells two tickets."""

    def __init__(self, client: stripe.StripeClient, standin: StandIn) -> None:
        self.client = client
        self.standin = standin

    def session(self, **params: Any) -> Any:
        """A fresh session for two tickets; `params` replace or add, None takes away."""
        merged = {**TICKETS, **params}
        chosen = {name: value for name, value in merged.items() if value is not None}
        return self.client.v1.checkout.sessions.create(chosen)  # type: ignore[arg-type]

    def again(self, session: Any, *expand: str) -> Any:
        """The session as it is now."""
        return self.client.v1.checkout.sessions.retrieve(session.id, {"expand": list(expand)})

    def sold(self, card: str = "4242424242424242") -> Any:
        """A session that somebody paid."""
        session = self.session()
        assert self.standin.pay(session.id, card).state == "paid"
        return self.again(session)

    def told(self) -> list[str]:
        """The types of all events so far, in the order in which they happened."""
        return [one.type for one in self.standin.pending_deliveries()]

    def last(self, type_: str) -> dict[str, Any]:
        """The object of the newest event of a type."""
        found = [one.event for one in self.standin.pending_deliveries() if one.type == type_]
        subject: dict[str, Any] = found[-1]["data"]["object"]
        return subject
