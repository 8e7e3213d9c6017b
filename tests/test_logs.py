"""Log lines: the same names and ids as text and as objects, and nothing of a buyer."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from actions.actions import ActionRespond
from tests.flows.conversation import Conversation
from tests.stripe_wire import StripeWire
from tests.ticketing.deliveries import deliver_due
from tests.ticketing.purchases import buy, give_back, receive_all
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.logs import FORMATS, get_logger, use_format
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.settings import Settings

pytestmark = pytest.mark.sqlite_only

OF_EVERY_LINE = {"time", "level", "logger", "event"}
OURS = ("ticket_clerk", "actions")
# Four digits of a card by themselves: the microseconds of a line's time may hold them, too.
_CARD = re.compile(r"\b4242\b|42424242")
_LOGGING = re.compile(r"(?:log|logger)\.(?:debug|info|warning|error|exception|critical|log)")

log = get_logger("ticket_clerk.logs")


class Written:
    """What one handler of the root logger writes; lines at all levels of ours reach it."""

    def __init__(self) -> None:
        self._stream = StringIO()
        self.handler = logging.StreamHandler(self._stream)
        self.handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))

    def use(self, form: str) -> None:
        """Choose the format as a process does whose only handler is this one."""
        root = logging.getLogger()
        others, root.handlers = root.handlers, [self.handler]
        try:
            use_format(form)
        finally:
            root.handlers = others

    @property
    def lines(self) -> list[str]:
        """As they are written."""
        return self._stream.getvalue().splitlines()

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Of LOG_FORMAT=json."""
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def written() -> Iterator[Written]:
    """What is logged from here on."""
    written = Written()
    levels = {name: logging.getLogger(name).level for name in OURS}
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(written.handler)
    yield written
    logging.getLogger().removeHandler(written.handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_name_and_ids_are_fields(written: Written) -> None:
    """Who looks for an order finds it by a field of the text's own name."""
    written.use("json")
    log.warning("payments.webhook.failed", webhook_event_id="evt_1", order_id=None)

    (line,) = written.objects
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "ticket_clerk.logs",
        "event": "payments.webhook.failed",
        "webhook_event_id": "evt_1",
        "order_id": None,
    }


def test_a_terminal_shows_name_and_pairs_in_the_handlers_own_form(written: Written) -> None:
    """A host's handlers, Rasa's and pytest's need no formatter of ours for it."""
    log.warning("payments.webhook.failed", webhook_event_id="evt_1", order_id=None)
    written.use("text")
    log.info("payments.order.opened", order_id="ord_1")

    assert written.lines == [
        "WARNING payments.webhook.failed webhook_event_id=evt_1 order_id=None",
        "INFO payments.order.opened order_id=ord_1",
    ]


def test_a_value_with_blanks_or_line_ends_is_one_field(written: Written) -> None:
    """A reason may be a sentence; a line end in it begins no line of its own, which could lie."""
    fields = {"cause": "KeyError in\naction_x", "form": "refund_form"}
    log.error("flows.turn.apologized", **fields)
    written.use("json")
    log.error("flows.turn.apologized", **fields)

    text, line = written.lines
    assert text.endswith(r" cause=KeyError in\naction_x form=refund_form")
    assert fields.items() <= json.loads(line).items()


def test_lines_of_others_keep_their_text(written: Written) -> None:
    """Sanic's and Rasa's lines are texts; nothing of them is taken for a field or for ours."""
    written.use("json")
    logging.getLogger("sanic.root").warning("Starting worker [%s] a=b", 7)

    (line,) = written.objects
    assert (line["event"], line["logger"]) == ("Starting worker [7] a=b", "sanic.root")
    assert line.keys() == OF_EVERY_LINE


def test_lines_that_others_log_by_structlog_keep_their_fields(written: Written) -> None:
    """Rasa renders its lines itself; here they reach the handler as what they are."""
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    try:
        rasa = structlog.get_logger("rasa.core.processor")
        rasa.warning("processor.used_before")
        for _ in range(2):
            written.use("json")
        rasa.warning("processor.failed", policy="RulePolicy", seconds=2)
    finally:
        structlog.configure(**before)

    line = json.loads(written.lines[-1])
    assert (line["event"], line["policy"], line["seconds"]) == ("processor.failed", "RulePolicy", 2)
    assert (line["logger"], line["level"]) == ("rasa.core.processor", "warning")


def test_an_exception_is_one_field(written: Written) -> None:
    """A library's traceback is a text in its line, and not forty lines."""
    written.use("json")
    try:
        raise ValueError("no seat for ann@example.com")
    except ValueError:
        logging.getLogger("sanic.error").exception("failed")

    (line,) = written.objects
    assert "ValueError: no seat for [e-mail]" in line["exception"]


def test_what_is_bound_is_in_all_lines_of_a_request(written: Written) -> None:
    """Ours and a library's; what a line says itself counts over it."""
    written.use("json")
    with bound_contextvars(request_id="req_1", order_id="ord_1"):
        log.info("payments.refund.requested", order_id="ord_2")
        logging.getLogger("urllib3").warning("Retrying")
    log.info("payments.order.opened")

    ours, theirs, later = written.objects
    assert (ours["request_id"], ours["order_id"]) == ("req_1", "ord_2")
    assert (theirs["request_id"], theirs["order_id"]) == ("req_1", "ord_1")
    assert later.keys() == OF_EVERY_LINE


def test_an_actions_lines_name_the_message_that_it_answers(
    container: Container, written: Written
) -> None:
    """By the id that Rasa's server gives its own lines about it."""
    written.use("json")
    with container.database.begin() as conn:
        conn.exec_driver_sql("DROP TABLE talk_days")
    conversation = Conversation().receive("hi", "greet")
    conversation.message["message_id"] = "m1"
    conversation.run(ActionRespond(container))

    assert [(line["event"], line["turn_id"]) for line in written.objects] == [
        ("payments.talks.not_counted", "m1")
    ]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("secret", "stands"),
    [
        ("4242 4242 4242 4242", "[card]"),
        ("378282246310005", "[card]"),
        ("ann.lee+1@mail.example.com", "[e-mail]"),
        ("sk_" + "live_51Mabc", "[token]"),
        ("whsec_5WbX", "[token]"),
        ("xoxb-1-abc", "[token]"),
        ("123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "[token]"),
    ],
)
def test_cards_tokens_and_addresses_are_in_no_line(
    written: Written, form: str, secret: str, stands: str
) -> None:
    """Whoever wrote the line, in whichever form."""
    written.use(form)
    log.error("payments.worker.failed", error=f"sent {secret}, refused", of=[{"to": secret}])
    logging.getLogger("urllib3").error("sent %s, refused", secret)

    assert len(written.lines) == 2
    for line in written.lines:
        assert f"sent {stands}, refused" in line
        assert secret not in line


def test_what_only_looks_like_a_secret_stays(written: Written) -> None:
    """Times in milliseconds, amounts, Stripe's ids and addresses of servers."""
    text = (
        "at=1764464403000 amount=20000 evt_1QabcDEF ord_k3m9x2p7qa http://127.0.0.1:5005/webhooks"
    )
    written.use("text")
    log.info("payments.order.opened", of=text)

    assert written.lines == [f"INFO payments.order.opened of={text}"]


def _own_calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in OURS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _LOGGING.fullmatch(ast.unparse(node.func)):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_line_of_ours_becomes_an_object_of_fields(written: Written) -> None:
    """A name, and for each id a field that no field of every line hides."""
    written.use("json")
    calls = list(_own_calls())

    assert len(calls) > 60
    for place, call in calls:
        is_of_any_level = ast.unparse(call.func).endswith(".log")
        assert len(call.args) == 1 + is_of_any_level, f"{place}: pairs belong into fields"
        names = [field.arg for field in call.keywords if field.arg]
        log.info("payments.order.opened", **dict.fromkeys(names, "x"))
        assert set(written.objects[-1]) == OF_EVERY_LINE | set(names), place
        assert not OF_EVERY_LINE & set(names), place


def test_no_module_of_ours_logs_past_structlog() -> None:
    """A line that is written by Python's logger has no fields and no redaction of its own."""
    for folder in OURS:
        for path in (ROOT / folder).rglob("*.py"):
            assert "logging.getLogger(__name__)" not in path.read_text(encoding="utf-8"), path


def test_no_line_of_a_journey_holds_anything_of_the_buyer(
    container: Container, stripe_wire: StripeWire, written: Written
) -> None:
    """From the first sentence over money and back, at the level of debugging."""
    assert _CARD.search("purple elephants 4242 4242 4242 4242")
    assert not _CARD.search("T21:28:08.424262Z")
    written.use("json")
    order_id = _journey(container, stripe_wire)

    text = "\n".join(written.lines)
    settings = container.settings
    secrets = (settings.payments_api_token, settings.rasa_token, *settings.stripe_webhook_secrets)
    for personal in ("@", "elephants", "sender-of-the-journey", "sk_test", *secrets):
        assert personal not in text
    assert not _CARD.search(text)
    # Nothing had to be redacted either: it never was in a line.
    assert not {"[card]", "[e-mail]", "[token]"} & set(text.split('"'))
    events = {each["event"] for each in written.objects}
    assert {"payments.order.opened", "payments.webhook.processed"} <= events
    assert order_id in text


def _journey(container: Container, stripe_wire: StripeWire) -> str:
    """Talk, buy, give back and cancel; returns the first order's number."""
    conversation = Conversation("sender-of-the-journey")
    for text in ("my mail is ann@example.com", "purple elephants 4242 4242 4242 4242"):
        conversation.receive(text).run(ActionRespond(container))
    order = buy(container, stripe_wire, buyer=conversation.buyer)
    deliver_due(container)
    given_back = buy(container, stripe_wire)
    give_back(container, given_back, 1)
    unpaid = start_checkout(
        container, order.buyer, show_id="lakers-warriors", section_id="101", quantity=1
    )
    cancel_order(container, order.buyer, unpaid.id)
    receive_all(container, stripe_wire)
    reconcile(container)
    return order.id


def test_another_format_is_refused() -> None:
    """With one sentence that says what to write."""
    with pytest.raises(ConfigError, match="LOG_FORMAT .* text or json"):
        Settings.from_env({"LOG_FORMAT": "xml"})
