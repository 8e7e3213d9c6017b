"""Checks of the action server: token, webhook, API, and the settings that it runs with."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator, Mapping
from typing import Any

import requests

from ticket_clerk.secrets import first_secret
from ticket_clerk.ticketing.reports.health import HEALTH_EVERY_S
from ticket_clerk.ticketing.settings import Settings
from ticket_clerk.ticketing.tickets.codes import public_keys

from .result import RESTART, START, Result, broken, note, ok

# It waits for each service that it depends on as long as it would for a buyer.
HEALTH_WITHIN_S = 40.0
TIMEOUT_S = 15.0


def check_action_server(
    environ: Mapping[str, str], secret: str, passed: frozenset[str]
) -> Iterator[Result]:
    """Check each interface. ``secret`` signs; ``passed`` are the services that answered us."""
    url = environ["ACTIONS_URL"]
    with local_session() as http:
        try:
            if not _is_ours(http, url):
                advice = "check ACTIONS_URL and ACTIONS_PORT"
                yield broken("action server", f"is not what answers at {url}: {advice}")
                return
            yield _token(http, url, first_secret(environ["ACTION_SERVER_TOKEN"]))
            yield _webhook(http, url, secret)
            yield _refusals(http, url)
            yield _api(http, url, first_secret(environ["PAYMENTS_API_TOKEN"]))
            yield _tickets_key(http, url, environ)
            yield _parts(http, url, passed)
        except requests.RequestException:
            more = "var/log/actions.log has more"
            yield broken("action server", f"does not answer at {url}: {START}; {more}")
            return
    if environ["PUBLIC_URL"].rstrip("/") != url.rstrip("/"):
        yield _from_outside(environ["PUBLIC_URL"].rstrip("/"), secret)


def _is_ours(http: requests.Session, url: str) -> bool:
    answer = http.get(f"{url}/payments/orders", timeout=TIMEOUT_S)
    error = content(answer).get("error")
    return isinstance(error, dict) and error.get("code") == "unauthorized"


def _token(http: requests.Session, url: str, token: str) -> Result:
    anonymous = http.get(f"{url}/actions", timeout=TIMEOUT_S)
    headers = {"Authorization": f"Bearer {token}"}
    answer = http.get(f"{url}/actions", headers=headers, timeout=TIMEOUT_S)
    if anonymous.ok:
        return note(
            "action server",
            "runs actions for any program on this machine: it was started without "
            "ACTION_SERVER_TOKEN in its environment",
        )
    if not answer.ok:
        return broken("action server", f"has another ACTION_SERVER_TOKEN: {RESTART}")
    return ok("action server", f"answers, knows its token, has {len(answer.json())} actions")


def _webhook(http: requests.Session, url: str, secret: str) -> Result:
    if _takes_signed(http, url, secret):
        return ok("webhook", "takes what is signed with STRIPE_WEBHOOK_SECRET")
    return broken("webhook", f"has another STRIPE_WEBHOOK_SECRET: {RESTART}")


def _takes_signed(http: requests.Session, url: str, secret: str) -> bool:
    """Send a signed body that is no event: it passes the signature and is stored nowhere."""
    stamp, body = int(time.time()), b"{}"
    digest = hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={stamp},v1={digest}"}
    answer = http.post(f"{url}/payments/webhook", data=body, headers=headers, timeout=TIMEOUT_S)
    return "no event" in answer.text


def _refusals(http: requests.Session, url: str) -> Result:
    """Check that a forged event and a missing token are refused without a traceback."""
    forged = {"Stripe-Signature": f"t={int(time.time())},v1={'0' * 64}"}
    answers = [
        (http.post(f"{url}/payments/webhook", data=b"{}", headers=forged, timeout=TIMEOUT_S), 400),
        (http.get(f"{url}/payments/orders", timeout=TIMEOUT_S), 401),
    ]
    for answer, wanted in answers:
        if answer.status_code != wanted or "Traceback" in answer.text:
            return broken("error handling", f"answered {answer.status_code}, not {wanted}: {START}")
    return ok("error handling", "a forged event and a missing token are refused")


def _api(http: requests.Session, url: str, token: str) -> Result:
    headers = {"Authorization": f"Bearer {token}"}
    answer = http.get(f"{url}/payments/orders?limit=1", headers=headers, timeout=TIMEOUT_S)
    if answer.status_code == requests.codes.unauthorized:
        return broken("payments API", f"has another PAYMENTS_API_TOKEN: {RESTART}")
    return ok("payments API", "knows PAYMENTS_API_TOKEN")


def _tickets_key(http: requests.Session, url: str, environ: Mapping[str, str]) -> Result:
    """Check that the server signs tickets with the key that is set here."""
    ours = public_keys(Settings.from_env(environ))
    served = content(http.get(f"{url}/payments/tickets/keys", timeout=TIMEOUT_S)).get("keys")
    if served != ours:
        return broken(
            "tickets' key",
            "the server signs with another TICKETS_SIGNING_KEY than is set here. Tickets of its "
            "key scan only as long as that is set: write it behind a new one (<new>,<old>), or "
            f"put it back; then {RESTART}",
        )
    return ok("tickets' key", f"is the server's, too; older ones it knows: {len(ours) - 1}")


def _parts(http: requests.Session, url: str, passed: frozenset[str]) -> Result:
    """Check the services that the server reaches with the settings it was started with."""
    missed = _missed(http, url, passed)
    if missed:
        # The report may be some seconds old, and a service that has started since is not in it.
        time.sleep(HEALTH_EVERY_S)
        missed = _missed(http, url, passed)
    if missed:
        return broken("its parts", f"it does not reach {', '.join(missed)}: {RESTART}")
    return ok("its parts", f"it reaches {', '.join(sorted(passed)) or 'no more than we do'}")


def _missed(http: requests.Session, url: str, passed: frozenset[str]) -> list[str]:
    report = content(http.get(f"{url}/payments/health", timeout=HEALTH_WITHIN_S))
    return [name for name in sorted(passed) if report.get(name) != "ok"]


def _from_outside(public_url: str, secret: str) -> Result:
    """Check the public address; not every network allows that from inside."""
    advice = "see whether the proxy runs and passes on /payments/, and the name leads here"
    try:
        with requests.Session() as http:
            if _takes_signed(http, public_url, secret):
                return ok("PUBLIC_URL", "leads to the webhook")
    except requests.RequestException:
        pass
    return note("PUBLIC_URL", f"does not lead to the webhook from here: {advice}")


def local_session() -> requests.Session:
    """Open a session that goes through no proxy: all addresses are this machine's."""
    http = requests.Session()
    http.trust_env = False
    return http


def content(answer: requests.Response) -> Mapping[str, Any]:
    """Read an answer's JSON object; empty if it is none, as of a program that is not ours."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
