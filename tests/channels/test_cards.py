"""Card numbers are seen however they are written; the numbers of ordinary chat are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_clerk.channels.cards import contains_card
from ticket_clerk.channels.sanitizer import CARD_REMOVED, plain_wording

# The networks' and Stripe's own published test numbers.
CARDS = [
    "4242424242424242",
    "4000000000000002",
    "4222222222222",
    "5555555555554444",
    "2223003122003222",
    "5200828282828210",
    "378282246310005",
    "371449635398431",
    "6011111111111117",
    "6011000990139424",
    "3056930009020004",
    "36227206271667",
    "3566002020360505",
    "6200000000000005",
    "6759649826438453",
    "6304000000000000",
]
SEPARATORS = [
    "", " ", "-", ".", "\n", "\t", "\u00a0", "\u2009", "\u200b", "\u200d", "\u2060", "\ufeff",
    "\u00ad", "\u2013", "\u2014", "_", "/", " - ", ", ", "\r\n", "*", "\u202e", "\x00",
    "\ufe0f\u20e3",
]  # fmt: skip
ZEROS = ["0", "\u0660", "\u06f0", "\u0966", "\uff10", "\U0001d7ce", "\U0001d7d8"]

cards = st.sampled_from(CARDS)
words = st.text(alphabet="abcdefghij ,.!?é漢", max_size=20)


@st.composite
def written_cards(draw: st.DrawFn) -> str:
    """A card number in digits of any script, with anything usual between them."""
    zero = ord(draw(st.sampled_from(ZEROS)))
    separator = st.sampled_from(SEPARATORS)
    digits = (chr(zero + int(digit)) for digit in draw(cards))
    return "".join(digit + draw(separator) for digit in digits)


@given(words, written_cards(), words)
def test_a_card_number_leaves_no_digit_behind_however_it_is_written(
    before: str, card: str, after: str
) -> None:
    """Whatever stands between and around its digits, none of them goes on."""
    wording = plain_wording(before + card + after)

    assert wording.had_card
    assert wording.text == CARD_REMOVED


@given(
    cards, st.text(alphabet="0123456789", max_size=8), st.text(alphabet="0123456789", max_size=8)
)
def test_a_card_number_is_seen_inside_longer_numbers(card: str, before: str, after: str) -> None:
    """An expiry date or a CVC that is written without a blank hides nothing."""
    assert contains_card(before + card + after)


@pytest.mark.parametrize(
    "text",
    [
        "4242:4242:4242:4242",
        "4242$4242$4242$4242",
        "4242€4242€4242€4242",
        "n°4242n°4242n°4242n°4242",
        "4242x4242x4242x4242",
        "4242 and 4242 and 4242 and 4242",
        "4242 4242 4242 - then 4242",
        "3782 then 822463 then 10005",
        "it is 1234, 4242 or 4242 or 4242 or 4242",
    ],
)
def test_a_card_number_with_words_between_its_groups_is_seen(text: str) -> None:
    """Whoever reads it out in writing, or tries to get it past us."""
    assert contains_card(text)


@pytest.mark.parametrize(
    "text",
    [
        "4242 4242 4242 4241",
        "5555-5555-5555-5555",
        "3782 822463 10006",
        "card: 4111.1111.1111.1112, exp 12/27",
        "3056 930009 0200",
    ],
)
def test_a_mistyped_card_number_is_seen_by_its_groups(text: str) -> None:
    """One wrong digit breaks the check digit, not the shape."""
    assert contains_card(text)


@pytest.mark.parametrize(
    "text",
    [
        "2 tickets for 2027-01-15 at 19:30, section 101",
        "between 15.01.2027 19.30 and 16.01.2027 22.00",
        "2027-01-15T19:30:00-08:00",
        "ord_a1B2c3D4e5F6g7H8",
        "$200.00, $150.00, $120.00 or $90.00",
        "call me at (555) 010-0199 or 030 1234567",
        "sections 101 102 103 104 105",
        "2024 2025 2026 2027",
        "rows 1001, 1002, 1003 and 1004",
        "at 1930 or 2030 or 2130 or 2200",
        "1,000,000",
        "I paid 199.99 for 3 in 2026",
    ],
)
def test_the_numbers_of_ordinary_chat_stay(text: str) -> None:
    """Order numbers, prices, dates, times and telephone numbers are left as they are."""
    assert plain_wording(text).text == text


@given(st.text(alphabet="0123456789 -().+", max_size=30))
def test_fewer_than_twelve_digits_are_never_a_card(text: str) -> None:
    """A telephone number may be written in any way."""
    digits = 0
    short = "".join(c for c in text if not c.isdigit() or (digits := digits + 1) < 12)

    assert not contains_card(short)
