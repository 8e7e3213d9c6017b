"""One turn of the purchase: what a sentence changes in it, and what is to be said about that.

Plain functions of purchase, sentence and catalog; the words are in ``domain.yml``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from ticket_clerk.flows.utterance import Reply, Utterance
from ticket_clerk.ticketing.domain.models import Catalog, Show
from ticket_clerk.understanding.answers import (
    is_more,
    is_no,
    is_pause,
    is_question,
    is_stop,
    is_yes,
    parse_change,
)
from ticket_clerk.understanding.order_changes import keeps_both
from ticket_clerk.understanding.quantities import parse_increase, parse_quantity
from ticket_clerk.understanding.sections import names_section, parse_section, without_name
from ticket_clerk.understanding.shows import ParsedShows, names_stranger, parse_discontinued
from ticket_clerk.understanding.text import blank_out, is_digits, normalize, order_numbers
from ticket_clerk.understanding.waiting_list import is_about_waiting, wants_to_wait

from .availability import check_availability, refuse_number
from .replay import replay
from .show_selection import select_shows, siblings
from .state import (
    Purchase,
    drop_stale,
    fill_single_answers,
    find_section,
    find_show,
    take_only_section,
)

# With these, a sentence that fills no slot is the form's to answer; all others have a rule.
ANSWERING_INTENTS = frozenset(
    "inform affirm deny buy_tickets nlu_fallback cancel_order out_of_scope use_waiting_list".split()
)


@dataclass(frozen=True)
class Turn:
    """The purchase after a sentence. ``is_heard`` is False when the sentence is another's to
    answer, ``is_over`` True when the buyer leaves.
    """

    purchase: Purchase
    said: tuple[Reply, ...] = ()
    is_answered: bool = True
    is_over: bool = False


def take_turn(before: Purchase, words: Utterance, catalog: Catalog, now: datetime) -> Turn:
    """Apply a sentence to the purchase. Safe to repeat: the same sentence again changes nothing."""
    purchase = drop_stale(before, catalog)
    parsed = select_shows(purchase, words.text, catalog, now, named_event=words.named_event)
    if before.asked and (order_numbers(words.text) or _is_for_others(purchase, words, parsed)):
        return Turn(purchase, is_answered=False)
    if before.replaces and before.asked == "confirm_order" and keeps_both(words.text):
        return Turn(replace(purchase, replaces=None, confirmed=None))
    # "Forget that one, Giselle please" leaves the show and not the purchase.
    is_other = parsed.has_name and purchase.show_id not in {show.id for show in parsed.shows}
    if before.asked and not is_other and is_stop(blank_out(normalize(words.text), parsed.spans)):
        return Turn(purchase, is_over=True)
    turn = _Parsing(purchase, words, catalog, parsed).result(now)
    return replace(turn, purchase=fill_single_answers(turn.purchase, catalog))


def _is_for_others(purchase: Purchase, words: Utterance, parsed: ParsedShows) -> bool:
    """Whether the sentence is a question, or has a rule of its own and names nothing to buy."""
    if words.intent == "cancel_order" and parsed.has_name:
        # Another order's show; this one's name is said to leave it.
        return parsed.shows[0].id != purchase.show_id
    if purchase.asked == "show" and is_more(words.text):
        return False
    if words.intent == "request_refund":
        return True
    if words.intent == "use_waiting_list" and is_about_waiting(words.text):
        return not wants_to_wait(words.text)
    if words.intent in ANSWERING_INTENTS:
        return words.intent == "out_of_scope" and is_question(words.text) and not parsed.shows
    return is_question(words.text)


class _Parsing:
    """The sentence of one turn, applied slot by slot."""

    def __init__(
        self, before: Purchase, words: Utterance, catalog: Catalog, parsed: ParsedShows
    ) -> None:
        self.before = before
        self.now = replace(before, confirmed=None)
        self.words = words
        self.catalog = catalog
        self.parsed = parsed
        self.said: list[Reply] = []

    def result(self, now: datetime) -> Turn:
        """Hear show, section, number and the answer to the summary, in this order."""
        self._take_show()
        if wants_to_wait(self.words.text):
            self.now = replace(self.now, is_waiting=True)
        rest = blank_out(normalize(self.words.text), self.parsed.spans)
        self._take_section(rest)
        self._take_quantity(rest)
        self.now = replay(take_only_section(self.now, self.catalog), self.catalog, now)
        self._check_availability()
        has_changed = self._slots(self.now) != self._slots(self.before)
        if has_changed or self.said:
            return self._turn(replace(self.now, is_changing=False))
        return self._answer(rest)

    def _answer(self, rest: str) -> Turn:
        """Nothing new was named: is it a yes, a no, a wish to change, or nothing at all?"""
        asked, intent = self.before.asked, self.words.intent
        if asked is None:
            return self._turn(self.now)
        if asked == "show" and is_more(rest):
            return self._turn(self.now)
        if is_pause(rest):
            return self._turn(self.now, Reply("utter_take_your_time"))
        if asked == "confirm_order":
            is_agreed = is_yes(rest, intent) or (self.before.is_waiting and wants_to_wait(rest))
            if not self.before.is_changing and is_agreed:
                return self._turn(replace(self.now, confirmed=True))
            change = parse_change(rest, asked=self.before.is_changing)
            if change:
                return self._turn(self._reopen(change))
            if is_no(rest, intent):
                is_over = self.before.is_changing or self.before.is_waiting
                return Turn(replace(self.now, is_changing=True), is_over=is_over)
        elif intent == "cancel_order" or is_no(rest, intent=""):
            return Turn(self.now, is_over=True)
        if self._repeats():
            return self._turn(replace(self.now, is_changing=False))
        is_seat = intent == "upgrade_seat" and asked in {"section", "confirm_order"}
        if intent not in ANSWERING_INTENTS and not is_seat:
            return Turn(self.now, is_answered=False)
        return self._turn(self.now, Reply("utter_not_understood_in_order"))

    def _reopen(self, slot: str) -> Purchase:
        fresh = replace(self.now, is_changing=False)
        if slot == "quantity":
            return replace(fresh, quantity=None)
        if slot == "section":
            return replace(fresh, section_id=None)
        return replace(fresh, section_id=None, show_id=None, offered=(), is_waiting=False)

    def _repeats(self) -> bool:
        """Whether the sentence named again what is known already."""
        has_number = parse_quantity(self.words.text, asked=True) == (self.now.quantity or 0)
        show = find_show(self.catalog, self.now.show_id)
        place = parse_section(self.words.text, show, asked=False, quantity=1) if show else None
        return bool(has_number or (place and place.section) or (self.parsed.has_name and show))

    def _take_show(self) -> None:
        parsed, current = self.parsed, self.before.show_id
        gone = parse_discontinued(self.words.text, self.catalog.gone, self.catalog.shows)
        if gone:
            self.said.append(Reply("utter_show_not_on_sale", {"show": gone}))
            return
        ids = [show.id for show in parsed.shows]
        if self.before.asked in {None, "show"} or parsed.has_name or self._wants_another():
            if len(ids) == 1 and self._may_take():
                if ids[0] != current:
                    self._switch(parsed.shows[0])
                # Those that were offered with it are what "the other one" means later.
                offered = self.now.offered if ids[0] in self.now.offered else ()
                self.now = replace(self.now, offered=offered)
                return
            if ids and current not in ids:
                self._offer(ids)
                return
        if self._is_unknown_show():
            self.said.append(Reply("utter_no_such_show"))
            if self.before.asked == "show":
                self.now = replace(self.now, offered=())

    def _switch(self, show: Show) -> None:
        """Take another show; the same seat at another time of it is still wanted."""
        current = find_show(self.catalog, self.before.show_id)
        is_sibling = current is not None and show in siblings(current, self.catalog)
        section = find_section(show, self.before.section_id) if is_sibling else None
        self.now = replace(
            self.now,
            show_id=show.id,
            section_id=section.id if section else None,
            is_waiting=self.now.is_waiting and current is None,
        )

    def _may_take(self) -> bool:
        is_other_name = self.words.named_event and not self.parsed.has_name
        return self.parsed.is_sure and not is_other_name

    def _offer(self, ids: list[str]) -> None:
        if self.parsed.is_several:
            self.said.append(Reply("utter_one_show_at_a_time"))
        elif not self._may_take():
            self.said.append(Reply("utter_no_such_show"))
        wish = self.now.wish or (self.words.text if self.before.asked is None else "")
        open_ = replace(self.now, show_id=None, section_id=None, is_waiting=False)
        self.now = replace(open_, offered=tuple(ids), wish=wish)

    def _wants_another(self) -> bool:
        """Whether a day or city while confirming means another show of the same kind."""
        return self.parsed.has_hint and self.before.asked == "confirm_order"

    def _is_unknown_show(self) -> bool:
        if self.parsed.shows or self.parsed.has_name or is_more(self.words.text):
            return False
        is_named = self.words.named_event or names_stranger(self.words.text)
        if is_named and self.words.intent in {"buy_tickets", "inform"}:
            return (
                self.before.asked in {None, "show", "confirm_order"} and not self._is_other_slot()
            )
        if self.parsed.has_hint and self.before.asked in {None, "show"}:
            return True
        is_name = self.words.intent == "inform" and not self._is_other_slot()
        return self.before.asked == "show" and is_name

    def _is_other_slot(self) -> bool:
        if names_section(self.words.text):
            return True
        show = find_show(self.catalog, self.now.show_id)
        if show and parse_section(self.words.text, show, asked=False, quantity=1).section:
            return True
        return self.before.asked is not None and (
            parse_quantity(self.words.text, asked=False) is not None
            or is_no(self.words.text, self.words.intent)
            or is_yes(self.words.text, self.words.intent)
        )

    def _take_section(self, rest: str) -> None:
        show = find_show(self.catalog, self.now.show_id)
        if show is None:
            return
        asked = self.before.asked == "section" or (
            self.before.is_changing and self.before.asked == "confirm_order"
        )
        wanted = self.now.quantity or 1
        parsed = parse_section(rest, show, asked=asked, quantity=wanted)
        if self.before.asked == "quantity" and is_digits(rest):
            return
        is_same = rest.strip(" .!#") == str(self.now.quantity)
        is_how_many = self.before.is_changing or self.now.quantity is None or is_same
        if parsed.is_unknown and is_how_many and is_digits(rest, most=2):
            # A bare number that is no section is how many.
            return
        if parsed.is_unknown:
            self.said.append(Reply("utter_no_such_section"))
        if parsed.section is None:
            return
        if parsed.section.seats_left == 0 and show.seats_left and not self.now.is_waiting:
            self.said.append(Reply("utter_section_sold_out", {"section": parsed.section.name}))
            return
        self.now = replace(self.now, section_id=parsed.section.id)

    def _take_quantity(self, rest: str) -> None:
        is_section = self.before.quantity is not None or not is_digits(rest, most=2)
        if self.before.asked == "section" and is_digits(rest) and is_section:
            return
        asked = self.before.asked in {"quantity", "confirm_order"}
        taken_as_section = self.now.section_id != self.before.section_id
        # "2 balcony", "2 lakers 318": beside the section's words the number is how many.
        bare = self._without_section(rest) if taken_as_section else rest
        number = parse_quantity(bare, asked=asked and not taken_as_section)
        number = None if number == 0 and self.before.asked is None else number
        more = parse_increase(bare) if self.before.quantity else 0
        number = Decimal(self.before.quantity + more) if self.before.quantity and more else number
        if self.parsed.is_several or number is None or self._is_section_number(number):
            return
        refusal = refuse_number(number, self.catalog.max_tickets_per_order)
        if refusal:
            self.said.append(refusal)
            self.now = replace(self.now, quantity=None)
        else:
            self.now = replace(self.now, quantity=int(number))
            if self.before.asked == "show" and self.now.show_id is None:
                self.said.append(Reply("utter_number_noted", {"quantity": int(number)}))

    def _without_section(self, rest: str) -> str:
        show = find_show(self.catalog, self.now.show_id)
        section = find_section(show, self.now.section_id)
        return without_name(rest, section) if section else rest

    def _is_section_number(self, number: Decimal) -> bool:
        show = find_show(self.catalog, self.now.show_id)
        ids = {section.id for section in show.sections} if show else set()
        return self.before.asked in {"section", "confirm_order"} and str(number) in ids

    def _check_availability(self) -> None:
        self.now, said = check_availability(self.before, self.now, self.catalog)
        self.said += said

    @staticmethod
    def _slots(purchase: Purchase) -> tuple[object, ...]:
        wish = (purchase.show_id, purchase.section_id, purchase.quantity)
        return (*wish, purchase.offered, purchase.is_waiting)

    def _turn(self, purchase: Purchase, *more: Reply) -> Turn:
        return Turn(purchase, (*self.said, *more))
