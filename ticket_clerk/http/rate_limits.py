"""Who asks without showing who he is, and whether he has asked too often.

What carries a right token is never counted, nor is a webhook whose signature fits: that is checked
first, and only failures are counted.
"""

from __future__ import annotations

from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.secrets import secrets_equal
from ticket_clerk.ticketing.settings import Settings

from .request_timeouts import is_headless
from .responses import has_token, refuse
from .token_bucket import TokenBuckets, address_of

# Says that the process lives: a constant, and nobody should restart a server that is flooded.
_UNCOUNTED = "/health"


class Doorkeeper:
    """Knows the tokens, and counts by address whoever has none."""

    def __init__(self, settings: Settings) -> None:
        """Nobody was here yet."""
        self._settings = settings
        self._allowance = TokenBuckets()

    def may_run_actions(self, request: Request) -> bool:
        """Whether a request carries ACTION_SERVER_TOKEN, as a header or as Rasa sends it."""
        token = self._settings.action_server_token
        # The token of endpoints.yml comes as ``?token=`` (``rasa/utils/endpoints.py``).
        return has_token(request, token) or secrets_equal(request.args.get("token", ""), token)

    def is_known(self, request: Request) -> bool:
        """Whether a request carries one of our tokens."""
        is_operator = has_token(request, self._settings.payments_api_token)
        return is_operator or self.may_run_actions(request)

    def count_stranger(self, request: Request) -> HTTPResponse | None:
        """Count a request that anybody could have made; for each of the app's requests.

        Answers 429 when there were too many, else None.
        """
        if is_headless(request) or request.path == _UNCOUNTED or _is_webhook(request):
            return None
        return None if self.is_known(request) else self.turn_away(request)

    def turn_away(self, request: Request) -> HTTPResponse | None:
        """Count a request for its address and answer 429 when there were too many, else None."""
        address = address_of(request, self._settings.trusted_proxies)
        wait_s = self._allowance.wait_s(address)
        if not wait_s:
            return None
        refusal = refuse(429)
        refusal.headers["Retry-After"] = str(wait_s)
        return refusal


def _is_webhook(request: Request) -> bool:
    # Sanic takes an address with a slash at its end for the same route.
    is_there = str(request.path).rstrip("/") == "/payments/webhook"
    return is_there and request.method == "POST"
