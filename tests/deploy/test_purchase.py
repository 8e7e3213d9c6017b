"""The images' commands as compose.yml starts them: a purchase, and what they may not do.

As processes, since no container engine runs here (`image.py`, `container.py`): real PostgreSQL,
Redis and Caddy, the stand-in Stripe, and each of our processes on files that it cannot write.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from pathlib import Path

import aiohttp
import pytest
import requests

from tests.deploy.container import Container, Mounts
from tests.deploy.deployment import DOMAIN, OURS, Deployment
from tests.deploy.image import Builder
from tests.journeys.buyers import CARD, LINK, ORDER
from tests.waiting import wait_until
from ticket_clerk.cli.demo.demo import Page, Visitor

pytestmark = [pytest.mark.live, pytest.mark.timeout(1800)]
# What an engine gives a process that wants to write: nothing but this.
WRITABLE = ["/tmp"]
TRY_TO_WRITE = """
import json, os
tried = [folder for top in ("/app", "/opt", "/usr", "/etc", "/tmp", "/") for folder, _, _ in
         [next(os.walk(top))]]
could = []
for folder in tried:
    try:
        with open(os.path.join(folder, "probe"), "w"):
            could.append(folder)
    except OSError:
        pass
unreadable = [os.path.join(folder, file) for top in ("/app", "/opt")
              for folder, _, files in os.walk(top) for file in files
              if not os.access(os.path.join(folder, file), os.R_OK)]
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({"could": could, "unreadable": unreadable,
                  "caps": status["CapEff"].strip(),
                  "no_new_privs": status["NoNewPrivs"].strip()}))
"""


class Outside:
    """Somebody on the Internet, with a program's token for REST or without."""

    def __init__(self, deployment: Deployment) -> None:
        """Trust the certificate of the proxy."""
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = str(deployment.certificate)
        self._certificate = deployment.certificate
        self._token = deployment.services["rasa"]["environment"]["REST_TOKEN"]
        self._api_token = deployment.services["payments"]["environment"]["PAYMENTS_API_TOKEN"]

    def get(self, path: str, **headers: str) -> requests.Response:
        """Ask the one address."""
        url = f"https://{DOMAIN}{path}"
        return self.http.get(url, headers=headers, timeout=60, allow_redirects=False)

    def get_as_written(self, path: str) -> requests.Response:
        """The same, with the dots that a client would take out of the path."""
        request = requests.Request("GET", f"https://{DOMAIN}").prepare()
        request.url = f"https://{DOMAIN}{path}"
        return self.http.send(request, timeout=60, allow_redirects=False)

    def say(self, text: str) -> str:
        """Say something over REST; returns what is answered."""
        answer = self.http.post(
            f"https://{DOMAIN}/webhooks/rest/webhook",
            json={"sender": "a-buyer-of-the-deployment", "message": text},
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=120,
        )
        answer.raise_for_status()
        return "\n".join(message.get("text") or "" for message in answer.json())

    def pay(self, link: str) -> Page:
        """Pay on Stripe's page; returns ours, to which it leads."""
        context = ssl.create_default_context(cafile=str(self._certificate))

        async def visit() -> Page:
            jar = aiohttp.CookieJar(unsafe=True)
            connector = aiohttp.TCPConnector(ssl=context)
            async with aiohttp.ClientSession(cookie_jar=jar, connector=connector) as http:
                visitor = Visitor(http)
                return await visitor.submit(await visitor.open(link), "pay", **CARD)

        return asyncio.run(visit())

    def status(self, order_id: str) -> str:
        """An order's status, over the API."""
        path = f"/payments/orders/{order_id}"
        answer = self.get(path, Authorization=f"Bearer {self._api_token}")
        return str(answer.json()["order"]["status"])


@pytest.fixture
def outside(deployment: Deployment) -> Outside:
    """Somebody who comes through the proxy."""
    return Outside(deployment)


def test_a_purchase_through_the_proxy_is_paid_and_confirmed(
    outside: Outside, deployment: Deployment
) -> None:
    """REST, the webhook, the page after paying and the confirmation, each over Caddy's TLS."""
    outside.say("I'd like to buy 2 tickets for the Lakers game")
    outside.say("the cheapest")
    answer = outside.say("yes")
    order, link = ORDER.search(answer), LINK.search(answer)
    assert order, f"{answer}\n{deployment.containers['actions'].words()}"
    assert link, answer

    page = outside.pay(link[0])

    assert page.url.startswith(f"https://{DOMAIN}/payments/success")
    wait_until(lambda: outside.status(order[0]) == "paid", "the order to be paid", 60)
    confirmation = outside.say("thanks")
    assert order[0] in confirmation
    assert "confirmed" in confirmation.lower()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/status",
        "/model",
        "/webhook",
        "/conversations/somebody/tracker",
        "/webhooks/conversations/somebody/messages",
        "/webhooks/web/../conversations/somebody/messages",
        "/webhooks/web/%2e%2e/conversations/somebody/messages",
    ],
)
def test_the_internet_reaches_no_more_than_it_has_to(outside: Outside, path: str) -> None:
    """Rasa's HTTP API, the actions and the worker's conversations are not there."""
    assert outside.get_as_written(path).status_code == 404


@pytest.mark.parametrize("path", ["/payments/shows", "/webhooks/web/", "/webhooks/rest/"])
def test_what_buyers_need_is_reached(outside: Outside, path: str) -> None:
    """The catalog, the chat and REST's own health."""
    assert outside.get(path).status_code == 200


def test_rest_wants_its_token(outside: Outside) -> None:
    """It speaks for many buyers, and here it is on the Internet."""
    url = f"https://{DOMAIN}/webhooks/rest/webhook"
    body = {"sender": "x", "message": "hello"}
    answer = outside.http.post(url, json=body, timeout=60)

    assert answer.status_code == 401


def test_limits_count_the_buyers_own_address(outside: Outside, deployment: Deployment) -> None:
    """The proxy says who asks, and what the client says of itself is thrown away by it."""
    forged = {"X-Forwarded-For": "203.0.113.9"}
    codes = [outside.get("/payments/nothing", **forged).status_code for _ in range(330)]

    assert codes[0] == 404
    assert codes[-1] == 429
    # Another client, which does not come through this address: inside, for the health checks.
    assert deployment.is_healthy("payments")


@pytest.mark.parametrize("name", [*OURS, "migrate"])
def test_all_can_be_read_and_nothing_written_but_empty_memory(
    deployment: Deployment, tmp_path: Path, name: str
) -> None:
    """Not by its user, who has no rights left; nor by root, since the files are read-only."""
    for user in ("10001:10001", "0:0"):
        found = _try(deployment.mounts(name), tmp_path, user)
        assert found["could"] == WRITABLE
        assert found["unreadable"] == []
        assert found["caps"] == "0000000000000000"
        assert found["no_new_privs"] == "1"
    assert deployment.builder.image(name).user == "10001:10001"


def test_without_the_read_only_files_root_could_write(builder: Builder, tmp_path: Path) -> None:
    """The control: it is the mounts that keep root from it."""
    mounts = Mounts(builder.tree("worker"), tmpfs=WRITABLE, is_writable=True)
    found = _try(mounts, tmp_path, "0:0")

    assert {"/app", "/opt"} <= set(found["could"])
    for folder in ("app", "opt"):
        (builder.tree("worker") / folder / "probe").unlink()


def _try(mounts: Mounts, folder: Path, user: str) -> dict[str, object]:
    log = folder / f"{user}.log"
    container = Container(
        ["python3.10", "-c", TRY_TO_WRITE],
        {"PATH": "/usr/local/bin:/usr/bin:/bin"},
        mounts,
        log=log,
        user=user,
    )
    assert container.wait(300) == 0, container.words()
    found: dict[str, object] = json.loads(log.read_text().splitlines()[0])
    return found


def test_a_process_that_is_gone_is_not_healthy_and_one_that_is_told_to_ends(
    deployment: Deployment,
) -> None:
    """SIGTERM reaches the first process of a container, and ends it within what compose allows."""
    for name in OURS:
        assert deployment.services[name]["stop_grace_period"] == "30s"
        deployment.containers[name].stop(within_s=30)

    assert not any(deployment.is_healthy(name) for name in OURS)


def test_no_log_holds_a_secret(deployment: Deployment) -> None:
    """Of everything that was said since the start."""
    environ = (
        deployment.services["actions"]["environment"] | deployment.services["rasa"]["environment"]
    )
    secrets = [
        value for name, value in environ.items() if re.search("TOKEN|SECRET|KEY", name) and value
    ]
    said = "".join(deployment.containers[name].log.read_text() for name in OURS)

    assert len(secrets) >= 6
    assert not [secret for secret in secrets if secret in said]
