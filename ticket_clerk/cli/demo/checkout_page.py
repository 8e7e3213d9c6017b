"""Fills in the hosted payment page as a browser without JavaScript would."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp

from ticket_clerk.cli.errors import LaunchError


@dataclass
class Form:
    """A form of a page: action, fields and buttons."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """A fetched page: its URL, forms and visible text."""

    url: str
    status: int
    forms: list[Form]
    text: str

    def form_with(self, name: str) -> Form:
        """The form that has this input or button; raises LaunchError if there is none."""
        for form in self.forms:
            if name in form.fields or name in form.buttons:
                return form
        raise LaunchError(f"The page at {self.url} has no form with {name!r}: {self.text[:300]}")


class Visitor:
    """An HTTP client that keeps cookies and follows redirects."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        """Use ``http`` for every request."""
        self._http = http

    async def open(self, url: str) -> Page:
        """Fetch a page."""
        async with self._http.get(url) as answer:
            return _parse(str(answer.url), answer.status, await answer.text())

    async def submit(self, page: Page, button: str, **values: str) -> Page:
        """Fill in ``values`` and press ``button``; returns the page that it leads to."""
        form = page.form_with(button)
        data = {**form.fields, **values, button: form.buttons.get(button, "")}
        async with self._http.post(urljoin(page.url, form.action), data=data) as answer:
            return _parse(str(answer.url), answer.status, await answer.text())


def _parse(url: str, status: int, html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    return Page(url, status, reader.forms, " ".join(" ".join(reader.words).split()))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {key: value or "" for key, value in attrs}
        if tag in {"style", "script", "head"}:
            self._hidden += 1
        elif tag == "form":
            self.forms.append(Form(has.get("action", "")))
        elif self.forms and "name" in has and tag in {"input", "button"}:
            is_button = tag == "button" or has.get("type") == "submit"
            into = self.forms[-1].buttons if is_button else self.forms[-1].fields
            into[has["name"]] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "script", "head"}:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
