"""Every POST of the API repeated: with its key nothing is done twice, whatever was lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.http.api import DEEDS, Api, Deed
from tests.servers import is_refusal

deeds = pytest.mark.parametrize(
    "deed", [pytest.param(deed, id=name) for name, deed in DEEDS.items()]
)


@pytest.fixture
def key() -> dict[str, str]:
    """A header that no other test has."""
    return {"Idempotency-Key": uuid4().hex}


@deeds
def test_repeated_with_its_key_it_is_done_once_and_answered_alike(
    api: Api, deed: Deed, key: dict[str, str]
) -> None:
    """Whoever repeats reads what the first one read."""
    path, body = deed.request(api)
    before = api.count(deed.record)

    first, again = (api.post(path, body, **key) for _ in range(2))

    assert (first.status_code, again.text) == (200, first.text)
    assert api.count(deed.record) == before + 1


@deeds
def test_two_at_once_with_one_key_are_one(api: Api, deed: Deed, key: dict[str, str]) -> None:
    """The second waits for the first and reads the same."""
    path, body = deed.request(api)
    before = api.count(deed.record)

    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(api.post, path, body, **key) for _ in range(2)]
    one, other = (each.result() for each in asked)

    assert (one.status_code, other.text) == (200, one.text)
    assert api.count(deed.record) == before + 1


@deeds
def test_another_request_under_the_key_is_a_conflict_and_is_not_done(
    api: Api, deed: Deed, key: dict[str, str]
) -> None:
    """A key belongs to one body at one address."""
    path, body = deed.request(api)
    other_path, other_body = deed.request(api)
    assert api.post(path, body, **key).status_code == 200
    before = api.count(deed.record)

    answer = api.post(other_path, other_body, **key)

    is_refusal(answer, 409, "idempotency_conflict")
    assert api.count(deed.record) == before


@deeds
def test_what_stripe_did_and_whose_answer_was_lost_is_found_by_its_key(
    api: Api, deed: Deed, key: dict[str, str]
) -> None:
    """Stripe did the work and the connection broke, also that of the library's own retry."""
    path, body = deed.request(api)
    before = api.count(deed.record)
    api.break_stripe("drop", *deed.asks)
    lost = api.post(path, body, **key)
    api.mend_stripe()

    answer = api.post(path, body, **key)

    is_refusal(lost, 502, "stripe_unavailable")
    assert answer.status_code == 200, answer.text
    assert api.count(deed.record) == before + 1


@deeds
def test_without_a_key_what_can_be_made_twice_is(api: Api, deed: Deed) -> None:
    """Control: a second intent, page, refund or subscription; a customer or an end is one."""
    path, body = deed.request(api)
    before = api.count(deed.record)
    api.break_stripe("drop", *deed.asks)
    is_refusal(api.post(path, body), 502, "stripe_unavailable")
    api.mend_stripe()

    answer = api.post(path, body)

    assert answer.status_code in ((200,) if deed.is_made_anew else (200, 409))
    assert api.count(deed.record) == before + (2 if deed.is_made_anew else 1)
