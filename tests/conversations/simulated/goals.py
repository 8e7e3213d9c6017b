"""Goals and styles of simulated buyers, drawn from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from decimal import Decimal

from tests.conversations.simulated.market import Request, Section, Show, season_tickets, shows
from tests.journeys.buyers import CARD, DECLINED, NEEDS_AUTHENTICATION

STYLES = (
    "terse",
    "chatty",
    "wrong order",
    "mind-changer",
    "distracted",
    "typo-maker",
    "self-corrector",
)
# One round of goals; every draw of 24 has each of them.
ROUND = (
    *["buy"] * 11,
    *["browse", "budget", "refund", "upgrade", "cancel", "season"],
    *["too dear", "sold out", "past", "unknown", "over limit", "over limit, settles", "few left"],
)
# Those who are told that it cannot be, and order nothing.
REFUSED = {"too dear", "sold out", "past", "unknown", "over limit"}
CHANGES = ("quantity", "section", "show")
BEFORE_LINK = ("question", "summary")
CHANGED_AT = (*BEFORE_LINK, "link")
# The first sentence of these says what is wanted; the others have to find out.
KNOWING = {"buy"}
OUT_OF_THE_ORDINARY = {"tin-soldiers", "last-winter", "paper-lanterns"}
MOST = 8


@dataclass(frozen=True)
class Goal:
    """The goal of one buyer.

    ``wish`` is to be theirs in the end; ``first`` is what they ask for before they change their
    mind or learn that it cannot be. ``budget`` is for one ticket; ``patience`` counts sentences.
    """

    number: int
    kind: str
    style: str
    request: Request
    first: Request
    changes_at: str | None = None
    budget: Decimal | None = None
    patience: int = 14
    cards: tuple[str, ...] = (CARD["card_number"],)
    back: int = 0
    better: Section | None = None

    @property
    def knows(self) -> bool:
        """Return whether the buyer's request never changes."""
        return self.kind in KNOWING and self.style not in {"mind-changer", "distracted"}


def draw(count: int, seed: int) -> list[Goal]:
    """Draw goals; the same seed draws the same ones, and every style and kind in turn."""
    rng = random.Random(seed)
    kinds: list[str] = []
    while len(kinds) < count:
        kinds += rng.sample(ROUND, len(ROUND))
    rest = rng.randrange(len(STYLES))
    styles = [STYLES[(number + rest) % len(STYLES)] for number in range(count)]
    return [
        _goal(number, kind, style, random.Random(f"{seed}/{number}"))
        for number, (kind, style) in enumerate(zip(kinds, styles, strict=False))
    ]


def _goal(number: int, kind: str, style: str, rng: random.Random) -> Goal:
    request = _draw_request(rng)
    goal = Goal(number, kind, style, request, request, cards=_cards(rng))
    goal = _special(goal, rng)
    if style == "mind-changer" and kind in {"buy", "browse"}:
        goal = replace(goal, first=_other(request, rng), changes_at=rng.choice(CHANGED_AT))
    is_long = style in {"mind-changer", "distracted"} or kind in {"refund", "upgrade", "cancel"}
    return replace(goal, patience=goal.patience + (8 if is_long else 0))


def _special(goal: Goal, rng: random.Random) -> Goal:
    """Make the goal what its kind says."""
    known, request = shows(), goal.request
    if goal.kind in {"sold out", "past", "unknown"}:
        show = known["last-winter" if goal.kind == "past" else "tin-soldiers"]
        wanted = Request(show, show.sections[0], request.quantity)
        return replace(goal, request=wanted, first=wanted)
    if goal.kind == "few left":
        rear, front = known["paper-lanterns"].sections
        number = rng.randint(4, 6)
        wanted = Request(known["paper-lanterns"], rear, number)
        return replace(goal, request=wanted, first=replace(wanted, section=front))
    if goal.kind.startswith("over limit"):
        first = replace(request, quantity=rng.choice((9, 10, 12, 15, 20)))
        return replace(goal, first=first, request=replace(request, quantity=MOST))
    if goal.kind == "season":
        ticket = rng.choice(season_tickets())
        wanted = Request(ticket, ticket.sections[0], 1)
        return replace(goal, request=wanted, first=wanted)
    return _with_money(goal, rng)


def _with_money(goal: Goal, rng: random.Random) -> Goal:
    """Set budgets, and what happens to the tickets later."""
    show, request = goal.request.show, goal.request
    if goal.kind == "too dear":
        return replace(goal, budget=Decimal(int(show.sections[0].price) - rng.choice((9, 12))))
    if goal.kind == "budget":
        spare = rng.choice((0, 3, 5))
        return replace(goal, budget=Decimal(int(request.section.price) + 1 + spare))
    if goal.kind == "refund":
        wanted = replace(request, quantity=rng.randint(2, 6))
        return replace(goal, request=wanted, first=wanted, back=rng.randint(1, wanted.quantity))
    if goal.kind == "upgrade":
        show = rng.choice([one for one in _ordinary() if len(one.sections) > 1])
        wanted = Request(show, show.sections[0], rng.randint(1, 4))
        return replace(goal, request=wanted, first=wanted, better=rng.choice(show.sections[1:]))
    return goal


def _ordinary() -> list[Show]:
    return [show for show in shows().values() if show.id not in OUT_OF_THE_ORDINARY]


def _draw_request(rng: random.Random) -> Request:
    show = rng.choice(_ordinary())
    return Request(show, rng.choice(show.sections), rng.choice((1, 2, 2, 2, 3, 4, 5, 6, 8)))


def _other(request: Request, rng: random.Random) -> Request:
    """Draw the initial request of a buyer whose final one is ``request``."""
    what = rng.choice(CHANGES)
    if what == "section" and len(request.show.sections) > 1:
        others = [one for one in request.show.sections if one != request.section]
        return replace(request, section=rng.choice(others))
    if what == "show":
        show = rng.choice([one for one in _ordinary() if one.id != request.show.id])
        return Request(show, rng.choice(show.sections), request.quantity)
    return replace(
        request, quantity=rng.choice([n for n in range(1, MOST) if n != request.quantity])
    )


def _cards(rng: random.Random) -> tuple[str, ...]:
    good = CARD["card_number"]
    return rng.choice([(good,)] * 4 + [(DECLINED, good), (NEEDS_AUTHENTICATION,)])
