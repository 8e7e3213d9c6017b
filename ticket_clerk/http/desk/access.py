"""Lets operators in: the session, the role, and that a form is the desk's own.

A form changes something only if it comes from the desk (the browser says so), carries the token of
the session and a key of its own, and its sender may act.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial, wraps
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from sanic import Blueprint
from sanic.request import Request, parse_multipart_form
from sanic.response import HTTPResponse, redirect

from ticket_clerk.http.connections import receive_body
from ticket_clerk.http.request_bodies import BODY_LIMIT
from ticket_clerk.http.responses import status_of
from ticket_clerk.secrets import secrets_equal
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.desk import acts, sessions
from ticket_clerk.ticketing.domain.errors import InvalidRequest, PaymentError
from ticket_clerk.ticketing.domain.operators import IDLE_FOR, OperatorSession

from .cookies import SessionCookies
from .rendering import HEADERS, render

COOKIE = "clerk_desk"
_MOST_FIELDS = 20
# Files come from phones, too; other bodies have ten seconds.
_FILE_WITHIN_S = 60.0
_KEY = re.compile(r"[\w-]{16,64}")


@dataclass(frozen=True)
class SentFile:
    """A file that a form was sent with, and its name where it came from."""

    name: str
    contents: bytes = field(repr=False)


@dataclass(frozen=True)
class Visit:
    """A request of an operator who is logged in; ``form`` is empty unless one was sent.

    Of a file ``form`` has the SHA-256 under the name of its field. A cookie ``is_to_renew`` with
    the answer to somebody's click.
    """

    request: Request
    session: OperatorSession
    token: str
    is_to_renew: bool = False
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, SentFile] = field(default_factory=dict)

    def argument(self, name: str) -> str:
        """Read a value of the address; empty where it isn't there."""
        return str(self.request.args.get(name, ""))


Handler = Callable[..., Awaitable[HTTPResponse]]


class Desk:
    """Where the desk's pages are added: each is for operators who are logged in."""

    def __init__(self, bp: Blueprint, container: Container) -> None:
        """Pages go to the payments' blueprint; behind a proxy PUBLIC_URL says where that is."""
        public = urlsplit(container.settings.public_url)
        self.bp = bp
        self.container = container
        self.base = f"{public.path.rstrip('/')}/payments/admin"
        self._origin = f"{public.scheme}://{public.netloc}"
        self._is_secure = public.scheme == "https"
        self._cookies = SessionCookies(container)

    def page(self, path: str) -> Callable[[Handler], Handler]:
        """Add a page; who is not logged in is led to the login and back."""

        def add(handler: Handler) -> Handler:
            @wraps(handler)
            async def handle(request: Request, **parts: str) -> HTTPResponse:
                visit = await self.find_visit(request)
                if visit is None:
                    return self.lead(request, f"/login?next={quote(_path_of(request))}")
                return await self._answer(handler, visit, parts)

            self.bp.get(f"/admin{path}", name=_name(path))(self.guarded(handle))
            return handler

        return add

    def form(
        self, path: str, *, for_all: bool = False, largest: int = BODY_LIMIT
    ) -> Callable[[Handler], Handler]:
        """Add what a form is sent to; only for operators who may act, unless it is ``for_all``.

        ``largest`` is how many bytes it may have. Nothing is read of who isn't logged in.
        """

        def add(handler: Handler) -> Handler:
            @wraps(handler)
            async def handle(request: Request, **parts: str) -> HTTPResponse:
                visit = await self.find_visit(request)
                if visit is None:
                    return self.lead(request, "/login")
                within_s = _FILE_WITHIN_S if largest > BODY_LIMIT else None
                body = await receive_body(request, largest, arrives_within_s=within_s)
                visit = _with_form(visit, body)
                if not self.is_own(request) or not _has_form_token(visit):
                    return self.refuse(403, "This form is not from the desk: open the page again.")
                if not for_all and not visit.session.operator.may_act:
                    return self.refuse(403, "Your account may look and not act.", visit)
                return await self._answer(handler, visit, parts)

            wrapped = self.guarded(handle)
            self.bp.post(f"/admin{path}", name=_name(path, "post"), stream=True)(wrapped)
            return handler

        return add

    async def carry_out(
        self,
        visit: Visit,
        kind: str,
        subject: str,
        do: Callable[[str], object],
        *,
        detail: str = "",
        then: str,
    ) -> HTTPResponse:
        """Do something once for each form, written down with who, and go to a page that says so."""
        key = visit.form.get("key", "")
        if not _KEY.fullmatch(key):
            raise InvalidRequest("The form has no key: open the page again.", field="key")
        values = {name: value for name, value in visit.form.items() if name != "token"}
        await asyncio.to_thread(
            acts.carry_out,
            self.container,
            visit.session,
            kind,
            subject,
            do,
            key=key,
            values=values,
            detail=detail,
        )
        mark = "&" if "?" in then else "?"
        return self.go(f"{then}{mark}done={kind}")

    def show(self, visit: Visit, template: str, **values: Any) -> HTTPResponse:
        """Write a page for an operator who is logged in."""
        return render(
            template,
            base=self.base,
            session=visit.session,
            form_token=sessions.form_token(visit.token),
            done=visit.request.args.get("done"),
            **values,
        )

    def refuse(self, status: int, text: str, visit: Visit | None = None) -> HTTPResponse:
        """Write a page that says why something was not done."""
        session = visit.session if visit else None
        token = sessions.form_token(visit.token) if visit else ""
        page = render(
            "refused.html",
            base=self.base,
            session=session,
            form_token=token,
            status=status,
            text=text,
            done=None,
        )
        # The browser stays where the form is: this has no address of its own.
        page.headers["HX-Push-Url"] = "false"
        return page

    def go(self, path: str) -> HTTPResponse:
        """Lead the browser to another page of the desk."""
        return redirect(self.base + path, status=303, headers=dict(HEADERS))

    def lead(self, request: Request, path: str) -> HTTPResponse:
        """Lead the browser to another page as a whole, also where htmx asked for a part."""
        if "hx-request" not in request.headers:
            return self.go(path)
        return HTTPResponse(status=401, headers={**HEADERS, "HX-Redirect": self.base + path})

    def set_cookie(self, response: HTTPResponse, token: str) -> HTTPResponse:
        """Give the browser its session, or with an empty token take it away."""
        age = int(IDLE_FOR.total_seconds()) if token else 0
        value = self._cookies.write(token) if token else ""
        # Lax, so that a link in an alert finds who is logged in; forms have a token besides.
        cookie = f"{COOKIE}={value}; Path={self.base}; Max-Age={age}; HttpOnly; SameSite=Lax"
        response.headers.add("Set-Cookie", cookie + ("; Secure" if self._is_secure else ""))
        return response

    def is_own(self, request: Request) -> bool:
        """Whether a form was sent from the desk's own pages, as far as the browser says."""
        if (site := request.headers.get("sec-fetch-site")) is not None:
            return bool(site == "same-origin")
        origin = request.headers.get("origin")
        # No browser leaves both out where another site sends a form.
        return origin is None or origin == self._origin or urlsplit(origin).netloc == request.host

    async def end_session(self, request: Request) -> None:
        """End the session that a browser had before, if any."""
        if (visit := await self.find_visit(request)) is None:
            return
        name, session_id = visit.session.operator.name, visit.session.id
        end = partial(sessions.end_sessions, self.container, name, by=name, session_id=session_id)
        await asyncio.to_thread(end)

    async def find_visit(self, request: Request) -> Visit | None:
        """Find whose request it is; None without a session, or with a cookie that is not good."""
        cookie = self._cookies.read(request.cookies.get(COOKIE) or "")
        if cookie is None:
            return None
        # What a page asks by itself is no click.
        is_used = "desk-refresh" not in request.headers
        find = partial(sessions.find_session, self.container, cookie.token, is_used=is_used)
        session = await asyncio.to_thread(find)
        if session is None:
            return None
        return Visit(request, session, cookie.token, is_to_renew=is_used and cookie.is_to_renew)

    async def _answer(
        self, handler: Handler, visit: Visit, parts: Mapping[str, str]
    ) -> HTTPResponse:
        try:
            response = await handler(visit, **parts)
        except PaymentError as exc:
            response = self.refuse(status_of(exc), str(exc), visit)
        if visit.is_to_renew and "set-cookie" not in response.headers:
            self.set_cookie(response, visit.token)
        return response

    def guarded(self, handle: Handler) -> Handler:
        """Let a route answer errors of ours with a page."""

        @wraps(handle)
        async def answer(request: Request, **parts: str) -> HTTPResponse:
            try:
                return await handle(request, **parts)
            except PaymentError as exc:
                return self.refuse(status_of(exc), str(exc))

        return answer


def read_form(body: bytes) -> dict[str, str]:
    """Read a form's fields; raises InvalidRequest for one that no page of ours sends."""
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise InvalidRequest("The form is malformed.") from None
    return {name: value.strip() for name, value in fields}


def _with_form(visit: Visit, body: bytes) -> Visit:
    kind = str(visit.request.headers.get("content-type", ""))
    if not kind.startswith("multipart/form-data"):
        return replace(visit, form=read_form(body))
    form, files = _read_parts(body, kind)
    digests = {name: hashlib.sha256(file.contents).hexdigest() for name, file in files.items()}
    return replace(visit, form={**form, **digests}, files=files)


def _read_parts(body: bytes, kind: str) -> tuple[dict[str, str], dict[str, SentFile]]:
    """Read a form with files; raises InvalidRequest as :func:`read_form`."""
    boundary = kind.partition("boundary=")[2].strip('"')
    try:
        if body.count(boundary.encode()) > _MOST_FIELDS + 1:
            raise ValueError("it has too many fields")
        fields, files = parse_multipart_form(body, boundary.encode())
    except (ValueError, LookupError):
        raise InvalidRequest("The form is malformed.") from None
    return (
        {name: str(values[-1]).strip() for name, values in fields.items()},
        {name: SentFile(str(f[-1].name), bytes(f[-1].body)) for name, f in files.items()},
    )


def _has_form_token(visit: Visit) -> bool:
    return secrets_equal(visit.form.get("token"), sessions.form_token(visit.token))


def _path_of(request: Request) -> str:
    """The page that was asked for, as :func:`account.add_routes` takes it back."""
    _, _, path = str(request.path).partition("/payments/admin")
    return path


def _name(path: str, method: str = "get") -> str:
    return f"desk_{method}_" + re.sub(r"\W+", "_", path)
