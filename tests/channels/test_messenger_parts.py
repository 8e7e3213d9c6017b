"""The pieces of Slack and Telegram that need no server: settings, places, lengths, signatures."""

from __future__ import annotations

import pytest
from rasa.shared.exceptions import InvalidConfigException, RasaException
from sanic import Blueprint

from tests.channels.messenger_double import Invalid
from tests.channels.slack_double import check_blocks
from tests.channels.telegram_double import check_keyboard, check_message
from ticket_clerk.channels.messaging.base import Messenger, SwitchedOff
from ticket_clerk.channels.messaging.buttons import payment_page
from ticket_clerk.channels.pictures import Picture
from ticket_clerk.channels.registry import is_client_supplied_id, is_sender_id
from ticket_clerk.channels.settings import check
from ticket_clerk.channels.slack import SlackInput, channel
from ticket_clerk.channels.slack.parser import Address, is_signed, parse_address, plain_text, sign
from ticket_clerk.channels.telegram import TelegramInput, keyboard
from ticket_clerk.channels.telegram.parser import Address as Chat
from ticket_clerk.channels.telegram.parser import parse_address as chat_of
from ticket_clerk.ticketing.domain.errors import ConfigError

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5"}
TELEGRAM = {"TELEGRAM_ACCESS_TOKEN": "1:abc", "TELEGRAM_SECRET_TOKEN": "made-up"}
PAGE = "https://checkout.stripe.com/c/pay/cs_test_a1"


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_SIGNING_SECRET": "s"}, "SLACK_BOT_TOKEN"),
        ({**SLACK, "SLACK_BOT_TOKEN": "xoxb 1"}, "SLACK_BOT_TOKEN"),
        ({**SLACK, "SLACK_API_BASE": "slack"}, "SLACK_API_BASE"),
        ({"TELEGRAM_ACCESS_TOKEN": "1:a"}, "TELEGRAM_SECRET_TOKEN"),
        ({"TELEGRAM_SECRET_TOKEN": "s"}, "TELEGRAM_ACCESS_TOKEN"),
        ({"TELEGRAM_BOT_USERNAME": "s"}, "TELEGRAM_ACCESS_TOKEN"),
        ({"TELEGRAM_PROVIDER_TOKEN": "s"}, "TELEGRAM_ACCESS_TOKEN"),
        ({**TELEGRAM, "TELEGRAM_ACCESS_TOKEN": "1/../2"}, "TELEGRAM_ACCESS_TOKEN"),
        ({**TELEGRAM, "TELEGRAM_SECRET_TOKEN": "a b"}, "TELEGRAM_SECRET_TOKEN"),
        ({**TELEGRAM, "TELEGRAM_WEBHOOK_URL": "example"}, "TELEGRAM_WEBHOOK_URL"),
        ({**TELEGRAM, "TELEGRAM_API_BASE": "ftp://x"}, "TELEGRAM_API_BASE"),
    ],
)
def test_half_a_channel_stops_the_start(environ: dict[str, str], name: str) -> None:
    """One sentence: which variable, what is wrong, what to write; none of the values."""
    with pytest.raises(ConfigError, match=f"^{name} is not") as caught:
        check(environ)

    assert "xoxb-1" not in str(caught.value)


def test_a_whole_channel_and_none_are_right() -> None:
    """Blank is none, and where an API is may stand there by itself."""
    check({**SLACK, **TELEGRAM})
    check({"SLACK_BOT_TOKEN": " ", "SLACK_API_BASE": "https://slack.com/api"})


@pytest.mark.parametrize("kind", [SlackInput, TelegramInput])
def test_without_tokens_there_is_no_door_and_no_push(kind: type[Messenger]) -> None:
    """What cannot be said is an error, or it would count as said."""
    channel = kind(None)

    assert isinstance(channel.blueprint(lambda _: None), Blueprint)
    with pytest.raises(SwitchedOff):
        channel.get_output_channel()


def test_rasa_stops_with_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa prints errors of its own kind without a stack trace."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.delenv("SLACK_SIGNING_SECRET", raising=False)

    with pytest.raises(InvalidConfigException, match="SLACK_SIGNING_SECRET"):
        SlackInput.from_credentials({})


def test_slack_signs_as_its_documentation_says() -> None:
    """The example of https://api.slack.com/authentication/verifying-requests-from-slack."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
        b".803a0bc887a14d10d2c447fce8b6703c"
    )
    secret, timestamp = SLACK["SLACK_SIGNING_SECRET"], "1531420618"
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"

    assert sign(secret, timestamp, body) == signature
    for now, is_good in ((1531420618, True), (1531420918, True), (1531420919, False)):
        given = {"timestamp": timestamp, "signature": signature, "now": now}
        assert is_signed(secret, body, **given) is is_good


@pytest.mark.parametrize(
    "sender_id",
    [
        Address("T024BE7LD", "C024BE91L", "1700000000.000100", "U2147483697").sender_id,
        Address("T4", "D4242", None, "W4242").sender_id,
    ],
)
def test_an_address_on_slack_is_read_from_its_sender(sender_id: str) -> None:
    """It names a conversation, of Slack's only."""
    assert parse_address(sender_id).sender_id == sender_id
    assert is_sender_id(sender_id)
    assert not is_client_supplied_id(sender_id)


@pytest.mark.parametrize(
    "address",
    [Chat(41234567, None, 41234567), Chat(-1001234567890, 45, 42424242), Chat(1, None, 1)],
)
def test_an_address_on_telegram_is_read_from_its_sender(address: Chat) -> None:
    """It names a conversation, and no two numbers in it look like a card's."""
    assert chat_of(address.sender_id) == address
    assert is_sender_id(address.sender_id)
    assert not is_client_supplied_id(address.sender_id)


@pytest.mark.parametrize("sender_id", ["", "ann", "slack~T~C", "telegram~c~u1", "telegram~c1~u-1"])
def test_another_sender_has_no_address(sender_id: str) -> None:
    """Nothing is sent anywhere."""
    for read in (parse_address, chat_of):
        with pytest.raises(RasaException):
            read(sender_id)


def test_slacks_markup_is_read_as_it_was_typed() -> None:
    """Mentions go, links and escapes become words again."""
    marked = "<@U1> <@U2|sam> R&amp;B &lt;b&gt; <http://a.example|a.example> <#C1|hall> <!here>"

    assert plain_text(marked) == "R&B <b> a.example hall here"


LONG = {"signs": "<" * 20_000, "lines": "&\n" * 4000, "endless": "x" * 200_000, "gap": "a\n\n\nb"}


@pytest.mark.parametrize("name", LONG)
def test_every_text_fits_into_slacks_blocks(name: str) -> None:
    """Escaped, in sections, with up to a hundred buttons; nothing of it is Slack's markup."""
    text, titles = LONG[name], [f"{n} <!channel> {'y' * 90}" for n in range(100)]
    post = channel.post_of(text, titles, pay=("Pay", PAGE))

    check_blocks(post["blocks"])
    shown = "".join(b["text"]["text"] for b in post["blocks"] if b["type"] == "section")
    named = [e["text"]["text"] for b in post["blocks"] for e in b.get("elements", [])]
    assert "<" not in "".join([post["text"], shown, *named])
    assert len(post["text"]) <= 40_000
    assert name == "endless" or shown.replace("\n", "") == channel.escape(text).replace("\n", "")


def test_a_picture_is_a_block_with_words() -> None:
    """Slack reads its words to those who can't see it."""
    post = channel.post_of(
        "Here.", [], pay=None, picture=Picture("https://t.example/plan.png", "a plan")
    )

    check_blocks(post["blocks"])
    assert post["blocks"][-1]["alt_text"] == "a plan"


def test_the_way_to_pay_is_a_button_that_leads_there() -> None:
    """A link, which sends the clerk nothing."""
    [_, row] = channel.post_of("Pay", ["Cancel"], pay=("Pay now", PAGE))["blocks"]
    pay, cancel = row["elements"]

    assert (pay["url"], "value" in pay) == (PAGE, False)
    assert (cancel["value"], "url" in cancel) == ("Cancel", False)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" * 9000, id="a word"),
        pytest.param("\U0001f3ad" * 5000, id="pictures"),
        pytest.param("a b\n" * 3000, id="lines"),
    ],
)
def test_every_text_fits_into_telegrams_messages(text: str) -> None:
    """In as many as are needed, with nothing lost."""
    pieces = list(keyboard.pieces_of(text))

    for piece in pieces:
        check_message({"chat_id": 1, "text": piece})
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")


def test_a_long_title_is_found_again_when_it_is_pressed() -> None:
    """Telegram has 64 bytes for what a button sends, and shows any title."""
    titles = ["Yes", "é" * 40, "#1 of all shows", *(f"Show {n}" for n in range(120))]
    markup = keyboard.keyboard_of(titles, ("Pay now", PAGE))
    assert markup is not None
    check_keyboard(markup)
    buttons = [button for row in markup["inline_keyboard"] for button in row]

    assert buttons[0] == {"text": "Pay now", "url": PAGE}
    for button, title in zip(buttons[1:], titles, strict=False):
        assert keyboard.title_of(button["callback_data"], {"reply_markup": markup}) == title
    assert keyboard.title_of("Yes", {}) == "Yes"


def test_only_the_link_that_an_action_gave_is_a_way_to_pay() -> None:
    """An address in a show's name is none, nor a link that is not spoken of."""
    assert payment_page({"text": f"Pay: {PAGE}", "link": PAGE}) == PAGE
    assert payment_page({"text": f"Pay: {PAGE}"}) is None
    assert payment_page({"text": "Confirmed.", "link": PAGE}) is None
    assert payment_page({"text": "javascript:x", "link": "javascript:x"}) is None


def test_the_doubles_refuse_what_is_not_valid() -> None:
    """What passes them means something."""
    text = {"type": "plain_text", "text": "x" * 3001}
    with pytest.raises(Invalid):
        check_blocks([{"type": "section", "text": text}])
    with pytest.raises(Invalid):
        check_message({"chat_id": 1, "text": "x" * 4097})
    with pytest.raises(Invalid):
        check_keyboard({"inline_keyboard": [[{"text": "x", "callback_data": "x" * 65}]]})
