"""Static files of the page; two of them are rendered in a language."""

import json
from dataclasses import dataclass
from functools import lru_cache

import jinja2

from ticket_clerk import languages
from ticket_clerk.project import PACKAGE

# Nothing but our own files and pictures of anybody's, no inline code, no frame: text that slips
# through as markup could still do nothing. And none can slip through: the browser itself refuses
# to make markup of text.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


_HERE = PACKAGE / "channels" / "web" / "page"


@dataclass(frozen=True)
class PageFile:
    """A file of the page and its type."""

    name: str
    content_type: str

    def read(self, language: str) -> bytes:
        """The file's bytes, for a page in this language."""
        if self.name == SAID.name:
            return (
                f"export const SAID = {json.dumps(languages.pages(language)['chat'])};\n".encode()
            )
        if self.name == INDEX.name:
            return _index(language)
        return (_HERE / self.name).read_bytes()


@lru_cache
def _index(language: str) -> bytes:
    text = (_HERE / INDEX.name).read_text(encoding="utf-8")
    template = jinja2.Environment(autoescape=True).from_string(text)
    said = languages.pages(language)["chat"]
    return template.render(language=language, said=said).encode()


INDEX = PageFile("index.html", "text/html; charset=utf-8")
SAID = PageFile("said.js", "text/javascript; charset=utf-8")
PAGE_FILES = (
    SAID,
    PageFile("chat.css", "text/css; charset=utf-8"),
    *(
        PageFile(f"{name}.js", "text/javascript; charset=utf-8")
        for name in ("chat", "outgoing", "stream", "words", "orders", "texts")
    ),
    PageFile("icon.svg", "image/svg+xml"),
)
