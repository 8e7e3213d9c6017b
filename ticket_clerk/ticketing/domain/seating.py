"""Rows of numbered seats, and which of the free ones an order gets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

# A row's name and how many seats it has, which are numbered from 1; in the house's own order.
Rows = tuple[tuple[str, int], ...]


class Seat(NamedTuple):
    """A numbered seat of a section."""

    row: str
    number: int


def choose_seats(rows: Rows, taken: Collection[Seat], quantity: int) -> list[Seat]:
    """Choose free seats, side by side where there is room; fewer where so many aren't free.

    Neighbors come from the smallest gap that has room for all, so that larger ones are left for
    others. Where none has, the largest is filled first. They come in the house's order.
    """
    gaps = list(_gaps(rows, taken))
    chosen: list[Seat] = []
    while gaps and len(chosen) < quantity:
        wanted = quantity - len(chosen)
        large = [gap for gap in gaps if len(gap) >= wanted]
        gap = min(large, key=len) if large else max(gaps, key=len)
        chosen += gap[:wanted]
        gaps.remove(gap)
    order = {name: number for number, (name, _) in enumerate(rows)}
    return sorted(chosen, key=lambda seat: (order[seat.row], seat.number))


def are_together(seats: Sequence[Seat]) -> bool:
    """Whether seats, in the house's order, are neighbors in one row."""
    first = seats[0] if seats else None
    return all(
        first is not None and seat == Seat(first.row, first.number + n)
        for n, seat in enumerate(seats)
    )


def _gaps(rows: Rows, taken: Collection[Seat]) -> Iterator[list[Seat]]:
    occupied = set(taken)
    for name, count in rows:
        gap: list[Seat] = []
        for number in range(1, count + 1):
            seat = Seat(name, number)
            if seat not in occupied:
                gap.append(seat)
            elif gap:
                yield gap
                gap = []
        if gap:
            yield gap
