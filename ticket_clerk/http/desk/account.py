"""Logging in and out, one's own sessions, and what operators have done."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.http.request_bodies import read_body
from ticket_clerk.http.token_bucket import TokenBuckets, address_of
from ticket_clerk.ticketing.desk import acts, sessions

from .access import Desk, Visit, read_form
from .rendering import FILES, FILES_AT, add_files, render

# A person mistypes a few times; 10 tries, then one in half a minute from one address. For one
# account from all addresses it is more, since whoever fills that locks its owner out.
_ADDRESS_BURST, _ADDRESS_PER_SECOND = 10, 1 / 30
_NAME_BURST, _NAME_PER_SECOND = 100, 1 / 5
# Each check takes 64 MiB.
_CHECKS_AT_ONCE = 2
_PAGE = re.compile(r"/[\w/-]{0,200}")
_WRONG = "That name and password don't belong together."
_TOO_OFTEN = "Too many tries: wait {} seconds."


def add_routes(desk: Desk) -> None:
    """Add login, logout, sessions, acts and the pages' files."""
    _add_login(desk)
    _add_sessions(desk)
    add_files(desk.bp, FILES, FILES_AT)

    @desk.page("/acts")
    async def list_acts(visit: Visit) -> HTTPResponse:
        kind = visit.argument("kind")
        found = await asyncio.to_thread(acts.list_acts, desk.container, kind)
        return desk.show(visit, "acts.html", acts=found.acts, kinds=found.kinds, chosen=kind)


def _add_login(desk: Desk) -> None:
    by_address = TokenBuckets(burst=_ADDRESS_BURST, per_second=_ADDRESS_PER_SECOND)
    by_name = TokenBuckets(burst=_NAME_BURST, per_second=_NAME_PER_SECOND)
    checks = asyncio.Semaphore(_CHECKS_AT_ONCE)

    page = partial(_login_page, desk)

    @desk.bp.get("/admin/login")
    async def show_login(request: Request) -> HTTPResponse:
        return page(_page_of(request.args.get("next", "")))

    @desk.bp.post("/admin/login", stream=True)
    @desk.guarded
    async def log_in(request: Request) -> HTTPResponse:
        form = read_form(await read_body(request))
        if not desk.is_own(request):
            return desk.refuse(403, "This form is not from the desk: open the page again.")
        name, then = form.get("name", "")[:40], _page_of(form.get("next", ""))
        address = address_of(request, desk.container.settings.trusted_proxies)
        wait_s = by_address.wait_s(address) or by_name.wait_s(name)
        if wait_s:
            return page(then, 429, name, _TOO_OFTEN.format(wait_s), retry_after=wait_s)
        async with checks:
            check = partial(sessions.log_in, desk.container, name, form.get("password", ""))
            token = await asyncio.to_thread(check)
        if token is None:
            return page(then, 401, name, _WRONG)
        await desk.end_session(request)
        return desk.set_cookie(desk.go(then), token)


def _login_page(
    desk: Desk,
    then: str,
    status: int = 200,
    name: str = "",
    problem: str = "",
    retry_after: int | None = None,
) -> HTTPResponse:
    shown: dict[str, Any] = {"then": then, "name": name, "problem": problem, "done": None}
    page = render("login.html", base=desk.base, status=status, **shown)
    if retry_after:
        page.headers["Retry-After"] = str(retry_after)
    return page


def _add_sessions(desk: Desk) -> None:
    end = partial(sessions.end_sessions, desk.container)

    @desk.page("/account")
    async def show_account(visit: Visit) -> HTTPResponse:
        operator = visit.session.operator
        found = await asyncio.to_thread(sessions.sessions_of, desk.container, operator)
        return desk.show(visit, "account.html", sessions=found)

    @desk.form("/logout", for_all=True)
    async def log_out(visit: Visit) -> HTTPResponse:
        await desk.end_session(visit.request)
        return desk.set_cookie(desk.go("/login"), "")

    @desk.form("/account/sessions/<session_id:str>/end", for_all=True)
    async def end_one(visit: Visit, session_id: str) -> HTTPResponse:
        name = visit.session.operator.name
        await asyncio.to_thread(end, name, by=name, session_id=session_id)
        return desk.go("/account?done=logout")

    @desk.form("/account/sessions/end", for_all=True)
    async def end_all(visit: Visit) -> HTTPResponse:
        name = visit.session.operator.name
        await asyncio.to_thread(end, name, by=name)
        return desk.set_cookie(desk.go("/login"), "")


def _page_of(path: str) -> str:
    """The page to go to after logging in: one of the desk's, or its first."""
    return path if _PAGE.fullmatch(path) else "/"
