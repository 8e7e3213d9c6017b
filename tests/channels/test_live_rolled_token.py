"""While RASA_TOKEN is rolled, a running Rasa takes the new one and the old one."""

from __future__ import annotations

import pytest
import requests

from tests.channels.browser import Browser
from tests.channels.rasa_process import OLDER_TOKEN, TOKEN, RasaProcess
from ticket_clerk.channels.web.session import Sessions

GREETING = "Hello, which show?"


@pytest.mark.parametrize(
    ("token", "status"), [(TOKEN, 200), (OLDER_TOKEN, 200), ("another", 401), ("", 401)]
)
@pytest.mark.parametrize("path", ["status", "webhooks/conversations/nobody/messages"])
def test_each_token_opens_what_is_rasas_and_what_is_ours(
    rasa: RasaProcess, path: str, token: str, status: int
) -> None:
    """Whichever of them the worker has."""
    answer = requests.get(f"{rasa.url}/{path}", params={"token": token}, timeout=60)

    assert answer.status_code == status


def test_a_page_that_was_opened_before_keeps_its_conversation(rasa: RasaProcess) -> None:
    """Its session was signed with the token that is now the older one."""
    browser = Browser(rasa.url)
    browser.http.cookies.clear()
    cookie = Sessions(OLDER_TOKEN).start()
    browser.http.cookies.set("clerk_session", cookie, domain="127.0.0.1", path="/webhooks/web")

    assert browser.send("hello").status_code == 200

    assert [said.text for said in browser.history()] == ["hello", GREETING]
    assert rasa.said(cookie.partition(".")[0]) == [GREETING]
