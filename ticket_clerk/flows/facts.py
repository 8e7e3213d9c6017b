"""Facts: answers a question from the catalog's facts, or names what is not known and who knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ticket_clerk.languages.topics import Topic, topics
from ticket_clerk.ticketing.domain.facts import SHOP, Facts, Place, Scope
from ticket_clerk.ticketing.domain.models import Section, Show
from ticket_clerk.ticketing.domain.money import to_minor
from ticket_clerk.ticketing.reports.counts import count_open_question
from ticket_clerk.understanding.answers import is_question
from ticket_clerk.understanding.asking.kinds import names_company
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.show_hints import names_house, speaks_to_us
from ticket_clerk.understanding.times.durations import parse_duration
from ticket_clerk.understanding.topics import SURE_TOPIC, TopicMatch

from .asking.of_all import facts_reply
from .order_status import own_seat_lines, own_seats_replies, own_ticket_lines, receipt_replies
from .purchase.extra_facts import extra_replies
from .replies import Reply, amount_text, called_off_reply, show_values, time_text
from .show_lists import remember
from .turn import RasaEvents, Turn, say_each
from .unanswered import ask_us, question_line, say_doubt, unknown_reply

_SENTENCE = re.compile(r"(?<=[.!?;]) +")
_ABOUT_TICKETS = frozenset({"ticket", "lost_ticket"})
_OF_A_SHOW = frozenset({"refund_policy", "address"})
# An answer to a question that is less likely about the topic comes with a doubt: where no topic
# fits, three in five of the nearest are below it, and one in twelve of the right ones.
SURE_ENOUGH = 0.35
# Of so many shows each is told by itself.
MOST_TOLD = 2
NO_FEE = ("0", "0%", "0.0", "0.00")


@dataclass(frozen=True)
class _Subject:
    """What a question is about: a section of a show, a show at its venue, or the shop."""

    show: Show | None = None
    section: Section | None = None

    @property
    def places(self) -> Iterator[Place]:
        """Its places, the most particular first."""
        if self.show and self.section:
            yield Place.of_section(self.show.id, self.section.id)
        if self.show:
            yield Place(Scope.SHOW, self.show.id)
            yield Place(Scope.VENUE, self.show.venue)
        yield SHOP


@dataclass(frozen=True)
class _Answer:
    text: str
    place: Place
    key: str


@dataclass(frozen=True)
class _Picture(_Answer):
    address: str


def answer_topic(
    turn: Turn, match: TopicMatch, shows: Sequence[Show] = (), section: Section | None = None
) -> RasaEvents:
    """Say the most particular answer; without one say so and who knows, and count the question.

    Where not one show is spoken of, say what holds for all that may be meant, or ask which one.
    Whoever asks on was not answered by what was just said, so nothing is said again; and an answer
    that may be about something else comes with that doubt.
    """
    if called_off := called_off_reply(turn.text, turn.catalog):
        turn.say(called_off)
        return []
    replies = receipt_replies(turn) if match.topic_id == "invoice" else []
    replies = own_seats_replies(turn, shows) if match.topic_id == "seats_together" else replies
    replies = replies or _answers(turn, match, shows, section)
    if match.topic_id == "invoice" and names_company(turn.message.text):
        replies += _about_company(turn)
    is_asked = is_question(spoken().translate(turn.utterance.typed))
    is_known = not any("unknown" in reply.response for reply in replies)
    # How somebody is reached says until when, too.
    is_new = match.topic_id == "contact" or not any(map(turn.was_said, replies))
    if is_asked and not is_new:
        place = shows[0] if len(shows) == 1 and _topic(match.topic_id).is_of_a_place else None
        replies = [unknown_reply(turn, question_line(turn, "utter_line_more_than_said"), place)]
    elif is_asked and is_known and match.score < SURE_ENOUGH:
        say_doubt(turn)
    say_each(turn, filter(None, (_untold(turn, reply) for reply in replies)))
    return remember(shows) if shows else []


def _untold(turn: Turn, reply: Reply) -> Reply | None:
    """Leave out the sentences of a fact that the turn has told; None where nothing is left."""
    fact = reply.values.get("fact")
    told = {
        sentence
        for message in turn.dispatcher.messages
        for sentence in _SENTENCE.split(str(message.get("fact") or ""))
    }
    if not isinstance(fact, str) or not told:
        return reply
    left = " ".join(one for one in _SENTENCE.split(fact) if one not in told)
    return Reply(reply.response, {**reply.values, "fact": left}) if left else None


def answer_of_all(turn: Turn, match: TopicMatch, shows: Sequence[Show]) -> RasaEvents:
    """Say for which of the shows a fact is known and what it is, in one answer."""
    reply = _reply_of_all(turn, _topic(match.topic_id), shows)
    if reply is None:
        return answer_topic(turn, match, shows)
    turn.say(reply)
    return remember(shows)


def is_of_a_place(match: TopicMatch) -> bool:
    """Return whether a topic is of a show or a house, and not of the shop."""
    return _topic(match.topic_id).is_of_a_place


def tell_known(
    turn: Turn, match: TopicMatch, shows: Sequence[Show] = (), section: Section | None = None
) -> None:
    """Say what is known of a topic for each of the shows, and nothing where nothing is."""
    topic = topics(spoken().code)[match.topic_id]
    known = [_reply(turn, topic, _Subject(show, section)) for show in shows]
    say_each(turn, filter(None, known))


def _answers(
    turn: Turn, match: TopicMatch, shows: Sequence[Show], section: Section | None
) -> list[Reply]:
    topic, shows = _contact_meant(turn, _topic(match.topic_id), shows)
    show = shows[0] if len(shows) == 1 else None
    # What holds at the house of several shows goes before what the shop says.
    is_of_all = len(shows) < 2
    reply = _reply(turn, topic, _Subject(show, section)) if is_of_all else None
    if reply is None and show is None:
        replies = [_reply(turn, topic, _Subject(one)) for one in shows or turn.catalog.shows]
        known = [one for one in replies if one is not None]
        if known and all(one == known[0] for one in replies):
            reply = known[0]
        elif known and len(shows) > MOST_TOLD and (told := _reply_of_all(turn, topic, shows)):
            return [told]
        elif known and shows:
            return [one for at, one in enumerate(known) if one not in known[:at]]
        elif known:
            reply = Reply("utter_ask_show_for_topic")
    sold = extra_replies(turn, topic, shows or ([] if reply else turn.catalog.shows))
    answers = [*sold, *([reply] if reply else [])]
    is_sure = match.score >= SURE_TOPIC
    return answers or [_unknown(turn, topic, _Subject(show, section), is_sure=is_sure)]


def _about_company(turn: Turn) -> list[Reply]:
    """Say that a receipt has no company on it; an invoice has what is typed on Stripe's page."""
    if turn.container.settings.invoices:
        return []
    return [Reply("utter_company_not_on_receipt", {"ask": ask_us(turn)})]


def _reply_of_all(turn: Turn, topic: Topic, shows: Sequence[Show]) -> Reply | None:
    """Return what is known of many shows; None where it is the same of all, or no fact."""
    told: list[tuple[Show, str, str | None]] = []
    for show in shows:
        subject = _Subject(show)
        reply, sold = _reply(turn, topic, subject), extra_replies(turn, topic, [show])
        if reply is not None and not {"place", "fact"} <= reply.values.keys():
            return None
        if reply is not None:
            told.append((show, str(reply.values["place"]), str(reply.values["fact"])))
        elif sold:
            told.append((show, show.name, "{extra}, {price}".format_map(sold[0].values)))
        else:
            told.append((show, _name(_place_of(topic, subject), subject), None))
    return facts_reply(turn, topic, told)


def _contact_meant(turn: Turn, topic: Topic, shows: Sequence[Show]) -> tuple[Topic, Sequence[Show]]:
    """Tell who is to be reached: the house that is named, "them", or the shop, "you"."""
    if topic.id != "contact":
        return topic, shows
    if shows and names_house(turn.text, [show.venue for show in shows]):
        about = turn.line("utter_line_contact_of", venue=shows[0].venue)
        return replace(topic, id="venue_contact", facts=("venue.contact",), about=about), shows
    return topic, () if speaks_to_us(turn.text) else shows


def _topic(topic_id: str) -> Topic:
    own = Topic(topic_id, (), (), (), (), None, is_of_a_place=False, about="", examples=())
    return topics(spoken().code).get(topic_id, own)


def _find(facts: Facts, topic: Topic, subject: _Subject) -> _Answer | None:
    """Find the fact of the most particular place: under the topic's name, or of its keys."""
    for place in subject.places:
        prefix = f"{place.scope.value}."
        sure = [key.removeprefix(prefix) for key in topic.facts if key.startswith(prefix)]
        for key in (topic.id, *sure):
            if text := facts.find(place, key, spoken().code):
                return _Answer(" ".join([text, *_also(facts, topic, place)]), place, key)
        for key in topic.maybe_in:
            text = facts.find(place, key.removeprefix(prefix), spoken().code)
            if key.startswith(prefix) and text and _mentions(text, topic):
                return _Answer(text, place, key)
    return None


def _also(facts: Facts, topic: Topic, place: Place) -> list[str]:
    """Return what belongs to an answer of a place: how that is booked."""
    prefix = f"{place.scope.value}."
    keys = (key.removeprefix(prefix) for key in topic.also if key.startswith(prefix))
    return [text for key in keys if (text := facts.find(place, key, spoken().code))]


def _mentions(text: str, topic: Topic) -> bool:
    """Return whether a word of the text begins as one of the topic's."""
    return any(re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE) for word in topic.mentions)


def _reply(turn: Turn, topic: Topic, subject: _Subject) -> Reply | None:
    """Return the answer for a subject: a fact, or what the program itself knows."""
    if topic.id == "promo_code" and turn.container.settings.promotion_codes:
        return Reply("utter_codes_are_taken")
    facts = turn.catalog.facts
    picture = _picture(facts, topic, subject)
    answer = _find(facts, topic, subject)
    if answer is None and picture:
        answer = _Answer(picture.text, picture.place, picture.key)
    if answer is None:
        return _own_reply(turn, topic, subject)
    if topic.id == "running_time":
        answer = _with_end(turn, answer, subject)
    if answer.key == "seating":
        return _seating_reply(turn, answer, subject)
    values: dict[str, object] = {"fact": answer.text}
    if picture:
        values |= {"image": picture.address, "image_text": picture.text}
    if answer.place == SHOP:
        return Reply("utter_fact", values)
    return Reply("utter_fact_of_place", {"place": _name(answer.place, subject), **values})


def _with_end(turn: Turn, answer: _Answer, subject: _Subject) -> _Answer:
    """Add when a show is over to how long it lasts, where that can be read."""
    long = parse_duration(answer.text)
    if long is None or subject.show is None:
        return answer
    start = subject.show.starts_at
    values = {"fact": answer.text.rstrip("."), "start": time_text(start)}
    line = turn.line("utter_line_running_time", **values, end=time_text(start + long))
    return replace(answer, text=line)


def _seating_reply(turn: Turn, answer: _Answer, subject: _Subject) -> Reply:
    """Say how one sits, and the buyer's own seats where the clerk gives rows and numbers."""
    values: dict[str, object] = {"show": _name(answer.place, subject)}
    if not _has_rows(subject):
        return Reply(f"utter_about_seating_{answer.text}", values)
    seats = own_seat_lines(turn, subject.show)
    return Reply("utter_about_seating_given", {**values, "seats": seats})


def _has_rows(subject: _Subject) -> bool:
    """Return whether the clerk gives numbered seats in the subject's show."""
    return subject.show is not None and any(part.rows for part in subject.show.sections)


def _own_reply(turn: Turn, topic: Topic, subject: _Subject) -> Reply | None:
    """Return what a response of the topic's name says; none where it depends on the show."""
    name, values = f"utter_about_{topic.id}", _own_values(turn, subject)
    if topic.id in _OF_A_SHOW and subject.show is None:
        return None
    if topic.id == "seats_together" and not _has_rows(subject):
        return None
    if topic.id == "address" and subject.show:
        values = show_values(subject.show)
    if topic.id == "refund_policy" and subject.show:
        name += "" if subject.show.refund_fee in NO_FEE else "_with_fee"
    if topic.id == "hold_time" and turn.container.settings.hold_seats_for != "everybody":
        name += "_unheld"
    if topic.id == "link_address" and not turn.container.settings.livemode:
        name += "_on_trial"
    if topic.id == "invoice" and turn.container.settings.invoices:
        name += "_made"
    if topic.id == "email" and turn.container.mail.is_there:
        name += "_on_request"
    if topic.id in _ABOUT_TICKETS:
        values["tickets"] = own_ticket_lines(turn)
    return Reply(name, values) if name in turn.domain.get("responses", {}) else None


def _picture(facts: Facts, topic: Topic, subject: _Subject) -> _Picture | None:
    """Find the picture of a topic, whose text says what is on it."""
    scope, key = (topic.picture or ".").split(".")
    for place in subject.places:
        address = facts.find(place, key, spoken().code) if place.scope.value == scope else None
        if address:
            text = facts.find(place, f"{key}_text", spoken().code) or ""
            return _Picture(text, place, key, address)
    return None


def _own_values(turn: Turn, subject: _Subject) -> dict[str, object]:
    """Return what the program's own answers are made of."""
    values: dict[str, object] = {
        "hold_minutes": turn.container.settings.hold_minutes,
        "limit": turn.catalog.max_tickets_per_order,
        "currency": turn.catalog.currency.upper(),
        "ask": ask_us(turn),
    }
    if show := subject.show:
        values |= {"hours": show.refundable_until_hours, "refund_fee": _fee_text(show)}
    return values


def _fee_text(show: Show) -> str:
    if show.refund_fee in NO_FEE or show.refund_fee.endswith("%"):
        return show.refund_fee
    return amount_text(to_minor(show.refund_fee, show.currency), show.currency)


def _unknown(turn: Turn, topic: Topic, subject: _Subject, *, is_sure: bool) -> Reply:
    """Return the reply that names what is not known, where, and who knows; count the question.

    What is not surely about the topic is named by the buyer's words.
    """
    place = _place_of(topic, subject)
    count_open_question(turn.container, topic.id, place)
    about = topic.about.format(place=_place_name(turn, topic, place, subject))
    if is_question(spoken().translate(turn.utterance.typed)) and not is_sure:
        about = question_line(turn)
    return unknown_reply(turn, about, subject.show if topic.is_of_a_place else None)


def _place_of(topic: Topic, subject: _Subject) -> Place:
    """Return the place that the missing fact would be written for."""
    places = {place.scope.value: place for place in subject.places}
    scopes = [key.split(".")[0] for key in (*topic.facts, *topic.maybe_in)]
    wanted = [scope for scope in scopes if scope in places]
    if wanted:
        return places[wanted[0]]
    return places.get("venue", SHOP) if topic.is_of_a_place else SHOP


def _place_name(turn: Turn, topic: Topic, place: Place, subject: _Subject) -> str:
    if place != SHOP:
        return _name(place, subject)
    is_of_venue = any(key.startswith("venue.") for key in (*topic.facts, *topic.maybe_in))
    return turn.line("utter_line_the_venue" if is_of_venue else "utter_line_the_show")


def _name(place: Place, subject: _Subject) -> str:
    if place.scope is Scope.SECTION and subject.section:
        return subject.section.name
    if place.scope is Scope.SHOW and subject.show:
        return subject.show.name
    return place.id
