"""docs/payments.md: every topic of the guide is there, and what it says is what a test does."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import ROOT, standin_server
from ticket_clerk.ticketing.domain.stripe_objects import MEANINGS

PAGE = (ROOT / "docs" / "payments.md").read_text(encoding="utf-8")
# The guide's headings in its order; "Stripe Payment Integration" is the page itself.
GUIDE = """
Overview
Quick Start
1. Configure Stripe Credentials
2. Get Your Stripe Keys
3. Set Up Webhooks
4. Test the Integration
Payment Methods
1. Payment Intent (Direct Payment)
2. Checkout Session (Hosted Payment)
API Endpoints
Create Payment Intent
Create Checkout Session
Get Payment Status
Cancel Payment
Refund Payment
Create Customer
Get Customer
Webhook Handler
Integration with Messaging Agent
Initiate Payment in Chat
Handle Payment Webhooks
Payment Statuses
Security Best Practices
1. Never Expose Secret Keys
2. Always Verify Webhooks
3. Use Idempotency Keys
Testing
Test Cards
Test Webhooks
Common Use Cases
1. Ticket Purchase
2. Seat Upgrade
3. Subscription (Season Tickets)
Troubleshooting
Payment Fails
Webhook Not Receiving Events
Refund Not Processing
Monitoring & Analytics
Success Checklist
You're Ready!
""".strip().splitlines()
CITATION = re.compile(r"`((?:packages/stripe-standin/)?tests/[\w/]+\.py)::(test_\w+)`")
# What the page leaves to its reader: a recurring price of their own.
PRELUDE = """
import os

import stripe

client = stripe.StripeClient(
    os.environ["STRIPE_SECRET_KEY"], base_addresses={"api": os.environ["STRIPE_API_BASE"]}
)
yearly = {"currency": "usd", "unit_amount": 150000, "recurring": {"interval": "year"}}
named = {"product_data": {"name": "Lakers season ticket"}}
season_price = client.v1.prices.create({**yearly, **named}).id
"""


def _sections() -> dict[str, str]:
    """Each heading with the text until the next one."""
    parts = re.split(r"(?m)^#{2,3} (.+)$", PAGE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _pages() -> Iterator[tuple[str, str]]:
    for path in [ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]:
        yield path.name, path.read_text(encoding="utf-8")


def test_every_topic_of_the_guide_has_its_paragraph_in_its_order() -> None:
    """Whoever knows the guide finds the way here."""
    assert list(_sections()) == GUIDE


@pytest.mark.parametrize("heading", [h for h in GUIDE if h not in ("Quick Start",)])
def test_every_topic_says_something_and_names_a_test(heading: str) -> None:
    """A heading above others may leave that to them."""
    text = _sections()[heading]
    has_parts = heading in (
        *("Payment Methods", "Integration with Messaging Agent", "Security Best Practices"),
        *("Testing", "Common Use Cases", "Troubleshooting", "4. Test the Integration"),
    )
    assert has_parts or CITATION.search(text)


@pytest.mark.parametrize(
    ("page", "path", "name"),
    sorted({(page, *cited) for page, text in _pages() for cited in CITATION.findall(text)}),
)
def test_every_test_that_a_page_names_exists(page: str, path: str, name: str) -> None:
    """Renamed or moved, it is renamed on the page, too."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, page


def test_the_table_of_statuses_is_that_of_the_code() -> None:
    """All seven, each with the sentence for the buyer and with something to do."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    table = page.partition("## Statuses of a payment")[2].partition("\n## ")[0]
    rows = re.findall(r"(?m)^\| `(\w+)` \| (.+?) \| .+ \|$", table)

    assert dict(rows) == dict(MEANINGS)


@pytest.mark.live
def test_the_python_of_the_payments_page_does_what_it_says(tmp_path: Path) -> None:
    """Its blocks as one program, from an empty folder, against the stand-in."""
    blocks = re.findall(r"(?ms)^```python\n(.*?)^```$", PAGE)
    assert len(blocks) >= 7
    with standin_server(tmp_path) as url:
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "STRIPE_SECRET_KEY": "sk_test_of_the_page",
            "STRIPE_WEBHOOK_SECRET": "whsec_of_the_page",
            "STRIPE_API_BASE": url,
        }
        command = [sys.executable, "-c", "\n".join([PRELUDE, *blocks])]
        done = subprocess.run(
            command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
        )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "path", sorted((ROOT / "ticket_clerk/cli/doctor").glob("*.py")), ids=lambda p: p.name
)
def test_what_the_doctor_points_to_is_there(path: Path) -> None:
    """ "See docs/…, Heading" leads to a page that has it."""
    text = re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8"))
    for page, heading in re.findall(r"see (docs/\w+\.md)(?:, ([A-Z][\w ]+))?", text, re.IGNORECASE):
        content = (ROOT / page).read_text(encoding="utf-8")
        assert not heading or f"# {heading.strip()}\n" in content


@pytest.mark.parametrize(
    "line",
    sorted(
        set(
            re.findall(
                r"`([a-z'. ]+)`",
                "\n".join(
                    row.rpartition("|")[0].rpartition("|")[2]
                    for row in _sections()["Success Checklist"].splitlines()
                    if row.startswith("| ")
                ),
            )
        )
    ),
)
def test_the_checklist_names_lines_that_the_doctor_has(line: str) -> None:
    """A line that is renamed is renamed in the list."""
    sources = "".join(path.read_text() for path in (ROOT / "ticket_clerk/cli/doctor").glob("*.py"))

    assert f'"{line}"' in sources
