"""A bank's assistant sells tickets: own forms, actions, pipeline, yes and no, store, channels."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.channels.slack_double import sign
from tests.plugin import guide
from tests.plugin.host import Host, link_in, pay
from tests.plugin.outside import Outside
from tests.waiting import wait_until

pytestmark = [pytest.mark.live, pytest.mark.timeout(3000)]

BANK = Path(__file__).parent / "bank"
# As docs/plug-in.md has it, for the bank's own channel.
CLEANED = '''"""The bank's terminals, without card numbers and commands."""

from branch import BranchTerminal
from ticket_clerk.rasa.cleaned import Cleaned


class CleanedTerminal(Cleaned, BranchTerminal):
    """A terminal at which nothing typed is a command."""
'''
# In words that the bank's training data do not have.
ITS_SENTENCES = {
    "good day to you": "greet",
    "hello there bank": "greet",
    "bye bye": "goodbye",
    "yes, that's correct": "affirm",
    "no, that's not right": "deny",
    "thank you so much": "thank_you",
    "what is left in my savings account": "check_balance",
    "tell me the balance of my account": "check_balance",
    "how much money is on my account": "check_balance",
    "send 30 dollars to my mother": "transfer_money",
    "please transfer $500 to Ivan": "transfer_money",
    "I want to make a payment to Judy": "transfer_money",
    "I have lost my debit card": "block_card",
    "block my credit card please": "block_card",
    "someone stole my card": "block_card",
    "there is a payment that I did not make": "dispute_payment",
    "I want to dispute this charge": "dispute_payment",
    "I was charged twice": "dispute_payment",
    "when do you open on monday": "ask_opening_hours",
    "what are the opening times of the branch": "ask_opening_hours",
    "are you a machine": "bot_challenge",
    "tell me something about the weather": "out_of_scope",
}
OUR_SENTENCES = {
    "I'd like two tickets for the Lakers": "buy_tickets",
    "can I get seats for Swan Lake": "buy_tickets",
    "what concerts are on in Austin": "browse_events",
    "anything funny in Seattle next month?": "browse_events",
    "how much is the opera?": "ask_price",
    "I want to return my tickets": "request_refund",
    "please refund two of my tickets": "request_refund",
    "can I sit further to the front": "upgrade_seat",
    "put me on the waiting list": "use_waiting_list",
    "show me my orders": "show_orders",
    "cancel my order please": "cancel_order",
}
PUSHED = ("callback", "twilio", "facebook", "slack", "branch")


class Bank(Host):
    """The host, and who is outside of it."""

    outside: Outside
    before: dict[str, str]

    def type(self, channel: str, sender: str, text: str) -> list[str]:
        """Say something on a channel that answers elsewhere; gives the answers."""
        known = len(self.outside.sent_to(sender))
        url = f"{self.rasa_url}/webhooks/{channel}/webhook"
        if channel == "twilio":
            requests.post(url, data={"From": sender, "Body": text}, timeout=60)
        elif channel == "facebook":
            message = {"sender": {"id": sender}, "message": {"text": text}}
            body = json.dumps({"entry": [{"messaging": [message]}]}).encode()
            digest = hmac.new(b"secret-of-facebook", body, hashlib.sha1).hexdigest()
            headers = {"X-Hub-Signature": f"sha1={digest}", "Content-Type": "application/json"}
            requests.post(url, data=body, headers=headers, timeout=60)
        elif channel == "slack":
            event = {"type": "message", "channel_type": "im", "text": text}
            event |= {"user": sender, "channel": sender}
            body = json.dumps({"type": "event_callback", "event": event}).encode()
            at = str(int(time.time()))
            signed = {"X-Slack-Request-Timestamp": at, "Content-Type": "application/json"}
            signed["X-Slack-Signature"] = sign("secret-of-slack", at, body)
            requests.post(url, data=body, headers=signed, timeout=60)
        elif channel == "branch":
            typed = {"terminal": sender, "typed": text}
            requests.post(f"{self.rasa_url}/webhooks/branch/typed", json=typed, timeout=60)
        else:
            requests.post(url, json={"sender": sender, "message": text}, timeout=60)
        return wait_until(lambda: self.outside.sent_to(sender)[known:], f"an answer to {text}")


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory, rasa_environment: Path) -> Iterator[Bank]:
    """The bank's assistant as it was, measured, and then with tickets in it, running."""
    folder = tmp_path_factory.mktemp("bank") / "bot"
    shutil.copytree(BANK, folder, ignore=shutil.ignore_patterns("__pycache__"))
    with ExitStack() as stack:
        outside = Outside(folder.parent)
        stack.callback(outside.close)
        credentials = folder / "credentials.yml"
        text = credentials.read_text().replace("http://127.0.0.1:1/", f"{outside.url}/")
        credentials.write_text(text)
        bank = Bank(folder, rasa_environment, stack, **outside.environ)
        bank.outside = outside
        bank.command("rasa", "train")
        bank.before = bank.parse_offline(ITS_SENTENCES)
        bank.command("ticket-clerk", "add", "--yes")
        (folder / "cleaned.py").write_text(CLEANED)
        credentials.write_text(text.replace("branch.BranchTerminal", "cleaned.CleanedTerminal"))
        bank.command("rasa", "train")
        bank.start(guide.commands("Ten minutes")[1])
        yield bank


def test_the_bank_is_understood_as_before(bank: Bank) -> None:
    """No sentence of the bank's is taken for one about tickets, and as many are right.

    But for one: DIET learns a little differently each time.
    """
    after = {text: bank.parse(text) for text in ITS_SENTENCES}

    assert not [intent for intent in after.values() if intent.startswith("tickets_")]
    assert _right(after) >= max(_right(bank.before) - 1, len(ITS_SENTENCES) - 3)


def _right(found: dict[str, str]) -> int:
    return sum(found[text] == intent for text, intent in ITS_SENTENCES.items())


def test_what_is_about_tickets_is_understood(bank: Bank) -> None:
    """Beside payments, cards and disputes of another kind."""
    found = {text: bank.parse(text).removeprefix("tickets_") for text in OUR_SENTENCES}
    wrong = {text: intent for text, intent in found.items() if intent != OUR_SENTENCES[text]}

    assert len(wrong) <= 1, wrong


def test_the_banks_own_form_goes_on_as_before(bank: Bank) -> None:
    """Its questions, its validation, its yes and no."""
    assert bank.say("carl", "I want to send money") == ["Who shall get the money?"]
    assert bank.say("carl", "Mallory") == ["How much shall they get?"]
    assert bank.say("carl", "50 dollars") == ["$50 to Mallory, is that right?"]
    assert bank.say("carl", "yes") == ["$50 went to Mallory."]
    assert bank.say("carl", "yes") == ["Good. What else can the bank do for you?"]
    assert bank.say("carl", "no") == ["As you like."]


def test_the_bank_answers_in_the_middle_of_a_purchase(bank: Bank) -> None:
    """And the purchase goes on; its yes is not the bank's, and the bank's not ours."""
    assert "Section 101" in bank.say("ann", "two tickets for the Lakers game")[0]
    assert "in checking" in bank.say("ann", "how much money is on my account")[0]
    assert "$400.00 in total" in bank.say("ann", "the 101")[0]
    assert bank.say("ann", "when do you open on monday")[0] == "We are open from nine to five."
    link = link_in(bank.say("ann", "yes"))

    assert pay(link).status_code == 303
    assert bank.has_news("ann", "how much money is on my account", "in checking", "confirmed")
    assert bank.say("ann", "yes") == ["Good. What else can the bank do for you?"]
    assert "$400.00 back" in bank.say("ann", "refund both of my tickets")[0]
    assert "was refunded" in bank.say("ann", "yes")[0]


@pytest.mark.parametrize("channel", PUSHED)
def test_a_purchase_over_the_banks_other_channels(bank: Bank, channel: str) -> None:
    """The confirmation comes by itself, once, without a guard, store or locks of ours."""
    sender = "whatsapp:+15550199" if channel == "twilio" else f"dora-on-{channel}"
    said = bank.type(channel, sender, "one ticket for Swan Lake in the loge")
    assert "in total" in said[0]
    link = link_in(bank.type(channel, sender, "yes"))
    assert pay(link).status_code == 303

    wait_until(lambda: "confirmed" in bank.outside.sent_to(sender)[-1], "the confirmation")
    assert bank.type(channel, sender, "my card was stolen") == ["Your card is blocked."]
    told = [text for text in bank.outside.sent_to(sender) if "confirmed" in text]
    assert len(told) == 1


def test_a_channel_of_the_banks_own_is_cleaned(bank: Bank) -> None:
    """With the mix-in: no card number in tracker, store or log, nothing typed is a command."""
    (said,) = bank.type("branch", "gus", "my card is 4242 4242 4242 4242")
    assert "card number" in said
    bank.type("branch", "gus", "/restart")

    tracker = requests.get(
        f"{bank.rasa_url}/conversations/gus/tracker", params={"token": bank.rasa_token}, timeout=60
    )
    assert "/restart" not in tracker.text
    assert "restart" in tracker.text
    files = [*bank.folder.glob("*.db*"), *bank.folder.glob("*.log")]
    assert files
    assert not [file for file in files if b"4242 4242" in file.read_bytes()]


def test_the_banks_own_tests_pass(bank: Bank) -> None:
    """Its conversation tests, by Rasa's own command."""
    bank.test_stories()


def test_after_remove_nothing_is_left(bank: Bank) -> None:
    """But what the bank wrote itself, which it takes out itself."""
    bank.stop()
    bank.command("ticket-clerk", "remove", "--yes")
    (bank.folder / "cleaned.py").unlink()
    bank.git("checkout", "-q", "credentials.yml")

    assert bank.git("status", "--porcelain") == ""
    assert bank.git("diff") == ""
