"""The doctor's look at the parts: database, model, Stripe, Rasa, action server, webhook."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator, Mapping

import requests

from integrations.payments.bootstrap import build_shop
from integrations.payments.config import Settings
from integrations.payments.errors import PaymentError
from integrations.payments.shop import Shop

from . import environment
from .examine_payment import payment_findings
from .findings import Finding, Verdict, broken, note, ok
from .train import model_path

START = "start it with `make run`"
TIMEOUT_S = 5.0


def part_findings(environ: Mapping[str, str]) -> Iterator[Finding]:
    """One line a part; asks them all, also after one that does not answer."""
    shop = build_shop(Settings.from_env(environ))
    try:
        yield _model()
        yield _ask("database", shop.store.require_current_schema, "at the code's revision", START)
        stripe = _stripe(shop, environ)
        yield stripe
        rasa = _ask("rasa", shop.rasa.ping, "answers, and knows RASA_TOKEN", START)
        yield rasa
        if rasa.verdict is Verdict.OK:
            yield _rasa_door(environ)
        if stripe.verdict is Verdict.OK:
            yield from payment_findings(shop)
    finally:
        shop.store.close()
    with _session() as http:
        yield from _action_server(http, environ)


def _session() -> requests.Session:
    # Loopback addresses must not go through a proxy of the environment.
    http = requests.Session()
    http.trust_env = False
    return http


def _rasa_door(environ: Mapping[str, str]) -> Finding:
    """Ask Rasa's API without its token: whoever can do that can write into conversations."""
    with _session() as http:
        try:
            answer = http.get(f"{environ['RASA_URL']}/status", timeout=TIMEOUT_S)
        except requests.RequestException:
            return broken("rasa's door", f"does not answer: {START}")
    if answer.ok:
        return broken("rasa's door", "is open to anybody: start Rasa with --auth-token RASA_TOKEN")
    return ok("rasa's door", "wants RASA_TOKEN")


def _model() -> Finding:
    if model_path(environment.ROOT).exists():
        return ok("model", "trained from today's files")
    return broken("model", "the bot's files changed since it was trained: run `make train`")


def _ask(thing: str, question: Callable[[], None], well: str, advice: str) -> Finding:
    try:
        question()
    except PaymentError as error:
        return broken(thing, f"{str(error).rstrip('.')}: {advice}")
    return ok(thing, well)


def _stripe(shop: Shop, environ: Mapping[str, str]) -> Finding:
    if environment.uses_standin(environ):
        return _ask("stripe", shop.stripe.ping, "the stand-in answers", START)
    mode = "live: real money moves" if shop.settings.livemode else "test mode"
    advice = "check STRIPE_SECRET_KEY in Stripe's dashboard, and the network"
    return _ask("stripe", shop.stripe.ping, f"answers, and knows the key ({mode})", advice)


def _action_server(http: requests.Session, environ: Mapping[str, str]) -> Iterator[Finding]:
    url, token = environ["ACTIONS_URL"], environ["ACTION_SERVER_TOKEN"]
    try:
        open_to_all = http.get(f"{url}/actions", timeout=TIMEOUT_S).ok
        headers = {"Authorization": f"Bearer {token}"}
        answer = http.get(f"{url}/actions", headers=headers, timeout=TIMEOUT_S)
        yield _door(open_to_all, answer)
        yield _webhook(http, url, Settings.from_env(environ).stripe_webhook_secrets[0])
        yield _errors(http, url)
        yield from _health(http.get(f"{url}/payments/health", timeout=TIMEOUT_S))
    except requests.RequestException:
        yield broken("action server", f"does not answer: {START}")


def _door(open_to_all: bool, answer: requests.Response) -> Finding:
    if open_to_all:
        return broken("action server", "runs actions for anybody: set ACTION_SERVER_TOKEN")
    if not answer.ok:
        return broken("action server", "was started with another ACTION_SERVER_TOKEN: restart it")
    return ok("action server", f"answers, knows its token, has {len(answer.json())} actions")


def _webhook(http: requests.Session, url: str, secret: str) -> Finding:
    """Send a signed body that is no event: it passes the signature and is stored nowhere."""
    stamp, body = int(time.time()), b"{}"
    digest = hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={stamp},v1={digest}"}
    answer = http.post(f"{url}/payments/webhook", data=body, headers=headers, timeout=TIMEOUT_S)
    if "no event" not in answer.text:
        return broken("webhook", "was started with another STRIPE_WEBHOOK_SECRET: restart it")
    return ok("webhook", "takes what is signed with STRIPE_WEBHOOK_SECRET")


def _errors(http: requests.Session, url: str) -> Finding:
    """Knock with a forged event and without a token: refused, and nothing is given away."""
    forged = {"Stripe-Signature": f"t={int(time.time())},v1={'0' * 64}"}
    answers = [
        (http.post(f"{url}/payments/webhook", data=b"{}", headers=forged, timeout=TIMEOUT_S), 400),
        (http.get(f"{url}/payments/orders", timeout=TIMEOUT_S), 401),
    ]
    for answer, wanted in answers:
        if answer.status_code != wanted or "Traceback" in answer.text:
            return broken("error handling", f"answered {answer.status_code}, not {wanted}: {START}")
    return ok("error handling", "a forged event and a missing token are refused")


def _health(answer: requests.Response) -> Iterator[Finding]:
    report = answer.json()
    last = report.get("last_webhook_at")
    yield ok("last webhook", str(last)) if last else note("last webhook", "none so far")
    backlog = report.get("backlog") or {}
    if backlog.get("is_stuck"):
        yield broken("messages to buyers", "wait since minutes: see var/log/actions.log")
    else:
        yield ok("messages to buyers", f"{backlog.get('messages', 0)} waiting")
