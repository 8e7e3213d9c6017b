"""Browsing: shows on sale, prices, dates and venues."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, UNPAID, Section, Show
from ticket_clerk.understanding.answers import (
    find_rank,
    is_about_last_show,
    is_more,
    is_question,
    points_at_last,
    wants_cheapest,
)
from ticket_clerk.understanding.asking.kinds import asked_between, wants_else
from ticket_clerk.understanding.corrections import rejected_part
from ticket_clerk.understanding.intents import UNKNOWN
from ticket_clerk.understanding.payments.budget import parse_budget
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.sections import (
    section_of,
    sections_named,
    shows_having_section,
    shows_with_section,
    without_name,
)
from ticket_clerk.understanding.show_hints import parse_hints
from ticket_clerk.understanding.shows import (
    ParsedShows,
    asks_for_name,
    names_stranger,
    parse_shows,
)
from ticket_clerk.understanding.text import normalize, words_with_spans
from ticket_clerk.understanding.vocabulary import kind_name, unsold_kind

from .advice import asked_ranking
from .preference import with_preference
from .purchase.availability import is_price
from .purchase.form import FORM
from .purchase.moved_on import shows_told
from .purchase.order_changes import LINKS, begin_order_change
from .purchase.show_selection import (
    cheapest_of,
    select_offered,
    select_other_show,
    siblings,
    within,
)
from .purchase.state import LONGEST_CHOICE, find_show, offered_shows
from .replies import discontinued_reply, format_budget, show_values
from .show_lists import more_shows_reply, remember, section_lines, shows_reply
from .turn import BUY_FORM, RasaEvents, Turn, start
from .upgrade import begin_seat_change

LONGEST_SELECTION = 4
MOST_TOLD = 2
# Words of these list shows, where they are no mere remark.
_LISTING = frozenset({"browse_events", "ask_show", "inform", "out_of_scope", UNKNOWN})
# What is asked about a section, and no other fact.
_OF_SECTIONS = frozenset("section_where view nearest seats_together".split())
# Nobody asks for the price of more tickets than these.
MANY = 100


def browse(turn: Turn) -> RasaEvents:
    """List the shows that fit, or all when none does; "the ballet" may select an order, too."""
    if _wants_order_change(turn):
        return start(BUY_FORM)
    parsed = parse_named_shows(turn)
    # "Is Swan Lake on in Chicago?" is about that show, and no request for a list.
    is_of_one = parsed.has_name and len(parsed.shows) == 1 and is_question(turn.text)
    return tell_show(turn) if is_of_one else list_shows(turn)


def tell_price(turn: Turn) -> RasaEvents:
    """List the section prices of the show in question, or the lowest price of each show.

    Who has seats and asks what others cost instead reads what an upgrade would.
    """
    if turn.active_form != BUY_FORM or turn.slot("requested_slot") is None:
        seat_change = begin_seat_change(turn)
        if seat_change:
            return seat_change
    return _reply_facts(turn, "utter_prices")


def tell_show(turn: Turn) -> RasaEvents:
    """Describe the show in question, or list the shows on sale."""
    return _reply_facts(turn, "utter_show_facts")


def tell_offered(turn: Turn) -> RasaEvents | None:
    """Describe both of the two shows that were offered last; None where there aren't two."""
    offered = _offered(turn)
    return _describe(turn, offered) if len(offered) == MOST_TOLD else None


def tell_between(turn: Turn) -> RasaEvents | None:
    """Describe the shows that a question has an "or" between: "matinee or evening?"."""
    if not (named := asked_between(turn.text)):
        return None
    meant = _shows_meant(turn)
    others = [one for show in meant for one in siblings(show, turn.catalog)]
    spoken_of = list(dict.fromkeys([*_offered(turn), *meant, *others]))
    found = [parse_shows(one, spoken_of, turn.now).shows for one in named]
    shows = [one[0] for one in found if len(one) == 1]
    is_open = len(found) == len(set(shows)) == MOST_TOLD
    return _describe(turn, shows) if is_open else None


def _describe(turn: Turn, shows: Sequence[Show]) -> RasaEvents:
    for show in shows:
        turn.say("utter_show_facts", **show_values(show), sections=section_lines(turn, show))
    return remember(shows)


def say_unsold_kind(turn: Turn) -> bool:
    """Say which kinds are sold to who looks for one that isn't, and return whether that is so."""
    shows, kind = turn.catalog.shows, unsold_kind(turn.text)
    if kind is None or turn.is_about_topic or parse_named_shows(turn).shows:
        return False
    kinds = dict.fromkeys(show.category for show in shows if show.category)
    turn.say("utter_no_such_kind", kind=kind, kinds=", ".join(map(kind_name, kinds)))
    return True


def say_goodbye(turn: Turn) -> RasaEvents:
    """Say goodbye, unless the utterance names a show: "got The Night Owls?"."""
    if parse_named_shows(turn).has_name:
        return list_shows(turn)
    turn.say("utter_goodbye")
    return []


def list_shows(turn: Turn) -> RasaEvents:
    """List the shows that fit the utterance; one that selects of those listed starts the form."""
    parsed, text, catalog = parse_named_shows(turn), turn.text, turn.catalog
    if say_unsold_kind(turn):
        return []
    if selects_offered_show(turn) or _asks_for_tickets(text, parsed):
        return start(BUY_FORM)
    if not catalog.shows:
        turn.say("utter_no_shows")
        return []
    turn = with_preference(turn)
    parsed, catalog = parse_named_shows(turn), turn.catalog
    if is_more(text):
        turn.say(more_shows_reply(turn, _offered(turn) or catalog.shows))
        return []
    budget = parse_budget(text)
    if budget is not None and not parsed.has_name:
        among = parsed.shows or catalog.shows
        fitting = within(budget, among)
        if not fitting:
            turn.say("utter_nothing_within", budget=format_budget(budget, catalog.currency))
            return _list(turn, "utter_cheapest_shows", cheapest_of(among)[:LONGEST_CHOICE])
        return _list(turn, "utter_shows_found", fitting)
    ranking = asked_ranking(turn)
    is_by_rank = ranking is not None or wants_cheapest(text)
    if is_by_rank and parsed.has_hint and not parsed.shows:
        turn.say("utter_nothing_then")
    if ranking and not parsed.has_name:
        # What is recommended is one of those that were just spoken of.
        offered = _offered(turn) if ranking.is_of_offered else []
        ranked = ranking.of(parsed.shows or (offered if len(offered) > 1 else catalog.shows))
        return _list(turn, ranking.response, ranked, ranking.line)
    if wants_cheapest(text) and not parsed.has_name:
        cheapest = cheapest_of(parsed.shows or catalog.shows)[:LONGEST_CHOICE]
        return _list(turn, "utter_cheapest_shows", cheapest)
    discontinued = discontinued_reply(text, catalog)
    if discontinued:
        turn.say(discontinued)
        return _list(turn, "utter_shows", catalog.shows)
    if parsed.shows:
        return _list(turn, "utter_shows_found", parsed.shows)
    return _list_what_is_closest(turn, parsed)


def selects_offered_show(turn: Turn) -> bool:
    """Return whether a few words select one of several shows that were just listed."""
    offered = _offered(turn)
    is_short = len(turn.text.split()) <= LONGEST_SELECTION and not is_question(turn.text)
    return is_short and len(offered) > 1 and bool(select_offered(turn.text, offered, turn.now))


def parse_named_shows(turn: Turn) -> ParsedShows:
    """Parse which shows the utterance means."""
    return parse_shows(turn.text, turn.catalog.shows, turn.now)


def is_remark(turn: Turn) -> bool:
    """Return whether words beside a question only say something of the shows spoken of last.

    "So it's a musical. And the other one?", "well, if it's in the evening, when is it over?"
    """
    if turn.utterance.intent not in _LISTING or parse_budget(turn.text) is not None:
        return False
    parsed, offered = parse_named_shows(turn), _offered(turn)
    is_of_last = bool(offered) and {show.id for show in offered} <= {s.id for s in parsed.shows}
    return is_of_last and len(offered) <= MOST_TOLD and not parsed.has_name


def asks_for_stranger(turn: Turn) -> bool:
    """Return whether tickets of a show are asked for that isn't ours: "got any Hamilton tickets?".

    Then no show, kind, place or day of the catalog is named.
    """
    parsed = parse_named_shows(turn)
    if parsed.has_hint or parsed.has_name:
        return False
    if shows_with_section(turn.text, turn.catalog.shows):
        return False
    known = turn.known_words | _catalog_words(turn)
    if names_stranger(turn.text, known):
        return True
    return _is_choosing(turn) and asks_for_name(turn.text, known)


def _is_choosing(turn: Turn) -> bool:
    """Return whether shows were just listed, or one is asked for."""
    is_asked = turn.slot("requested_slot") == "show"
    return is_asked or any(show.name in turn.told_last for show in turn.catalog.shows)


def _catalog_words(turn: Turn) -> frozenset[str]:
    """Return the words of venues, places and sections, none of which is the name of a show."""
    shows = turn.catalog.shows
    named = [name for show in shows for name in (show.venue, show.city, show.category or "")]
    named += [section.name for show in shows for section in show.sections]
    return frozenset(word for name in named for word, _ in words_with_spans(normalize(name)))


def ruled_out_shows(turn: Turn) -> tuple[Show, ...]:
    """Return the shows that the message turns down by their names: "the Lakers are mid"."""
    rejected = parse_shows(rejected_part(turn.message.text), turn.catalog.shows, turn.now)
    return rejected.shows if rejected.has_name else ()


def subject_of(turn: Turn) -> tuple[list[Show], Section | None]:
    """Return the shows that are spoken of; of one of them the section that is named, too."""
    shows = _shows_meant(turn)
    if len(shows) != 1:
        return shows, None
    return shows, section_of(turn.text, shows[0])


def asks_price_of_section(turn: Turn) -> bool:
    """Return whether a question has a section and a number, or two sections to compare.

    As "what's three in the loge?" and "what's the difference, 101 or 112?" do.
    """
    shows = _shows_meant(turn)
    named = sections_named(turn.text, shows[0]) if len(shows) == 1 else []
    return len(named) > 1 or bool(named and _number_beside(turn.text, named))


def asks_of_offered(turn: Turn) -> bool:
    """Return whether a question is about one of the shows just listed: "when is the first one?"."""
    return _nth_offered(turn) is not None


def names_city_or_show(turn: Turn) -> bool:
    """Return whether the utterance names a show or a city, be it one of ours or not."""
    return turn.names_entity("event", "city")


def _list_what_is_closest(turn: Turn, parsed: ParsedShows) -> RasaEvents:
    shows = turn.catalog.shows
    if asks_for_stranger(turn):
        turn.say("utter_no_such_show")
        return _list(turn, "utter_shows", shows)
    # "He loves comedy. What have you got?": a clause is about what stands around it.
    around = parse_hints(turn.message.text, shows, turn.now)
    hints = parse_hints(turn.text, shows, turn.now) if parsed.has_hint else around
    fitting = [show for show in shows if hints.fits(show)] if hints else []
    if fitting:
        return _list(turn, "utter_shows_found", fitting)
    if closest := hints.closest(shows):
        return _list(turn, "utter_closest_shows", closest)
    names_more = parsed.has_hint or names_city_or_show(turn)
    return _list(turn, "utter_no_show_fits" if names_more else "utter_shows", shows)


def _list(turn: Turn, response: str, shows: Sequence[Show], line: str | None = None) -> RasaEvents:
    unwanted = [*ruled_out_shows(turn), *(_offered(turn) if wants_else(turn.text) else [])]
    shows = [show for show in shows if show not in unwanted] or shows
    turn.say(shows_reply(turn, response, shows, line=line))
    return remember(shows)


def _reply_facts(turn: Turn, response: str) -> RasaEvents:
    if _wants_order_change(turn) or _asks_for_tickets(turn.text, parse_named_shows(turn)):
        return start(BUY_FORM)
    shows = _shows_meant(turn)
    if len(shows) > MOST_TOLD and shows_with_section(turn.text, shows):
        return _list(turn, "utter_shows_found", shows)
    if not shows or len(shows) > MOST_TOLD:
        return list_shows(turn)
    for show in shows:
        is_of_some = response == "utter_prices" and not wants_cheapest(turn.text)
        only = sections_named(turn.text, show) if is_of_some else ()
        number = _number_of(turn, only)
        listed = section_lines(turn, show, number, only)
        # What a yes to the price would order; empty where several are told.
        priced = only[0].id if len(only) == 1 else ""
        values = {"priced_show": show.id, "priced_section": priced, "priced_quantity": number}
        turn.say(response, **show_values(show), sections=listed, **values)
    return remember(shows)


def _number_beside(text: str, sections: Sequence[Section]) -> Decimal | None:
    """Return how many, where sections are named whose own numbers count nothing."""
    for section in sections:
        text = without_name(text, section)
    return parse_quantity(text, asked=bool(sections))


def _number_of(turn: Turn, sections: Sequence[Section]) -> int:
    """Return the number of tickets that a price is asked for."""
    number = _number_beside(turn.text, sections)
    is_number = number is not None and not is_price(number, turn.catalog)
    if number and is_number and number == number.to_integral_value() and 0 < number < MANY:
        return int(number)
    return (turn.active_form == BUY_FORM and FORM.read(turn).quantity) or 1


def _wants_order_change(turn: Turn) -> bool:
    """Return whether what sounds like a question wants an unpaid order to be another one.

    Only outside of a form, and not where something is asked and nothing wanted.
    """
    if turn.active_form or is_question(turn.text):
        return False
    return begin_order_change(turn) is not None


def _asks_for_tickets(text: str, parsed: ParsedShows) -> bool:
    """Return whether the utterance names a show and a number, and is no question."""
    is_order = parsed.has_name and parse_quantity(text, asked=False) is not None
    return is_order and not is_question(text)


def _shows_meant(turn: Turn) -> list[Show]:
    """Return the shows that a question is about: named, being bought or mentioned last."""
    parsed, offered = parse_named_shows(turn), _offered(turn)
    if not parsed.has_name:
        # "The Lakers, when do they play?": a clause is about what the rest of the message names.
        whole = parse_shows(turn.message.text, turn.catalog.shows, turn.now)
        parsed = whole if whole.has_name and not parsed.shows else parsed
    if (show := _nth_offered(turn)) is not None:
        return [show]
    purchase = FORM.read(turn)
    told = shows_told(turn, purchase) if points_at_last(turn.text) else []
    current = told[0] if len(told) == 1 else find_show(turn.catalog, purchase.show_id)
    if current is None and len(offered) == 1:
        current = offered[0]
    if not parsed.has_name and current:
        other = select_other_show(FORM.read(turn), turn.text, turn.catalog, turn.now)
        if other:
            return [other]
    if not parsed.has_name and current is None and 1 < len(offered) <= MOST_TOLD:
        # "What's the difference between the two?", "is the later one longer?"
        among = list(parse_shows(turn.text, offered, turn.now).shows) or offered
        return _with_section_named(turn, among) or among
    is_elsewhere = current not in parsed.shows and _names_city(turn)
    if parsed.has_name or (parsed.shows and (current is None or is_elsewhere)):
        return list(parsed.shows)
    if names_stranger(turn.text, turn.known_words) and turn.utterance.named_event:
        return []
    spoken_of = [current] if current else _ordered(turn) or told_last(turn)
    return _with_section_named(turn, spoken_of) or spoken_of


def _with_section_named(turn: Turn, spoken_of: Sequence[Show]) -> list[Show]:
    """Return the shows that have the section which is named, where none that is spoken of has it.

    "Loge or parquet?" leads from a game to the ballet; "is there a live orchestra?" does not.
    """
    topic = turn.topic if turn.is_about_topic else None
    if spoken_of and topic and topic.topic_id not in _OF_SECTIONS:
        return []
    if any(sections_named(turn.text, show) for show in spoken_of):
        return []
    return shows_having_section(turn.text, _offered(turn), turn.catalog.shows)


def told_last(turn: Turn) -> list[Show]:
    """Return the show that one of the last answers was about, if nothing is offered any more."""
    named = next((name for name in turn.told_lately("show") if name), None)
    return [show for show in turn.catalog.shows if show.name == named]


def _names_city(turn: Turn) -> bool:
    """Return whether a place is named: "anything cheaper in New York?" is about what is there."""
    return bool(parse_hints(turn.text, turn.catalog.shows, turn.now).cities)


def _nth_offered(turn: Turn) -> Show | None:
    """Return the show that is named by its place in the list."""
    offered, ranked = _offered(turn), find_rank(turn.text, bare=False)
    return offered[ranked[0]] if ranked and 1 < len(offered) > ranked[0] else None


def _ordered(turn: Turn) -> list[Show]:
    """Return the show of the order that is spoken of, or those of the few that the buyer has."""
    spoken_of = {turn.slot("refund_order"), turn.slot("upgrade_order")}
    active = [order for order in turn.orders if order.status in {*HELD_BY_BUYER, *UNPAID}]
    if turn.last_response in LINKS and is_about_last_show(turn.text):
        active = turn.orders[:1]
    chosen = [order for order in turn.orders if order.id in spoken_of] or active
    ids = {order.show_id for order in chosen}
    shows = [show for show in turn.catalog.shows if show.id in ids]
    return shows if len(shows) <= MOST_TOLD else []


def _offered(turn: Turn) -> list[Show]:
    return offered_shows(turn.catalog, FORM.read(turn).offered)
