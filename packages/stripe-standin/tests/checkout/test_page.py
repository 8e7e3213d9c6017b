"""The payment page, as a browser without JavaScript sees it."""

from __future__ import annotations

import pytest

from harness.page import GOOD, Browser
from harness.shop import Shop
from stripe_standin import StandIn


@pytest.fixture
def browser(standin: StandIn) -> Browser:
    """Somebody with a browser."""
    return Browser(standin)


def test_page_shows_what_is_sold(shop: Shop, browser: Browser) -> None:
    """Item, quantity, price each, total in the currency's form, and that it is a test."""
    page = browser.open(shop.session().url)
    for words in ("TEST MODE", "Lakers vs Warriors", "Section 101", "Qty 2, $200.00 each"):
        assert words in page.words
    assert page.words.count("$400.00") >= 3
    assert "4242 4242 4242 4242" in page.words


def test_yen_have_no_decimals(shop: Shop, browser: Browser) -> None:
    """Amounts are written as the currency wants it."""
    data = {"currency": "jpy", "unit_amount": 5000, "product_data": {"name": "Sumo"}}
    page = browser.open(shop.session(line_items=[{"price_data": data, "quantity": 2}]).url)
    assert "¥10,000" in page.words


def test_form_has_the_fields_and_their_labels(shop: Shop, browser: Browser) -> None:
    """Each input that a person fills in has a label, and the browser knows what it is for."""
    page = browser.open(shop.session().url)
    names = {"card_number", "exp_date", "cvc", "email", "name"}
    assert names <= set(page.fields)
    assert names == page.labels
    assert page.buttons == ["pay"]
    assert page.fields["card_number"]["autocomplete"] == "cc-number"
    assert page.links["cancel"] == "http://127.0.0.1:5055/payments/cancel"


def test_email_of_the_session_is_filled_in(shop: Shop, browser: Browser) -> None:
    """With `customer_email` the buyer cannot change it."""
    page = browser.open(shop.session(customer_email="ann@example.com").url)
    assert page.fields["email"]["value"] == "ann@example.com"
    assert "readonly" in page.fields["email"]


def test_page_pays_and_leads_to_success_url(shop: Shop, browser: Browser) -> None:
    """303, so that the browser asks for the next page with GET."""
    session = shop.session()
    answer = browser.press(browser.open(session.url), "pay", **GOOD)
    assert answer.status == 303
    assert answer.headers["Location"].endswith(f"session_id={session.id}")
    assert shop.again(session).payment_status == "paid"


def test_decline_is_told_and_the_form_stays(shop: Shop, browser: Browser) -> None:
    """The reason, the same link, and what was typed except for the card."""
    session = shop.session()
    typed = {**GOOD, "card_number": "4000000000009995"}
    page = browser.press(browser.open(session.url), "pay", **typed)
    assert page.status == 200
    assert "insufficient funds" in page.words
    assert page.fields["email"]["value"] == "ann@example.com"
    assert page.fields["card_number"]["value"] == page.fields["cvc"]["value"] == ""
    assert "4000000000009995" not in page.html
    assert browser.press(page, "pay", **GOOD).status == 303


def test_wrong_fields_are_marked(shop: Shop, browser: Browser) -> None:
    """A sentence beside each, tied to it for those who do not see the page."""
    typed = {**GOOD, "card_number": "1234", "email": "ann"}
    page = browser.press(browser.open(shop.session().url), "pay", **typed)
    for name in ("card_number", "email"):
        assert page.fields[name]["aria-invalid"] == "true"
        assert f'id="{page.fields[name]["aria-describedby"]}"' in page.html
    assert "aria-invalid" not in page.fields["cvc"]
    assert 'role="alert"' in page.html


@pytest.mark.parametrize(("button", "status"), [("authenticate", 303), ("fail", 200)])
def test_3d_secure_step(shop: Shop, browser: Browser, button: str, status: int) -> None:
    """Two buttons: one pays, the other leads back to the form; a reload shows the step again."""
    session = shop.session()
    typed = {**GOOD, "card_number": "4000002500003155"}
    step = browser.press(browser.open(session.url), "pay", **typed)
    assert step.buttons == ["authenticate", "fail"]
    assert browser.open(session.url).buttons == ["authenticate", "fail"]
    answer = browser.press(step, button)
    assert answer.status == status
    if button == "fail":
        assert "unable to authenticate" in answer.words
        assert answer.buttons == ["pay"]


@pytest.mark.parametrize("state", ["complete", "expired"])
def test_finished_session_has_no_form(shop: Shop, browser: Browser, state: str) -> None:
    """Nothing can be paid twice or too late, and the page says so."""
    session = shop.sold() if state == "complete" else shop.session()
    url = f"/c/pay/{session.id}"
    if state == "expired":
        shop.client.v1.checkout.sessions.expire(session.id)
    page = browser.open(url)
    assert page.status == 200
    assert page.form is None
    assert not page.fields
    assert ("Payment complete" if state == "complete" else "has expired") in page.words


def test_form_sent_after_the_end(shop: Shop, browser: Browser, standin: StandIn) -> None:
    """A second click leads on; a click after the time is told that nothing was charged."""
    session = shop.session()
    page = browser.open(session.url)
    assert browser.press(page, "pay", **GOOD).status == 303
    assert browser.press(page, "pay", **GOOD).status == 303
    assert shop.told().count("charge.succeeded") == 1
    late = browser.open(shop.session().url)
    standin.clock.offset_s = 25 * 3600
    assert "nothing was charged" in browser.press(late, "pay", **GOOD).words


def test_looking_at_the_page_changes_nothing(shop: Shop, browser: Browser) -> None:
    """Chat programs open links to show a preview."""
    session = shop.session()
    for _ in range(3):
        browser.open(session.url)
    assert shop.told() == []
    assert shop.again(session).status == "open"


def test_words_of_the_merchant_are_escaped(shop: Shop, browser: Browser) -> None:
    """Markup in names is text, whoever wrote it."""
    data = {"currency": "usd", "unit_amount": 100, "product_data": {"name": "<b onclick=x>Ann"}}
    page = browser.open(shop.session(line_items=[{"price_data": data, "quantity": 1}]).url)
    assert "<b onclick" not in page.html
    typed = {**GOOD, "cvc": "1", "name": '"><script>alert(1)</script>'}
    assert "<script" not in browser.press(page, "pay", **typed).html


def test_page_loads_nothing_from_elsewhere(shop: Shop, browser: Browser, standin: StandIn) -> None:
    """A strict policy; the form may lead to success_url and nowhere else."""
    page = browser.open(shop.session().url)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:5055" in policy
    assert "<script" not in page.html
    assert standin.handle("GET", "/c/checkout.css", {}, b"")[0] == 200


@pytest.mark.parametrize("path", ["/", "/c/pay/cs_test_none", "/c/pay/x", "/favicon.ico"])
def test_unknown_page_is_404(browser: Browser, path: str) -> None:
    """With a sentence for whoever mistyped a link."""
    page = browser.open(path)
    assert page.status == 404
    assert "check the link" in page.words


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"a=" * 500, b"attempt=" + b"x" * 9000])
def test_unreadable_form_is_an_empty_one(standin: StandIn, shop: Shop, body: bytes) -> None:
    """Whatever is posted, the answer is the form again."""
    path = f"/c/pay/{shop.session().id}"
    status, _, answer = standin.handle("POST", path, {}, body)
    assert status == 200
    assert b"Please enter the card number." in answer
