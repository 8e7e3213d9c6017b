"""The reference that is made from the code has all that the code has."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

import actions  # noqa: F401  registers them
from tests.test_docs import EXAMPLE, MAKEFILE, error_codes, make_targets
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.http.openapi import document
from ticket_clerk.languages.topics import topics
from ticket_clerk.ticketing import envfile
from ticket_clerk.ticketing.events.webhooks import HANDLERS
from tools.site.reference import reference_pages


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The pages by their names without folder and ending."""
    made = reference_pages(ROOT)
    return {name.removeprefix("reference/").removesuffix(".md"): made[name] for name in made}


def rows(page: str) -> dict[str, list[str]]:
    """The rows of a page's tables, by what is in the first cell as code."""
    cells = [line.strip("|").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    return {first.strip(" `"): [each.strip(" |") for each in rest] for first, *rest in cells}


def missing(names: Iterable[str], page: str) -> set[str]:
    """Those of the names that no row of a page is about, or about which it says nothing."""
    found = rows(page)
    return {name for name in names if not any(found.get(name, []))}


def test_every_setting_is_in_the_reference(pages: dict[str, str]) -> None:
    """With what it means."""
    assert missing(envfile.setting_names(EXAMPLE), pages["settings"]) == set()


def test_every_error_code_is_in_the_reference_once(pages: dict[str, str]) -> None:
    """With its HTTP status, and whether to repeat the call."""
    assert missing(error_codes(), pages["errors"]) == set()
    assert pages["errors"].count("| `invalid_request` |") == 1
    assert rows(pages["errors"])["sold_out"][:2] == ["409", "no"]
    assert rows(pages["errors"])["stripe_unavailable"][:2] == ["502", "yes"]


def test_every_event_that_is_handled_is_in_the_reference(pages: dict[str, str]) -> None:
    """With what it does, in the words of what handles it."""
    assert missing(HANDLERS, pages["events"]) == set()


def test_every_command_is_in_the_reference(pages: dict[str, str]) -> None:
    """Make's, and each of the operators' with its arguments."""
    assert missing([f"make {name}" for name in make_targets()], pages["commands"]) == set()
    assert "help: ##" in MAKEFILE
    for command in ("serve", "inbox", "privacy erase", "admin add", "shows load", "remove"):
        assert f"### ticket-clerk {command}\n" in pages["commands"]
    assert "| `--since WHEN` |" in pages["commands"]


def test_every_request_of_the_api_is_in_the_reference(pages: dict[str, str]) -> None:
    """With the fields of its body and of its answer, also those inside of others."""
    requests = [
        f"## {method.upper()} {path}\n"
        for path, methods in document()["paths"].items()
        for method in methods
    ]

    assert len(requests) > 20
    assert [each for each in requests if each not in pages["http"]] == []
    assert "| `items[].amount` |" in pages["http"]
    assert "| `stats.*.total_revenue` |" in pages["http"]


def test_every_metric_is_in_the_reference(pages: dict[str, str]) -> None:
    """Those that are counted and those that are read from the database, whatever it holds."""
    named = {
        "ticket_clerk_answers_total",
        "ticket_clerk_seats",
        "ticket_clerk_last_webhook_seconds",
    }

    assert missing(named, pages["metrics"]) == set()


def test_every_action_and_topic_is_in_the_reference(pages: dict[str, str]) -> None:
    """By the names that Rasa and `shows.yml` have for them."""
    names = {each().name() for each in ClerkAction.__subclasses__() if "actions" in each.__module__}

    assert len(names) > 20
    assert missing(names, pages["actions"]) == set()
    assert missing(topics("en"), pages["topics"]) == set()
