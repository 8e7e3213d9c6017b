"""A merchant of season tickets for the tests, and somebody who subscribes to one."""

from __future__ import annotations

from typing import Any

import stripe

from stripe_standin import StandIn

DAY_S = 24 * 3600
SEASON: dict[str, Any] = {
    "mode": "subscription",
    "line_items": [
        {
            "price_data": {
                "currency": "usd",
                "unit_amount": 150000,
                "product_data": {"name": "Season ticket"},
                "recurring": {"interval": "year"},
            },
            "quantity": 1,
        }
    ],
    "success_url": "http://127.0.0.1:5055/payments/success?session_id={CHECKOUT_SESSION_ID}",
    "cancel_url": "http://127.0.0.1:5055/payments/cancel",
    "metadata": {"order_id": "ord_of_the_session"},
    "subscription_data": {
        "description": "Season 2026",
        "metadata": {"order_id": "ord_of_the_subscription"},
    },
}


class Club:
    """Sells season tickets through Checkout and through the API."""

    def __init__(self, client: stripe.StripeClient, standin: StandIn) -> None:
        self.client = client
        self.standin = standin

    def session(self, **params: Any) -> Any:
        """A fresh session for one season ticket; `params` replace or add, None takes away."""
        merged = {**SEASON, **params}
        chosen = {name: value for name, value in merged.items() if value is not None}
        return self.client.v1.checkout.sessions.create(chosen)  # type: ignore[arg-type]

    def again(self, session: Any, *expand: str) -> Any:
        """The session as it is now."""
        return self.client.v1.checkout.sessions.retrieve(session.id, {"expand": list(expand)})

    def subscribed(self, card: str = "4242424242424242", **params: Any) -> Any:
        """The subscription of somebody who paid for the first period through Checkout."""
        session = self.session(**params)
        assert self.standin.pay(session.id, card).state == "paid"
        return self.subscription(self.again(session).subscription)

    def subscription(self, subscription_id: Any, *expand: str) -> Any:
        """The subscription as it is now."""
        return self.client.v1.subscriptions.retrieve(subscription_id, {"expand": list(expand)})

    def price(self, **recurring: Any) -> str:
        """A recurring price of $15, per month unless told otherwise."""
        made = self.client.v1.prices.create(
            {
                "currency": "usd",
                "unit_amount": 1500,
                "product_data": {"name": "Monthly ticket"},
                "recurring": {"interval": "month", **recurring},  # type: ignore[typeddict-item]
            }
        )
        return made.id

    def member(self, card: str = "pm_card_visa") -> Any:
        """A customer whose default PaymentMethod is one of Stripe's test cards."""
        return self.client.v1.customers.create(
            {
                "email": "ann@example.com",
                "payment_method": card,
                "invoice_settings": {"default_payment_method": card},
            }
        )

    def subscribe(self, customer: Any, **params: Any) -> Any:
        """A monthly subscription made through the API."""
        chosen = {"customer": customer.id, "items": [{"price": self.price()}], **params}
        return self.client.v1.subscriptions.create(chosen)  # type: ignore[arg-type]

    def card_of(self, customer: Any, token: str) -> str:
        """Another card of a customer; returns its PaymentMethod's id."""
        attached = self.client.v1.payment_methods.attach(token, {"customer": str(customer)})
        return attached.id

    def pass_days(self, days: float) -> None:
        """Moves the stand-in's clock on and lets it do what fell due."""
        self.standin.clock.offset_s += days * DAY_S
        self.standin.expire_overdue()

    def pass_until(self, moment: int) -> None:
        """Moves the stand-in's clock to a moment."""
        self.pass_days((moment - self.standin.clock.now()) / DAY_S)

    def pass_period(self, subscription: Any) -> None:
        """Moves the stand-in's clock a day past a period's end: a month has 28 to 31 days, and
        what failed is tried again after three.
        """
        self.pass_until(subscription["items"].data[0].current_period_end + DAY_S)

    def told(self) -> list[str]:
        """The types of all events so far, in the order in which they happened."""
        return [one.type for one in self.standin.pending_deliveries()]

    def forget_events(self) -> None:
        """Takes all events as delivered, so that `told` has only what comes now."""
        for one in self.standin.pending_deliveries():
            self.standin.record_delivery(one.event_id, 200)

    def last(self, type_: str) -> dict[str, Any]:
        """The object of the newest waiting event of a type."""
        found = [one.event for one in self.standin.pending_deliveries() if one.type == type_]
        subject: dict[str, Any] = found[-1]["data"]["object"]
        return subject
