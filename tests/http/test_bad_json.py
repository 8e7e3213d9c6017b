"""Bodies that are no honest JSON: 400 at once, whatever it would cost to read them."""

from __future__ import annotations

import gzip
import json

import pytest
import requests

from tests.http.api import INTENT, Api
from tests.servers import BEARER, is_refusal

TEXT = json.dumps(INTENT)
BODY = TEXT.encode()
QUICKLY_S = 2.0

BAD = {
    "nested 20,000 deep": b'{"metadata":' * 20_000,
    "lists 100,000 deep": b'{"metadata": ' + b"[" * 100_000,
    "a name twice": b'{"amount": 1, "amount": 100, "currency": "usd"}',
    "a name twice inside": b'{"amount": 1, "metadata": {"a": "1", "a": "2"}}',
    "a number of 200,000 digits": b'{"amount": ' + b"9" * 200_000 + b"}",
    "a number with an exponent of nine digits": b'{"amount": 1e999999999}',
    "a small number of that kind": b'{"amount": 1e-999999999}',
    "a text of 200,000 digits": b'{"amount": "' + b"9" * 200_000 + b'"}',
    "not a number": b'{"amount": NaN}',
    "infinity": b'{"amount": -Infinity}',
    "half a character": b'{"amount": 1, "description": "\\ud800"}',
    "UTF-16": TEXT.encode("utf-16"),
    "UTF-32": TEXT.encode("utf-32"),
    "Latin-1": b'{"amount": 1, "description": "caf\xe9"}',
    "a byte order mark": b"\xef\xbb\xbf" + BODY,
    "a zero byte": b'{"amount": 1, "description": "a\\u0000b"}',
    "gzip": gzip.compress(BODY),
    "a gzip bomb": gzip.compress(b" " * 100_000_000),
    "a form": b"amount=100&currency=usd",
    "two objects": BODY + BODY,
    "a thousand unknown names": json.dumps({f"x{n}": n for n in range(1000)}).encode(),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_a_bad_body_is_400_at_once(api: Api, kind: str, content_type: str) -> None:
    """It costs next to nothing, nothing is asked of Stripe, and nothing comes back of it."""
    headers = {**BEARER, "Content-Type": content_type}
    if "gzip" in kind:
        headers["Content-Encoding"] = "gzip"

    answer = requests.post(
        f"{api.url}/payments/intent/create", data=BAD[kind], headers=headers, timeout=60
    )

    assert answer.status_code == 400
    code = answer.json()["error"]["code"]
    assert code in {"invalid_request", "invalid_amount"}
    is_refusal(answer, 400, code)
    assert answer.elapsed.total_seconds() < QUICKLY_S


def test_nothing_of_it_reached_stripe(api: Api) -> None:
    """After all of the above there is no payment; an honest body of another type makes one."""
    assert api.count("/v1/payment_intents") == 0

    headers = {**BEARER, "Content-Type": "text/plain; charset=latin-1"}
    assert requests.post(
        f"{api.url}/payments/intent/create", data=BODY, headers=headers, timeout=60
    ).ok
