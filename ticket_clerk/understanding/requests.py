"""Requests of a message: what it wants to have done, each in words of its own."""

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
class Request:
    """A request: what kind of thing it wants, and the words that say so; None is no request."""

    text: str
    kind: str | None


def split_requests(text: str, kind_of: Callable[[str], str | None]) -> tuple[Request, ...]:
    """Tell the requests of a message apart; what is no request by itself belongs to the one before.

    ``kind_of`` tells what a piece of it wants, if anything. The first may be of no kind: "2 please,
    and a person".
    """
    first, *others = _JOINT.split(text)
    requests = [Request(first, kind_of(first) if others else None)]
    for joint, piece in zip(others[::2], others[1::2], strict=True):
        kind, last = kind_of(piece) if piece.strip() else None, requests[-1]
        if kind in {None, last.kind}:
            requests[-1] = replace(last, text=f"{last.text}{joint}{piece}")
        else:
            requests.append(Request(piece, kind))
    return tuple(replace(one, text=one.text.strip(" ,")) for one in requests)


def with_head(requests: Sequence[Request]) -> tuple[Request, ...]:
    """Give words of no kind in front to the first request: "hi there, refund one"."""
    if len(requests) < 2 or requests[0].kind is not None:
        return tuple(requests)
    head, first, *others = requests
    return (replace(first, text=f"{head.text}, {first.text}"), *others)
