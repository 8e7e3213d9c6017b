"""The documentation's site: built strictly, whole without the Internet, and for everybody."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.channels.chromium import Chromium, needs_browser
from ticket_clerk.cli.environment import ROOT
from tools.site.__main__ import build, main
from tools.site.pages import site_pages, with_lists_apart

pytestmark = pytest.mark.live

SITE = ROOT / "build" / "site"
# What a browser fetches by itself; where a link leads is the reader's business.
FETCHED = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}


@pytest.fixture(scope="module")
def site() -> Path:
    """The built site, as `make docs` leaves it."""
    assert main() == 0
    return SITE


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where it is served, on loopback and nowhere else."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site))
    )
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


class _Fetches(HTMLParser):
    """Collects what a page makes the browser fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get(FETCHED.get(tag, ""))
        if address and dict(attrs).get("rel") not in ("canonical", "prev", "next"):
            self.addresses.append(address)


@pytest.fixture
def browser() -> Iterator[Chromium]:
    """A browser of this test's own."""
    chromium = Chromium()
    yield chromium
    chromium.close()


def test_a_second_build_of_the_same_pages_does_nothing(site: Path) -> None:
    """`make check` waits for mkdocs only where a page has changed."""
    before = (site / "index.html").stat().st_mtime_ns

    assert main() == 0
    assert (site / "index.html").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "mistake",
    [
        {"tickets.md": b"# Tickets\n\n[gone](gone.md)\n"},
        {"tickets.md": b"# Tickets\n\n[no such heading](desk.md#no-such-heading)\n"},
        {"unreachable.md": b"# In no menu\n"},
    ],
    ids=["a dead link", "a dead anchor", "a page that no menu has"],
)
def test_a_mistake_ends_the_build(mistake: dict[str, bytes], tmp_path: Path) -> None:
    """The negative control of strictness: nothing is built."""
    assert build(site_pages(ROOT) | mistake, tmp_path) != 0
    assert not (tmp_path / "site").exists()


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    """No fonts, scripts, styles or pictures of another host: the site is whole on a plane."""
    parser = _Fetches()
    for page in site.rglob("*.html"):
        parser.feed(page.read_text(encoding="utf-8"))
    styles = " ".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))

    assert len(parser.addresses) > 100
    assert [each for each in parser.addresses if re.match(r"(?:https?:)?//", each)] == []
    assert re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//[^)]+", styles) == []


def test_every_page_of_the_repository_is_on_the_site(site: Path) -> None:
    """What is written in docs/ is read there, too."""
    written = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    shown = {str(path.relative_to(site).with_suffix("")) for path in site.rglob("*.html")}

    assert len(written) > 15
    assert {str(p.with_suffix("")).replace("README", "index") for p in written} - shown == set()


def test_lists_and_code_are_shown_as_such(site: Path) -> None:
    """No mark of a list, a fence or a link is left for the reader to see."""
    left = {}
    for page in site.rglob("*.html"):
        article = page.read_text(encoding="utf-8").partition("<article")[2]
        article = re.sub(r"(?s)<(code|pre|script)\b.*?</\1>", "", article)
        found = re.findall(r"(?m)^\s*[-*] .*|.*```.*|.*\]\(.*", article.partition("</article")[0])
        if found:
            left[str(page.relative_to(site))] = found

    assert left == {}


def test_a_list_is_set_apart_as_mkdocs_wants_it() -> None:
    """A blank line in front, and four blanks for what belongs to an item; code is left alone."""
    written = "Two:\n- one\n  ```yaml\n  a: 1\n  ```\n- two\n\n```yaml\nb:\n- c\n```"

    assert with_lists_apart(written) == (
        "Two:\n\n- one\n    ```yaml\n    a: 1\n    ```\n\n- two\n\n```yaml\nb:\n- c\n```"
    )


@needs_browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_in_the_site(
    address: str, browser: Chromium, width: int, scheme: str
) -> None:
    """By keyboard, by ear, in the light, in the dark, on a phone; and nothing is cut off."""
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=800,
        deviceScaleFactor=1,
        mobile=width < 500,
    )
    preferred = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.call("Emulation.setEmulatedMedia", features=preferred)
    for page in ("index", "tutorial", "plug-in", "reference/settings", "reference/http"):
        browser.open(f"{address}/{page}.html")
        browser.wait_for("document.querySelector('.md-search')?.ariaLabel === 'Search'")
        assert browser.violations() == [], page
        assert browser.read("document.documentElement.scrollWidth <= innerWidth"), page


@needs_browser
def test_the_search_finds_a_setting(address: str, browser: Chromium) -> None:
    """By an index that is part of the site."""
    browser.open(f"{address}/index.html?q=HOLD_MINUTES")
    found = browser.wait_for("document.querySelector('.md-search-result__link')?.href")

    assert found.startswith(address)
    assert "HOLD_MINUTES" in browser.read("document.querySelector('.md-search-result').innerText")
