"""A card number that is typed is nowhere afterwards: not on disk, not in a log."""

from __future__ import annotations

import json

import requests

from tests.channels.rasa_process import RasaProcess
from tests.channels.socket_client import SocketClient

WARNING = "Never send a card number here."
CARD = "5105105105105100"
WRITTEN = [
    CARD,
    "5105 1051 0510 5100",
    "5105-1051-0510-5100",
    "5105.1051.0510.5100",
    "5105\n1051\n0510\n5100",
    "5105\u00a01051\u200b0510\ufeff5100",
    " ".join(CARD),
    "".join(chr(0xFF10 + int(digit)) for digit in CARD),
    f'/inform{{"price":"{CARD}"}}',
    f"/SetSlots(price={CARD})",
    f"pay with {CARD} exp 12/27 cvc 987 please",
]


def test_no_byte_of_a_card_number_is_kept(rasa: RasaProcess) -> None:
    """Through every channel and every field, with Rasa at its most talkative."""
    for text in WRITTEN:
        assert rasa.say("card-holder", text) == [WARNING]
        assert WARNING in rasa.post({"sender": "card-holder", "message": text}, "?stream=true").text
    rasa.say("card-holder", "hello", metadata={"card": CARD}, input_channel=CARD)
    assert rasa.post({"sender": CARD, "message": "hello"}).status_code == 400
    assert rasa.post({"sender": "card-holder", "message": [CARD]}).status_code == 400
    _send_over_socketio(rasa)
    _send_over_web(rasa)

    assert _files_with_card_digits(rasa) == []


def _send_over_socketio(rasa: RasaProcess) -> None:
    with SocketClient(rasa.url) as client:
        client.open_session("card-socket")
        for text in WRITTEN:
            client.say(text, "card-socket", metadata={"card": CARD})
            assert client.next_text() == WARNING
        client.emit("session_request", {"session_id": CARD})
        client.say([CARD], "card-socket")
        client.say("hello", CARD)


def _send_over_web(rasa: RasaProcess) -> None:
    browser = requests.Session()
    browser.get(f"{rasa.url}/webhooks/web/", timeout=60)
    for number, text in enumerate(WRITTEN):
        body = {"id": f"{number:032x}", "text": text, "card": CARD}
        answer = browser.post(f"{rasa.url}/webhooks/web/messages", json=body, timeout=60)
        assert answer.status_code == 200


def _files_with_card_digits(rasa: RasaProcess) -> list[str]:
    """Files of Rasa's that hold the number, a group pattern of it, its CVC or its escapes."""
    traces = [text.encode() for text in WRITTEN]
    traces += [json.dumps(text).encode()[1:-1] for text in WRITTEN]
    # Pieces long enough not to turn up by chance in a message id or a time.
    traces += [b"987 please", CARD[:12].encode(), CARD[4:].encode()]
    traces += [b"5105 1051", b"5105-1051", b"1051 0510", b"0510 5100"]
    return [
        f"{path.name}: {trace!r}"
        for path in sorted(rasa.var.rglob("*"))
        if path.is_file()
        for trace in traces
        if trace in path.read_bytes()
    ]
