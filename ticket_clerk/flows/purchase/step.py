"""One turn of the purchase: applies an utterance and collects the replies.

Plain functions of purchase, sentence and catalog; the words are in ``domain.yml``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ticket_clerk.ticketing.domain.models import Catalog, SeatLine, Section, Show
from ticket_clerk.understanding.answers import (
    begins_with_yes,
    is_more,
    is_no,
    is_pause,
    is_question,
    is_stop,
    is_too_expensive,
    is_yes,
    keeps_as_is,
    parse_change,
    says_yes,
    takes_it,
)
from ticket_clerk.understanding.corrections import is_corrected, rejected_part
from ticket_clerk.understanding.intents import UNCLEAR
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.order_changes import (
    adds_order,
    changes_order,
    keeps_both,
    wants_same_again,
)
from ticket_clerk.understanding.payments.budget import parse_limit
from ticket_clerk.understanding.quantities import (
    number_readings,
    parse_corrected,
    parse_increase,
    parse_quantity,
    states_number,
)
from ticket_clerk.understanding.sections import (
    counted_sections,
    either_section,
    names_section,
    parse_section,
    section_of,
    shows_with_section,
    without_name,
)
from ticket_clerk.understanding.show_hints import parse_hints
from ticket_clerk.understanding.shows import (
    ParsedShows,
    names_stranger,
    parse_shows,
)
from ticket_clerk.understanding.text import (
    blank_out,
    is_digits,
    normalize,
    order_numbers,
    words_with_spans,
)
from ticket_clerk.understanding.topics import topic_index
from ticket_clerk.understanding.utterance import Utterance
from ticket_clerk.understanding.vocabulary import COMMON_WORDS, is_number_word
from ticket_clerk.understanding.waiting_list import is_about_waiting, wants_to_wait

from ..replies import Reply, discontinued_reply
from ..step import Step
from .availability import check_availability, is_price, refuse_number
from .show_selection import narrowed_by_section, select_shows, siblings
from .state import (
    WAITS,
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


def take_step(
    before: Purchase, utterance: Utterance, catalog: Catalog, now: datetime
) -> Step[Purchase]:
    """Apply a sentence to the purchase. Safe to repeat: the same sentence again changes nothing."""
    purchase = drop_stale(before, catalog)
    # What was offered last is matched before anything else.
    section = _offered_section(purchase, utterance, catalog)
    if section is not None:
        step = _Parsing(purchase, utterance, catalog, ParsedShows(), now).with_section(section)
    else:
        step = _parse_step(purchase, utterance, catalog, now)
    if not step.is_answered or step.is_over:
        return step
    return replace(step, request=fill_single_answers(step.request, catalog))


def _parse_step(
    purchase: Purchase, utterance: Utterance, catalog: Catalog, now: datetime
) -> Step[Purchase]:
    text = utterance.text
    if purchase.asked and not purchase.replaces and keeps_as_is(text):
        # The question that stood before stands again; no yes is in it.
        return Step(replace(purchase, confirmed=None, is_changing=False))
    purchase = _without_rejected_show(purchase, text, catalog, now)
    purchase = _without_rejected_section(purchase, text, catalog)
    asked = purchase.asked
    parsed = select_shows(purchase, text, catalog, now, named_event=utterance.named_event)
    parsed = narrowed_by_section(purchase, parsed, text, catalog)
    if asked and (order_numbers(text) or _is_for_others(purchase, utterance, parsed)):
        return Step(purchase, is_answered=False)
    if purchase.replaces and asked == "confirm_order" and keeps_both(text):
        return Step(replace(purchase, replaces=None, confirmed=None))
    if purchase.replaces and wants_same_again(text):
        purchase = replace(purchase, replaces=None)
    # "Forget that one, Giselle please" leaves the show and not the purchase.
    is_other = parsed.has_name and purchase.show_id not in {show.id for show in parsed.shows}
    if asked and not is_other and is_stop(blank_out(normalize(text), parsed.spans)):
        return Step(purchase, is_over=True)
    return _Parsing(purchase, utterance, catalog, parsed, now).result()


def _without_rejected_show(
    purchase: Purchase, text: str, catalog: Catalog, now: datetime
) -> Purchase:
    """Take back the chosen show where it is turned down: "no, not the Lakers, something else"."""
    rejected = parse_shows(rejected_part(text), catalog.shows, now)
    if not rejected.has_name or purchase.show_id not in {show.id for show in rejected.shows}:
        return purchase
    return replace(
        purchase, show_id=None, section_id=None, confirmed=None, offered=(), asked="show"
    )


def _without_rejected_section(purchase: Purchase, text: str, catalog: Catalog) -> Purchase:
    """Take back the chosen section where it is turned down: "didn't say grandstand"."""
    show, rejected = find_show(catalog, purchase.show_id), rejected_part(text)
    if show is None or not rejected or purchase.section_id is None:
        return purchase
    section = section_of(rejected, show)
    is_chosen = section is not None and section.id == purchase.section_id
    return replace(purchase, section_id=None) if is_chosen else purchase


def _offered_section(purchase: Purchase, utterance: Utterance, catalog: Catalog) -> Section | None:
    """Find the section of the chosen show whose title on a button the sentence selects."""
    show = find_show(catalog, purchase.show_id)
    if purchase.asked != "section" or show is None or utterance.selected is None:
        return None
    return next((one for one in show.sections if one.name == utterance.selected), None)


def _is_for_others(purchase: Purchase, utterance: Utterance, parsed: ParsedShows) -> bool:
    """Return whether the utterance is a question, or another rule's and names nothing to buy."""
    if utterance.intent == "cancel_order" and parsed.has_name:
        # Another order's show; this one's name is said to leave it.
        return parsed.shows[0].id != purchase.show_id
    if purchase.asked == "show" and is_more(utterance.text):
        return False
    if utterance.intent == "request_refund":
        return True
    if utterance.intent == "use_waiting_list" and is_about_waiting(utterance.text):
        return not wants_to_wait(utterance.text)
    if utterance.intent in ANSWERING_INTENTS:
        return (
            utterance.intent == "out_of_scope" and is_question(utterance.text) and not parsed.shows
        )
    return is_question(utterance.text)


class _Parsing:
    """The sentence of one turn, applied slot by slot."""

    def __init__(
        self,
        before: Purchase,
        utterance: Utterance,
        catalog: Catalog,
        parsed: ParsedShows,
        at: datetime,
    ) -> None:
        self.at = at
        self.before = before
        self.now = replace(before, confirmed=None)
        self.utterance = utterance
        self.catalog = catalog
        self.parsed = parsed
        self.replies: list[Reply] = []
        # What was said is the name of several shows that were offered, or one of two numbers.
        self.is_still_open = False

    def result(self) -> Step[Purchase]:
        """Parse show, section, number and the answer to the summary, in this order."""
        self._take_show()
        if self._wants_besides():
            agreed = True if says_yes(self.utterance.text) else None
            return self._step(replace(self.now, confirmed=agreed))
        if wants_to_wait(self.utterance.text):
            self.now = replace(self.now, is_waiting=True)
        rest = blank_out(normalize(self.utterance.text), self.parsed.spans)
        if not self._take_several_sections(rest):
            self._take_section(rest)
            self._take_quantity(rest)
        self.now = replay(take_only_section(self.now, self.catalog), self.catalog, self.at)
        self._check_availability()
        has_changed = self._slots(self.now) != self._slots(self.before)
        if has_changed or self.replies:
            return self._step(replace(self.now, is_changing=False))
        return self._answer(rest)

    def with_section(self, section: Section) -> Step[Purchase]:
        """Take a section that was selected, if it has seats enough."""
        self.now = replay(replace(self.now, section_id=section.id), self.catalog, self.at)
        self._check_availability()
        return self._step(replace(self.now, is_changing=False))

    def _answer(self, rest: str) -> Step[Purchase]:
        """Interpret an utterance without new values: yes, no, change request, or not understood."""
        asked, intent = self.before.asked, self.utterance.intent
        if asked is None:
            return self._step(self.now)
        if asked == "show" and is_more(rest):
            return self._step(self.now)
        if is_pause(rest):
            is_proposed = asked == "confirm_order" and not self.before.is_changing
            return self._step(self.now, Reply(WAITS if is_proposed else "utter_take_your_time"))
        if asked == "confirm_order":
            is_agreed = is_yes(rest, intent) or self._agrees_to_same(rest)
            is_agreed = is_agreed or (self.before.is_waiting and wants_to_wait(rest))
            # "Ok, done. Upgrade my seats": what is wanted is no order.
            if is_agreed and intent not in {"upgrade_seat", "request_refund"}:
                # To "what should I change?" a yes is to the summary, which is shown again.
                confirmed = None if self.before.is_changing else True
                return self._step(replace(self.now, confirmed=confirmed, is_changing=False))
            if parse_limit(self.utterance.text):
                # What is asked next compares it with the sum.
                return self._step(self.now)
            change = parse_change(rest, asked=self.before.is_changing)
            if not change and _turns_down_number(self.utterance.text, self.now.quantity):
                change = "quantity"
            if change:
                return self._step(self._reopen(change))
            if is_no(rest, intent) and not (self._repeats() and not self.before.is_changing):
                # "Too much" looks for something else, and leaves nothing.
                is_leaving = self.before.is_changing and not is_too_expensive(rest)
                is_over = is_leaving or self.before.is_waiting
                return Step(replace(self.now, is_changing=True), is_over=is_over)
        elif intent == "cancel_order" or (is_no(rest, intent="") and not is_too_expensive(rest)):
            return Step(self.now, is_over=True)
        if self._repeats():
            return self._step(replace(self.now, is_changing=False))
        is_seat = intent == "upgrade_seat" and asked in {"section", "confirm_order"}
        if intent not in ANSWERING_INTENTS and not is_seat:
            return Step(self.now, is_answered=False)
        if asked != "confirm_order" and rejected_part(self.utterance.text):
            # "The parquet is too dear": what is left of the choice is asked again.
            return self._step(self.now)
        not_understood = Reply("utter_not_understood_in_order")
        return self._step(replace(self.now, is_changing=False), not_understood)

    def _agrees_to_same(self, rest: str) -> bool:
        """Return whether a yes names nothing but what is summed up: "yes, order the 2 loge"."""
        is_taken = begins_with_yes(rest) or takes_it(rest)
        if not (is_taken and self._repeats()) or is_question(rest):
            return False
        words = [word for word, _ in words_with_spans(self._without_section(rest))]
        return all(word in COMMON_WORDS or is_number_word(word) for word in words)

    def _reopen(self, slot: str) -> Purchase:
        fresh = replace(self.now, is_changing=False)
        if slot == "quantity":
            return replace(fresh, quantity=None)
        if slot == "section":
            return replace(fresh, section_id=None)
        return replace(fresh, section_id=None, show_id=None, offered=(), is_waiting=False)

    def _repeats(self) -> bool:
        """Return whether the sentence named again what is known already."""
        has_number = parse_quantity(self.utterance.text, asked=True) == (self.now.quantity or 0)
        show = find_show(self.catalog, self.now.show_id)
        parsed = parse_section(self.utterance.text, show, asked=False, quantity=1) if show else None
        return bool(
            self.is_still_open
            or has_number
            or (parsed and parsed.section)
            or (self.parsed.has_name and show)
        )

    def _take_show(self) -> None:
        parsed, current = self.parsed, self.before.show_id
        discontinued = discontinued_reply(self.utterance.text, self.catalog)
        if discontinued:
            self.replies.append(discontinued)
            return
        ids = [show.id for show in parsed.shows]
        if current in ids and parsed.is_several or self._wants_besides():
            self.replies.append(Reply("utter_one_show_at_a_time"))
            return
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
            self._say_nothing_fits()

    def _say_nothing_fits(self) -> None:
        """Say so, and offer what comes closest: the kind or the city without the day."""
        hints = parse_hints(self.utterance.text, self.catalog.shows, self.at)
        closest = hints.closest(self.catalog.shows) if hints else []
        has_day = bool(hints.when)
        self.replies.append(Reply("utter_nothing_then" if has_day else "utter_no_such_show"))
        if self.before.asked == "show" or closest:
            self.now = replace(self.now, offered=tuple(show.id for show in closest))

    def _switch(self, show: Show) -> None:
        """Switch shows; keep the section when only the date changes."""
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
        is_other_name = self.utterance.named_event and not self.parsed.has_name
        return self.parsed.is_sure and not is_other_name

    def _offer(self, ids: list[str]) -> None:
        if self.parsed.is_several:
            self.replies.append(Reply("utter_one_show_at_a_time"))
        elif not self.parsed.has_name and not self.parsed.is_sure:
            self.replies.append(Reply("utter_nothing_then"))
        elif not self._may_take() and (self.parsed.has_name or self._names_stranger()):
            self.replies.append(Reply("utter_no_such_show"))
        elif self.parsed.has_name and tuple(ids) == self.before.offered:
            self.is_still_open = True
        request = self.now.request or (self.utterance.text if self.before.asked is None else "")
        open_ = replace(self.now, show_id=None, section_id=None, is_waiting=False)
        self.now = replace(open_, offered=tuple(ids), request=request)

    def _wants_besides(self) -> bool:
        """Return whether a show is wanted besides the one that is summed up."""
        is_other = self.parsed.has_name and self.before.show_id not in self._named
        return self.before.asked == "confirm_order" and is_other and self._adds

    @property
    def _named(self) -> set[str]:
        return {show.id for show in self.parsed.shows}

    @property
    def _adds(self) -> bool:
        return adds_order(self.utterance.text) and not changes_order(self.utterance.text)

    def _wants_another(self) -> bool:
        """Return whether a kind, a day or a city means another show than the chosen one.

        "I'll ask the opera house" names a kind and wants nothing.
        """
        if not self.parsed.has_hint:
            return False
        hints = parse_hints(self.utterance.text, self.catalog.shows, self.at)
        is_place = bool(hints.cities or hints.venues or hints.categories)
        if self.utterance.intent in UNCLEAR and not is_place:
            # "My salary comes on Friday, I'd pay then" is for nothing that is known.
            return False
        if self.before.asked == "confirm_order" and (hints.when or hints.cities):
            return True
        return self.before.show_id not in self._named and changes_order(self.utterance.text)

    def _names_stranger(self) -> bool:
        known = topic_index(self.catalog.facts.topics).words(spoken().code)
        return names_stranger(self.utterance.text, known)

    def _is_unknown_show(self) -> bool:
        if self.parsed.shows or self.parsed.has_name or is_more(self.utterance.text):
            return False
        is_named = self.utterance.named_event or self._names_stranger()
        if is_named and self.utterance.intent in {"buy_tickets", "inform", *UNCLEAR}:
            return (
                self.before.asked in {None, "show", "confirm_order"} and not self._is_other_slot()
            )
        if self.parsed.has_hint and self.before.asked in {None, "show"}:
            return True
        is_name = self.utterance.intent == "inform" and not self._is_other_slot()
        return self.before.asked == "show" and is_name

    def _is_other_slot(self) -> bool:
        if names_section(self.utterance.text):
            return True
        show = find_show(self.catalog, self.now.show_id)
        if show and section_of(self.utterance.text, show):
            return True
        return self.before.asked is not None and (
            parse_quantity(self.utterance.text, asked=False) is not None
            or is_no(self.utterance.text, self.utterance.intent)
            or is_yes(self.utterance.text, self.utterance.intent)
        )

    def _take_several_sections(self, rest: str) -> bool:
        """Take several sections, whose numbers are told, as lines of one order."""
        show = find_show(self.catalog, self.now.show_id)
        several = counted_sections(rest, show) if show else ()
        if show is None or not several:
            return False
        limit = self.catalog.max_tickets_per_order
        refusals = [refuse_number(Decimal(number), limit) for number, _ in several]
        if any(refusals):
            self.replies += [reply for reply in refusals if reply][:1]
            return True
        *others, (number, section) = several
        lines = [SeatLine(show.id, one.id, count) for count, one in others]
        kept = [line for line in self.now.further if line.show_id != show.id]
        further = (*kept, *lines)
        self.now = replace(self.now, section_id=section.id, quantity=number, further=further)
        return True

    def _take_section(self, rest: str) -> None:
        show = find_show(self.catalog, self.now.show_id)
        if show is None:
            self._note_section(rest)
            return
        asked = self.before.asked == "section" or (
            self.before.is_changing and self.before.asked == "confirm_order"
        )
        if either_section(rest, show):
            # What is asked then has them as buttons.
            self.now, self.is_still_open = replace(self.now, section_id=None), True
            return
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
            self.replies.append(Reply("utter_no_such_section"))
        if parsed.section is None:
            return
        if parsed.section.seats_left == 0 and show.seats_left and not self.now.is_waiting:
            self.replies.append(Reply("utter_section_sold_out", {"section": parsed.section.name}))
            return
        self.now = replace(self.now, section_id=parsed.section.id)

    def _note_section(self, rest: str) -> None:
        """Keep a section that is named before the show is, while that is asked for."""
        earlier = self.now.request
        if shows_with_section(rest, self.catalog.shows) and rest not in normalize(earlier):
            self.now = replace(self.now, request=f"{earlier} {rest}".strip())

    def _take_quantity(self, rest: str) -> None:
        is_section = self.before.quantity is not None or not is_digits(rest, most=2)
        if self.before.asked == "section" and is_digits(rest) and is_section:
            return
        is_changing = self.before.asked == "confirm_order" and self.before.is_changing
        asked = self.before.asked == "quantity" or is_changing
        taken_as_section = self.now.section_id != self.before.section_id
        # "2 balcony", "2 lakers 318": beside the section's words the number is how many.
        bare = rest if is_digits(rest) else self._without_section(rest)
        is_answer = asked and not taken_as_section and not self.utterance.is_aside
        number = parse_quantity(bare, asked=is_answer)
        number = None if number == 0 and self.before.asked is None else number
        if len(number_readings(bare, self.before.quantity)) > 1:
            # What is asked then has both as buttons.
            self.now = replace(self.now, quantity=None)
            self.is_still_open = True
            return
        changed = self._changed_number(bare)
        number = changed or number
        if self.parsed.is_several or number is None or self._is_section_number(number):
            return
        if is_price(number, self.catalog):
            # "The one for 35".
            return
        is_change = changes_order(rest) or is_corrected(rest) or states_number(rest)
        if self.utterance.is_aside and self.before.quantity and not is_change:
            # "I have one friend. When is it?" corrects nothing.
            return
        refusal = refuse_number(number, self.catalog.max_tickets_per_order)
        if refusal:
            self.replies.append(refusal)
            # Of "two more" than one may order, what was summed up stands.
            self.now = replace(self.now, quantity=self.before.quantity if changed else None)
        else:
            self.now = replace(self.now, quantity=int(number))
            if self.before.asked == "show" and self.now.show_id is None:
                self.replies.append(Reply("utter_number_noted", {"quantity": int(number)}))

    def _changed_number(self, rest: str) -> Decimal | None:
        """Return what the number that was proposed becomes: "no, six more", "one less"."""
        before = self.before.quantity
        if before is None:
            return None
        if (corrected := parse_corrected(rest, before)) is not None:
            return corrected
        more = parse_increase(rest)
        is_same_show = self.now.show_id == self.before.show_id
        return Decimal(before + more) if more and is_same_show else None

    def _without_section(self, rest: str) -> str:
        show = find_show(self.catalog, self.now.show_id)
        section = find_section(show, self.now.section_id)
        return without_name(rest, section) if section else rest

    def _is_section_number(self, number: Decimal) -> bool:
        show = find_show(self.catalog, self.now.show_id)
        ids = {section.id for section in show.sections} if show else set()
        return self.before.asked in {"section", "confirm_order"} and str(number) in ids

    def _check_availability(self) -> None:
        self.now, replies = check_availability(self.before, self.now, self.catalog)
        self.replies += replies

    @staticmethod
    def _slots(purchase: Purchase) -> tuple[object, ...]:
        key = (purchase.show_id, purchase.section_id, purchase.quantity)
        return (*key, purchase.offered, purchase.is_waiting, purchase.further)

    def _step(self, purchase: Purchase, *more: Reply) -> Step[Purchase]:
        return Step(purchase, (*self.replies, *more))


def _turns_down_number(text: str, number: int | None) -> bool:
    """Return whether the number that is summed up is wrong, and no other is named: "not two"."""
    turned_down = parse_quantity(rejected_part(text), asked=True)
    return turned_down is not None and turned_down == number


def replay(purchase: Purchase, catalog: Catalog, now: datetime) -> Purchase:
    """Fill missing slots from the stored request: "Swan Lake, 2 balcony".

    A number that no order may have, or a section without enough seats, is asked for again.
    """
    show = find_show(catalog, purchase.show_id)
    if show is None or not purchase.request:
        return purchase
    filled = replace(purchase, request="")
    normalized = normalize(purchase.request)
    rest = blank_out(normalized, parse_shows(normalized, catalog.shows, now).spans)
    section = find_section(show, filled.section_id)
    if section is None:
        section = parse_section(rest, show, asked=False, quantity=filled.quantity or 1).section
        if section is not None and section.seats_left >= (filled.quantity or 1):
            filled = replace(filled, section_id=section.id)
    if filled.quantity is None:
        number = parse_quantity(without_name(rest, section) if section else rest, asked=False)
        is_whole = number is not None and number == number.to_integral_value()
        if number is not None and is_whole and 1 <= number <= catalog.max_tickets_per_order:
            filled = replace(filled, quantity=int(number))
    return filled
