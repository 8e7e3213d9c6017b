"""The `web` channel's side towards browsers: page, messages, events."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING

from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.channels.conversations.store import StoreUnavailable
from ticket_clerk.channels.limits import get_limits

from .page import HEADERS, INDEX, PAGE_FILES, PageFile
from .requests import Refused, read_position, read_typed, require_own_page, require_share
from .session import read_cookie, set_cookie

if TYPE_CHECKING:
    from .channel import WebChannel

# How long a page waits with its stream when its network has too many.
STREAM_PAUSE_S = 15
_STREAM_TYPE = "text/event-stream; charset=utf-8"
# Proxies must pass a stream on as it comes.
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def web_blueprint(channel: WebChannel) -> Blueprint:
    """The routes of the web chat."""
    blueprint = Blueprint("web_chat")
    _add_page(blueprint, channel)
    _add_conversation(blueprint, channel)

    @blueprint.exception(Refused)
    async def refuse(_request: Request, refused: Refused) -> HTTPResponse:
        headers = {"Cache-Control": "no-store", **refused.headers}
        return response.json({"error": refused.reason}, status=refused.status, headers=headers)

    @blueprint.listener("after_server_start")
    async def watch_store(app: Sanic, _loop: object) -> None:
        # Before the first visitor: what is pushed here may be for a page of another server.
        with suppress(Refused):
            channel.store(app)

    @blueprint.listener("before_server_stop")
    async def end_streams(_app: Sanic, _loop: object) -> None:
        channel.streams.close()

    return blueprint


def _add_page(blueprint: Blueprint, channel: WebChannel) -> None:
    @blueprint.get("/")
    async def page(request: Request) -> HTTPResponse:
        if not request.path.endswith("/"):
            return response.redirect(f"{request.path}/", status=308)
        answer = _file(INDEX, channel.language)
        if channel.sessions.sender_id(read_cookie(request)) is None:
            limits = get_limits()
            require_share(limits.begin_session(limits.address_of(request)))
            set_cookie(answer, request, channel.sessions.start())
        return answer

    for file in PAGE_FILES:
        blueprint.add_route(
            _serve(file, channel.language), f"/{file.name}", name=file.name.replace(".", "_")
        )


def _add_conversation(blueprint: Blueprint, channel: WebChannel) -> None:
    @blueprint.post("/messages")
    async def messages(request: Request) -> HTTPResponse:
        require_own_page(request)
        sender_id = _require_session(request, channel)
        typed = read_typed(request)
        await channel.take(request.app, get_limits().address_of(request), sender_id, typed)
        return response.json({"id": typed.message_id})

    @blueprint.get("/events")
    async def events(request: Request) -> None:
        require_own_page(request)
        sender_id = _require_session(request, channel)
        position = read_position(request)
        store = channel.store(request.app)
        limits = get_limits()
        address = limits.address_of(request)
        if not limits.open_stream(address):
            require_share(STREAM_PAUSE_S)
        # A connection that lived on after its stream would hold up a stopping server.
        request.stream.keep_alive = False
        try:
            stream = await request.respond(content_type=_STREAM_TYPE, headers=_STREAM_HEADERS)
            # The browser opens the next stream when one ends early.
            with suppress(StoreUnavailable):
                await channel.streams.follow(store, sender_id, position, stream.send)
            await stream.eof()
        finally:
            limits.close_stream(address)


def _require_session(request: Request, channel: WebChannel) -> str:
    sender_id = channel.sessions.sender_id(read_cookie(request))
    if sender_id is None:
        raise Refused(403, "This chat has no session. Please load the page again.")
    return sender_id


def _serve(
    file: PageFile, language: str
) -> Callable[[Request], Coroutine[object, object, HTTPResponse]]:
    async def serve(_request: Request) -> HTTPResponse:
        return _file(file, language)

    return serve


def _file(file: PageFile, language: str) -> HTTPResponse:
    return HTTPResponse(file.read(language), headers=dict(HEADERS), content_type=file.content_type)
