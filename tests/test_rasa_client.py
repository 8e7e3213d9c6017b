"""Addresses of Rasa's API, where ids stand as Rasa reads them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rasa_double import TOKEN, RasaDouble
from ticket_clerk.rasa_client import RasaClient


class Addresses(RasaDouble):
    """Keeps each address as it came."""

    def __init__(self) -> None:
        super().__init__(lambda _sender, _action: [])
        self.addresses: list[str] = []

    def answer(self, method: str, url: str) -> tuple[int, Any]:
        """Keep it, and answer as ever."""
        self.addresses.append(url.partition("?")[0])
        return super().answer(method, url)


@pytest.mark.parametrize(
    ("sender", "in_address"),
    [
        ("whatsapp:+15550199", "whatsapp:+15550199"),
        ("ann@example.com", "ann@example.com"),
        ("../status", "..%2Fstatus"),
        ("a?b#c%d e", "a%3Fb%23c%25d%20e"),
    ],
)
def test_an_id_stands_in_the_address_as_rasa_reads_it(sender: str, in_address: str) -> None:
    """Rasa decodes nothing; what an address can't hold is encoded all the same."""
    double = Addresses()
    try:
        RasaClient(double.url, TOKEN).execute(sender, "action_report_payment", channel="twilio")
    finally:
        double.close()

    assert double.addresses == [f"/conversations/{in_address}/execute"]
