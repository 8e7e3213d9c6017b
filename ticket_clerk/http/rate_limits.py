"""Rate-limit middleware: counts requests without a valid token by the client's address.

A request with a valid token is never counted, nor is a webhook whose signature is valid: that is
verified first, and only failures are counted.
"""

from __future__ import annotations

from ipaddress import ip_address

from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.secrets import equals_any
from ticket_clerk.ticketing.settings import Settings

from .connections import is_headless
from .responses import has_token, refuse
from .token_bucket import TokenBuckets, address_of

# Says that the process lives: a constant, and nobody should restart a server that is flooded.
_UNLIMITED = "/health"
# Who sends one of these speaks for somebody else: for the clients of a proxy, or for a web page.
_ON_BEHALF = ("forwarded", "x-forwarded-for", "x-real-ip", "origin")


class RateLimiter:
    """Knows the tokens, and limits by address whoever has none."""

    def __init__(self, settings: Settings, *, trusts_loopback: bool = False) -> None:
        """Start with full buckets.

        With ``trusts_loopback`` programs on this machine may run actions without the token.
        """
        self._settings = settings
        self._trusts_loopback = trusts_loopback
        self._buckets = TokenBuckets()

    def may_run_actions(self, request: Request) -> bool:
        """Whether a request carries ACTION_SERVER_TOKEN, as a header or as Rasa sends it."""
        tokens = self._settings.action_server_tokens
        # The token of endpoints.yml comes as ``?token=`` (``rasa/utils/endpoints.py``).
        is_known = has_token(request, tokens) or equals_any(request.args.get("token"), tokens)
        return is_known or (self._trusts_loopback and _is_direct_loopback(request))

    def is_authorized(self, request: Request) -> bool:
        """Whether a request carries one of our tokens."""
        is_operator = has_token(request, self._settings.payments_api_tokens)
        return is_operator or self.may_run_actions(request)

    def limit(self, request: Request) -> HTTPResponse | None:
        """Count a request that anybody could have made; for each of the app's requests.

        Answers 429 when there were too many, else None.
        """
        if is_headless(request) or request.path == _UNLIMITED or _is_webhook(request):
            return None
        return None if self.is_authorized(request) else self.limit_address(request)

    def limit_address(self, request: Request) -> HTTPResponse | None:
        """Count a request for its address and answer 429 when there were too many, else None."""
        address = address_of(request, self._settings.trusted_proxies)
        wait_s = self._buckets.wait_s(address)
        if not wait_s:
            return None
        refusal = refuse(429)
        refusal.headers["Retry-After"] = str(wait_s)
        return refusal


def _is_direct_loopback(request: Request) -> bool:
    if any(name in request.headers for name in _ON_BEHALF):
        return False
    try:
        return ip_address(request.ip).is_loopback
    except ValueError:
        return False


def _is_webhook(request: Request) -> bool:
    # Sanic takes an address with a slash at its end for the same route.
    is_there = str(request.path).rstrip("/") == "/payments/webhook"
    return is_there and request.method == "POST"
