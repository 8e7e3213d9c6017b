"""The page's files, as they are sent."""

from dataclasses import dataclass
from pathlib import Path

# Nothing but our own files, no inline code, no frame of anybody's: text that slips through as
# markup could still do nothing. And none can slip through: the browser itself refuses to make
# markup of text.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class PageFile:
    """A file of the page and its type."""

    name: str
    content_type: str

    def read(self) -> bytes:
        """The file's bytes."""
        return (Path(__file__).parent / self.name).read_bytes()


INDEX = PageFile("index.html", "text/html; charset=utf-8")
PARTS = (
    PageFile("chat.css", "text/css; charset=utf-8"),
    *(
        PageFile(f"{name}.js", "text/javascript; charset=utf-8")
        for name in ("chat", "outgoing", "stream", "words", "orders", "texts")
    ),
    PageFile("icon.svg", "image/svg+xml"),
)
