"""Log lines as objects: the same names and ids as in the text, and nothing of a buyer."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from actions.dialogue import ActionRespond
from tests.flows.conversation import Conversation
from tests.stripe_wire import StripeWire
from tests.ticketing.deliveries import deliver_due
from tests.ticketing.purchases import buy, give_back, receive_all
from ticket_clerk import logs
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.settings import Settings

pytestmark = pytest.mark.sqlite_only


def line(message: str, *values: object) -> dict[str, Any]:
    """One record as it is written."""
    record = logging.LogRecord(
        "ticket_clerk.logs", logging.WARNING, "x.py", 1, message, values, None
    )
    written = logs.JsonFormatter().format(record)
    assert "\n" not in written
    return dict(json.loads(written))


def test_name_and_ids_are_fields() -> None:
    """Who looks for an order finds it by a field of the text's own name."""
    written = line("payments.webhook.failed webhook_event_id=%s order_id=%s", "evt_1", None)

    assert written.pop("time").endswith("+00:00")
    assert written == {
        "level": "warning",
        "logger": "ticket_clerk.logs",
        "event": "payments.webhook.failed",
        "webhook_event_id": "evt_1",
        "order_id": None,
    }


def test_a_value_with_blanks_or_line_ends_is_one_field() -> None:
    """A reason may be a sentence; a line end in it begins no line of its own."""
    written = line("flows.turn.apologized cause=%s form=%s", "KeyError in\naction_x", "refund_form")

    assert (written["cause"], written["form"]) == ("KeyError in\naction_x", "refund_form")


def test_lines_of_others_keep_their_text() -> None:
    """Sanic's and Rasa's lines are texts; nothing of them is taken for a field or for ours."""
    assert line("Starting worker [%s] a=b", 7)["event"] == "Starting worker [7] a=b"
    assert line("channels.web.unsigned RASA_TOKEN is not set")["text"] == "RASA_TOKEN is not set"


def test_a_pair_that_has_a_field_of_every_line_does_not_replace_it() -> None:
    """The time, the level and the logger are the line's own."""
    for name in ("time", "level", "logger", "event"):
        assert line(f"a.b {name}=forged")[name] != "forged"


def _own_lines() -> Iterator[str]:
    for folder in ("ticket_clerk", "actions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                if ast.unparse(node.func.value) in {"log", "logger"}:
                    texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
                    yield from (text for text in texts if isinstance(text, str) and "." in text)


def test_every_line_of_ours_becomes_an_object_of_fields() -> None:
    """A name, and for each pair of the text a field that no field of every line hides."""
    lines = [text for text in _own_lines() if re.match(r"[a-z_]+\.[a-z_%]+", text)]

    assert len(lines) > 60
    for text in lines:
        names = re.findall(r"(\w+)=%", text)
        written = line(text.replace("%.2f", "%s").replace("%s", "x"))
        assert set(names) <= set(written) - {"time", "level", "logger"}, text


def test_no_line_of_a_journey_holds_anything_of_the_buyer(
    container: Container, stripe_wire: StripeWire
) -> None:
    """From the first sentence over money and back, at the level of debugging."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonFormatter())
    ours = [logging.getLogger(name) for name in ("ticket_clerk", "actions")]
    levels = [logger.level for logger in ours]
    for logger in ours:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    try:
        conversation = Conversation("sender-of-the-journey")
        for text in ("my mail is ann@example.com", "purple elephants 4242 4242 4242 4242"):
            conversation.receive(text).run(ActionRespond(container))
        order = buy(container, stripe_wire, buyer=conversation.buyer)
        deliver_due(container)
        ours_too = buy(container, stripe_wire)
        give_back(container, ours_too, 1)
        unpaid = start_checkout(
            container, order.buyer, show_id="lakers-warriors", section_id="101", quantity=1
        )
        cancel_order(container, order.buyer, unpaid.id)
        receive_all(container, stripe_wire)
        reconcile(container)
    finally:
        for logger, level in zip(ours, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
    text = written.getvalue()
    settings = container.settings
    secrets = (settings.payments_api_token, settings.rasa_token, *settings.stripe_webhook_secrets)
    for personal in ("@", "4242", "elephants", "sender-of-the-journey", "sk_test", *secrets):
        assert personal not in text
    events = {json.loads(each)["event"] for each in text.splitlines()}
    assert {"payments.order.opened", "payments.webhook.processed"} <= events
    assert order.id in text


def test_another_format_is_refused() -> None:
    """With one sentence that says what to write."""
    with pytest.raises(ConfigError, match="LOG_FORMAT .* text or json"):
        Settings.from_env({"LOG_FORMAT": "xml"})
