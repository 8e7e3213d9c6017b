"""Which of the free seats an order gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_clerk.ticketing.domain.seating import Rows, Seat, are_together, choose_seats

HOUSE: Rows = (("A", 4), ("B", 6))


def _seats(names: str) -> list[Seat]:
    return [Seat(name[0], int(name[1:])) for name in names.split()]


@pytest.mark.parametrize(
    ("taken", "quantity", "chosen"),
    [
        # The smallest gap with room, so that the larger one is left.
        ("", 2, "A1 A2"),
        ("", 5, "B1 B2 B3 B4 B5"),
        ("A1 A2", 2, "A3 A4"),
        ("B1 B2 B4", 1, "B3"),
        ("B3", 2, "B1 B2"),
        ("A2", 2, "A3 A4"),
        # No gap has room for all: the largest first.
        ("A2 B3", 4, "A1 B4 B5 B6"),
        ("A1 A3 B1 B3 B5", 3, "A2 A4 B2"),
        # More than there are.
        ("A1 A2 A3 A4 B1 B2 B3 B4", 3, "B5 B6"),
    ],
)
def test_neighbors_come_from_the_smallest_gap_with_room(
    taken: str, quantity: int, chosen: str
) -> None:
    """Side by side where there is room; else in as large groups as can be."""
    assert choose_seats(HOUSE, _seats(taken), quantity) == _seats(chosen)


@pytest.mark.parametrize(
    ("seats", "together"),
    [("A1", True), ("A1 A2 A3", True), ("A1 A3", False), ("A4 B1", False), ("", True)],
)
def test_seats_are_together_in_one_row_without_a_gap(seats: str, together: bool) -> None:
    """The end of one row is no neighbor of the next one's beginning."""
    assert are_together(_seats(seats)) is together


@given(
    rows=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    taken=st.sets(st.tuples(st.integers(0, 3), st.integers(1, 9))),
    quantity=st.integers(1, 8),
)
def test_whatever_is_taken_free_seats_are_chosen_and_together_if_they_can_be(
    rows: list[int], taken: set[tuple[int, int]], quantity: int
) -> None:
    """As many as are wanted, or all there are; none twice, none that is taken."""
    house: Rows = tuple(("ABCD"[n], count) for n, count in enumerate(rows))
    occupied = {Seat("ABCD"[n], number) for n, number in taken}
    free = {Seat(row, n + 1) for row, count in house for n in range(count)} - occupied

    chosen = choose_seats(house, occupied, quantity)

    assert len(chosen) == len(set(chosen)) == min(quantity, len(free))
    assert set(chosen) <= free
    firsts = [Seat(row, n + 1) for row, count in house for n in range(count)]
    runs = [{Seat(one.row, one.number + n) for n in range(quantity)} for one in firsts]
    assert are_together(chosen) or not any(run <= free for run in runs)
