"""Runs Stripe's own command line against the stand-in, a trigger for each event.

    npm install --prefix /tmp/stripe-cli @stripe/cli
    python packages/stripe-standin/tests/run_stripe_cli.py /tmp/stripe-cli/node_modules/.bin/stripe

Prints a line for each event and ends with status 1 if one did not come. pytest does not collect
it, because the command line is not a Python package; `test_stripe_cli.py` replays its requests.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

SOURCES = Path(__file__).parents[1] / "src"
sys.path.insert(0, str(SOURCES))

from harness.process import Process  # noqa: E402

KEY = "sk_test_of_the_command_line"
PAYMENT = ["--override", "payment_intent:payment_method=pm_card_createDispute"]
# What brings an event that has no trigger of its own, or that is wanted with money moved.
OTHERS = {
    "refund.created": ["charge.refunded"],
    "refund.updated": ["charge.refund.updated"],
    "refund.failed": [
        "charge.refunded", "--override", "payment_intent:payment_method=pm_card_refundFail",
    ],
    "charge.dispute.funds_withdrawn": ["charge.dispute.created", *PAYMENT],
    "charge.dispute.funds_reinstated": [
        "charge.dispute.updated", *PAYMENT,
        "--add", "disputes_update:evidence[uncategorized_text]=winning_evidence",
    ],
}  # fmt: skip
OWN = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "charge.refunded",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "invoice.paid",
    "invoice.payment_failed",
)


def main(program: str) -> int:
    """Triggers each event; returns the number of those that did not come, at most 1."""
    with tempfile.TemporaryDirectory() as folder, Process(Path(folder)) as process:
        process.wait_until_it_listens()
        failed = 0
        for event in (*OWN, *OTHERS):
            came = _trigger(program, process.url, event)
            failed += not came
            print(f"{'ok    ' if came else 'FAILED'} {event}", flush=True)
    return min(failed, 1)


def _trigger(program: str, url: str, event: str) -> bool:
    before = _newest(url, event)
    command = [program, "trigger", *OTHERS.get(event, [event]), "--api-base", url, "--api-key", KEY]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if "Trigger succeeded" not in ended.stdout:
        print(ended.stdout + ended.stderr, file=sys.stderr)
        return False
    deadline = time.monotonic() + 60
    while _newest(url, event) in (None, before):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def _newest(url: str, event: str = "") -> str | None:
    asked = {"limit": "1", **({"type": event} if event else {})}
    found = requests.get(f"{url}/v1/events", asked, auth=(KEY, ""), timeout=60).json()["data"]
    return str(found[0]["id"]) if found else None


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: run_stripe_cli.py PATH_OF_THE_STRIPE_PROGRAM")
    sys.exit(main(sys.argv[1]))
