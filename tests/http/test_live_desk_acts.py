"""What operators do at the desk: once, by the services that the API calls, and written down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests
import sqlalchemy as sa

from tests.http.desk import Browser, operators_desk
from tests.http.ticket_desk import TicketDesk
from tests.mail_double import MailDouble, mail_server
from tests.operators_double import OperatorsDouble
from tests.plugin.host import pay
from tests.servers import standin_server
from tests.waiting import wait_until
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import handoffs, outbox, webhook_events
from ticket_clerk.ticketing.desk import acts
from ticket_clerk.ticketing.domain.models import (
    Buyer,
    HandoffReason,
    MessageKind,
    Order,
    OrderStatus,
)
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.handoffs import handover
from ticket_clerk.ticketing.notifications.delivery import mark_delivered
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import refresh_order, start_checkout
from ticket_clerk.ticketing.show_changes import find_show
from ticket_clerk.ticketing.subscriptions.season_tickets import (
    start_season_ticket,
    subscription_of,
)
from ticket_clerk.ticketing.tickets.replacement import set_holder

ANN = Buyer("web", "ann")
DISPUTED = "4000000000000259"


@pytest.fixture(scope="module")
def stripe_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The stand-in Stripe, which delivers no webhooks."""
    with standin_server(tmp_path_factory.mktemp("standin")) as url:
        yield url


@pytest.fixture(scope="module")
def post() -> Iterator[MailDouble]:
    """A mail server."""
    with mail_server() as double:
        yield double


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory, stripe_url: str, post: MailDouble
) -> Iterator[TicketDesk]:
    """A server with the desk, mail, and somebody who is told of handoffs."""
    operators = OperatorsDouble()
    folder = tmp_path_factory.mktemp("desk")
    changes = {"OPERATOR_WEBHOOK_URL": operators.url, **post.environ}
    with operators_desk(folder, stripe_url, **changes) as desk:
        yield desk
    operators.close()


@pytest.fixture(scope="module")
def shop(desk: TicketDesk) -> Container:
    """The shop behind it."""
    return desk.shop


@pytest.fixture(scope="module")
def kim(desk: TicketDesk) -> Browser:
    """An operator who may act."""
    browser = Browser(desk.url)
    browser.log_in("kim")
    return browser


def _order(shop: Container, buyer: Buyer = ANN) -> Order:
    return start_checkout(shop, buyer, show_id="lakers-warriors", section_id="101", quantity=2)


def _buy(shop: Container, card: str = "4242424242424242") -> Order:
    order = _order(shop)
    pay(str(order.checkout_url), card)
    return refresh_order(shop, ANN, order.id)


def _refunds(stripe_url: str, payment_id: str | None) -> list[int]:
    answer = requests.get(
        f"{stripe_url}/v1/refunds",
        params={"payment_intent": payment_id},
        auth=("sk_test_reader", ""),
        timeout=60,
    )
    return [refund["amount"] for refund in answer.json()["data"]]


def _last_act(shop: Container, kind: str) -> tuple[str, str, str | None]:
    act = next(act for act in acts.latest_acts(shop) if act.kind == kind)
    return act.operator, act.subject, act.outcome


def test_a_refund_ends_tickets_and_gives_money_back(
    shop: Container, kim: Browser, stripe_url: str
) -> None:
    """By the amount; the order says so, and the page where the form leads to."""
    order = _buy(shop)
    path = f"/payments/{order.payment_intent_id}/refund"

    answer = kim.act(path, path, amount="200.00", quantity="", reason="duplicate")

    assert answer.headers["Location"] == f"/payments/admin/orders/{order.id}?done=refund"
    assert _refunds(stripe_url, order.payment_intent_id) == [20000]
    assert queries.any_order(shop, order.id).tickets_left == 1
    assert _last_act(shop, "refund") == ("kim", order.id, "done")
    page = kim.page(f"/orders/{order.id}?done=refund").text
    assert "The refund is on its way" in page
    assert "kim: refund 200.00 of pi_" in page


def test_a_show_is_called_off_by_who_writes_its_id(shop: Container, kim: Browser) -> None:
    """A click alone is not enough; its page then says how far the money is."""
    show = "swan-lake-evening"
    path = f"/shows/{show}"
    refused = kim.act(f"{path}/call-off", path, confirm="swan")
    assert (refused.status_code, find_show(shop, show).change) == (400, None)

    answer = kim.act(f"{path}/call-off", path, confirm=show)

    assert answer.headers["Location"] == f"/payments/admin{path}?done=call_off"
    assert not find_show(shop, show).is_on_sale
    assert _last_act(shop, "call_off") == ("kim", show, "done")
    page = kim.page(f"{path}?done=call_off").text
    assert "called off at" in page
    assert "0 of 0" in page


def test_a_show_is_moved_by_its_form(shop: Container, kim: Browser) -> None:
    """Where to is on the record; a moment without its offset could be another one."""
    path = "/shows/swan-lake-matinee"
    form = {"venue": "The Barn", "city": "Chicago", "refund_until": "2031-03-01T00:00:00-06:00"}
    refused = kim.act(f"{path}/move", path, starts_at="2031-03-08 14:00", **form)
    assert refused.status_code == 400

    moved = kim.act(f"{path}/move", path, starts_at="2031-03-08T14:00:00-06:00", **form)

    assert moved.headers["Location"] == f"/payments/admin{path}?done=move"
    assert _last_act(shop, "move") == ("kim", "swan-lake-matinee", "done")
    page = kim.page(path).text
    assert "moved at" in page
    assert "2031-03-08 14:00" in page


def test_a_refund_that_is_sent_again_is_made_once(
    shop: Container, kim: Browser, stripe_url: str
) -> None:
    """A double click, a reload, at once or later; another sum under the same form is refused."""
    order = _buy(shop)
    path = f"/payments/{order.payment_intent_id}/refund"
    form = {**kim.fields(path), "amount": "200.00", "quantity": "1", "reason": "duplicate"}

    with ThreadPoolExecutor(8) as pool:
        sent = pool.map(lambda _: kim.submit(path, **form).status_code, range(8))
        statuses = list(sent)
    again = kim.submit(path, **form)
    other = kim.submit(path, **{**form, "amount": "100.00"})

    assert set(statuses) == {303}
    assert again.status_code == 303
    assert other.status_code == 409
    assert _refunds(stripe_url, order.payment_intent_id) == [20000]


def test_two_forms_are_two_refunds(shop: Container, kim: Browser, stripe_url: str) -> None:
    """The control: it is the form's key that makes a repetition one."""
    order = _buy(shop)
    path = f"/payments/{order.payment_intent_id}/refund"

    for _ in range(2):
        kim.act(path, path, amount="100.00", quantity="0", reason="duplicate")

    assert _refunds(stripe_url, order.payment_intent_id) == [10000, 10000]


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"amount": "400.01"}, 400, "more than is left"),
        ({"amount": "-1"}, 400, "amount"),
        ({"amount": "1e9"}, 400, "amount"),
        ({"quantity": "3"}, 400, "0 to 2 tickets"),
        ({"quantity": "<b>"}, 400, "whole number"),
        ({"reason": "<script>"}, 400, "reason must be"),
    ],
)
def test_a_refund_that_cannot_be_is_refused_with_a_sentence(
    shop: Container,
    kim: Browser,
    stripe_url: str,
    form: dict[str, str],
    status: int,
    said: str,
) -> None:
    """And nothing is given back."""
    order = _buy(shop)
    path = f"/payments/{order.payment_intent_id}/refund"

    answer = kim.act(path, path, **form)

    assert (answer.status_code, said in answer.text) == (status, True)
    assert "<script>" not in answer.text
    assert _refunds(stripe_url, order.payment_intent_id) == []


def test_money_that_is_nobodys_goes_back(shop: Container, kim: Browser, stripe_url: str) -> None:
    """A payment at Stripe that no order is for: the page has it from Stripe."""
    body = {"amount": "5000", "currency": "usd", "confirm": "true"}
    body |= {"payment_method": "pm_card_visa", "return_url": "https://shop.example/"}
    made = requests.post(
        f"{stripe_url}/v1/payment_intents", data=body, auth=("sk_test_standin", ""), timeout=60
    ).json()
    path = f"/payments/{made['id']}/refund"
    assert "$50.00, succeeded" in kim.page(path).text

    answer = kim.act(path, path, amount="", reason="requested_by_customer")

    assert answer.headers["Location"] == "/payments/admin/review?done=refund"
    assert _refunds(stripe_url, made["id"]) == [5000]
    assert _last_act(shop, "refund") == ("kim", made["id"], "done")


def test_an_unpaid_order_is_canceled_and_its_seats_are_free(shop: Container, kim: Browser) -> None:
    """A paid one is not, and says why."""
    order, paid = _order(shop, Buyer("web", "cleo")), _buy(shop)

    kim.act(f"/orders/{order.id}/cancel", f"/orders/{order.id}")
    refused = kim.act(f"/orders/{paid.id}/cancel", f"/orders/{paid.id}")

    assert queries.any_order(shop, order.id).status is OrderStatus.CANCELED
    with shop.database.read() as conn:
        holds = sa.select(schema.holds.c.order_id)
        assert order.id not in set(conn.execute(holds).scalars())
    assert refused.status_code == 409
    assert queries.any_order(shop, paid.id).status is OrderStatus.PAID
    assert _last_act(shop, "cancel") == ("kim", paid.id, "order_not_cancelable")


def test_the_seats_of_an_unpaid_order_are_released_once(shop: Container, kim: Browser) -> None:
    """The form sent twice does it once; another one finds nothing to release, and says so."""
    order = _order(shop, Buyer("web", "rhea"))
    at = f"/orders/{order.id}"
    assert "Release its seats" in kim.page(at).text
    form = kim.fields(at)

    for _ in range(2):
        assert kim.submit(f"{at}/release", **form).headers["Location"].endswith("done=release")

    assert not queries.any_order(shop, order.id).is_held
    assert _last_act(shop, "release") == ("kim", order.id, "done")
    assert "Release its seats" not in kim.page(at).text
    refused = kim.act(f"{at}/release", at)
    assert (refused.status_code, "Nothing is held" in refused.text) == (409, True)
    assert _last_act(shop, "release") == ("kim", order.id, "wrong_state")


def test_an_order_is_found_by_the_name_on_a_ticket(
    desk: TicketDesk, shop: Container, kim: Browser
) -> None:
    """It is ours; the buyer's own name only Stripe has."""
    order = _buy(shop)
    set_holder(shop, desk.tickets(order)[0].id, "Ludmila Horváth")

    found = kim.page("/orders?q=ludmila horváth").headers["Location"]

    assert found == f"/payments/admin/orders/{order.id}"


def test_a_season_ticket_ends_with_its_period(shop: Container, kim: Browser) -> None:
    """As in the chat; the page says until when it is good."""
    buyer = Buyer("web", "hana")
    order = start_season_ticket(shop, buyer, season_ticket_id="lakers-season")
    pay(str(order.checkout_url))
    refresh_order(shop, buyer, order.id)

    kim.act(f"/orders/{order.id}/end-season", f"/orders/{order.id}")

    subscription = subscription_of(shop, order.id)
    assert subscription is not None
    assert subscription.cancel_at_period_end
    assert "then it ends" in kim.page(f"/orders/{order.id}").text
    assert _last_act(shop, "end_season") == ("kim", order.id, "done")


def test_a_ticket_whose_link_was_stolen_is_replaced_once(
    desk: TicketDesk, shop: Container, kim: Browser
) -> None:
    """The old code ends; sent again, the form replaces nothing more."""
    order = _buy(shop)
    stolen, other = desk.tickets(order)
    form = kim.fields(f"/orders/{order.id}")

    for _ in range(2):
        assert kim.submit(f"/tickets/{stolen.id}/replace", **form).status_code == 303

    assert desk.check(desk.code(stolen))["ticket"]["status"] == "replaced"
    after = {ticket.id for ticket in desk.tickets(order)}
    assert len(after) == 2
    assert other.id in after
    assert stolen.id not in after
    assert _last_act(shop, "replace") == ("kim", order.id, "done")


def test_tickets_are_mailed_from_the_desk(shop: Container, kim: Browser, post: MailDouble) -> None:
    """To the payment's address, by the server's own worker, once in an hour."""
    order = _buy(shop)
    at = f"/orders/{order.id}"

    assert kim.act(f"{at}/mail", at).status_code == 303
    wait_until(lambda: post.mails, "the mail")

    ((to, mail),) = post.mails
    assert (to, len(list(mail.iter_attachments()))) == (["ann@example.com"], 2)
    assert kim.act(f"{at}/mail", at).status_code == 409


def test_the_box_office_sells_once_and_takes_back(
    desk: TicketDesk, shop: Container, kim: Browser
) -> None:
    """The form sent twice is one order, with links to its tickets; they can be taken back."""
    form = {
        **kim.fields("/sell"),
        "section": "lakers-warriors/101",
        "quantity": "2",
        "paid": "elsewhere",
        "holder": "Bo",
    }
    places = {kim.submit("/sell", **form).headers["Location"] for _ in range(2)}

    (place,) = places
    path = place.partition("/payments/admin")[2].partition("?")[0]
    page = kim.page(path).text
    assert "paid at the box office" in page
    assert page.count('href="/payments/tickets/tkt_') == 2
    order_id = path.rpartition("/")[2]
    assert _last_act(shop, "sell") == ("kim", order_id, "done")

    kim.act(f"/orders/{order_id}/take-back", path)
    assert {one.status.value for one in desk.tickets(queries.any_order(shop, order_id))} == {
        "refunded"
    }
    assert kim.submit("/sell", **{**form, "key": "k" * 20, "quantity": "x"}).status_code == 400


def test_a_name_is_put_on_a_ticket_at_the_desk(
    desk: TicketDesk, shop: Container, kim: Browser
) -> None:
    """Shown there from then on; the act, which is kept for good, has none."""
    order = _buy(shop)
    ticket, _ = desk.tickets(order)
    at = f"/orders/{order.id}"

    kim.act(f"/tickets/{ticket.id}/holder", at, holder="Ana Pérez")

    assert "Ana Pérez" in kim.page(at).text
    assert desk.tickets(order)[0].holder == "Ana Pérez"
    assert _last_act(shop, "name_holder") == ("kim", order.id, "done")
    assert "Pérez" not in str(acts.latest_acts(shop))
    assert kim.act(f"/tickets/{ticket.id}/holder", at, holder="<b>").status_code == 400


def test_what_was_parked_is_tried_again(shop: Container, kim: Browser) -> None:
    """All of it, as by the command."""
    order = _buy(shop)
    table = schema.outbox
    with shop.database.begin() as conn:
        parked = {"parked_at": shop.now(), "last_error": "rasa_unavailable"}
        conn.execute(sa.update(table).where(table.c.order_id == order.id).values(parked))
    page = kim.page("/review").text
    assert order.id in page
    assert "rasa_unavailable" in page

    kim.act("/notifications/resend", "/review")

    with shop.database.read() as conn:
        assert set(conn.execute(sa.select(table.c.parked_at)).scalars()) == {None}
    assert _last_act(shop, "resend")[2] == "done"


def test_an_event_that_failed_is_taken_again(shop: Container, kim: Browser) -> None:
    """As Stripe has it: the order is paid then."""
    order = _order(shop, Buyer("web", "dora"))
    pay(str(order.checkout_url))
    now = shop.now()
    completed = shop.stripe.list_events(
        ["checkout.session.completed"], now - timedelta(hours=1), now + timedelta(hours=1)
    )
    event = next(one for one in completed if one.object_id == order.checkout_session_id)
    with shop.database.begin() as conn:
        webhook_events.record_failure(conn, event, "database_unavailable", now=now)
    assert event.id in kim.page("/review").text

    kim.act(f"/events/{event.id}/replay", "/review")

    assert queries.any_order(shop, order.id).status is OrderStatus.PAID
    assert event.id not in kim.page("/review").text


def test_an_event_that_stripe_does_not_know_stays_and_says_so(
    shop: Container, kim: Browser
) -> None:
    """With the code; the act is written down as what it was."""
    answer = kim.act("/events/evt_made_up/replay", "/review")

    assert answer.status_code == 409
    assert "not_found" in answer.text
    assert _last_act(shop, "replay") == ("kim", "evt_made_up", "wrong_state")


def test_what_was_seen_to_waits_no_longer(shop: Container, kim: Browser) -> None:
    """The event goes from the list; a second time there is nothing to see to."""
    with shop.database.begin() as conn:
        values = {
            "webhook_event_id": "evt_foreign",
            "type": "checkout.session.completed",
            "object_id": "cs_foreign",
            "livemode": False,
            "created_at": shop.now(),
            "received_at": shop.now(),
            "source": "webhook",
            "attempts": 1,
            "outcome": "foreign_session",
        }
        conn.execute(sa.insert(schema.webhook_events).values(values))
    assert "cs_foreign" in kim.page("/review").text

    assert kim.act("/events/evt_foreign/close", "/review").status_code == 303
    assert "cs_foreign" not in kim.page("/review").text
    assert kim.act("/events/evt_foreign/close", "/review").status_code == 409


def test_a_dispute_is_there_with_its_deadline(shop: Container, kim: Browser) -> None:
    """From Stripe, the next one first, with the order that it is about."""
    order = _buy(shop, DISPUTED)
    reconcile(shop)

    page = kim.page("/review").text

    row = next(row for row in page.split("<tr>") if order.id in row and "needs response" in row)
    assert re.search(r"<time datetime=\"20\d\d-", row)


def _handoff(shop: Container, sender: str) -> str:
    handoff = handover.hand_over(shop, Buyer("web", sender), HandoffReason.ASKED)
    assert handoff is not None
    return handoff.id


def test_a_buyer_is_answered_once_and_given_back_to_the_bot(shop: Container, kim: Browser) -> None:
    """In the operator's own name, as over the API."""
    handoff_id = _handoff(shop, "eve")
    page = f"/handoffs/{handoff_id}"
    assert handoff_id in kim.page("/review").text
    form = {**kim.fields(page), "text": "Hello,\r\n<b>Eve</b>"}

    for _ in range(2):
        assert kim.submit(f"{page}/reply", **form).status_code == 303
    kim.act(f"{page}/give-back", page)
    late = kim.act(f"{page}/reply", page, text="Too late")

    with shop.database.read() as conn:
        said = conn.execute(sa.select(schema.handoff_messages)).all()
        (message,) = [row for row in said if row.handoff_id == handoff_id]
        closed = handoffs.find_handoff(conn, handoff_id)
    assert (message.operator, message.text) == ("kim", "Hello,\n<b>Eve</b>")
    assert closed is not None
    assert closed.closed_at is not None
    assert late.status_code == 409
    assert handoff_id not in kim.page("/review").text


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_reply_of_nothing_or_too_much_is_refused(
    shop: Container, kim: Browser, text: str
) -> None:
    """The field says what is wrong."""
    handoff_id = _handoff(shop, "finn")
    page = f"/handoffs/{handoff_id}"

    assert kim.act(f"{page}/reply", page, text=text).status_code == 400


def test_who_may_only_look_sees_all_and_no_button(desk: TicketDesk, kim: Browser) -> None:
    """Nothing that would be refused is offered."""
    order, handoff_id = _buy(desk.shop), _handoff(desk.shop, "gus")
    jo = Browser(desk.url)
    jo.log_in("jo")

    for path in (
        "/review",
        f"/orders/{order.id}",
        f"/handoffs/{handoff_id}",
        f"/payments/{order.payment_intent_id}/refund",
    ):
        assert jo.page(path).text.count("<form") == 1  # to log out
        assert kim.page(path).status_code == 200
    assert kim.page(f"/handoffs/{handoff_id}").text.count("<form") == 3


def test_a_show_is_added_at_the_desk_and_what_is_wrong_is_said_at_its_field(
    shop: Container, kim: Browser
) -> None:
    """Nothing that was written is lost; the act says what was added, and by whom."""
    at, sections = "/catalog/show", "all; All seats; 30.00; 5"
    show = {"id": "macbeth", "name": "Macbeth", "venue": "Elm Hall", "city": "Boston"}
    show["starts_at"] = "2031-02-01T20:00:00-05:00"

    wrong = kim.act(at, at, **show, sections="all; All seats; 30.00; many")
    assert wrong.status_code == 400
    said = '<p class="wrong" id="sections-problem">sections all: seats must be a whole number'
    assert said in wrong.text
    assert 'value="Elm Hall"' in wrong.text
    assert _last_act(shop, "add_show") == ("kim", "macbeth", "config_error")

    answer = kim.act(at, at, **show, sections=sections)
    assert answer.headers["Location"] == "/payments/admin/catalog?done=add_show"
    assert _last_act(shop, "add_show") == ("kim", "macbeth", "done")
    assert [one.id for one in queries.catalog(shop).shows if one.name == "Macbeth"] == ["macbeth"]
    assert sections in kim.page("/catalog/show?id=macbeth").text


def test_a_show_has_numbered_seats_and_the_act_says_what_changed_of_it(
    shop: Container, kim: Browser
) -> None:
    """Rows beside plain numbers of seats; a row that is there twice is refused at the field."""
    at, rows = "/catalog/show", "a; Stalls; 30.00; A: 2, B: 3"
    show = {"id": "lear", "name": "Lear", "venue": "Elm Hall", "city": "Boston"}
    show["starts_at"] = "2031-02-01T20:00:00-05:00"
    for wrong in ("A: 2, A: 3", "A: none", "A:", ": 2", "A: 2: 3"):
        refused = kim.act(at, at, **show, sections=f"a; Stalls; 30.00; {wrong}")
        assert 'id="sections-problem">sections a: rows must be names' in refused.text, wrong

    assert kim.act(at, at, **show, sections=f"{rows}\nb; Pit; 20.00; 5").status_code == 303
    (lear,) = [one for one in queries.catalog(shop).shows if one.id == "lear"]
    assert [part.rows for part in lear.sections] == [(), (("A", 2), ("B", 3))]
    assert f"{rows}\nb; Pit; 20.00; 5" in kim.page(f"{at}?id=lear").text

    anew = {**show, "sections": "a; Stalls; 35.00; A: 2, B: 4", "replaced": "lear"}
    assert kim.act(at, f"{at}?id=lear", **anew).headers["Location"].endswith("change_show")
    said = (
        "sections: a; Stalls; 30.00; A: 2, B: 3 / b; Pit; 20.00; 5 → a; Stalls; 35.00; A: 2, B: 4"
    )
    assert said == acts.latest_acts(shop)[0].detail


def test_a_question_of_ones_own_is_answered_at_the_desk_and_taken_back(
    shop: Container, kim: Browser
) -> None:
    """What is wrong is said at its field; the act says what was asked and answered before."""
    at, place = "/catalog/question", {"scope": "venue", "place": "Crypto.com Arena"}
    page, facts = (f"{path}?scope=venue&place=Crypto.com+Arena" for path in (at, "/catalog/facts"))
    asked = {"id": "wifi", "questions_en": "is there wifi\r\n\r\nwhat is the password"}
    wrong = kim.act(at, page, **place, **asked)
    assert (wrong.status_code, "what is the password</textarea>" in wrong.text) == (400, True)
    assert 'id="text-problem">answer must be a text' in wrong.text

    form = {**kim.fields(page), **place, **asked, "text_": "No wifi."}
    for _ in range(2):
        assert kim.submit(at, **form).headers["Location"].endswith("done=put_question")
    assert "question: wifi" in kim.page(facts).text
    assert "question: wifi" in kim.page("/catalog").text
    assert "what is the password</textarea>" in kim.page(f"{page}&id=wifi").text

    kim.act(at, page, **place, **{**asked, "text_": "Yes, free."})
    last = acts.latest_acts(shop)[0]
    assert (last.kind, last.detail) == (
        "put_question",
        "venue, wifi: answer: No wifi. → Yes, free.",
    )
    back = {**place, "kind": "question", "fact": "own-wifi"}
    assert kim.act("/catalog/take-back", facts, **back).status_code == 303
    assert "question: wifi" not in kim.page(facts).text


def test_a_fact_and_a_closed_sale_are_changed_once_a_form_and_taken_back(
    shop: Container, kim: Browser
) -> None:
    """The page says what comes from the file and what from the desk."""
    show = "lakers-warriors"
    at = f"/catalog/facts?scope=show&place={show}"
    form = {**kim.fields(at), "scope": "show", "place": show, "fact": "age", "text_": "from 6"}
    for _ in range(2):
        answer = kim.submit("/catalog/facts", **form)
        assert answer.headers["Location"].endswith(f"place={show}&done=put_fact")
    assert _last_act(shop, "put_fact") == ("kim", show, "done")
    assert "changed at the desk by kim" in kim.page(at).text
    assert "age must be a text" in kim.submit("/catalog/facts", **{**form, **_new(kim, at)}).text

    kim.act(f"/shows/{show}/close-sale", "/catalog")
    assert show not in [one.id for one in queries.catalog(shop).shows]
    for kind, fact in (("sale", ""), ("fact", "age")):
        back = {"kind": kind, "scope": "show", "place": show, "fact": fact}
        kim.act("/catalog/take-back", "/account", **back)
    assert show in [one.id for one in queries.catalog(shop).shows]
    assert "Nothing: all is as it was written." not in kim.page("/catalog").text
    assert "changed at the desk" not in kim.page(at).text


def _new(kim: Browser, at: str) -> dict[str, str]:
    return {"key": kim.fields(at)["key"], "text_": ""}


def test_a_notification_is_told_again_by_a_button_and_the_act_says_so(
    shop: Container, kim: Browser
) -> None:
    """The form sent twice makes one of it; what is on its way has no button."""
    order = _order(shop, Buyer("web", "told"))
    with shop.database.begin() as conn:
        outbox.enqueue(conn, order, MessageKind.PAYMENT_CONFIRMED, now=shop.now())
        (message,) = outbox.list_unread(conn, order.buyer)
    at, button = f"/orders/{order.id}", "Tell it again"
    assert button not in kim.page(at).text
    mark_delivered(shop, [message.id])
    assert button in kim.page(at).text

    form = {**kim.fields(at), "told": "yes"}
    for _ in range(2):
        answer = kim.submit(f"/notifications/{message.id}/again", **form)
        assert answer.headers["Location"] == f"/payments/admin{at}?done=tell_again"
    with shop.database.read() as conn:
        assert len(outbox.list_of_order(conn, order)) == 2
    assert _last_act(shop, "tell_again") == ("kim", order.id, "done")
    assert f"{message.id}: will be told again" in kim.page(at).text
    for told in ("no", "yes"):
        other = kim.act("/notifications/msg_unknown/again", at, told=told)
        assert other.status_code == 400


def test_a_dispute_is_answered_from_its_page_once(shop: Container, kim: Browser) -> None:
    """The page shows what is sent; who only looks sees it; the act keeps no text of it."""
    order = _buy(shop, DISPUTED)
    refresh = next(d for d in shop.stripe.list_disputes(order.created_at))
    at = f"/disputes/{refresh.id}"
    assert refresh.id in kim.page("/review").text
    assert "2 × Lakers vs Warriors" in kim.page(at).text

    form = {**kim.fields(at), "note": "They came."}
    for _ in range(2):
        answer = kim.submit(f"{at}/evidence", **form)
        assert answer.headers["Location"].endswith(f"/orders/{order.id}?done=submit_evidence")
    assert "It was answered already" in kim.page(at).text
    assert kim.act(f"{at}/evidence", at, note="again").status_code == 409
    acts_of = [act for act in acts.latest_acts(shop) if act.kind == "submit_evidence"]
    assert [act.outcome for act in acts_of] == ["wrong_state", "done"]
    assert "They came." not in acts_of[1].detail


def test_a_file_is_uploaded_to_a_dispute_and_taken_out(shop: Container, kim: Browser) -> None:
    """It is at Stripe and nowhere here; the form sent twice uploads it once; acts have no name."""
    order = _buy(shop, DISPUTED)
    dispute = next(d for d in shop.stripe.list_disputes(order.created_at))
    at = f"/disputes/{dispute.id}"
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 12_000

    form = {**kim.fields(at), "kind": "receipt"}
    for _ in range(2):
        answer = kim.upload(f"{at}/files", ("of Ann Other.png", picture), **form)
        assert answer.headers["Location"] == f"/payments/admin{at}?done=add_evidence"
    other = kim.upload(f"{at}/files", ("of Ann Other.png", picture[:-1]), **form)
    assert other.status_code == 409
    page = kim.page(at).text
    assert "of Ann Other.png, 3.1 MB, at Stripe" in page
    assert "With the buyer's tickets as a PDF" in page
    assert kim.page(f"{at}/tickets.pdf").content.startswith(b"%PDF-")

    refused = kim.upload(f"{at}/files", ("a.exe", b"MZ"), **{**form, **kim.fields(at)})
    assert (refused.status_code, "PDF, a JPEG or a PNG" in refused.text) == (400, True)
    assert kim.act(f"{at}/files", at, kind="receipt").status_code == 400
    assert kim.act(f"{at}/files/take-out", at, kind="receipt").status_code == 303
    assert "of Ann Other.png" not in kim.page(at).text
    of_files = [act for act in acts.latest_acts(shop) if act.kind.endswith("_evidence")]
    assert (of_files[0].kind, of_files[0].outcome) == ("take_out_evidence", "done")
    assert not any("Ann" in act.detail for act in of_files)

    sent = kim.act(f"{at}/evidence", at, tickets="yes")
    assert sent.status_code == 303
    assert list(shop.stripe.get_dispute(dispute.id).files) == ["service_documentation"]
    assert "Add the file" not in kim.page(at).text
