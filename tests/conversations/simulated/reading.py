"""Interpretation of the clerk's answers from text and buttons alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.conversations.simulated.market import Request, Section
from tests.journeys.buyers import LINK, ORDER

# In this order: what matters most to a reader comes first.
_STEPS = (
    ("link", LINK),
    ("lost", re.compile(r"didn't (?:get|understand)|not sure (?:what|I)|don't understand", re.I)),
    ("change", re.compile(r"what (?:should|shall|would you like me to|can) I change", re.I)),
    ("summary", re.compile(r"in total.*\?", re.I | re.S)),
    ("quantity", re.compile(r"how many(?: tickets| would| of)", re.I)),
    ("section", re.compile(r"where would you like to sit|which (?:section|seats)", re.I)),
    (
        "show",
        re.compile(
            r"which (?:show|one|of these)|what would you like to see|tell me which",
            re.I,
        ),
    ),
)
_REFUSALS = {
    "sold out": re.compile(r"sold out", re.I),
    "past": re.compile(
        r"is over|no show like|nothing like that|(?:not|no longer) (?:on|for) sale", re.I
    ),
    "over limit": re.compile(r"\b(?:most|up to)\b[^.]*\b8\b|\b8\b[^.]*\bmost\b", re.I),
    "few left": re.compile(r"\bonly 3\b|\b3 (?:seats )?(?:are )?left\b", re.I),
}
_REFUSALS["unknown"] = _REFUSALS["past"]
_REFUSALS["over limit, settles"] = _REFUSALS["over limit"]
_BUSY = re.compile(r"say \"stop\" to leave", re.I)
LEFT = re.compile(r"nothing|all right|no problem|welcome|any ?time|goodbye|bye", re.I)


@dataclass(frozen=True)
class Answer:
    """All that the clerk said in one turn, and the buttons below it."""

    texts: tuple[str, ...]
    buttons: tuple[str, ...]

    @property
    def text(self) -> str:
        """Everything as one text."""
        return "\n".join(self.texts)

    @property
    def step(self) -> str:
        """Return the step that the answer asks for; "other" when it asks for none."""
        if LINK.search(self.text):
            return "link"
        last = self.texts[-1] if self.texts else ""
        found = next((step for step, pattern in _STEPS if pattern.search(last)), None)
        if found and found != "lost":
            return found
        return "lost" if found or dict(_STEPS)["lost"].search(self.text) else "other"

    @property
    def is_lost(self) -> bool:
        """Return whether the clerk did not understand."""
        return bool(dict(_STEPS)["lost"].search(self.text))

    @property
    def is_busy(self) -> bool:
        """Return whether the clerk wants another form to be left first."""
        return bool(_BUSY.search(self.text))

    def refuses(self, kind: str) -> bool:
        """Return whether the answer refuses this kind of request."""
        return kind in _REFUSALS and bool(_REFUSALS[kind].search(self.text))

    def has_price(self, section: Section) -> bool:
        """Return whether the answer has the price of this section."""
        said = rf"{re.escape(section.name)}\b[^$]*\${section.price:,.2f}(?!\d)"
        return bool(re.search(said, self.text))

    def offer(self) -> str:
        """The message that says what it would cost: the summary, or the one with the link."""
        offers = [text for text in self.texts if LINK.search(text) or "in total" in text]
        return offers[-1] if offers else ""

    def link(self) -> tuple[str, str]:
        """Order number and address of the last link; the number comes before its link."""
        text = next(text for text in reversed(self.texts) if LINK.search(text))
        return ORDER.findall(text)[0], LINK.findall(text)[-1]


def differences(offer: str, request: Request) -> list[str]:
    """List the differences between an offer and a request: number, show, section, total."""
    written = {
        "quantity": rf"(?<!\d){request.quantity} [×x] ",
        "show": re.escape(request.show.name),
        "section": re.escape(request.section.name),
        "total": rf"\${request.total:,.2f}(?!\d)",
    }
    return [what for what, pattern in written.items() if not re.search(pattern, offer)]
