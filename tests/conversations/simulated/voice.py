"""Wording of a simulated buyer: templates of a style, number formats and typos."""

from __future__ import annotations

import random
import re
from decimal import Decimal

from tests.conversations.simulated.goals import Goal
from tests.conversations.simulated.market import STRANGERS, Request, Section
from tests.conversations.simulated.openings import BROWSING, OPENINGS, SEASON, WITH_BUDGET
from tests.conversations.simulated.phrases import PHRASES

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LONG_WORD = re.compile(r"[a-z]{5,}", re.I)
_SITUATED = {"season": SEASON, "budget": WITH_BUDGET, "too dear": WITH_BUDGET, "browse": BROWSING}


class Voice:
    """One buyer's way to talk, with random numbers of their own."""

    def __init__(self, goal: Goal, rng: random.Random) -> None:
        """Talk as the goal's style does."""
        self.goal = goal
        self.rng = rng
        self._stranger = rng.choice(STRANGERS)

    def open(self, request: Request) -> str:
        """Say the first sentence."""
        templates = list(_SITUATED.get(self.goal.kind) or OPENINGS[self.goal.style])
        if self.goal.kind == "few left":
            templates = [one for one in templates if "{section}" in one] or templates
        return self.fill(self.rng.choice(templates), request)

    def say(self, situation: str, request: Request) -> str:
        """Say something for this situation."""
        by_style = PHRASES[situation]
        templates = by_style.get(self.goal.style, by_style["any"])
        return self.fill(self.rng.choice(templates), request)

    def plainly(self, situation: str, request: Request) -> str:
        """Say it again without frills, as one does who was not understood."""
        return self.fill(self.rng.choice(PHRASES[situation]["any"]), request, clean=True)

    def fill(self, template: str, request: Request, *, clean: bool = False) -> str:
        """Put names and numbers into a template."""
        text = template.format(**self._values(request))
        # "the section 105" is nobody's English.
        text = re.sub(r"\bthe section (?=\d)", "section ", text)
        if self.goal.style == "typo-maker" and not clean:
            text = self._with_typo(text)
        return text.lower() if self.rng.random() < 0.5 else text

    def _values(self, request: Request) -> dict[str, object]:
        attributive, bare = self._number(request.quantity)
        other = self.rng.choice([n for n in range(1, 9) if n != request.quantity])
        back = self.goal.back
        name = self.rng.choice(request.show.nicknames)
        return {
            "show": self._stranger if self.goal.kind == "unknown" else name,
            "n": attributive, "bare": bare, "s": "" if request.quantity == 1 else "s",
            "other": other, "other_bare": WORDS[other],
            "section": self._section_text(request), "wrong": self._wrong(request).name.lower(),
            "city": request.show.city, "category": request.show.category,
            "budget": self.goal.budget, "m": self._number(back)[1], "ms": "" if back == 1 else "s",
        }  # fmt: skip

    def _number(self, quantity: int) -> tuple[str, str]:
        """Write a number before a noun and alone, in digits, words or an idiom."""
        ways = [(str(quantity), str(quantity))] * 2
        if quantity < len(WORDS):
            ways.append((WORDS[quantity], WORDS[quantity]))
        if quantity == 2:
            ways.append(("a couple of", "a couple"))
            ways.append(("a pair of", "a pair"))
        if quantity == 6:
            ways.append(("half a dozen", "half a dozen"))
        return self.rng.choice(ways)

    def _section_text(self, request: Request) -> str:
        """Call the section by its name, its price, or what it is among the others."""
        section, sections = request.section, request.show.sections
        ways = [section.name.lower()] * 4
        if section.price == section.price.to_integral_value():
            ways.append(f"${section.price:.0f} seats")
        if section == sections[0] and self.goal.better is None:
            ways.append("cheapest seats")
        if section == sections[-1]:
            ways.append("best seats")
        return self.rng.choice(ways) if len(sections) > 1 else section.name.lower()

    def _wrong(self, request: Request) -> Section:
        others = [one for one in request.show.sections if one != request.section]
        return self.rng.choice(others) if others else request.section

    def _with_typo(self, text: str) -> str:
        """Drop, double or swap letters of one long word, or of two."""
        positions = [match.start() for match in _LONG_WORD.finditer(text)]
        for start in self.rng.sample(positions, min(len(positions), self.rng.choice((1, 1, 2)))):
            at = start + self.rng.choice((1, 2, 3))
            pair = text[at : at + 2]
            text = (
                text[:at]
                + self.rng.choice((pair[::-1], pair[0], pair[0] * 2 + pair[1]))[:3]
                + text[at + 2 :]
            )
        return text


def money(amount: Decimal) -> str:
    """Write a sum as the clerk does."""
    return f"${amount:,.2f}"
