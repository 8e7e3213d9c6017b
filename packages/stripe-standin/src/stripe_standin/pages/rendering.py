"""HTML rendering: escaping templates and strict security headers."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, PackageLoader

from stripe_standin.http.messages import Request, Response

STYLE = (Path(__file__).parent / "assets" / "checkout.css").read_bytes()
_TEMPLATES = Environment(
    loader=PackageLoader("stripe_standin.pages"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(status: int, template: str, *, leads_to: str = "'none'", **context: object) -> Response:
    """A page; its forms may lead only to `leads_to`, in the words of the CSP."""
    html = _TEMPLATES.get_template(template).render(**context)
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {leads_to}",
        "Content-Type": "text/html; charset=utf-8",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(status, html.encode(), headers)


def not_found() -> Response:
    """The page for a link that leads nowhere."""
    text = "There is no such payment page. Please check the link that you were given."
    return page(404, "message.html", title="Page not found", text=text)


def here_and(address: str | None) -> str:
    """This place and the one of `address`: browsers apply `form-action` to the redirect that
    follows a form too.
    """
    target = urlsplit(address or "")
    return f"'self' {target.scheme}://{target.netloc}" if target.netloc else "'self'"


def typed(request: Request) -> dict[str, str]:
    """The fields of a posted form; none where it cannot be read."""
    try:
        return dict(parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        return {}
