"""What the doctor says of keys and money, without a clerk that runs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from integrations.payments.figures import figures
from integrations.payments.shop import Shop
from launch.environment import ROOT
from launch.examine_payment import payment_findings
from launch.examine_settings import setting_findings
from launch.findings import Verdict
from tests.payments.purchases import receive_all
from tests.stripe_wire import StripeWire


def _verdicts(shop: Shop) -> dict[str, Verdict]:
    return {finding.thing: finding.verdict for finding in payment_findings(shop)}


def test_a_dollar_goes_there_and_back_and_no_figure_knows_of_it(
    shop: Shop, stripe_wire: StripeWire
) -> None:
    """Paid, refunded, and nothing of it in the ledger when the events arrive."""
    assert _verdicts(shop) == {"test payment": Verdict.OK, "test refund": Verdict.OK}

    receive_all(shop, stripe_wire)
    assert figures(shop, since=None, until=None) == {}


def test_with_a_live_key_no_money_is_moved(shop: Shop, stripe_wire: StripeWire) -> None:
    """It says so instead."""
    settings = replace(shop.settings, stripe_secret_key="sk_live_of_the_tests")  # noqa: S106

    assert _verdicts(replace(shop, settings=settings)) == {"test payment": Verdict.NOTE}
    assert stripe_wire.list_all("/v1/payment_intents") == []


@pytest.mark.parametrize("mood", ["cut", "refuse"])
def test_a_stripe_that_does_not_pay_is_found(
    shop: Shop, stripe_wire: StripeWire, mood: str
) -> None:
    """Away or refusing: to be mended, with what to do."""
    getattr(stripe_wire, mood)()

    (finding,) = payment_findings(shop)
    assert finding.verdict is Verdict.BROKEN
    assert "docs/operations.md" in finding.detail


@pytest.mark.parametrize(("publishable", "word"), [("pk_test_a1", "ok"), ("pk_live_a1", "BROKEN")])
def test_keys_of_two_modes_are_found(publishable: str, word: str) -> None:
    """A live page with a test server takes money that nobody sees."""
    written = {"STRIPE_SECRET_KEY": "sk_test_a1", "STRIPE_PUBLISHABLE_KEY": publishable}

    said = [str(finding) for finding in setting_findings(written)]

    assert any(line.startswith(word) and "stripe's keys" in line for line in said)
    assert not any(publishable in line for line in said)


def test_the_payments_package_has_the_doctor_too() -> None:
    """As the contract names it."""
    command = [sys.executable, "-m", "integrations.payments", "--help"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "doctor" in said
