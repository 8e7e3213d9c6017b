"""On a host's action server: our addresses and actions are guarded, and nothing else changes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.conftest import SHOWS
from tests.servers import BEARER, ROOT, TOKEN, free_port, is_refusal, running, wait_for

pytestmark = pytest.mark.live

# In a wheel our actions are ticket_clerk.actions; here they are put there by hand.
HOST = """
import importlib.util, pathlib, sys, time
import pluggy
from rasa_sdk import Action
from rasa_sdk.plugin import plugin_manager
from sanic.response import text

folder = pathlib.Path({root!r}) / "actions"
spec = importlib.util.spec_from_file_location(
    "ticket_clerk.actions", folder / "__init__.py", submodule_search_locations=[str(folder)]
)
module = importlib.util.module_from_spec(spec)
sys.modules["ticket_clerk.actions"] = module
spec.loader.exec_module(module)


class ActionOfHost(Action):
    def name(self):
        return "action_of_host"

    async def run(self, dispatcher, tracker, domain):
        if tracker.slots.get("fail"):
            raise RuntimeError("the host's own words")
        dispatcher.utter_message(text="from the host")
        return []


class Routes:
    @pluggy.HookimplMarker("rasa_sdk")
    def attach_sanic_app_extensions(self, app):
        @app.get("/host/<word>")
        async def host(request, word):
            if word == "fail":
                raise RuntimeError("as the host likes it")
            return text(word)

        @app.post("/host/upload")
        async def upload(request):
            return text(str(len(request.body)))


plugin_manager().register(Routes(), name="host")
"""
FORWARDED = {"X-Forwarded-For": "203.0.113.9"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A host's action server with ours in it, without any token for the actions."""
    folder = tmp_path_factory.mktemp("host")
    (folder / "host_actions.py").write_text(HOST.format(root=str(ROOT)))
    port = free_port()
    environ = {
        "PYTHONPATH": f"{ROOT}:{folder}",
        "SHOWS_FILE": str(SHOWS),
        "DATABASE_URL": f"sqlite:///{folder}/payments.db",
        "STRIPE_API_BASE": "http://127.0.0.1:9",
        "RASA_URL": "http://127.0.0.1:9",
        "PAYMENTS_API_TOKEN": TOKEN,
        "TICKETS_SIGNING_KEY": "signing-key-of-the-tests-0123456789",
    }
    command = [sys.executable, "-m", "rasa_sdk", "--actions", "host_actions", "--port", str(port)]
    with running(command, environ, folder / "log", folder):
        address = f"http://127.0.0.1:{port}"
        wait_for(address)
        yield address


def _call(url: str, action: str, **slots: Any) -> requests.Request:
    tracker = {"sender_id": "ann", "slots": slots, "latest_message": {}, "events": []}
    return requests.Request(
        "POST", f"{url}/webhook", json={"next_action": action, "tracker": tracker, "domain": {}}
    )


def _send(request: requests.Request, **headers: str) -> requests.Response:
    request.headers = headers
    return requests.Session().send(request.prepare(), timeout=60)


def test_the_hosts_actions_are_run_for_whoever_it_runs_them_for(url: str) -> None:
    """Ours want a program on this machine, the host's do not."""
    answer = _send(_call(url, "action_of_host"), **FORWARDED)
    assert answer.json()["responses"][0]["text"] == "from the host"

    is_refusal(_send(_call(url, "action_respond"), **FORWARDED), 401, "unauthorized")
    assert _send(_call(url, "action_respond")).status_code == 200


def test_the_hosts_errors_look_as_before(url: str) -> None:
    """Its failing action, its unknown action, its failing route and its unknown route."""
    failed = _send(_call(url, "action_of_host", fail=True))
    assert failed.status_code == 500
    assert failed.json()["error"] == "the host's own words"
    unknown = _send(_call(url, "action_of_nobody"), **FORWARDED)
    assert (unknown.status_code, unknown.json()["action_name"]) == (404, "action_of_nobody")
    assert requests.get(f"{url}/host/fail", timeout=60).json()["error"] == "as the host likes it"


def test_the_hosts_routes_answer_anybody(url: str) -> None:
    """Its own, and those of rasa-sdk; bodies may be as long as before."""
    assert requests.get(f"{url}/host/hello", headers=FORWARDED, timeout=60).text == "hello"
    actions = requests.get(f"{url}/actions", headers=FORWARDED, timeout=60).json()
    assert {"name": "action_of_host"} in actions
    assert requests.post(f"{url}/host/upload", data=b"x" * 500_000, timeout=60).text == "500000"


def test_our_addresses_have_our_error_shape_and_limits(url: str) -> None:
    """Also an address under ours that there is not, and a method that it does not take."""
    is_refusal(requests.get(f"{url}/payments/orders", timeout=60), 401, "unauthorized")
    is_refusal(requests.get(f"{url}/payments/nothing", timeout=60), 404, "not_found")
    answer = requests.post(f"{url}/payments/orders", data=b"words of a client", timeout=60)
    assert answer.status_code in {401, 405}
    assert "words" not in answer.text
    order = {"url": f"{url}/payments/checkout/create", "data": b"x" * 300_000}
    is_refusal(requests.post(**order, headers=BEARER, timeout=60), 413, "too_large")


def test_a_wrong_language_breaks_no_import(tmp_path: Path) -> None:
    """The host's actions are imported with ours; the server says what is wrong at its start."""
    (tmp_path / "host_actions.py").write_text(HOST.format(root=str(ROOT)))
    environ = {"PYTHONPATH": f"{ROOT}:{tmp_path}", "CLERK_LANGUAGE": "xx"}
    command = [sys.executable, "-c", "import host_actions; print('imported')"]

    with running(command, environ, tmp_path / "log", tmp_path) as process:
        assert process.wait(300) == 0
    assert "imported" in (tmp_path / "log").read_text()
