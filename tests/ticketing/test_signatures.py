"""Who may send us webhooks: whoever has the secret, now, and nobody else."""

from __future__ import annotations

import time

import pytest

from tests.conftest import WEBHOOK_SECRET
from tests.stripe_wire import sign
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidSignature

pytestmark = pytest.mark.sqlite_only


# What is a second too far ahead is near enough a moment later.
@pytest.mark.parametrize("age", [301, -360, 3600, -3600])
def test_a_timestamp_too_far_away_is_refused_in_both_directions(
    container: Container, age: int
) -> None:
    """Also the future: whoever recorded a request could wait for its time."""
    payload = b"{}"
    signature = sign(payload, WEBHOOK_SECRET, timestamp=int(time.time()) - age)

    with pytest.raises(InvalidSignature):
        container.stripe.construct_event(payload, signature)


@pytest.mark.parametrize(
    "signature",
    ["", "t=1", "v1=abc", "t=x,v1=abc", "t=99999999999999999999,v1=abc", "t=1,v0=abc"],
)
def test_a_header_that_makes_no_sense_is_refused(container: Container, signature: str) -> None:
    """No header is worth an exception of another kind."""
    with pytest.raises(InvalidSignature):
        container.stripe.construct_event(b"{}", signature)


@pytest.mark.parametrize(
    "payload",
    [
        b"\xff\xfe",
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"id":1}',
        b"{" * 100_000,
        b'{"created":1e999}',
        b"[" * 100_000,
        b'{"id":"\\ud800","type":"x","livemode":false,"created":1,"data":{"object":{}}}',
        b'{"id":"evt_1","type":"x","livemode":false,"created":1,"data":{"object":[]}}',
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(container: Container, payload: bytes) -> None:
    """Whoever has the secret still can't send nonsense."""
    with pytest.raises(InvalidSignature):
        container.stripe.construct_event(payload, sign(payload, WEBHOOK_SECRET))


def test_a_forged_signature_is_refused(container: Container) -> None:
    """Signed with another secret, or signed for another body."""
    payload = b'{"id":"evt_1"}'

    for signature in (sign(payload, "whsec_wrong_one"), sign(b"other", WEBHOOK_SECRET)):
        with pytest.raises(InvalidSignature):
            container.stripe.construct_event(payload, signature)
