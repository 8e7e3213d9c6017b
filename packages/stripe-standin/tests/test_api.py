"""The API as any client meets it: keys, addresses, forms, headers, error shapes."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from stripe_standin import StandIn
from stripe_standin.testing import openapi

KEY = {"Authorization": "Bearer sk_test_anything"}


def _error(answer: tuple[int, dict[str, str], bytes]) -> dict[str, Any]:
    error: dict[str, Any] = json.loads(answer[2])["error"]
    return error


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer sk_test_x",
        "Bearer rk_test_x",
        "Basic " + base64.b64encode(b"sk_test_x:").decode(),
    ],
)
def test_any_test_key_opens_the_account(standin: StandIn, authorization: str) -> None:
    """Secret or restricted, as Bearer token or user name."""
    assert standin.handle("GET", "/v1/customers", {"authorization": authorization}, b"")[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer sk_live_0123456789abcdef"},
        {"Authorization": "Bearer sk_test_"},
        {"Authorization": "Basic ???"},
    ],
)
def test_other_keys_do_not(standin: StandIn, headers: dict[str, str]) -> None:
    """401 in Stripe's shape, and the key is not repeated whole."""
    answer = standin.handle("GET", "/v1/customers", headers, b"")
    assert answer[0] == 401
    assert _error(answer)["type"] == "invalid_request_error"
    assert b"0123456789" not in answer[2]
    openapi.check_answer("GET", "/v1/customers", 401, answer[2])


def test_every_answer_has_a_request_id(standin: StandIn) -> None:
    """Also a refusal; the error's log address names it."""
    good = standin.handle("GET", "/v1/customers", KEY, b"")
    bad = standin.handle("GET", "/v1/customers/cus_none", KEY, b"")
    assert good[1]["Request-Id"].startswith("req_")
    assert _error(bad)["request_log_url"].endswith(bad[1]["Request-Id"])


def test_unknown_id_is_404_resource_missing(standin: StandIn) -> None:
    """The message names the object and the id."""
    answer = standin.handle("GET", "/v1/checkout/sessions/cs_test_none", KEY, b"")
    error = _error(answer)
    assert answer[0] == 404
    assert (error["code"], error["param"]) == ("resource_missing", "id")
    assert error["message"] == "No such checkout.session: 'cs_test_none'"
    assert error["doc_url"] == "https://docs.stripe.com/error-codes#resource-missing"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/nothing"), ("PUT", "/v1/customers"), ("GET", "/v1/")]
)
def test_unknown_address_is_404(standin: StandIn, method: str, path: str) -> None:
    """Stripe answers the same for an unknown method."""
    answer = standin.handle(method, path, KEY, b"")
    assert answer[0] == 404
    assert "Unrecognized request URL" in _error(answer)["message"]


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        (b"colour=red", "parameter_unknown", "colour"),
        (b"name[first]=Ann", None, "name"),
        (b"metadata=x", None, "metadata"),
        (b"name=%ff", None, None),
        (b"metadata[a][b]=1", None, "metadata"),
        (b"a" + b"[a]" * 500 + b"=1", None, None),
    ],
)
def test_wrong_forms_are_400(
    standin: StandIn, body: bytes, code: str | None, param: str | None
) -> None:
    """Whatever is sent, the answer is an error in Stripe's shape."""
    answer = standin.handle("POST", "/v1/customers", KEY, body)
    error = _error(answer)
    assert answer[0] == 400
    assert (error.get("code"), error.get("param")) == (code, param)
    openapi.check_answer("POST", "/v1/customers", 400, answer[2])


def test_json_is_refused(standin: StandIn) -> None:
    """The API takes forms, and says so."""
    headers = {**KEY, "Content-Type": "application/json"}
    assert standin.handle("POST", "/v1/customers", headers, b'{"name": "Ann"}')[0] == 400


def test_version_of_the_api_is_accepted_and_echoed(standin: StandIn) -> None:
    """Any version that looks like one."""
    good = standin.handle(
        "GET", "/v1/customers", {**KEY, "Stripe-Version": "2026-10-28.endive"}, b""
    )
    assert (good[0], good[1]["Stripe-Version"]) == (200, "2026-10-28.endive")
    assert standin.handle("GET", "/v1/customers", {**KEY, "Stripe-Version": "new"}, b"")[0] == 400


@pytest.mark.parametrize("host", ["evil.example", "evil.example:12111", "10.0.0.1", "[", ""])
def test_foreign_host_names_are_refused(standin: StandIn, host: str) -> None:
    """A name that a stranger's DNS points at this machine gets nothing."""
    assert standin.handle("GET", "/v1/customers", {**KEY, "Host": host}, b"")[0] == 403


@pytest.mark.parametrize("host", ["127.0.0.1:12111", "localhost", "[::1]:12111"])
def test_names_of_this_machine_are_not(standin: StandIn, host: str) -> None:
    """Loopback by name and by both kinds of address."""
    assert standin.handle("GET", "/v1/customers", {**KEY, "Host": host}, b"")[0] == 200


def test_health_needs_no_key(standin: StandIn) -> None:
    """Whoever starts the stand-in can see that it is there."""
    assert standin.handle("GET", "/health", {}, b"")[0] == 200


def test_a_search_is_an_address_that_it_does_not_have(standin: StandIn) -> None:
    """And not an object of that name."""
    answer = standin.handle("GET", "/v1/payment_intents/search?query=x", KEY, b"")

    assert answer[0] == 404
    assert "Unrecognized request URL" in _error(answer)["message"]
