"""The codes of tickets: ours are read, whoever has the public key can tell, nothing else passes."""

from __future__ import annotations

import random
import string
from base64 import urlsafe_b64decode
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.ticketing.ticket_desk import code, tickets
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.tickets import admission, codes

OTHER_KEY = "another-signing-key-0123456789abcdef"
_LETTERS = string.ascii_letters + string.digits + "-_:.= \x00é"


def test_a_code_names_its_ticket_and_show_and_nobody(container: Container, order: Order) -> None:
    """No name, price or sender is in it."""
    ticket, _ = tickets(container, order)

    version, ticket_id, show_id, key_id, signature = code(container, ticket).split(":")

    (key,) = codes.public_keys(container.settings)
    assert (version, ticket_id, show_id) == ("T1", ticket.id, "lakers-warriors")
    assert (key_id, len(signature)) == (key["kid"], 86)


def test_whoever_has_the_public_key_can_verify_a_code_offline(
    container: Container, order: Order
) -> None:
    """With a library of somebody else's, and a changed show is found out."""
    ticket, _ = tickets(container, order)
    said, _, signature = code(container, ticket).rpartition(":")
    (key,) = codes.public_keys(container.settings)
    public = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key["x"] + "="))

    public.verify(urlsafe_b64decode(signature + "=="), said.encode())
    other = said.replace("lakers-warriors", "coldplay-tour")
    with pytest.raises(InvalidSignature):
        public.verify(urlsafe_b64decode(signature + "=="), other.encode())


def test_ten_thousand_forged_codes_are_forged(container: Container, order: Order) -> None:
    """Letters changed, dropped and added, parts of two codes joined, noise, other spellings."""
    one, two = (code(container, ticket) for ticket in tickets(container, order))
    dice = random.Random(15)
    forged: set[str] = set()
    while len(forged) < 10_000:
        at = dice.randrange(len(one))
        letter, cut = dice.choice(_LETTERS), dice.choice((0, 1))
        forged.add(one[:at] + letter * dice.choice((1, 1, 2)) + one[at + cut :])
        forged.add(one[: dice.randrange(len(one))] + two[dice.randrange(len(two)) :])
        forged.add("".join(dice.choices(_LETTERS, k=dice.randrange(200))))
    forged -= {one, two}

    assert [known for known in (one, two) if codes.read_code(container.settings, known)] == [
        one,
        two,
    ]
    assert not [each for each in forged if codes.read_code(container.settings, each)]


@pytest.mark.sqlite_only
def test_each_spelling_of_a_signature_but_its_own_is_forged(
    container: Container, order: Order
) -> None:
    """The last letter has four bits that say nothing; padding and case change nothing either."""
    ticket, _ = tickets(container, order)
    known = code(container, ticket)
    others = [known[:-1] + letter for letter in string.ascii_letters + string.digits + "-_"]
    others += [known + "=", known + "==", known + "\n", " " + known, known.replace("T1", "t1")]

    passed = [each for each in others if codes.read_code(container.settings, each)]
    assert passed == [known]


@pytest.mark.sqlite_only
def test_a_code_of_another_key_is_forged_and_one_of_the_old_key_is_not(
    container: Container, order: Order
) -> None:
    """While a key is rolled the first signs and all are taken; then the old codes end."""
    ticket, _ = tickets(container, order)
    old = container.settings
    rolling = replace(old, tickets_signing_keys=(OTHER_KEY, *old.tickets_signing_keys))
    rolled = replace(old, tickets_signing_keys=(OTHER_KEY,))
    before, after = (codes.code_of(settings, ticket) for settings in (old, rolling))

    assert before != after == codes.code_of(rolled, ticket)
    assert codes.read_code(rolling, before) == codes.read_code(rolling, after) == ticket.id
    assert codes.read_code(rolled, before) is None
    assert codes.read_code(old, after) is None
    assert len(codes.public_keys(rolling)) == 2


def test_a_signed_code_of_no_ticket_is_forged(container: Container, order: Order) -> None:
    """As after a database was put back: what it does not know opens nothing."""
    ticket, _ = tickets(container, order)
    unknown = replace(ticket, id="tkt_" + "x" * 22)

    assert admission.check(container, code(container, unknown)).status.value == "forged"
