"""Telegram on loopback: the Bot API's methods with their rules, and updates with the secret.

Written from https://core.telegram.org/bots/api.
"""

from __future__ import annotations

import itertools
import re
import secrets
import time
from typing import Any

import requests

from tests.channels.messenger_double import Answer, MessengerDouble, require
from tests.waiting import wait_until

TOKEN = "123456:token-of_the-tests"
SECRET = "secret-token_of-the-tests"
PROVIDER = "1234:TEST:provider-token"
USERNAME = "clerk_of_the_tests_bot"
_COUNTER = itertools.count(1)
_PERSONS = itertools.count(41_000_000)


class TelegramDouble(MessengerDouble):
    """Telegram API double: valid calls are in `calls`, invalid ones in `refused`."""

    @property
    def settings(self) -> dict[str, str]:
        """Settings that enable the channel."""
        return {
            "TELEGRAM_ACCESS_TOKEN": TOKEN,
            "TELEGRAM_SECRET_TOKEN": SECRET,
            "TELEGRAM_BOT_USERNAME": USERNAME,
            "TELEGRAM_API_BASE": self.url,
            "TELEGRAM_PROVIDER_TOKEN": PROVIDER,
            "TELEGRAM_WEBHOOK_URL": "https://tickets.example.com/webhooks/telegram/webhook",
        }

    def answer(self, path: str, _headers: Any, body: dict[str, Any]) -> Answer:
        """Take a call, or raise Invalid."""
        require(path.startswith(f"/bot{TOKEN}/"), "401")
        method = path.rpartition("/")[2]
        check = _CHECKS.get(method)
        require(check is not None, "404")
        check(body)
        self.calls.append((method, body))
        result = {"message_id": next(_COUNTER)} if method.startswith("send") else True
        return 200, {"ok": True, "result": result}

    def refuse(self, code: str) -> Answer:
        """Telegram says no with its status in the body, too."""
        return int(code), {"ok": False, "error_code": int(code), "description": "Bad Request"}

    def called(self, method: str, chat: int | None = None) -> list[dict[str, Any]]:
        """The bodies of all calls of a method, into a chat."""
        return [
            body
            for name, body in list(self.calls)
            if name == method and chat in {None, body.get("chat_id")}
        ]

    def texts(self, chat: int) -> list[str]:
        """The words that were sent into a chat."""
        return [body["text"] for body in self.called("sendMessage", chat)]

    def wait_for(self, chat: int, count: int) -> list[str]:
        """The words, once there are so many messages."""
        return wait_until(
            lambda: (t := self.texts(chat)) and len(t) >= count and t, f"{count} messages in {chat}"
        )


class Person:
    """A Telegram user of a clerk; in a private chat unless a group is named."""

    def __init__(self, rasa_url: str, group: int | None = None, topic: int | None = None) -> None:
        """Be new: with a number that nobody else has."""
        self.user = next(_PERSONS) * 10_000 + secrets.randbelow(10_000)
        self.chat = group or self.user
        self.topic = topic
        self._address = f"{rasa_url}/webhooks/telegram/webhook"

    @property
    def sender_id(self) -> str:
        """The conversation's name in Rasa."""
        topic = f"~t{self.topic}" if self.topic else ""
        return f"telegram~c{self.chat}{topic}~u{self.user}"

    def message(self, text: str, /, **changes: Any) -> dict[str, Any]:
        """An update with a message."""
        topic = {"message_thread_id": self.topic, "is_topic_message": True} if self.topic else {}
        return {
            "update_id": next(_COUNTER),
            "message": {**self._envelope(), **topic, "text": text, **changes},
        }

    def say(self, text: str, /, **changes: Any) -> dict[str, Any]:
        """Send a message; returns the update, to be sent again."""
        update = self.message(text, **changes)
        assert self.send(update).status_code == 200
        return update

    def press(self, sent: dict[str, Any], title: str) -> None:
        """Press a button of a message that the bot sent."""
        rows = sent["reply_markup"]["inline_keyboard"]
        [button] = [b for row in rows for b in row if b["text"] == title]
        topic = {"message_thread_id": self.topic, "is_topic_message": True} if self.topic else {}
        query = {
            "id": str(next(_COUNTER)),
            "from": {"id": self.user, "is_bot": False, "first_name": "Sam"},
            "message": {**self._envelope(), **topic, "reply_markup": sent["reply_markup"]},
            "chat_instance": "1",
            "data": button["callback_data"],
        }
        update = {"update_id": next(_COUNTER), "callback_query": query}
        assert self.send(update).status_code == 200

    def check_out(self, invoice: dict[str, Any], **changes: Any) -> str:
        """Press an invoice's Pay; returns the number of the question to the bot."""
        query = {
            "id": str(next(_COUNTER)),
            "from": {"id": self.user, "is_bot": False, "first_name": "Sam"},
            **_sum_of(invoice),
            **changes,
        }
        update = {"update_id": next(_COUNTER), "pre_checkout_query": query}
        assert self.send(update).status_code == 200
        return str(query["id"])

    def paid(self, invoice: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """The update that tells of the payment of an invoice."""
        charge = f"provider-{secrets.token_hex(8)}"
        paid = {
            **_sum_of(invoice),
            "telegram_payment_charge_id": f"telegram-{charge}",
            "provider_payment_charge_id": charge,
            **changes,
        }
        message = {**self._envelope(), "successful_payment": paid}
        return {"update_id": next(_COUNTER), "message": message}

    def send(self, update: Any, secret: str | None = SECRET) -> requests.Response:
        """Send anything as Telegram does."""
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        if isinstance(update, bytes):
            return requests.post(self._address, data=update, headers=headers, timeout=60)
        return requests.post(self._address, json=update, headers=headers, timeout=60)

    def _envelope(self) -> dict[str, Any]:
        kind = "private" if self.chat == self.user else "supergroup"
        return {
            "message_id": next(_COUNTER),
            "from": {"id": self.user, "is_bot": False, "first_name": "Sam"},
            "chat": {"id": self.chat, "type": kind},
            "date": int(time.time()),
        }


def _sum_of(invoice: dict[str, Any]) -> dict[str, Any]:
    return {
        "currency": invoice["currency"],
        "total_amount": sum(price["amount"] for price in invoice["prices"]),
        "invoice_payload": invoice["payload"],
    }


def check_message(body: dict[str, Any]) -> None:
    """Raise Invalid unless it is a valid sendMessage."""
    known = {"chat_id", "message_thread_id", "text", "link_preview_options", "reply_markup"}
    require(set(body) <= known and isinstance(body.get("chat_id"), int), "400")
    text = body.get("text")
    require(isinstance(text, str) and text.strip(), "400")
    require(len(text.encode("utf-16-le")) // 2 <= 4096, "400")
    if "reply_markup" in body:
        check_keyboard(body["reply_markup"])


def check_photo(body: dict[str, Any]) -> None:
    """Raise Invalid unless it is a valid sendPhoto by address."""
    known = {"chat_id", "message_thread_id", "photo", "caption"}
    require(set(body) <= known and isinstance(body.get("chat_id"), int), "400")
    require(re.match(r"https?://", body["photo"]) and len(body.get("caption", "")) <= 1024, "400")


def check_keyboard(markup: dict[str, Any]) -> None:
    """Raise Invalid unless it is an inline keyboard."""
    rows = markup["inline_keyboard"]
    require(set(markup) == {"inline_keyboard"} and rows, "400")
    require(sum(len(row) for row in rows) <= 100, "400")
    for row in rows:
        require(1 <= len(row) <= 8, "400")
        for button in row:
            require(button.get("text"), "400")
            require(set(button) in ({"text", "url"}, {"text", "callback_data"}), "400")
            require(1 <= len(button.get("callback_data", "-").encode()) <= 64, "400")
            require(re.match(r"https?://|-", button.get("url", "-")), "400")


def check_webhook(body: dict[str, Any]) -> None:
    """Raise Invalid unless it is a valid setWebhook."""
    require(re.match(r"https://", body["url"]), "400")
    require(re.fullmatch(r"[A-Za-z0-9_-]{1,256}", body["secret_token"]), "400")
    require(set(body["allowed_updates"]) >= {"message", "callback_query"}, "400")


def check_press(body: dict[str, Any]) -> None:
    """Raise Invalid unless it is a valid answerCallbackQuery."""
    require(set(body) == {"callback_query_id"} and body["callback_query_id"], "400")


def check_invoice(body: dict[str, Any]) -> None:
    """Raise Invalid unless it is a valid sendInvoice."""
    known = {"chat_id", "message_thread_id", "title", "description", "payload"}
    known |= {"provider_token", "currency", "prices", "start_parameter"}
    require(set(body) <= known and isinstance(body.get("chat_id"), int), "400")
    require(1 <= len(body["title"]) <= 32 and 1 <= len(body["description"]) <= 255, "400")
    require(1 <= len(body["payload"].encode()) <= 128, "400")
    require(body["provider_token"] == PROVIDER, "400")
    require(re.fullmatch(r"[A-Z]{3}", body["currency"]), "400")
    require(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", body["start_parameter"]), "400")
    for price in body["prices"]:
        require(price["label"] and isinstance(price["amount"], int), "400")


def check_answer(body: dict[str, Any]) -> None:
    """Raise Invalid unless it is a valid answerPreCheckoutQuery."""
    require(body.get("pre_checkout_query_id") and isinstance(body.get("ok"), bool), "400")
    require(body["ok"] or body.get("error_message"), "400")


_CHECKS = {
    "sendInvoice": check_invoice,
    "answerPreCheckoutQuery": check_answer,
    "sendMessage": check_message,
    "sendPhoto": check_photo,
    "setWebhook": check_webhook,
    "answerCallbackQuery": check_press,
}
