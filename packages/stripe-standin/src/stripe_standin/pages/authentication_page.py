"""The bank's 3-D Secure page for a PaymentIntent that was confirmed through the API."""

from __future__ import annotations

from urllib.parse import urlencode

from stripe_standin.api.errors import no_such
from stripe_standin.billing import collection
from stripe_standin.http.messages import Json, Request, Response
from stripe_standin.pages import rendering
from stripe_standin.payments import currencies, payment_attempts
from stripe_standin.storage.unit_of_work import MERCHANT, Work


def answer(work: Work, request: Request, intent_id: str) -> Response:
    """Asks, or takes the answer and sends the buyer to the `return_url`."""
    intent = work.load("payment_intent", intent_id)
    if work.store.private(intent_id).get("checkout_session"):
        raise no_such("payment_intent", intent_id)
    if intent["status"] != "requires_action":
        return rendering.page(
            200, "message.html", title="Nothing to do", text="This payment needs no answer."
        )
    return_url = intent["next_action"]["redirect_to_url"]["return_url"]
    if request.method == "GET":
        return _ask(intent, return_url)
    after = payment_attempts.authenticate(
        work, intent, passed="authenticate" in rendering.typed(request)
    )
    collection.follow(work, after)
    return _send_on(after, return_url)


def _ask(intent: Json, return_url: str | None) -> Response:
    return rendering.page(
        200,
        "authenticate.html",
        leads_to=rendering.here_and(return_url),
        address=f"/c/authenticate/{intent['id']}",
        merchant=MERCHANT,
        total=currencies.write(intent["amount"], intent["currency"]),
    )


def _send_on(intent: Json, return_url: str | None) -> Response:
    passed = intent["status"] == "succeeded"
    if not return_url:
        title = "Payment complete" if passed else "Not paid"
        return rendering.page(200, "message.html", title=title, text="You can close this page.")
    asked = {
        "payment_intent": intent["id"],
        "payment_intent_client_secret": intent["client_secret"],
        "redirect_status": "succeeded" if passed else "failed",
    }
    joint = "&" if "?" in return_url else "?"
    return Response.redirect(f"{return_url}{joint}{urlencode(asked)}")
