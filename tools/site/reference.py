"""The pages that are made from the code, so that they say what it does today."""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ticket_clerk.cli.operators.main import _parser
from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.http.openapi import document
from ticket_clerk.http.responses import status_of
from ticket_clerk.languages.topics import topics
from ticket_clerk.ticketing.container import build_container
from ticket_clerk.ticketing.database.tables import webhook_events
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEvent
from ticket_clerk.ticketing.events.webhooks import HANDLERS
from ticket_clerk.ticketing.fulfilment import SEASON_EVENTS
from ticket_clerk.ticketing.reports.metrics import export_metrics
from ticket_clerk.ticketing.settings import Settings

from .http_reference import http_page
from .tables import table

_MADE = "This page is made from the code each time the site is built.\n"


def reference_pages(root: Path) -> dict[str, str]:
    """Write every page that is made from the code, by its name on the site."""
    makers: Mapping[str, Callable[[], str]] = {
        "settings": lambda: _settings((root / ".env.example").read_text(encoding="utf-8")),
        "commands": lambda: _commands((root / "Makefile").read_text(encoding="utf-8")),
        "http": lambda: http_page(document()),
        "errors": _errors,
        "events": _events,
        "metrics": _metrics,
        "actions": _actions,
        "topics": _topics,
    }
    return {f"reference/{name}.md": make() for name, make in makers.items()}


def _page(title: str, about: str, *parts: str) -> str:
    return "\n".join([f"# {title}\n", f"{about} {_MADE}", *parts])


def _text(sentence: str) -> str:
    """Keep a sentence from becoming a tag."""
    return sentence.replace("<", "&lt;")


def _settings(example: str) -> str:
    parts = []
    for title, body in re.findall(r"(?ms)^# --- (.+?) ---$(.*?)(?=^# --- |\Z)", example):
        rows = [_setting(comment, name) for comment, name in _settings_of(body)]
        title = re.sub(r" \(docs/[^)]*\)", "", title)
        parts.append(f"## {title}\n\n" + table(["setting", "means", "default"], rows))
    about = (
        "Every setting, as `.env.example` has them. From the environment or from `.env`; the "
        "environment wins, and a blank value means the default."
    )
    return _page("Settings", about, *parts)


def _settings_of(section: str) -> list[tuple[str, str]]:
    return re.findall(r"(?m)^((?:# .+\n)+)#? ?([A-Z][A-Z0-9_]+)=", section)


def _setting(comment: str, name: str) -> list[str]:
    text = " ".join(line.removeprefix("# ") for line in comment.splitlines())
    about, _, default = text.partition("Default: ")
    return [f"`{name}`", _text(about.strip()), _text(default.strip()) or "none"]


def _commands(makefile: str) -> str:
    targets = re.findall(r"(?m)^([a-z-]+):.*## (.+)$", makefile)
    rows = [[f"`make {name}`", about] for name, about in targets]
    about = (
        "`make` in a checkout; `ticket-clerk` where the wheel is installed, which is "
        "`.venv/bin/python -m integrations.payments` in a checkout."
    )
    spoken = table(["command", "does"], rows)
    described = "\n".join(_described(_parser(), "ticket-clerk"))
    return _page("Commands", about, "## make\n", spoken, "## ticket-clerk\n", described)


def _described(parser: argparse.ArgumentParser, name: str, about: str = "") -> Iterator[str]:
    """Describe the commands below a parser, each with its own arguments."""
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        yield f"### {name}\n\n{about[:1].upper()}{about[1:]}.\n"
        rows = [_argument(action) for action in parser._actions if action.dest != "help"]
        if rows:
            yield table(["argument", "means"], rows)
    for group in groups:
        helps = {action.dest: action.help or "" for action in group._choices_actions}
        for command, below in group.choices.items():
            said = helps.get(command, "")
            yield from _described(below, f"{name} {command}", said if said else about)


def _argument(action: argparse.Action) -> list[str]:
    names = ", ".join(action.option_strings) or action.dest
    value = f" {action.metavar or action.dest.upper()}" if action.nargs != 0 else ""
    if action.choices:
        value = " " + "|".join(map(str, action.choices))
    shown = names + (value if action.option_strings else "")
    return [f"`{shown}`", action.help or ("required" if action.required else "")]


def _errors() -> str:
    kinds: dict[str, list[type[PaymentError]]] = {}
    for kind in _kinds(PaymentError):
        kinds.setdefault(kind.code, []).append(kind)
    about = (
        "What `error.code` of an answer and `code=` of the log can be. HTTP is the status over "
        "`/payments/*`; again says whether the very same call may be repeated."
    )
    rows = [_error(code, of_it) for code, of_it in kinds.items()]
    return _page("Error codes", about, table(["code", "HTTP", "again", "means"], rows))


def _error(code: str, kinds: list[type[PaymentError]]) -> list[str]:
    """Describe a code; where several errors have it, as the situations that they are."""
    statuses = dict.fromkeys(str(status_of(kind.__new__(kind))) for kind in kinds)
    again = "yes" if all(kind.retry_safe for kind in kinds) else "no"
    means = " Or: ".join(_text(_first_sentence(kind.__doc__)) for kind in kinds)
    return [f"`{code}`", ", ".join(statuses), again, means]


def _kinds(kind: type[PaymentError]) -> Iterator[type[PaymentError]]:
    """Walk the tree of errors as its module has it; the kinds of single modules are their own."""
    if kind.__module__ == PaymentError.__module__:
        yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def _first_sentence(doc: str | None) -> str:
    paragraph = " ".join((doc or "").split("\n\n")[0].split())
    return re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"`\1`", paragraph.replace("``", "`"))


def _events() -> str:
    rows = [[f"`{name}`", _text(_what_happens(name))] for name in sorted(HANDLERS)]
    about = (
        "The events to choose for the webhook endpoint at Stripe, and what each does. Others are "
        "recorded and ignored."
    )
    return _page("Stripe's events", about, table(["event", "does"], rows))


def _what_happens(event: str) -> str:
    if event in SEASON_EVENTS:
        return (
            "Has the subscription and its invoices read from Stripe, and brings the season ticket "
            "in line with them."
        )
    return _first_sentence(HANDLERS[event].__doc__)


def _metrics() -> str:
    found = re.findall(r"(?m)^# HELP (\S+) (.+)\n# TYPE \S+ (\w+)\n((?:[^#].*\n)*)", _scrape())
    rows = [
        [f"`{name}`", kind, _text(about)]
        for name, about, kind, _ in found
        if name.startswith("ticket_clerk_") and not name.endswith("_created")
    ]
    about = (
        "What `GET /payments/metrics` has for Prometheus. How to use "
        "them is in [Operations](../operations.md#metrics)."
    )
    return _page("Metrics", about, table(["metric", "type", "means"], rows))


def _scrape() -> str:
    """Ask a shop that has sold nothing for its metrics, with one event so that all are there."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_env({"DATABASE_URL": f"sqlite:///{folder}/payments.db"})
        container = build_container(settings)
        container.database.migrate()
        now = datetime.now(timezone.utc)
        event = WebhookEvent("evt_1", "invoice.paid", livemode=False, created_at=now, object={})
        with container.database.begin() as conn:
            webhook_events.record_once(conn, event, now=now)
        try:
            return export_metrics(container).decode()
        finally:
            container.database.close()


def _actions() -> str:
    import actions  # noqa: F401, PLC0415 - registers them

    rows = [
        [f"`{kind().name()}`", _first_sentence(kind.__doc__)]
        for kind in ClerkAction.__subclasses__()
    ]
    about = "What Rasa calls on the action server: the classes of `actions/actions.py`."
    return _page("Actions", about, table(["action", "does"], rows))


def _topics() -> str:
    spoken: dict[str, Mapping[str, Any]] = {code: topics(code) for code in ("en", "es")}
    rows = [
        [
            f"`{id_}`",
            _text(topic.about),
            ", ".join(f"`{fact}`" for fact in (*topic.facts, *topic.maybe_in)) or "–",
            *(f"*{_text(of[id_].examples[0])}*" for of in spoken.values()),
        ]
        for id_, topic in spoken["en"].items()
    ]
    about = (
        "What buyers ask that is no order, and the facts of `shows.yml` that answer it "
        "([how to write them](../how-to/facts.md))."
    )
    head = ["topic", "asks about", "answered by", "in English", "in Spanish"]
    return _page("Topics", about, table(head, rows))
