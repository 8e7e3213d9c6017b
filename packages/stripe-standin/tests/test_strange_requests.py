"""Whatever is sent to the API, the answer is one of Stripe's."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_standin import StandIn
from stripe_standin.api import routes
from stripe_standin.api.params import Fields
from stripe_standin.testing import make_standin

KEY = {"Authorization": "Bearer sk_test_x"}


@pytest.fixture(scope="module")
def strange() -> Iterator[StandIn]:
    """One stand-in for all examples: what one leaves behind, the next may find."""
    with tempfile.TemporaryDirectory() as directory:
        standin = make_standin(Path(directory))
        yield standin
        standin.close()


def _names(fields: Fields, prefix: str = "") -> list[str]:
    """Every parameter of an endpoint with its whole path."""
    found = []
    for key, one in fields.items():
        name = f"{prefix}[{key}]" if prefix else key
        found.append(name)
        if one.item:
            found += [f"{name}[0]", *_names(one.item.fields, f"{name}[0]")]
        found += _names(one.fields, name)
    return found


VALUES = st.one_of(
    st.text(max_size=20),
    st.integers().map(str),
    st.sampled_from(
        ["", "usd", "payment", "true", "http://a.b/c", "pm_card_visa", "open", "x" * 6000]
    ),
)
REQUESTS = st.sampled_from(routes.ROUTES).flatmap(
    lambda route: st.tuples(
        st.just(route),
        st.dictionaries(st.sampled_from([*_names(route.fields), "bogus"]), VALUES, max_size=6),
    )
)


@settings(max_examples=300, deadline=None)
@given(asked=REQUESTS)
def test_no_request_breaks_the_api(
    strange: StandIn, asked: tuple[routes.Route, dict[str, str]]
) -> None:
    """Never a 500, and every refusal says what type of error it is."""
    route, fields = asked
    path = route.pattern.pattern.replace("(?P<id>[^/]+)", "id_of_nothing").removesuffix("/?")
    form = urlencode(fields)
    target = f"{path}?{form}" if route.method == "GET" else path
    body = b"" if route.method == "GET" else form.encode()
    status, _, answer = strange.handle(route.method, target, KEY, body)
    assert status in (200, 400, 402, 404)
    if status >= 400:
        assert json.loads(answer)["error"]["type"] in ("invalid_request_error", "card_error")
