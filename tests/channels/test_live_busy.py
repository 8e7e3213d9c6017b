"""A notification reaches its conversation while others are busy, on a running Rasa."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial

import pytest
import requests

from tests.channels.action_double import ActionDouble
from tests.channels.callback_double import CallbackDouble
from tests.channels.rasa_process import TOKEN, RasaProcess
from tests.channels.unread_orders import insert_unread_order
from tests.waiting import wait_until
from ticket_clerk.rasa_client import TIMEOUT_S as RASA_TIMEOUT_S
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import ConversationBusy
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.notifications.delivery import REPORT_ACTION, DeliveryPool
from ticket_clerk.ticketing.privacy.personal_data import FORGET_ACTION

HELD_S = 3.0
# Well below what a push waits for the conversation at most, and far above what it takes.
BESIDE_S = RASA_TIMEOUT_S - 2


class WaitingClient(RasaClient):
    """A client that waits for the conversation, as Rasa's route does by itself."""

    def execute(self, sender_id: str, action: str, *, channel: str) -> None:
        """Leave out that a busy conversation should refuse."""
        path = f"/conversations/{sender_id}/execute"
        self._call("POST", path, {"output_channel": channel}, {"name": action})


@pytest.fixture
def pushing(live_container: Container, rasa: RasaProcess) -> Container:
    """A container that reaches the running Rasa."""
    return replace(live_container, rasa=RasaClient(rasa.url, TOKEN))


def greet(rasa: RasaProcess, *senders: str) -> None:
    """Begin conversations over the callback channel."""
    for sender in senders:
        body = {"sender": sender, "message": "hello"}
        address = f"{rasa.url}/webhooks/callback/webhook"
        assert requests.post(address, json=body, timeout=60).status_code == 200


def confirm(container: Container, *senders: str) -> dict[str, str]:
    """Enqueue a confirmation for each, one after the other; their texts."""
    made = {
        sender: insert_unread_order(container, Buyer("callback", sender)).id for sender in senders
    }
    return {sender: f"{order_id} is confirmed." for sender, order_id in made.items()}


def reaches(
    pool: DeliveryPool, callback: CallbackDouble, sender: str, text: str, within_s: float = 120.0
) -> bool:
    """Deliver what is due until a sender has this text; whether they have it in time."""
    until = time.monotonic() + within_s
    while text not in callback.taken(sender):
        if time.monotonic() > until:
            return False
        pool.start_due()
        time.sleep(0.02)
    return True


def _has_said(rasa: RasaProcess, sender: str, text: str) -> bool:
    return text in rasa.said(sender)


def test_three_busy_conversations_delay_no_other_confirmation(
    rasa: RasaProcess, pushing: Container, actions: ActionDouble, callback: CallbackDouble
) -> None:
    """Theirs are put off at once and delivered once afterwards; hers arrives while they wait."""
    busy = [f"busy-{number}" for number in range(3)]
    greet(rasa, *busy, "idle-bea")
    pool = DeliveryPool(pushing, on_delivered=lambda: None)
    with actions.holding(rasa, busy):
        texts = confirm(pushing, *busy, "idle-bea")
        assert reaches(pool, callback, "idle-bea", texts["idle-bea"], BESIDE_S)
        assert not any(texts[sender] in callback.taken(sender) for sender in busy)

    for sender in busy:
        assert reaches(pool, callback, sender, texts[sender])
        # The channel is called before Rasa stores what it said.
        is_stored = partial(_has_said, rasa, sender, texts[sender])
        wait_until(is_stored, f"the stored answer of {sender}")
        assert rasa.said(sender).count(texts[sender]) == 1


def test_one_delivery_at_a_time_that_waits_delays_everybody(
    rasa: RasaProcess, pushing: Container, actions: ActionDouble, callback: CallbackDouble
) -> None:
    """The control: one thread, and a push that waits for the conversation."""
    greet(rasa, "held-up", "behind-it")
    waiting = replace(pushing, rasa=WaitingClient(rasa.url, TOKEN))
    pool = DeliveryPool(waiting, on_delivered=lambda: None, at_once=1)
    with actions.holding(rasa, ["held-up"]):
        texts = confirm(pushing, "held-up", "behind-it")
        assert not reaches(pool, callback, "behind-it", texts["behind-it"], HELD_S)
    assert reaches(pool, callback, "behind-it", texts["behind-it"])


def test_a_busy_conversation_is_refused_to_nobody_without_the_token(
    rasa: RasaProcess, pushing: Container, actions: ActionDouble
) -> None:
    """Who has it gets 423 at once; who has not learns nothing; who did not ask waits."""
    greet(rasa, "in-a-turn")
    address = f"{rasa.url}/conversations/in-a-turn/execute"
    with actions.holding(rasa, ["in-a-turn"]):
        with pytest.raises(ConversationBusy):
            pushing.rasa.execute("in-a-turn", REPORT_ACTION, channel="callback")
        with pytest.raises(ConversationBusy):
            pushing.rasa.note_action("in-a-turn", FORGET_ACTION)
        params = {"if_busy": "refuse", "output_channel": "callback", "token": "a guess"}
        answer = requests.post(address, params=params, json={"name": REPORT_ACTION}, timeout=60)
        assert answer.status_code == 401

    pushing.rasa.execute("in-a-turn", REPORT_ACTION, channel="callback")
