"""The alert rules and the dashboard ask for nothing that `/payments/metrics` does not have."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
import yaml

from tests.prometheus import Scrape, read_metrics
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, give_back
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.flows.action import _PREFIXES
from ticket_clerk.ticketing import metrics
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.reports.metrics import export_metrics

pytestmark = pytest.mark.sqlite_only

ALERTS = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((ROOT / "deploy/grafana/ticket-clerk.json").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
# Given by Prometheus itself: whether a target answers, and which one it is.
OF_PROMETHEUS = {"up", "job", "instance"}
FUNCTIONS = {"sum", "max", "by", "rate", "increase", "histogram_quantile", "and"}
_SELECTOR = re.compile(r"([a-zA-Z_]\w*)(?:\{([^}]*)\})?")


@pytest.fixture
def scrape(container: Container, stripe_wire: StripeWire) -> Scrape:
    """What is told when each thing that is counted has happened."""
    order = buy(container, stripe_wire, buyer=Buyer("rest", "ann"))
    give_back(container, order, 1)
    metrics.ACTION_SECONDS.labels("action_respond").observe(0.1)
    metrics.WEBHOOK_SECONDS.labels("stored").observe(0.1)
    metrics.STRIPE_SECONDS.labels("POST", "refunds", "200").observe(0.1)
    metrics.WORKER_FAILURES.labels("delivery").inc()
    metrics.DELIVERIES.labels("delivered").inc()
    metrics.ANSWERS.labels("answered").inc()
    return read_metrics(export_metrics(container))


def queries() -> Iterator[str]:
    """Every query of both files."""
    yield from (rule["expr"] for rule in RULES)
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def unknown(query: str, scrape: Scrape) -> set[str]:
    """Name the metrics and labels of a query that nothing has."""
    missing, bare = set(), re.sub(r"\[\w+\]", "", query)
    groups = re.findall(r"\bby \(([^)]*)\)", bare)
    bare = re.sub(r"\bby \([^)]*\)", "by", bare)
    labels = set()
    for name, matchers in _SELECTOR.findall(re.sub(r"\b\d[\d.]*", "", bare)):
        if name in FUNCTIONS | OF_PROMETHEUS:
            continue
        if name not in scrape.names:
            missing.add(name)
        labels |= scrape.labels(name)
        wanted = set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", matchers))
        missing |= wanted - scrape.labels(name) - OF_PROMETHEUS
    wanted = {label.strip() for group in groups for label in group.split(",")}
    return missing | (wanted - labels - OF_PROMETHEUS)


def test_every_metric_and_label_of_a_query_is_told(scrape: Scrape) -> None:
    """An alert on a name that nothing has would never fire."""
    asked = list(queries())

    assert len(asked) > 35
    assert {query: missing for query in asked if (missing := unknown(query, scrape))} == {}


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ("sum(rate(ticket_clerk_webhooks_total[5m])) > 1", {"ticket_clerk_webhooks_total"}),
        ('max(ticket_clerk_orders{state="open"})', {"state"}),
        ("sum by (reason) (ticket_clerk_deliveries_total)", {"reason"}),
    ],
)
def test_a_name_that_is_not_told_is_noticed(query: str, missing: set[str], scrape: Scrape) -> None:
    """The negative control: a metric, a label of a selector, one of a group."""
    assert unknown(query, scrape) == missing


def never_told(query: str, scrape: Scrape) -> set[str]:
    """Name the values of a query's selectors that no series has and none can have."""
    missing = set()
    for name, matchers in _SELECTOR.findall(query):
        for label, _, pattern in re.findall(r'(\w+)\s*(=~|=)\s*"([^"]*)"', matchers):
            if label in OF_PROMETHEUS:
                continue
            known = scrape.values_of(name, label)
            if "stripe_request" in name and label == "outcome":
                # What Stripe answered with, or did not.
                known = {"unreachable", *map(str, range(100, 600))}
            alternatives = pattern.split("|")
            missing |= {a for a in alternatives if not any(re.fullmatch(a, k) for k in known)}
    return missing


def test_every_value_that_a_query_asks_for_is_one_that_the_code_has(scrape: Scrape) -> None:
    """A word that nothing is counted under would be a panel without a line and an alert asleep."""
    asked = [query for query in queries() if '="' in query or '=~"' in query]

    assert len(asked) > 15
    assert {query: missing for query in asked if (missing := never_told(query, scrape))} == {}


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ('max(ticket_clerk_orders{status="pending"}) > 1', {"pending"}),
        ('sum(increase(ticket_clerk_answers_total{outcome="errors"}[10m])) > 0', {"errors"}),
        ('rate(ticket_clerk_payment_links_total{outcome=~"rejected|late"}[5m])', {"late"}),
        ('rate(ticket_clerk_stripe_request_seconds_count{outcome=~"5..|away"}[5m])', {"away"}),
        ('max(ticket_clerk_money_today_minor_units{kind="sale"})', {"sale"}),
    ],
)
def test_a_value_that_nothing_has_is_noticed(query: str, missing: set[str], scrape: Scrape) -> None:
    """The negative control: a state, a count, one of several, an answer of Stripe's, a movement."""
    assert never_told(query, scrape) == missing


@pytest.fixture(scope="module")
def fresh() -> Scrape:
    """What a process tells in which nothing has happened yet."""
    code = (
        "import ticket_clerk.http.mount, ticket_clerk.flows.action\n"
        "from ticket_clerk.ticketing.metrics import write_metrics\n"
        "print(write_metrics([]).decode())"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return read_metrics(told.stdout)


@pytest.mark.live
def test_the_first_of_each_failure_is_an_increase(fresh: Scrape) -> None:
    """What an alert counts is there, at 0, before it has ever happened."""
    counted = [query for query in queries() if "increase(" in query]

    assert len(counted) > 4
    for query in counted:
        for name, matchers in _SELECTOR.findall(query):
            if not name.startswith("ticket_clerk_"):
                continue
            assert name in fresh.names, query
            assert fresh(name) == 0
            assert never_told(f"{name}{{{matchers}}}", fresh) == set()


@pytest.mark.live
def test_every_word_that_the_code_counts_under_is_there_from_the_start(fresh: Scrape) -> None:
    """Each word that is written at a counter, and what becomes of a buyer's message."""
    found = list(words_counted_under())

    assert len(found) > 12
    for counter, word in found:
        told = {value for label in LABELS for value in fresh.values_of(COUNTERS[counter], label)}
        assert word in told, (counter, word)
    outcomes = {outcome for _, outcome in _PREFIXES} | {"answered", "error"}
    assert outcomes == fresh.values_of("ticket_clerk_answers_total", "outcome")


COUNTERS = {
    "ANSWERS": "ticket_clerk_answers_total",
    "DELIVERIES": "ticket_clerk_deliveries_total",
    "PAYMENT_LINKS": "ticket_clerk_payment_links_total",
    "WEBHOOK_SECONDS": "ticket_clerk_webhook_seconds_count",
    "WORKER_FAILURES": "ticket_clerk_worker_failures_total",
}
LABELS = ("outcome", "result", "loop")


def words_counted_under() -> Iterator[tuple[str, str]]:
    """Give counter and word of each place in the code; a loop's word is the worker's."""
    for path in sorted((ROOT / "ticket_clerk").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func).removeprefix("metrics.")
            words = [one.value for one in node.args if isinstance(one, ast.Constant)]
            if called in {f"{name}.labels" for name in COUNTERS}:
                yield from ((called.removesuffix(".labels"), word) for word in words)
            elif called == "self._attempt":
                yield "WORKER_FAILURES", words[0]


def test_every_alert_says_what_to_do_and_how_urgent_it_is() -> None:
    """Whoever is woken finds the alert's row in the page."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    section = page.split("## When an alert fires")[1].split("\n## ")[0]
    rows = re.findall(r"(?m)^\| `(\w+)` \| .+ \| .+ \|$", section)

    assert sorted(rows) == sorted(rule["alert"] for rule in RULES)
    assert {rule["labels"]["severity"] for rule in RULES} == {"page", "ticket"}
    assert all(rule["annotations"]["summary"].endswith(".") for rule in RULES)


def test_the_dashboard_can_be_imported() -> None:
    """Each panel has a place of its own and asks the chosen Prometheus."""
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells
        assert panel["datasource"]["uid"] == "${datasource}"
