"""Clauses of a message: what it says and what it asks.

A question never changes anything, so only the rest of a message may fill slots.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from .answers import (
    DO,
    condition_of_yes,
    is_question,
    is_request_after_question,
    is_stop,
    is_supposed,
    is_too_expensive,
)
from .corrections import negated_part, without_rejected
from .intents import UNCLEAR, UNKNOWN, decide_intent
from .language import spoken
from .payments.budget import parse_budget
from .quantities import parse_quantity
from .text import normalize, words_with_spans
from .times.dates import without_greeting
from .times.own import is_for_later
from .vocabulary import is_number_word

# Behind a short word's point a number may follow that belongs to it: "no. 5", "sec. 12".
_SENTENCE = re.compile(
    r"(?<=[?!;\n])\s*|(?<=[a-z0-9]\.)\s+(?!\d)"
    r"|(?<=[a-z]{3}\.)(?<!sec\.)(?<!row\.)\s+(?=\d)",
    re.IGNORECASE,
)
_PIECE = re.compile(r"(?<=[?!;\n.,])\s+|\s+(?=(?:but|and then)\b)", re.IGNORECASE)
# "two for the opera, is there parking": a question begins behind the comma.
_CLAUSE = re.compile(
    r"[,-]?\s+(?:and|n|&|\+|plus|but|also|oh|or|then|so|y)[ ,]+(?=(?:is|are|does|do|did|will|can"
    r"|could|may|what|what'?s|where|where's|when|how|who|which|why"
    r"|(?:until|till|from|since|at|by|on|in|for|to) (?:when|what|which|how)"
    r"|(?:please )?(?:tell|show) (?:me|us)|d[ií](?:game|me))\b)"
    rf"|[,:-]\s+(?=(?:is|are|does|{DO}|did|will|can|could|may|what|what'?s|how"
    r"|which (?:shows?|of|ones?|venues?|theat\w+))\b)"
    r"|[,-]?\s+(?:although|though|only)[ ,]+(?=i(?: am|'m)? wonder\w*\b)",
    re.IGNORECASE,
)
# Behind an article or a verb these begin no question.
_BEGINS = re.compile(
    r"(?<=\w\w\w )(?:(?:is|are) there|(?:can|may|do|does) (?:i|we|you|they|one)|where|when|how"
    r"|what(?:'s|s| is| are))\b",
    re.IGNORECASE,
)
_EITHER = re.compile(
    r"(.*\b(?:(?:is|are) there|do (?:you|they) have)) (.+?),? or ((?:an?|any|some|the) .+)",
    re.IGNORECASE,
)
_ABOUT_BEFORE = re.compile(
    r"(?:is|are|would|will|does|do|can|could) (?:that|this|it|they|he|she)\b"
)
_ABOUT_LAST = re.compile(
    r"(?:(?:so|and|but)[ ,]+)?(?:can|could|may|am|will|would|is|are|does)"
    r" (?:i|we|you|that|this|it)\b"
    r"(?: (?:allowed|able) to)?(?: (?:do|work|matter|be))?(?: (?:that|this|it|so))?"
    r"(?: (?:possible|ok|okay|allowed|all right|alright|a problem|fine|too late))?"
    r"(?: (?:then|here))? ?\?"
    r"|(?:that|this|it)(?:'s| is| will be| would be) (?:possible|ok|okay|allowed|all right|alright"
    r"|fine)(?:, i (?:suppose|hope|guess|take it|assume))? ?\?"
)
# "Perhaps the loge would be better. What would it cost?": what is only thought of.
_THOUGHT_OF = re.compile(
    r"(?:(?:h+m+|and|but|so|ok|okay|well)[ ,]+)*(?:(?:what|how) about|perhaps|maybe)\b"
)
# "Two for Aida. Got it?" asks nothing.
_TAG = re.compile(
    r"(?:(?:you )?got (?:it|that)|ok(?:ay)?|right|deal|al+ ?right|clear|understood)[ ?!]*\?[ ?!]*",
    re.IGNORECASE,
)
# In a sentence with a question mark, each clause that begins so asks.
_INVERTED = re.compile(
    r"(?:can|could|may|will|would|shall|should|must) (?:i|we|you|they|it|one|my|our)\b"
)
_COMMA = re.compile(r",\s+")
_COMMA_OR_AND = re.compile(r",\s+(?:and )?|\s+and\s+", re.IGNORECASE)
# Behind one of these something is named that is wanted, too.
_JOINT = re.compile(r"(,? *\b(?:and|plus|with|y|más|con)\b *|\s*[+&]\s*)", re.IGNORECASE)
_WORD = re.compile(r"\w")
# In front of something else nobody who says so wants time: "hang on, is that the balcony?".
_PAUSING = (
    r"(?:wait|actually|(?:hold|hang) (?:on|up)|(?:one|just a|a) (?:sec(?:ond)?|moment|minute))"
)
_DOUBTING = re.compile(rf"^(?:(?:h+m+|what|wow|{_PAUSING})[ ,.!]+)+")
# In front of a question these say nothing.
_FILLER = re.compile(
    r"^(?:(?:h+m+|u+h*m+|oh+|well|so|hi|hey|hello|sorry|please|excuse me|by the way|btw"
    rf"|lol|wtf|omg|yo|{_PAUSING}(?=[ ,.!]+\w+ \w))[ ,.!]+)+",
    re.IGNORECASE,
)
# "No, wait, where is it?": a question takes back what stands in front of it.
_HEAD = re.compile(
    rf"^(?:(?:no|nope|yes|yeah|ok|okay|and|but|like|huh|h+m+|i mean[t]?|{_PAUSING})[ ,.!?]+)+"
    r"(?=\w+ \w)",
    re.IGNORECASE,
)
# "Can I upgrade my seats?" asks for it, where the sentence is for something that is done.
_POLITE = re.compile(
    r"(?:(?:so|and|then|also|please)[ ,]+)*(?:(?:can|could|may|might|would|will) (?:i|we|you)\b"
    r"|how (?:do|can) i\b)"
)
# "Can I get my money back if one of us is sick?", "can I upgrade later on, or only today?"
_ON_CONDITION = re.compile(
    r"\b(?:can|could|may|do|will|would) (?:i|we|you)\b.*\b(?:if|in case|or(?= .*\?))\b"
)
_HOW = re.compile(r"(?:(?:so|and|then|also|ok)[ ,]+)*how (?:do|can|could) (?:i|we)\b")
_MAIN_QUESTION = re.compile(
    r"\?$|\b(?:can|could|may|do|will|would|am|are|is|does) (?:i|we|you|it|he|she|they|my)\b"
)
# "I'd like to know how the hall deals with a guide dog."
_INDIRECT = re.compile(
    r"\b(?:tell|give) (?:me|us) (?:the|a) (?:sum|price|total|cost)\b"
    r"|\b(?:(?:(?:like|want|need|have|love) to|wanna) (?:know|ask|find out)"
    r"|(?:tell|ask(?:ing|ed)?)(?: me| you)?|wonder(?:ing)?|no idea|(?:do you|don't|dont|not) know"
    r"|my question (?:is|was)|i mean[t]?)[ ,:]+"
    r"(?:if|whether|how(?! (?:many|much) tickets)|what(?:'?s)?|when|where|who|which|why)\b"
)
_SAID = frozenset(
    "buy_tickets inform affirm deny cancel_order request_refund upgrade_seat greet thank_you "
    "subscribe_season_tickets use_waiting_list human_handoff browse_events goodbye "
    "payment_status show_orders".split()
)
_OF_BOUGHT = frozenset({"request_refund", "upgrade_seat", "cancel_order"})
_DONE_ON_REQUEST = frozenset(
    "buy_tickets upgrade_seat request_refund cancel_order subscribe_season_tickets "
    "use_waiting_list human_handoff".split()
)


# "The loge would be 196" beside a question is what it is about.
_SUPPOSED = re.compile(r"\bwould (?:be|cost|come to|make)(?: about)? [$€£]?\d")
# A question with one of these, or of fewer words than these, leans on what was said before.
_POINTING = frozenset("it that this they them those these there then one ones".split())
SHORTEST_QUESTION = 4
# Fewer words lean on the question beside them.
FEWEST_ALONE = 3
# What these are for is told and changes nothing.
_TOLD = frozenset({"payment_status", "show_orders", "human_handoff"})
_NOTHING_MORE = frozenset(
    "thanks thank you please sorry no nope nah noo nooo ok okay well but then thx".split()
)
# One of these makes what stands in front of a request a refusal.
_NO_WORD = re.compile(r"\b(?:no+|nope|nah|not|stop|forget|cancel|leave|too)\b|n't\b")


@dataclass(frozen=True)
class Clauses:
    """The parts of a message; ``statement`` is all of it that is no question."""

    statement: str
    questions: tuple[str, ...] = ()

    def as_asked(self) -> Clauses:
        """Return the clauses with what is only thought of as what the first question is about."""
        if not self.questions or not _THOUGHT_OF.match(
            normalize(spoken().translate(self.statement))
        ):
            return self
        first, *others = self.questions
        return Clauses("", (f"{self.statement} {first}", *others))


def split_clauses(
    text: str,
    is_topic: Callable[[str], bool],
    is_act: Callable[[str], bool] = lambda clause: False,
    witness: str = UNKNOWN,
    offered: Sequence[str] = (),
) -> Clauses:
    """Separate questions from the rest; "is it free? then that one" is a request as a whole.

    ``text`` is as it was typed. ``is_topic`` tells of what is a question without its form: "one of
    us is on crutches"; ``is_act`` of what does something by itself beside a question: "Swan Lake".
    ``witness`` is Rasa's intent of the whole, ``offered`` are the titles that were offered last.
    What is only to be told of, "I have paid", counts as
    a question where something else is said.
    """
    if (hanging := condition_of_yes(text)) and parse_budget(spoken().translate(text)) is None:
        # A yes that hangs on something is none before that is answered.
        rest, condition = hanging
        beside = split_clauses(rest, is_topic, is_act, witness, offered) if rest else Clauses("")
        return Clauses(beside.statement, (*beside.questions, condition))
    if is_request_after_question(spoken().translate(text)):
        question, rest = text[: text.rindex("?") + 1], text[text.rindex("?") + 1 :].strip()
        # "Apple Pay works? If so go for it": what hangs on a fact waits for it.
        return Clauses(rest, (question,)) if is_topic(question) and rest else Clauses(text)
    statements: list[str] = []
    questions: list[str] = []
    # Before it is cut: alone "evening" would be the time of a show.
    text = without_greeting(_FILLER.sub("", text), offered)
    for sentence in _sentences(text):
        for clause, is_asked in _clauses_of(sentence, is_topic, is_act):
            if is_asked:
                questions += _facts_asked(clause, is_topic)
            else:
                statements.append(clause)
    if questions:
        statements = [one for one in statements if not _SUPPOSED.search(normalize(one))]
    told = [one for one in statements if decide_intent(one, witness) in _TOLD]
    if 0 < len(told) < len(statements):
        statements = [one for one in statements if one not in told]
        questions += told
    bare = tuple(_HEAD.sub("", question) for question in questions)
    if _is_one_question(text, statements, bare, is_topic):
        return Clauses("", (text,))
    return Clauses(" ".join(statements), bare)


def is_thought(text: str) -> bool:
    """Return whether something is only thought of: "what about 204?", "perhaps the loge?"."""
    said = normalize(text)
    found = _THOUGHT_OF.match(said)
    return found is not None and (found.group().endswith("about") or said.endswith("?"))


def is_fragment(question: str) -> bool:
    """Return whether a question says too little by itself: "until when?", "and is that dear?"."""
    words = [word for word, _ in words_with_spans(normalize(question))]
    return len(words) < SHORTEST_QUESTION or not _POINTING.isdisjoint(words)


def _is_one_question(
    text: str, statements: Sequence[str], questions: Sequence[str], is_topic: Callable[[str], bool]
) -> bool:
    """Return whether a message is about a topic as a whole, and none of its parts is.

    "My daughter is 7. Is that ok? She can come?" is about the age from which one is let in.
    """
    if not questions or len(statements) + len(questions) < 2 or any(map(is_topic, questions)):
        return False
    says_nothing = all(_says_nothing(one) for one in statements)
    return says_nothing and is_topic(text)


def _sentences(text: str) -> list[str]:
    """Split a message; "can I do that?" is one with the sentence that it is about."""
    sentences: list[str] = []
    for sentence in filter(_WORD.search, map(str.strip, _SENTENCE.split(text))):
        if sentences and _TAG.fullmatch(sentence):
            continue
        is_about_last = _ABOUT_LAST.fullmatch(normalize(spoken().translate(sentence)))
        last = sentences[-1] if sentences else ""
        # "2?? No, six": a number that is only doubted asks nothing.
        doubted = _DOUBTING.sub("", spoken().translate(last).casefold()).strip(" ?!.$€£")
        is_doubted = last.endswith("?") and is_number_word(doubted)
        if is_doubted or (last and is_about_last and decide_intent(last, UNKNOWN) not in _SAID):
            sentences[-1] += f" {sentence}"
        else:
            sentences.append(sentence)
    return sentences


def _clauses_of(
    sentence: str, is_topic: Callable[[str], bool], is_act: Callable[[str], bool]
) -> list[tuple[str, bool]]:
    """Return the clauses of a sentence, each with whether it asks."""
    clauses = _CLAUSE.split(sentence)
    asked = [_asks(_HEAD.sub("", _marked(clause, sentence)), is_topic) for clause in clauses]
    if is_supposed(spoken().translate(sentence)) and any(asked):
        return _with_context(sentence, clauses, asked)
    # "When and where is it" is one question, and so is "what do we pay and until when".
    are_whole = all(len(clause.split()) >= FEWEST_ALONE for clause in clauses)
    if all(asked) and len(asked) > 1 and are_whole:
        return [(_marked(clause, sentence), True) for clause in clauses]
    is_mixed = any(asked) and not all(asked)
    if is_mixed and (
        any(map(is_act, _not_asked(clauses, asked))) or not _is_context(clauses, asked)
    ):
        return list(zip(clauses, asked, strict=True))
    if is_mixed:
        return _with_context(sentence, clauses, asked)
    if not any(asked) and not _asks(sentence, is_topic):
        return [(sentence, False)]
    return _beside_act(sentence, is_topic, is_act) or [(sentence, True)]


def _facts_asked(question: str, is_topic: Callable[[str], bool]) -> list[str]:
    """Split a question that asks for several facts: "is there an interval, doors open when".

    Between "what's the age limit" and "is there a bus" nothing need stand.
    """
    for split in (_COMMA.split, _split_unmarked, _split_either):
        pieces = [_marked(piece, question) for piece in split(question)]
        are_all = all(is_question(spoken().translate(one)) and is_topic(one) for one in pieces)
        if len(pieces) > 1 and are_all:
            return pieces
    return [question]


def _marked(clause: str, sentence: str) -> str:
    """Return a clause that asks with the mark at the end of its sentence: "can we smoke"."""
    is_asked = sentence.rstrip().endswith("?") and _INVERTED.match(normalize(clause))
    return f"{clause.rstrip(' ?')}?" if is_asked else clause


def _split_unmarked(question: str) -> list[str]:
    """Split in front of the last word with which a question may begin, or not at all."""
    at = [match.start() for match in _BEGINS.finditer(question)]
    return [question[: at[-1]].strip(" ,"), question[at[-1] :].strip()] if at else [question]


def _split_either(question: str) -> list[str]:
    """Ask for each of two things by itself: "is there a garage or a bus"."""
    found = _EITHER.fullmatch(question)
    return [f"{found[1]} {thing}" for thing in found.groups()[1:]] if found else [question]


def _beside_act(
    sentence: str, is_topic: Callable[[str], bool], is_act: Callable[[str], bool]
) -> list[tuple[str, bool]]:
    """Tell what acts from what asks without the form of a question: "two loge and a wheelchair".

    Empty where nothing acts by itself.
    """
    pieces, text = _COMMA_OR_AND.split(sentence), spoken().translate(sentence)
    if is_question(text) or is_for_later(text) or not any(map(is_act, pieces)):
        return []
    said = [piece for piece in pieces if not is_topic(piece)]
    if not said:
        return []
    return [(", ".join(said), False), *((piece, True) for piece in pieces if piece not in said)]


def _with_context(
    sentence: str, clauses: Sequence[str], asked: Sequence[bool]
) -> list[tuple[str, bool]]:
    """Leave what a question is about, or its condition, with the first; others stand alone."""
    first = asked.index(True) + 1
    alone = [pair for pair in zip(clauses[first:], asked[first:], strict=True) if pair[1]]
    end = sentence.find(alone[0][0]) if alone else len(sentence)
    about = re.sub(r"[ ,]+(?:and|but|also|or)?[ ,]*$", "", sentence[:end])
    return [(about, True), *alone]


def _not_asked(clauses: Sequence[str], asked: Sequence[bool]) -> list[str]:
    return [clause for clause, is_asked in zip(clauses, asked, strict=True) if not is_asked]


def _asks(clause: str, is_topic: Callable[[str], bool]) -> bool:
    """Return whether a clause wants to know something and not to have something done."""
    intent, text = decide_intent(clause, UNKNOWN), spoken().translate(clause)
    if is_for_later(text) or (is_supposed(text) and _MAIN_QUESTION.search(normalize(text))):
        # "Could I make it three later?" asks for nothing now, and "I'll pay tomorrow" does nothing.
        return True
    if _INDIRECT.search(normalize(text)):
        return True
    if intent in _OF_BOUGHT and _ON_CONDITION.search(normalize(text)):
        return True
    if intent == "buy_tickets" and _HOW.match(normalize(text)):
        # "How do I get the tickets to my wife's phone?"
        return True
    if not is_question(text):
        # "Stairs, then no gallery": what turns something down asks nothing.
        return intent not in _SAID and not negated_part(text) and is_topic(clause)
    if intent == "buy_tickets" and parse_quantity(text, asked=False) is None and is_topic(clause):
        # "Could we go on another evening with the same tickets?" orders nothing.
        return True
    return not (intent in _DONE_ON_REQUEST and _POLITE.match(normalize(text)))


def _is_context(clauses: Sequence[str], asked: Sequence[bool]) -> bool:
    """Return whether the rest of a sentence only says what its question is about.

    So it does in "one of us is deaf, is there a loop?", where it is for nothing by itself, where it
    names a budget, and before "is that a problem?".
    """
    pairs = list(zip(clauses, asked, strict=True))
    first = next(clause for clause, is_asked in pairs if is_asked)
    if _ABOUT_BEFORE.match(normalize(spoken().translate(first))):
        return True
    return all(_says_nothing(clause) for clause in _not_asked(clauses, asked))


def _says_nothing(clause: str) -> bool:
    text = spoken().translate(clause)
    if parse_budget(text) is not None:
        return True
    return decide_intent(clause, UNKNOWN) in UNCLEAR and parse_quantity(text, asked=False) is None


def after_leaving(text: str) -> str:
    """Return what a message says besides that it leaves: "stop, two for the opera instead"."""
    pieces = _PIECE.split(text)
    rest = [piece for piece in pieces if not _is_leaving(spoken().translate(piece))]
    return " ".join(rest).strip() if len(rest) < len(pieces) else ""


def request_behind_no(text: str) -> str:
    """Return what is wanted instead: "two for the opera" of "no, not that. Two for the opera".

    Empty where nothing is turned down first, or nothing is said besides.
    """
    pieces = _PIECE.split(text)
    refused = list(takewhile(lambda piece: _is_refusal(spoken().translate(piece)), pieces))
    is_refused = any(_NO_WORD.search(normalize(spoken().translate(one))) for one in refused)
    return " ".join(pieces[len(refused) :]).strip() if is_refused else ""


def pieces_of(text: str) -> list[str]:
    """Return the pieces of a message between commas, stops, "and" and "but"."""
    return [piece.strip() for piece in _COMMA_OR_AND.split(" , ".join(_PIECE.split(text)))]


def split_joined(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Return what a message begins with, and each part that is joined to it with its joint."""
    first, *rest = _JOINT.split(text)
    return first, list(zip(rest[::2], rest[1::2], strict=True))


def _is_refusal(piece: str) -> bool:
    """Return whether a piece of a message turns something down and says nothing else."""
    said = without_rejected(normalize(piece)).replace("|", " ")
    return is_too_expensive(piece) or _is_leaving(said)


def parts_turned_down(text: str) -> list[str]:
    """Return the pieces of a message that leave or turn something down, without their "not"."""
    pieces = _PIECE.split(text)
    return [negated_part(one) or one for one in pieces if negated_part(one) or is_stop(one)]


def _is_leaving(piece: str) -> bool:
    return is_stop(piece) or set(normalize(piece).strip(" .,!").split()) <= _NOTHING_MORE
