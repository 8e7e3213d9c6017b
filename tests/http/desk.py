"""The operators' desk as a browser without a screen uses it: cookies, pages, forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import requests

from tests.channels.chromium import Chromium
from tests.http.ticket_desk import NOBODY, SIGNING_KEY, TicketDesk
from tests.servers import payments_process
from ticket_clerk.ticketing.container import build_container
from ticket_clerk.ticketing.desk import accounts
from ticket_clerk.ticketing.domain.operators import Role
from ticket_clerk.ticketing.settings import Settings

PASSWORD = "correct horse battery staple"
ADMIN_HASH = accounts.hash_password(PASSWORD)
# What a page says where Stripe or Rasa did not answer in its two seconds.
AGAIN = "open the page again"
_READINGS = 60


class Browser(requests.Session):
    """Somebody with cookies of their own; redirects are not followed."""

    def __init__(self, url: str) -> None:
        """Start without a login."""
        super().__init__()
        self.desk = f"{url}/payments/admin"

    def log_in(self, name: str = "admin", password: str = PASSWORD) -> requests.Response:
        """Send the form of the login."""
        return self.submit("/login", name=name, password=password)

    def page(self, path: str) -> requests.Response:
        """Read a page; again where it says so, as on a busy machine Stripe's double is slow."""
        answer = self.page_once(path)
        for _ in range(_READINGS):
            if AGAIN not in answer.text:
                break
            answer = self.page_once(path)
        return answer

    def page_once(self, path: str) -> requests.Response:
        """Read a page as it is at the first time."""
        return self.get(self.desk + path, timeout=60, allow_redirects=False)

    def submit(self, path: str, **form: str) -> requests.Response:
        """Send a form as it is given."""
        return self.post(self.desk + path, data=form, timeout=60, allow_redirects=False)

    def upload(self, path: str, file: tuple[str, bytes], **form: str) -> requests.Response:
        """Send a form with a file, by its name and contents."""
        sent = {"data": form, "files": {"file": file}}
        return self.post(self.desk + path, timeout=60, allow_redirects=False, **sent)

    def fields(self, path: str) -> dict[str, str]:
        """Read the hidden fields of a page's forms."""
        found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', self.page(path).text)
        return {name: unescape(value) for name, value in found}

    def act(self, path: str, at: str = "/account", **form: str) -> requests.Response:
        """Open a page, and send a form with its hidden fields."""
        return self.submit(path, **{**self.fields(at), **form})


@contextmanager
def operators_desk(
    folder: Path, stripe_api_base: str = NOBODY, **changes: str
) -> Iterator[TicketDesk]:
    """Start a payments server with the desk, and the accounts jo (look) and kim (act)."""
    environ = {"ADMIN_PASSWORD_HASH": ADMIN_HASH, "TICKETS_SIGNING_KEY": SIGNING_KEY, **changes}
    with payments_process(folder, stripe_api_base, **environ) as (url, _):
        settings = Settings.from_env(
            {
                "DATABASE_URL": f"sqlite:///{folder}/payments.db",
                "STRIPE_API_BASE": stripe_api_base,
                **environ,
            }
        )
        shop = build_container(settings)
        for name, role in (("jo", Role.LOOK), ("kim", Role.ACT)):
            accounts.add_account(shop, name, role, PASSWORD)
        yield TicketDesk(url, shop)
        shop.database.close()


def log_in_by_keyboard(browser: Chromium, url: str) -> None:
    """Log in as kim in a browser with a screen, without a mouse."""
    browser.open(f"{url}/payments/admin/login")
    browser.wait_for("document.querySelector('#name') !== null")
    # Past the link that skips the menu.
    for _ in range(2):
        browser.press("Tab")
    browser.call("Input.insertText", text="kim")
    browser.press("Tab")
    browser.type(PASSWORD)
    browser.wait_for("document.querySelector('nav') !== null")
