"""A browser without JavaScript, as far as the payment page needs one."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlencode

from stripe_standin import StandIn

GOOD = {
    "card_number": "4242 4242 4242 4242",
    "exp_date": "12/34",
    "cvc": "123",
    "email": "ann@example.com",
    "name": "Ann",
}


class Page(HTMLParser):
    """What a page has: its fields, buttons, links, labels and words."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__()
        self.status, self.headers, self.html = status, headers, body.decode()
        self.fields: dict[str, dict[str, str]] = {}
        self.buttons: list[str] = []
        self.links: dict[str, str] = {}
        self.labels: set[str] = set()
        self.words = ""
        self.form: dict[str, str] | None = None
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes what matters of one element."""
        found = {name: value or "" for name, value in attrs}
        if tag == "input":
            self.fields[found["name"]] = found
        elif tag == "button":
            self.buttons.append(found["name"])
        elif tag == "a":
            self.links[found.get("id", found["href"])] = found["href"]
        elif tag == "label":
            self.labels.add(found["for"])
        elif tag == "form":
            self.form = found

    def handle_data(self, data: str) -> None:
        """Collects the text."""
        self.words += " ".join(data.split()) + " "


class Browser:
    """Opens links of one stand-in and presses buttons."""

    def __init__(self, standin: StandIn) -> None:
        self.standin = standin

    def open(self, url: str) -> Page:
        """Follows a link."""
        return self._ask("GET", url, b"")

    def press(self, page: Page, button: str, **typed: str) -> Page:
        """Fills in the page's form and presses one of its buttons."""
        assert page.form is not None
        kept = {name: one.get("value", "") for name, one in page.fields.items()}
        body = urlencode({**kept, **typed, button: button}).encode()
        return self._ask("POST", page.form["action"], body)

    def _ask(self, method: str, url: str, body: bytes) -> Page:
        headers = {"Host": "127.0.0.1:12111", "Content-Type": "application/x-www-form-urlencoded"}
        path = url.removeprefix(self.standin.base_url)
        return Page(*self.standin.handle(method, path, headers, body))
