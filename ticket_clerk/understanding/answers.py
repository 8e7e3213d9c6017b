"""Answers: yes, no, stop, and the slot to change."""

from __future__ import annotations

import re

from .corrections import negated_part
from .text import normalize, words_with_spans
from .typos import correct_typos
from .vocabulary import COMMON_WORDS, is_number_word

# These leave what is under way; the others only what was last spoken of, where something is asked.
_LEAVES = re.compile(
    r"(?<!didn't )(?<!don't )(?<!not )(?<!the )\b(?:stop|cancel|quit|exit|abort"
    r"|forget the whole|scrap|call it off|changed? my mind"
    r"|(?:don't|dont|do not|no longer) want (?:it|them|this|these|any|more|to (?:buy|order|go)"
    # "I don't want the boys on their own" leaves nothing.
    r"|the (?:whole |other )?(?:orders?|tickets?|seats?|shows?|thing|\|))"
    r"|not (?:buying|interested)|no (?:more )?(?:tickets|orders?)|sleep on it"
    r"|(?:nothing|nothing more|nothing else|no more) (?:to|for me to) (?:buy|order|book|get)"
    r"|not (?:now|today|anymore)|nothing (?:now|today)|maybe later|another time"
    r"|start over|start again|begin again|then not(?=[ .!]*$)"
    r"|(?:look|go|try) elsewhere|(?:good)?bye)\b"
    # "Please don't order anything for now" leaves it; "don't order yet" only wants time.
    r"|\b(?:don't|dont|do not|not)(?: please)? (?:order|book|buy|reserve)"
    r" (?:anything|any|it|them|these|those|this|that)\b(?! (?:just )?(?:yet|now|right now))"
)
_LETS_GO = re.compile(
    r"(?<!didn't )(?<!don't )(?<!not )\b"
    # "Never mind the sun" leaves something else.
    r"(?:(?:nvm|never ?mind)(?! (?:about )?(?:the|my|your|what|how) (?!order|tickets?|seats?|\|))"
    r"|forget (?:it|about it|that|this)|leave it(?! as it was\b)|drop it)\b"
)
# What goes on as it is: "no, keep it", "leave it as it is then", "ok, stay with that".
_IT = (
    r"(?:it|that|this|them|those|these|everything|(?:what|the ones?) (?:i|we) (?:have|had|said)"
    r"|the (?:first|old|same|original|one)(?: one)?)"
)
_AS_IS = (
    r"(?:(?:just |exactly )?(?:as|the way|how|like) (?:it|they|that|this|things)"
    r"(?:'s| is| are| was| were| stands?)?|as is|unchanged)"
)
_KEEPS = re.compile(
    r"(?:(?:no|nope|nah|ok|okay|well|right|fine|alright|oh|h+m+|and|so|then|never ?mind|actually"
    r"|in that case|please|thanks|thank you|let's|just|i|we|i'll|we'll|i'd|we'd|rather)[ ,.!]+)*"
    rf"(?:(?:keep(?: to)?|(?:stay|stick|staying|sticking) (?:with|to)) {_IT}(?: {_AS_IS})?"
    rf"|leave (?:{_IT} )?{_AS_IS}|(?:don't|do not) change (?:it|that|anything)|no changes?)"
    r"(?:[ ,]+(?:then|please|pls|thanks|thank you|anyway|after all|for now))*[ .!]*"
)
_POLITE = r"(?:ok|okay|right|great|alright|thanks?|thank you|thx|then|now|for now|so much)"
_GOODBYE = re.compile(
    rf"(?:(?:no|{_POLITE})[ ,.!]+)*(?:(?:good)?bye|see you|cheerio"
    r"|(?:that(?:'?s| is| was|'ll be| will be) (?:all|everything)|nothing (?:else|more)|i'm done)"
    r"(?: for (?:now|today))?)"
    rf"(?:[ ,.!]+(?:bye|{_POLITE}))*[ .!]*"
)
_FAREWELL = re.compile(r"\b(?:good ?)?bye\b")
# Nobody who says one of these means anything else.
_CLEAR_YES = (
    r"(?:yes|yeah|yea|yeh|ye|yh|ya|yep|yepp|yup|yupp|yap|sure(?: thing)?|of course|absolutely"
    r"|definitely|go ahead|go (?:for|4) it|do it|please do)"
)
_YES = re.compile(
    rf"(?:{_CLEAR_YES}|y|ok|okay|okey|k|correct|right|perfect|great|good|fine|deal"
    r"|confirm|agreed?|exactly|si"
    r"|let's (?:do it|go)"
    r"|(?:sounds|looks?) (?:good|great|right|fine)|that's (?:right|correct|fine|it|good)"
    r"|book (?:it|them)|buy (?:it|them)|order (?:it|them)|all good"
    r"|i do|works for me|proceed)\b"
)
# "So yes, then."
_LEAD = re.compile(r"^(?:(?:so|then|well|oh|and|otherwise|alright|all right|right|ah)[ ,]+)+")
_RESERVED = re.compile(
    r"\b(?:but(?! (?:i|we|my|our|first)\b)|except|not|wrong|wait|hold on|hang on|don't"
    r"|no(?! (?:problem|worries|rush|need)))\b"
)
_PLAIN_YES = re.compile(
    r"(?:(?:so|then|and|ok|okay|oh|well|please|i said|anyway|alright|fine|good|great|perfect) )*"
    rf"(?:(?:{_CLEAR_YES}|go on|go"
    r"|(?:do|take|book|buy|order)(?: (?:it|them|that|those|the first(?: one)?))?)"
    r"(?: (?:and )?|$))+"
    r"(?:please|pls|then|thanks|thank you|now|finally)?"
)
_PIECE = re.compile(
    r"(?<=[.,;!])\s+(?:and (?:then )?|then )?|\s+(?:and|n|&)(?: then| after that| also)?\s+"
    r"|\s+then\s+",
    re.IGNORECASE,
)
_THEN = re.compile(r"\b(?:then|after that|afterwards)\b(?=.)")
_AFTERWARDS = re.compile(r"\b(?:and then|after(?:wards| that)|then (?:right away|also|another))\b")
# With these a piece beside a yes takes some of it back.
_RESERVE = re.compile(
    r"(?:but|except|only|unless|if|wait|not|no(?! promises)|hold on|instead|don't"
    r"|make (?:it|that))\b"
)
# A condition says of the order or the world what may be true or false. "If that's ok", "if you
# don't mind", "if it's not too much trouble" speak of nothing but the manners of asking.
_COURTESY = (
    r"(?:i may(?=[ )]*[.,;:!?]|$)|(?:(?:that|this|it|you)(?:['’]s|['’]d)? )?"
    r"(?:(?:is|are|would|could|can|may|be|do|does|not|still|really|(?:do|does|is|would)n['’]?t) )*"
    r"(?:ok|okay|fine|cool|possible|necessary|all right|alright|convenient|please|can|could|may"
    r"|would|like|want|insist|mind|works?|suits?|say so"
    r"|(?:too much |a |any |no )?(?:trouble|bother|hassle)|too much to ask)"
    r"(?: (?:for|with|by) you)?(?= ?(?:please|pls|then|thanks)?(?:[ )]*[.,;:!?]|$)))"
)
_COURTEOUS = re.compile(
    rf"^if {_COURTESY}[ ,]+|[ ,.]+\(?(?:but |only |and )?if {_COURTESY}(?P<end>[ )]*\?*)",
    re.IGNORECASE,
)
_NO_POLITENESS = rf"(?! (?:(?:so|yes|not)\b|{_COURTESY}))\b"
# What a yes hangs on stands behind one of these.
_CONDITION = (
    r"(?:(?:but|and|only|just|cos) )*(?:if|(?:as |so )?long as|provided(?: that)?"
    r"|providing(?: that)?|assuming(?: that)?|on (?:the )?condition(?: that)?|unless|s[oó]lo si"
    rf"|siempre que|si (?=hay|es|son|est[aá])){_NO_POLITENESS}"
)
# "If the train is late, can I get my money back?" asks for nothing yet.
_SUPPOSED = re.compile(
    r"(?:(?:and|so|but|ok|well)[ ,]+)*(?:what (?:happens |would happen )?)?"
    rf"(?:if|in case|suppose|supposing){_NO_POLITENESS}"
)
_WORD = re.compile(r"\w")
_HANGS = re.compile(rf"^{_CONDITION}[ ,]*", re.IGNORECASE)
_HANGING_PIECE = re.compile(
    rf"(?<=[,.;!?])\s+|(?<!but)(?<!and)(?<!only)(?<!just)(?<! as)(?<! so)(?<!,as)\s+"
    rf"(?={_CONDITION}|then\b)",
    re.IGNORECASE,
)
_SENTENCE_END = (".", "!", "?", ";")
# "Are they together? If so yes."
_IF_SO = re.compile(
    r"^(?:(?:and|ok|so|well|only|but)[ ,]+)*"
    r"(?:if (?:so|yes|it is|they are|there is|you do|that's so)"
    r"|in that case|then|si es as[ií]|entonces)\b[ ,]*",
    re.IGNORECASE,
)
_ELSE = re.compile(r"^(?:otherwise|or else|if not|else|si no)\b", re.IGNORECASE)
_WILL = re.compile(r"^(?:(?:i|we)(?:'ll|'d| will| would)|then|so|and|ok|entonces)[ ,]+")
_ORDERS = re.compile(r"\b(?:order|book|buy)\b")
# "Yes, but can you tell me first whether …": what is asked comes before the yes.
_FIRST = re.compile(
    r"\b(?:first(?! (?:one|row|show|night|day|half|act|of|floor)\b)|beforehand"
    r"|before (?:that|i|we|you))\b"
)
_WANTS_TO_KNOW = re.compile(r"\b(?:tell|know|ask|check|wonder\w*|question)\b")
_BUT = re.compile(r"(?<=[.,;!?])\s+|\s+(?=but\b)")
_THANKS = re.compile(r"(?:ok |okay |great |and )*(?:thanks?|thank you|thx|cheers)(?: \w+){0,3}")
# "We take the three in the loge" orders what is summed up, where it names nothing else.
_TAKES = re.compile(
    r"(?:(?:then|so|ok|okay|and|otherwise|well|yes|yeah)[ ,]+)*"
    r"(?:(?:i|we|let's|let us)(?:'ll| will|'d like to)? )?(?:take|order|book|buy)\b"
)
_FEW = 3
_LINK = re.compile(
    r"(?:(?:yes|yep|ok|okay|right|great|good|perfect|that's it|please)[ ,.!]+)*"
    r"(?:send|give|make) (?:me |us )?(?:the|a|that) (?:payment )?link(?: then)?(?: please)?[ .!]*"
)
_HEAD = re.compile(r"^(?:(?:no|nope|i mean[t]?|like|hmm)[ ,.!]+)+")
# A sentence of its own: "230?? Hell no. Stay where I am", "No. That is not what I asked for."
_PLAIN_NO = re.compile(
    r"(?:(?:oh|hell|god|um|well|ok|okay|sorry|actually)[ ,]+)*(?:no+|nope|nah|no way)"
    r"(?:[ ,]+(?:no|thanks|thank you|please))*"
)
# "Not behind a pillar" is a condition.
_NO = re.compile(
    r"(?:no|nope|nah|n|not(?! (?:behind|in front|next|near|beside|far|too) )|wrong|incorrect"
    r"|don't|hmm no|actually no)\b"
)
# "Do refund that" is no question.
DO = (
    r"do (?!(?:not|it|that|so|this|please|what|refund|cancel|order|book|buy|send|keep|go|proceed"
    r"|upgrade|end|stop|hold|make)\b|the first(?: one)?$|[^?]*\b(?:instead|please|pls)\b[^?]*$)"
)
_QUESTION = re.compile(
    r"^(?:(?:and|but|so|ok|okay|wait|hi|hiya|hey|hello|hmm|um|sorry|yes|no|roughly|about)[ ,.!]+)*"
    r"(?:(?:in|at|on|to|from|until|till|by|for) (?=what|which|when|whom)|(?:so|huh)[ ,?]+)*"
    r"(?:how (?!about)|what (?!about)|what's|whats|when|where|which|who|why"
    rf"|is |are |does |{DO}|did |will |was |price|cost\b|am i"
    r"|(?:have|has|had|were) (?:i|we|you|my|our|the|it|they)\b)"
)
# "Three dugout against three grandstand how much."
_ASKS_AT_END = re.compile(
    r"\b(?:how (?:much|long)|what time|which (?:one|is better)|open when|starts? when)"
    r"(?: (?:each|in all)| (?:is|are|does) (?:it|that|they))?[ .!]*$"
    # "I didn't buy anything, did I?"
    r"|\w+(?:n't|nt) .*\b(?:did|have|do|am|was) (?:i|we)[ .!]*$"
)
# "Is the balcony free? Then that one": the answer to the question is a request.
_AND_THEN = re.compile(
    r"\?[ ,.]*(?:(?:and|ok|yes|great|good)[ ,]+)*"
    r"(?:then|if so|in that case|so|i'd|i'll|we'd|we'll|let's|give|take|make|put|that one)\b"
    r"(?! (?:like|love) to (?:know|compare|ask|see|think|hear))"
)
# "Do you have Swan Lake?" asks; "do you have two seats for it?" wants them.
_WISH = re.compile(
    r"\b(?:can|could|may|would|will) (?:i|we|you)\b|\bany chance\b"
    r"|\bdo you have\b(?=.*\b(?:tickets?|tix|seats?|places?)\b)"
)
_RANKS = {
    "first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3,
    "fifth": 4, "last": -1, "latter": -1, **{str(number): number - 1 for number in range(1, 10)},
}  # fmt: skip
_RANK = re.compile(
    rf"(?:(?:the|i'll take|take|cancel|number|option|no\.?|#|yes|ok|okay|i want|i'd like)[ ,]+)*"
    rf"(?P<rank>{'|'.join(_RANKS)})(?: (?:one|option|show|order))?(?: (?:please|pls))?[.!]*"
)
_NAMED_RANK = re.compile(
    rf"\bthe (?P<rank>{'|'.join(rank for rank in _RANKS if not rank.isdigit())})"
    r"(?: (?:one|show)\b|(?=[,;] ))"
)
# Of what was offered: "the cheaper one". How good a show is says no price.
_COMPARED = re.compile(
    r"(?:\bthe (?:one )?|^)"
    r"(?:(?P<least>cheaper|cheapest|less expensive|least expensive)"
    r"|(?P<most>dearer|dearest|pricier|priciest|more expensive|most expensive)"
    r"|(?P<best>better|best))(?: (?:ones?|option|section|seats?|show|game))?\b"
)
_CHANGES = (
    ("section", re.compile(r"\b(?:section|seats?|area|row|closer|cheaper|better|upgrad\w*)\b")),
    (
        "quantity",
        re.compile(r"\b(?:number|how many|quantity|amount|tickets?|count|more|fewer|less)\b"),
    ),
    (
        "show",
        re.compile(r"\b(?:show|event|game|match|concert|date|day|time|city|place|movie|play)\b"),
    ),
)
_CHANGE = re.compile(
    r"\b(?:change|different|another|other|wrong|switch|edit|modify|not the right)\b"
)
_MORE = re.compile(
    r"(?:(?:and|ok|okay|please|yes|no)[ ,.]+)*"
    r"(?:(?:can you |could you )?(?:show|tell|give|list)(?: me)? )?"
    r"(?:(?:any |all |the |some )*(?:more|others?|rest|remaining)"
    r"(?: (?:shows?|events?|ones|options|all|of (?:it|them)))*"
    r"|what else(?: is there| do you have| is on)?|anything else|next(?: page)?|go on|continue)"
    r"(?: please| pls)?[ ?.!]*"
)
# A list has no numbers in front, so a bare "2" is how many far more often than which.
_COUNTED_RANK = re.compile(r"#|\b(?:number|option|no\.|the|one|show|order)\b")
_CHEAPEST_SHOW = re.compile(r"\b(?:cheap(?:est)?|least expensive|lowest price[ds]?)\b")
_PAUSE = re.compile(
    r"\b(?:let (?:me|us) (?:think|see|check|ask)|hold on|hang on|not so fast|slow down"
    # "I have to ask my sister first."
    r"|(?:i|we)(?: must|'ll|(?: (?:have|need|want)|'d like) to)(?: first| just)?"
    r" (?:think|check|ask|consult|(?:phone|ring|call|talk to) (?:my|her|him|them)\b)"
    r"|(?:one|a|just a) (?:moment|minute|sec(?:ond)?)"
    r"|not sure|dunno|i don't know|idk"
    r"|(?:don't|do not|not) (?:do |doing |order |ordering |book |booking )?(?:it |that |anything )?"
    r"(?:just )?(?:yet|right now|now))\b"
    r"|^(?:(?:h+m+|u+h+m*)[ ,.!?]*)+$"
    r"|^(?:(?:h+m+|u+h+m*|ok|okay|oh|yes|no|please)[ ,.]+)*wait(?: please)?[ .!]*$"
)

# "I didn't say that", "that's wrong": of what was understood.
_PROTESTS = re.compile(
    r"\b(?:i|we) (?:(?:(?:did|had)(?:n't|nt| not)|never) (?:sa(?:id|y)|ask(?:ed)?|want(?:ed)?"
    r"|meant?|order(?:ed)?|choo?se)|(?:only|just) (?:asked|wondered|wanted to know))\b"
    r"|\b(?:not|isn't|wasn't) (?:what|how) (?:i|we)\b"
    r"|\bas it was\b"
    r"|\b(?:that|this|it)(?:'s|s| is| was) (?:all )?(?:wrong|not (?:right|correct|true|it))\b"
)

_OTHER = re.compile(
    r"\b(?:the )?other (?:one|show|date|day|time|performance|night|evening)\b"
    r"|^(?:no[ ,]+)?(?:actually[ ,]+)?the other(?: please)?[ .!]*$"
)
_DIFFERENCE = re.compile(r"\b(?:diff(?:erences?)?|compared?|differ)\b")
_EARLIER = re.compile(r"\b(?:earlier|earliest|early)\b")
_LATER = re.compile(r"\b(?:later|latest|late)\b")
_BUY = re.compile(r"(?:(?:ok|okay|yes|please)[ ,]+)?(?:buy|book|order|purchase)\b.*")
_ABOUT_IT = re.compile(
    r"\b(?:it|that|there|sections?|seats?|show|game|match|concert|play|doors?|venue|starts?)\b"
)
_POINTS = re.compile(r"\b(?:it|its|there|they|them|that one|they're|it's)\b")
_TOO_EXPENSIVE = re.compile(
    r"\b(?:too|very|so|that's a bit) (?:expensive|much|dear|pricey)\b|\b(?:can't|cannot) afford\b"
)


def says_goodbye(text: str) -> bool:
    """Return whether a buyer takes their leave and says nothing else: "ok bye, thanks"."""
    return bool(_GOODBYE.fullmatch(normalize(text)))


def keeps_as_is(text: str) -> bool:
    """Return whether a message says that what is under way goes on as it is, and nothing else."""
    return bool(_KEEPS.fullmatch(normalize(text)))


def is_pause(text: str) -> bool:
    """Return whether a buyer wants time and nothing else."""
    return bool(_PAUSE.search(normalize(text)))


def protests(text: str) -> bool:
    """Return whether a buyer says that they were misunderstood: "that's not what I said"."""
    return bool(_PROTESTS.search(normalize(text)))


def is_too_expensive(text: str) -> bool:
    """Return whether a buyer finds that something costs too much."""
    return bool(_TOO_EXPENSIVE.search(normalize(text)))


def asks_difference(text: str) -> bool:
    """Return whether a buyer wants to know how two things differ."""
    return bool(_DIFFERENCE.search(normalize(text)))


def is_more(text: str) -> bool:
    """Return whether a buyer wants to read on in a list and says nothing else."""
    return bool(_MORE.fullmatch(normalize(text)))


def wants_cheapest(text: str) -> bool:
    """Return whether a buyer looks for what costs least."""
    return bool(_CHEAPEST_SHOW.search(normalize(text)))


def parse_rank(text: str, *, bare: bool = True) -> int | None:
    """Parse a position in a list and nothing else; -1 is the last.

    ``bare`` says that a digit alone is a place too, and not how many.
    """
    normalized = normalize(text)
    match = _RANK.fullmatch(normalized)
    if not match or (match["rank"].isdigit() and not bare and not _COUNTED_RANK.search(normalized)):
        return None
    return _RANKS[match["rank"]]


def find_rank(text: str, *, bare: bool = True) -> tuple[int, tuple[int, int]] | None:
    """Find a position in a list, alone or named, with its span: "2 for the second one"."""
    whole = parse_rank(text, bare=bare)
    if whole is not None:
        return whole, (0, len(normalize(text)))
    named = _NAMED_RANK.search(normalize(text))
    return (_RANKS[named["rank"]], named.span()) if named else None


def find_compared(text: str, *, by_quality: bool) -> tuple[int, tuple[int, int]] | None:
    """Find which of several is meant, sorted by price, with its span: "2 of the cheaper ones".

    Nothing else than that, a number and manners may be said; 0 is the cheapest and -1 the dearest.
    ``by_quality`` says that what is dearer is better, as seats of one show are.
    """
    normalized = normalize(text)
    match = _COMPARED.search(normalized)
    if match is None or is_question(normalized) or negated_part(normalized):
        return None
    if match["best"] and not by_quality:
        return None
    rest = f"{normalized[: match.start()]} {normalized[match.end() :]}"
    words = (word for word, _ in words_with_spans(rest))
    is_all = all(word in COMMON_WORDS or is_number_word(word) or word.isdigit() for word in words)
    return (0 if match["least"] else -1, match.span()) if is_all else None


def is_stop(text: str) -> bool:
    """Return whether a buyer leaves the purchase; who takes their leave after a yes does not."""
    said = correct_typos(normalize(text))
    said = _FAREWELL.sub("", said) if says_yes(text) else said
    return bool(_LEAVES.search(said) or _LETS_GO.search(said))


def lets_question_go(text: str) -> bool:
    """Return whether words beside a question may drop only what was asked before it.

    "Never mind. Is there a bar?" and "no. How long is it?" leave nothing; "stop" does.
    """
    said = correct_typos(normalize(text))
    is_no_more = bool(_PLAIN_NO.fullmatch(said.strip(" .,!;|")))
    return is_no_more or bool(_LETS_GO.search(said) and not _LEAVES.search(said))


def is_yes(text: str, intent: str) -> bool:
    """Return whether a buyer agrees; a no anywhere in front of it does not.

    "Ok, stay with that" agrees to no change.
    """
    if keeps_as_is(text):
        return False
    normalized = _LEAD.sub("", normalize(text))
    *before, last = re.split(r"[.!?;]+ +", normalized)
    # "No, nothing is lost. Yes, please order": behind a no it must say what is to be done.
    is_clear = not _RESERVED.search(" ".join(before)) or bool(_ORDERS.search(last))
    if wants_link(normalized) or (is_clear and says_yes(last) and not _RESERVED.search(last)):
        return True
    match = _YES.match(normalized)
    if match and _goes_on(normalized[match.end() :]) and intent != "affirm":
        # "Ok raj is out, three then" is no yes.
        return False
    if match or says_yes(normalized):
        return not _RESERVED.search(normalized)
    return intent == "affirm" and not _NO.match(normalized) and not _RESERVED.search(normalized)


def agrees_plainly(text: str, *, anywhere: bool = False) -> bool:
    """Return whether the last sentence is a yes and nothing else: not "yes, you said so".

    ``anywhere`` says that it may be any of the sentences.
    """
    said = re.split(r"[.!?;]+ +", normalize(text).strip(" .!"))
    while len(said) > 1 and _THANKS.fullmatch(said[-1]):
        said.pop()
    *before, last = said
    if anywhere and any(map(agrees_plainly, before)):
        return True
    pieces = re.split(r",(?! *(?:please|pls|thanks|thank you)\b) *", last)
    plain = [bool(_PLAIN_YES.fullmatch(piece.replace(", ", " "))) for piece in pieces]
    # "Perfect, yes please": beside a plain yes another word for it may stand.
    others = [piece for piece, is_plain in zip(pieces, plain, strict=True) if not is_plain]
    return any(plain) and all(_YES.fullmatch(piece) for piece in others)


def beside_yes(text: str) -> str:
    """Return what a message says besides a plain yes: "ye do it n then upgrade the others".

    Empty where no piece of it is one, nothing else is said, or that is a reserve.
    """
    pieces = [piece for piece in _PIECE.split(text) if piece.strip(" .,!")]
    agreeing = [piece for piece in pieces if _agrees(piece.strip(" .,!"))]
    others = [piece for piece in pieces if piece not in agreeing]
    is_plain = bool(agreeing) and not any(_RESERVE.match(normalize(one)) for one in others)
    is_plain = is_plain and condition_of_yes(text) is None
    return " ".join(others).strip() if is_plain else ""


def condition_of_yes(text: str) -> tuple[str, str] | None:
    """Return what else a message says, and what its yes hangs on, as a question.

    Of "yes if there's parking" and "are there lifts? Then go ahead" that is "there's parking?" and
    "are there lifts?". None where there is no yes, or none that hangs on anything.
    """
    pieces = [one for one in _HANGING_PIECE.split(text) if one.strip(" .,!?")]
    pieces = [one for one in pieces if not _ELSE.match(one)]
    agreeing = [one for one in pieces if not _HANGS.match(one) and _agrees_then(one)]
    pairs = zip(pieces, pieces[1:], strict=False)
    beside = [pair for pair in pairs if not pair[0].rstrip().endswith(_SENTENCE_END)]
    near = {one for pair in beside for one in pair if set(pair) & set(agreeing)}
    hanging = [one for one in pieces if one in near and _HANGS.match(one)]
    asked = [one for one in pieces if is_question(one) and one not in agreeing]
    if not hanging and any(_IF_SO.match(one) for one in agreeing):
        hanging = [one for one in asked if pieces.index(one) < pieces.index(agreeing[-1])][-1:]
    if not (hanging and agreeing):
        return None
    others = [one for one in pieces if one not in (*hanging, *agreeing)]
    condition = " ".join(_HANGS.sub("", one).strip(" .,!?") for one in hanging)
    return " ".join(others), f"{condition}?"


def _agrees_then(piece: str) -> bool:
    """Return whether a piece is a yes, be it one for the case that something is so."""
    said = _IF_SO.sub("", normalize(piece)).strip(" .,!")
    return _agrees(_WILL.sub("", said)) if said else False


def without_courtesy(text: str) -> str:
    """Leave out what is only polite: "yes please, if that's ok?" is "yes please".

    A question stays one: "can I have two, if possible?".
    """
    found = _COURTEOUS.search(text)
    rest = f"{text[: found.start()]}{text[found.end() :]}".strip() if found else ""
    if found is None or not _WORD.search(rest):
        return text
    is_asked = is_question(rest) or _WISH.search(normalize(rest))
    return f"{rest}?" if is_asked and found["end"] and not rest.endswith("?") else rest


def asked_beside_yes(text: str) -> list[str]:
    """Return the sentences of a message that ask and are no yes: "yes please. Is it final?"."""
    sentences = re.split(r"(?<=[.!;?]) +", normalize(text))
    return [one for one in sentences if one.endswith("?") and not says_yes(one)]


def asks_first(text: str) -> bool:
    """Return whether something is asked that comes before the yes: "yes. But tell me first if …".

    So is what is asked behind a "but", and what is asked for a case that may come: "what if mum is
    ill?". A plain question beside a plain yes isn't.
    """
    said = normalize(text)
    asking = [one for one in _BUT.split(said) if _is_asking(one.removeprefix("but "))]
    if any(one.startswith("but ") or _FIRST.search(one) for one in asking):
        return True
    return any(map(is_supposed, (*asking, *asked_beside_yes(text))))


def is_supposed(text: str) -> bool:
    """Return whether something is asked for the case that it were so: "what if we are two?"."""
    return bool(_SUPPOSED.match(normalize(text)))


def _is_asking(piece: str) -> bool:
    return is_question(piece) or bool(_WANTS_TO_KNOW.search(piece))


def takes_it(text: str) -> bool:
    """Return whether a sentence begins by ordering, or is a yes: "order the two", "otherwise yes".

    "Yes, you said so" is none.
    """
    normalized = normalize(text)
    rest = _LEAD.sub("", normalized).strip(" .,!")
    return bool(_TAKES.match(normalized) or _PLAIN_YES.fullmatch(rest))


def _agrees(piece: str) -> bool:
    return says_yes(piece) or wants_link(piece)


def follows_after(text: str) -> bool:
    """Return whether a message says what is wanted once this is done: "yes, and then …"."""
    return bool(_AFTERWARDS.search(normalize(text)))


def goes_on_then(text: str) -> bool:
    """Return whether a message says what is wanted after something else: "and then"."""
    return bool(_THEN.search(normalize(text)))


def begins_with_yes(text: str) -> bool:
    """Return whether a yes stands in front, without a reserve: "yes, order the two"."""
    normalized = _LEAD.sub("", normalize(text))
    return bool(_YES.match(normalized)) and not _RESERVED.search(normalized)


def _goes_on(rest: str) -> bool:
    """Return whether more than a few words follow a yes without a stop."""
    return rest.startswith(" ") and len(re.split(r"[,.;!]", rest)[0].split()) > _FEW


def says_yes(text: str) -> bool:
    """Return whether a clause of its own is a plain yes: "I only asked. Take it, yes."."""
    clauses = re.split(r"[,.;!]+ *| and (?=now|then|also|\d)", normalize(text))
    return any(_PLAIN_YES.fullmatch(clause) for clause in clauses)


def wants_link(text: str) -> bool:
    """Return whether a buyer asks for the checkout link and nothing else."""
    return bool(_LINK.fullmatch(normalize(text)))


def is_no(text: str, intent: str) -> bool:
    """Return whether a buyer disagrees, by their words or else by the intent.

    "No like what city" asks, and "no basketball" turns down a kind of show and nothing else. Who
    keeps things as they are disagrees with what would change them.
    """
    normalized = normalize(text)
    if keeps_as_is(text):
        return True
    if is_question(_HEAD.sub("", normalized)):
        return False
    if any(_PLAIN_NO.fullmatch(one) for one in re.split(r"[.!?;]+ *", normalized)):
        return True
    if negated_part(normalized):
        return False
    return bool(_NO.match(normalized)) or intent == "deny"


def is_request_after_question(text: str) -> bool:
    """Return whether a request hangs on the answer: "is the balcony free? then that one"."""
    return bool(_AND_THEN.search(normalize(text)))


def is_question(text: str) -> bool:
    """Return whether a sentence asks for knowledge and not for tickets."""
    normalized = normalize(text)
    if _AND_THEN.search(normalized):
        return False
    is_open = re.match(r"(?:how(?! (?:about|can|do) )|what|when|where|which|who|why)\b", normalized)
    if (
        not is_open
        and _WISH.search(normalized)
        and re.search(
            r"\b(?:buy|get|have|book|order|take|make|add|change|switch|swap|moved?|sit"
            r"|do (?:the|\d))\b",
            normalized,
        )
    ):
        return False
    if re.match(r"(?:how|what) about\b|how (?:do|can) i (?:stop|cancel|exit|quit)\b", normalized):
        return False
    is_asked = normalized.endswith("?") or _ASKS_AT_END.search(normalized)
    return bool(_QUESTION.match(normalized) or is_asked)


def parse_change(text: str, *, asked: bool) -> str | None:
    """Parse the slot that a buyer wants to change: show, section or quantity."""
    normalized = normalize(text)
    if not asked and not _CHANGE.search(normalized):
        return None
    return next((slot for slot, pattern in _CHANGES if pattern.search(normalized)), None)


def wants_other(text: str) -> bool:
    """Return whether a buyer wants "the other one" of two."""
    return bool(_OTHER.search(normalize(text)))


def wants_earlier(text: str) -> bool:
    """Return whether a buyer wants the earliest of several."""
    return bool(_EARLIER.search(normalize(text)))


def wants_later(text: str) -> bool:
    """Return whether a buyer wants the latest of several."""
    return bool(_LATER.search(normalize(text)))


def says_buy(text: str) -> bool:
    """Return whether a buyer agrees by saying that they buy."""
    return bool(_BUY.fullmatch(normalize(text)))


def points_at_last(text: str) -> bool:
    """Return whether a sentence points at what was just told: "and where is it?"."""
    return bool(_POINTS.search(normalize(text)))


def is_about_last_show(text: str) -> bool:
    """Return whether a sentence speaks of a show without naming it: "when does it start?"."""
    return bool(_ABOUT_IT.search(normalize(text)))
