"""The floor of an action: an answer that was written before, whatever is asked.

    python -m benchmarks.floors.actions --port 8002 --url http://127.0.0.1:5055

stands in front of the action server. It passes calls on and keeps what was answered to which action
after which message; with ``PUT /mode/constant`` it says that again and asks nobody. With
``--stripe`` it stands in front of Stripe, too; ``GET /stripe-ms`` says how long the calls took that
went there since it was asked last.
"""

from __future__ import annotations

import argparse
import time

import aiohttp
import ujson
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response

_JSON = {"Content-Type": "application/json"}


def make_app(url: str, stripe: str) -> Sanic:
    """Make the server in front of the action server at ``url`` and of Stripe."""
    app = Sanic("floor_actions", configure_logging=False)
    app.ctx.is_constant = False
    app.ctx.stripe_ms = 0.0
    answers: dict[tuple[str, str, str], bytes] = {}

    @app.listener("before_server_start")
    async def connect(app: Sanic, _loop: object) -> None:
        app.ctx.client = aiohttp.ClientSession()

    @app.post("/webhook")
    async def act(request: Request) -> HTTPResponse:
        call = ujson.loads(request.body)
        tracker = call["tracker"]
        text = tracker["latest_message"].get("text") or ""
        key = (call["next_action"], text, str(tracker["slots"].get("requested_slot")))
        if app.ctx.is_constant and key in answers:
            return HTTPResponse(answers[key], headers=_JSON)
        headers = {**_JSON, "Authorization": request.headers.get("authorization", "")}
        async with app.ctx.client.post(
            f"{url}/webhook", data=request.body, headers=headers
        ) as answer:
            body = await answer.read()
        if answer.status == 200:
            answers[key] = body
        return HTTPResponse(body, answer.status, headers=_JSON)

    @app.put("/mode/<mode>")
    async def switch(_request: Request, mode: str) -> HTTPResponse:
        app.ctx.is_constant = mode == "constant"
        return empty()

    @app.route("/v1/<path:path>", methods=["GET", "POST", "DELETE"])
    async def ask_stripe(request: Request, path: str) -> HTTPResponse:
        passed_on = ("authorization", "content-type", "idempotency-key", "stripe-version")
        headers = {name: request.headers[name] for name in passed_on if name in request.headers}
        address = f"{stripe}/v1/{path}?{request.query_string}"
        begun = time.perf_counter()
        async with app.ctx.client.request(
            request.method, address, data=request.body, headers=headers
        ) as answer:
            body = await answer.read()
        app.ctx.stripe_ms += 1000 * (time.perf_counter() - begun)
        return HTTPResponse(body, answer.status, headers=_JSON)

    @app.get("/stripe-ms")
    async def stripe_ms(_request: Request) -> HTTPResponse:
        taken, app.ctx.stripe_ms = app.ctx.stripe_ms, 0.0
        return json_response(taken)

    @app.get("/health")
    async def health(_request: Request) -> HTTPResponse:
        return json_response({"status": "ok"})

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--stripe", default="")
    args = parser.parse_args()
    make_app(args.url, args.stripe).run(host="127.0.0.1", port=args.port, access_log=False)
