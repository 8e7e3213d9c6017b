"""``make demo``: a whole purchase without a human, beside whatever else is running.

Everything is real: Rasa, the action server, the stand-in's page, webhook and worker. Only the
buyer is a program. Ports, database and conversations are its own, so no setting and no running
clerk is touched.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import tempfile
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import aiohttp

from ticket_clerk.cli import environment
from ticket_clerk.cli.errors import LaunchError
from ticket_clerk.cli.processes.ports import free_ports
from ticket_clerk.cli.processes.prepare import prepare
from ticket_clerk.cli.processes.services import all_services
from ticket_clerk.cli.processes.supervisor import Supervisor
from ticket_clerk.cli.run import say
from ticket_clerk.cli.train import ensure_model
from ticket_clerk.ticketing import envfile

from .buyer import Buyer, Transcript

QUANTITY = 2
OPENING = f"I'd like to buy {QUANTITY} tickets for the Lakers game"
# What the buyer answers, by the slot that the form asks for.
ANSWERS = {
    "show": "Lakers vs Warriors",
    "section": "the cheapest",
    "quantity": str(QUANTITY),
    "confirm_order": "yes",
}
CARD = {
    "card_number": "4242 4242 4242 4242",
    "exp_date": "12/34",
    "cvc": "123",
    "email": "sam@example.com",
    "name": "Sam Buyer",
}
CONFIRMED_WITHIN_S = 30.0
PAGE_EXCERPT = 160
_ORDER = re.compile(r"ord_[A-Za-z0-9]{10,}")
_LINK = re.compile(r"https?://\S*cs_\S+")


def demo() -> int:
    """Run the purchase; return 0 only if order, seats and conversation agree."""
    model = ensure_model(environment.ROOT, environment.ROOT / "var" / "log")
    folder = Path(tempfile.mkdtemp(prefix="ticket-clerk-"))
    code = 1
    try:
        code = _play(demo_environ(folder), model, folder)
    except (aiohttp.ClientError, asyncio.TimeoutError) as error:
        raise LaunchError(f"A service did not answer: {type(error).__name__}.") from error
    finally:
        if code == 0:
            shutil.rmtree(folder)
        else:
            say(f"demo: what the services said is in {folder / 'log'}")
    return code


def _play(environ: Mapping[str, str], model: Path, folder: Path) -> int:
    say("demo: starting the stand-in Stripe, the action server and Rasa")
    services = all_services(environ, model)
    with Supervisor(services, folder, environ["BIND_HOST"], say) as supervisor:
        prepare(environ)
        supervisor.start()
        return asyncio.run(_buy(environ))


def demo_environ(folder: Path) -> dict[str, str]:
    """Return the settings of the demo's own clerk, isolated from this machine's."""
    blank = dict.fromkeys(envfile.setting_names(environment.ROOT / ".env.example"), "")
    ports = dict(zip(environment.DEFAULT_PORTS, map(str, free_ports(3)), strict=True))
    tokens = {name: secrets.token_hex(24) for name in envfile.GENERATED}
    tokens["STRIPE_WEBHOOK_SECRET"] = envfile.STANDIN_SECRET_PREFIX + secrets.token_hex(24)
    own = {**blank, **ports, **tokens, "VAR_DIR": str(folder)}
    return environment.derive({**os.environ, **own})


async def _buy(environ: Mapping[str, str]) -> int:
    transcript = Transcript()
    async with aiohttp.ClientSession() as http:
        api = PaymentsApi(environ["ACTIONS_URL"], environ["PAYMENTS_API_TOKEN"], http)
        buyer = Buyer(environ["RASA_URL"], environ["RASA_TOKEN"], http, transcript)
        seats_before = await api.seats_left()
        await buyer.connect()
        try:
            order_id, link = await _ask_for_tickets(buyer)
            await _pay(link, Visitor(http), transcript)
            await buyer.wait_for(
                lambda text: _confirms(text, order_id),
                "the confirmation in the chat",
                CONFIRMED_WITHIN_S,
            )
            await buyer.say("Thanks!")
            checks = await _checks(api, buyer, order_id, seats_before)
        finally:
            await buyer.disconnect()
    for what, is_so in checks.items():
        transcript.say("check", f"{'ok  ' if is_so else 'NOT '} {what}")
    return 0 if all(checks.values()) else 1


async def _ask_for_tickets(buyer: Buyer) -> tuple[str, str]:
    """Answer what the clerk asks until there is a link; returns order number and link."""
    replies = "\n".join(await buyer.say(OPENING))
    for _ in ANSWERS:
        slot = (await buyer.tracker())["slots"].get("requested_slot")
        if slot not in ANSWERS:
            break
        replies = "\n".join(await buyer.say(ANSWERS[slot]))
    order, link = _ORDER.search(replies), _LINK.search(replies)
    if not order or not link:
        raise LaunchError(f"The clerk gave no order number and link; it said last: {replies!r}")
    return order[0], link[0]


async def _pay(link: str, visitor: Visitor, transcript: Transcript) -> None:
    page = await visitor.open(link)
    transcript.say("page", textwrap.shorten(page.text, PAGE_EXCERPT))
    transcript.say("buyer", f"(on the page) card {CARD['card_number']}, pay")
    page = await visitor.submit(page, "pay", **CARD)
    transcript.say("page", textwrap.shorten(page.text, PAGE_EXCERPT))


async def _checks(
    api: PaymentsApi, buyer: Buyer, order_id: str, seats_before: dict[tuple[str, str], int]
) -> dict[str, bool]:
    """Check the effects of the purchase."""
    order = await api.order(order_id)
    section = (order["show_id"], order["section_id"])
    sold = seats_before[section] - (await api.seats_left())[section]
    in_tracker = [
        event
        for event in (await buyer.tracker())["events"]
        if event["event"] == "bot" and _confirms(event.get("text") or "", order_id)
    ]
    received = [text for text in buyer.received if _confirms(text, order_id)]
    return {
        f"order {order_id} is {order['status']}": order["status"] == "paid",
        f"{sold} of {QUANTITY} seats in {' '.join(section)} are sold": sold == QUANTITY,
        f"the confirmation is in the conversation {len(in_tracker)} time": len(in_tracker) == 1,
        f"the buyer received it {len(received)} time, unasked": len(received) == 1,
    }


def _confirms(text: str, order_id: str) -> bool:
    return order_id in text and "confirmed" in text.lower()


class PaymentsApi:
    """A small client; the token goes into a header, never into an address."""

    def __init__(self, url: str, token: str, http: aiohttp.ClientSession) -> None:
        """``url`` is the action server's, without ``/payments``."""
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"}
        self._http = http

    async def order(self, order_id: str) -> dict[str, Any]:
        """An order as GET /payments/orders/{id} shows it."""
        answer = await self._get(f"/payments/orders/{order_id}")
        order: dict[str, Any] = answer["order"]
        return order

    async def seats_left(self) -> dict[tuple[str, str], int]:
        """Seats left by show and section, those held for unpaid orders subtracted."""
        answer = await self._get("/payments/shows")
        return {
            (show["id"], section["id"]): section["seats_left"]
            for show in answer["shows"]
            for section in show["sections"]
        }

    async def _get(self, path: str) -> Any:
        async with self._http.get(self._url + path, headers=self._headers) as answer:
            answer.raise_for_status()
            return await answer.json()


@dataclass
class Form:
    """A form of a page: action, fields and buttons."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """A fetched page: its URL, forms and visible text."""

    url: str
    status: int
    forms: list[Form]
    text: str

    def form_with(self, name: str) -> Form:
        """The form that has this input or button; raises LaunchError if there is none."""
        for form in self.forms:
            if name in form.fields or name in form.buttons:
                return form
        raise LaunchError(f"The page at {self.url} has no form with {name!r}: {self.text[:300]}")


class Visitor:
    """An HTTP client that keeps cookies and follows redirects."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        """Use ``http`` for every request."""
        self._http = http

    async def open(self, url: str) -> Page:
        """Fetch a page."""
        async with self._http.get(url) as answer:
            return _parse(str(answer.url), answer.status, await answer.text())

    async def submit(self, page: Page, button: str, **values: str) -> Page:
        """Fill in ``values`` and press ``button``; returns the page that it leads to."""
        form = page.form_with(button)
        data = {**form.fields, **values, button: form.buttons.get(button, "")}
        async with self._http.post(urljoin(page.url, form.action), data=data) as answer:
            return _parse(str(answer.url), answer.status, await answer.text())


def _parse(url: str, status: int, html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    return Page(url, status, reader.forms, " ".join(" ".join(reader.words).split()))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {key: value or "" for key, value in attrs}
        if tag in {"style", "script", "head"}:
            self._hidden += 1
        elif tag == "form":
            self.forms.append(Form(has.get("action", "")))
        elif self.forms and "name" in has and tag in {"input", "button"}:
            is_button = tag == "button" or has.get("type") == "submit"
            into = self.forms[-1].buttons if is_button else self.forms[-1].fields
            into[has["name"]] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "script", "head"}:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
