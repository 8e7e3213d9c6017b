"""The page behind `hosted_invoice_url`: a failed renewal is paid with another card."""

from __future__ import annotations

from typing import Any

import pytest

from harness.page import GOOD, Browser
from harness.subscriber import Club
from stripe_standin import StandIn


@pytest.fixture
def browser(standin: StandIn) -> Browser:
    """Somebody with a browser."""
    return Browser(standin)


@pytest.fixture
def unpaid(club: Club) -> Any:
    """The open invoice of a season ticket whose card failed at the renewal."""
    subscription = club.subscribed("4000000000000341")
    club.pass_days(366)
    return club.client.v1.invoices.retrieve(club.subscription(subscription.id).latest_invoice)


def _status(club: Club, invoice: Any) -> str:
    return str(club.subscription(invoice.parent.subscription_details.subscription).status)


def test_another_card_mends_the_subscription(club: Club, browser: Browser, unpaid: Any) -> None:
    """The page says what is due; paying makes the subscription active, and renewals go on."""
    assert _status(club, unpaid) == "past_due"
    page = browser.open(unpaid.hosted_invoice_url)
    assert "$1,500.00" in page.words
    assert unpaid.number in page.words
    assert page.fields["email"]["value"] == "buyer@example.com"
    club.forget_events()
    answer = browser.press(page, "pay", **GOOD)
    assert (answer.status, "Invoice paid" in answer.words) == (200, True)
    assert club.client.v1.invoices.retrieve(unpaid.id).status == "paid"
    assert _status(club, unpaid) == "active"
    assert "invoice.paid" in club.told()
    club.pass_days(366)
    assert _status(club, unpaid) == "active"
    assert len(club.client.v1.invoices.list({"status": "paid"}).data) == 3


def test_paid_invoice_has_no_form(club: Club, browser: Browser, unpaid: Any) -> None:
    """And is not charged a second time, however it is sent."""
    page = browser.open(unpaid.hosted_invoice_url)
    browser.press(page, "pay", **GOOD)
    assert browser.press(page, "pay", **GOOD).form is None
    assert browser.open(unpaid.hosted_invoice_url).form is None
    charges = club.client.v1.charges.list().data
    assert [one.status for one in charges] == ["succeeded", "failed", "succeeded"]


def test_decline_is_told_above_the_form(club: Club, browser: Browser, unpaid: Any) -> None:
    """On the same page, which takes another card."""
    page = browser.open(unpaid.hosted_invoice_url)
    bad = {**GOOD, "card_number": "4000000000009995"}
    again = browser.press(page, "pay", **bad)
    assert "insufficient funds" in again.words
    assert _status(club, unpaid) == "past_due"
    assert "Invoice paid" in browser.press(again, "pay", **GOOD).words


def test_wrong_field_is_told_and_nothing_charged(club: Club, browser: Browser, unpaid: Any) -> None:
    """Each field has its sentence."""
    page = browser.open(unpaid.hosted_invoice_url)
    again = browser.press(page, "pay", **{**GOOD, "card_number": "4242"})
    assert "incomplete" in again.words
    assert len(club.client.v1.charges.list().data) == 2


def test_3d_secure_on_the_invoice(club: Club, browser: Browser, unpaid: Any) -> None:
    """The bank asks on the same page; refusal leads back to the form."""
    page = browser.open(unpaid.hosted_invoice_url)
    asked = browser.press(page, "pay", **{**GOOD, "card_number": "4000002500003155"})
    assert asked.buttons == ["authenticate", "fail"]
    form = browser.press(asked, "fail")
    assert "unable to authenticate" in form.words
    asked = browser.press(form, "pay", **{**GOOD, "card_number": "4000002500003155"})
    assert "Invoice paid" in browser.press(asked, "authenticate").words
    assert _status(club, unpaid) == "active"


def test_invoice_is_paid_in_process_too(club: Club, standin: StandIn, unpaid: Any) -> None:
    """`pay` and `authenticate` take an invoice's id as they take a session's."""
    assert standin.pay(unpaid.id, "4000000000000002").state == "declined"
    assert standin.pay(unpaid.id, "4000002500003155").state == "requires_action"
    assert standin.authenticate(unpaid.id).state == "paid"
    assert standin.pay(unpaid.id).state == "paid"


def test_void_invoice_says_so(club: Club, browser: Browser) -> None:
    """Nothing is due after the subscription was given up."""
    made = club.subscribe(club.member(), payment_behavior="default_incomplete")
    invoice = club.client.v1.invoices.retrieve(made.latest_invoice)
    club.pass_days(1)
    page = browser.open(invoice.hosted_invoice_url)
    assert (page.form, "void" in page.words) == (None, True)


def test_unknown_invoice_is_not_found(browser: Browser) -> None:
    """A link that leads nowhere says so."""
    assert browser.open("/i/in_none").status == 404
