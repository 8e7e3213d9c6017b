"""The OpenAPI document: it says what the server does, and people can read it."""

from __future__ import annotations

import json
import re
import subprocess
import uuid
from pathlib import Path

import pytest
import requests
from sanic import Sanic

from tests.channels.chromium import PROGRAM, Chromium
from tests.http.api import Api
from tests.servers import ROOT, TOKEN
from ticket_clerk.http.blueprint import make_blueprint
from ticket_clerk.http.openapi import document
from ticket_clerk.http.rate_limits import RateLimiter
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.stripe_objects import MEANINGS

pytestmark = pytest.mark.sqlite_only

# Pages for people, Stripe's own door and what says that the server lives.
NOT_IN_THE_DOCUMENT = {"webhook", "success", "cancel", "health", "openapi.json", "docs"}


def test_every_route_is_in_the_document_and_no_other(container: Container) -> None:
    """Methods and addresses are those of the server."""
    app = Sanic(f"openapi_{uuid.uuid4().hex}", configure_logging=False)
    app.blueprint(make_blueprint(container, lambda: None, RateLimiter(container.settings)))
    routes = {
        (method.lower(), "/" + re.sub(r"<(\w+):str>", r"{\1}", route.path).strip("/"))
        for route in app.router.routes
        for method in route.methods
        if route.path.removeprefix("payments/") not in NOT_IN_THE_DOCUMENT
        and not route.path.startswith("payments/tickets/<name:")
    }

    described = {
        (method, path) for path, methods in document()["paths"].items() for method in methods
    }
    assert described == routes


def test_the_document_is_public_and_says_what_wants_the_token(api: Api) -> None:
    """Everything but the catalog and the keys of tickets."""
    said = requests.get(f"{api.url}/payments/openapi.json", timeout=60).json()

    assert said["openapi"].startswith("3.0")
    public = [
        path
        for path, methods in said["paths"].items()
        for operation in methods.values()
        if not operation["security"]
    ]
    assert public == ["/payments/tickets/keys", "/payments/shows"]


def test_people_can_read_it_without_a_script(api: Api) -> None:
    """One section an address, under a policy that lets nothing in."""
    page = requests.get(f"{api.url}/payments/docs", timeout=60)

    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "<script" not in page.text
    for path in document()["paths"]:
        assert f"<code>{path}</code>" in page.text


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome on this machine")
def test_on_a_phone_nothing_of_it_runs_off_the_page(api: Api) -> None:
    """With every section open, 390 pixels are enough."""
    browser = Chromium()
    try:
        phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
        browser.call("Emulation.setDeviceMetricsOverride", **phone)
        browser.open(f"{api.url}/payments/docs")
        browser.wait_for("document.readyState === 'complete' && !!document.querySelector('nav')")
        browser.read("document.querySelectorAll('details').forEach(part => part.open = true)")

        assert browser.read("document.documentElement.scrollWidth") == 390
    finally:
        browser.close()


def test_the_page_in_docs_has_every_address_and_field() -> None:
    """And each status of a payment with what it means to the buyer."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")

    for path, methods in document()["paths"].items():
        for method in methods:
            assert re.search(rf"`{method.upper()} {re.escape(path)}[`?]", page), path
    for name in ("Intent", "Refund", "Customer", "Subscription", "Order", "Figures"):
        for field in document()["components"]["schemas"][name]["properties"]:
            assert f"`{field}`" in page, f"{name}.{field}"
    for status, meaning in MEANINGS.items():
        assert f"| `{status}` | {meaning} |" in page


def _schemathesis(schema: str, *options: str) -> subprocess.CompletedProcess[str]:
    subprocess.run(["sh", "tools/isolated.sh", "schemathesis"], cwd=ROOT, check=True)
    command = [
        str(ROOT / ".schemathesis/bin/st"),
        *("--config-file", str(ROOT / "schemathesis.toml")),
        *("run", schema, "--header", f"Authorization: Bearer {TOKEN}"),
        *("--max-examples", "20", "--seed", "1", "--request-timeout", "60", "--no-color", *options),
    ]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=1500)


def test_schemathesis_finds_no_violation(api: Api) -> None:
    """Thousands of requests, right and wrong ones, alone and one after the other."""
    run = _schemathesis(f"{api.url}/payments/openapi.json")

    assert run.returncode == 0, run.stdout[-6000:]


def test_schemathesis_finds_a_document_that_is_wrong(api: Api, tmp_path: Path) -> None:
    """Negative control: a document that promises another answer does not pass."""
    wrong = json.loads(json.dumps(document()))
    wrong["components"]["schemas"]["Show"]["required"].append("dress_code")
    wrong["servers"] = [{"url": api.url}]
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(wrong))

    run = _schemathesis(
        str(file),
        "--url",
        api.url,
        "--phases",
        "examples,coverage",
        "--include-path",
        "/payments/shows",
    )

    assert run.returncode == 1
    assert "dress_code" in run.stdout
