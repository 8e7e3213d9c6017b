"""Wishes of a message: what it wants to have done, each in words of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

# Between two of these somebody may want another thing: "refund one n buy the other".
_JOINT = re.compile(
    r"(?P<joint>[.;!?]+\s+(?:(?:oh|and|also|then|plus)[ ,]+)*"
    r"|,?\s+(?:oh\s+)?(?:and|n|&|\+|plus|also|then|but|y|además|luego)"
    r"(?:[ ,]+(?:also|then|oh|please|maybe|además|luego|también))*[ ,]+|,\s+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Wish:
    """A wish: what kind of thing it wants, and the words that say so; None is no wish."""

    text: str
    kind: str | None


def split_wishes(text: str, kind_of: Callable[[str], str | None]) -> tuple[Wish, ...]:
    """Tell the wishes of a message apart; what is no wish by itself belongs to the one before.

    ``kind_of`` tells what a piece of it wants, if anything. The first may be of no kind: "2 please,
    and a person".
    """
    first, *others = _JOINT.split(text)
    wishes = [Wish(first, kind_of(first) if others else None)]
    for joint, piece in zip(others[::2], others[1::2], strict=True):
        kind, last = kind_of(piece) if piece.strip() else None, wishes[-1]
        if kind in {None, last.kind}:
            wishes[-1] = replace(last, text=f"{last.text}{joint}{piece}")
        else:
            wishes.append(Wish(piece, kind))
    return tuple(replace(one, text=one.text.strip(" ,")) for one in wishes)


def with_head(wishes: Sequence[Wish]) -> tuple[Wish, ...]:
    """Give words of no kind in front to the first wish: "hi there, refund one"."""
    if len(wishes) < 2 or wishes[0].kind is not None:
        return tuple(wishes)
    head, first, *others = wishes
    return (replace(first, text=f"{head.text}, {first.text}"), *others)
