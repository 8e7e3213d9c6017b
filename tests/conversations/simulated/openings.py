"""Opening sentences of simulated buyers; none is in the training data. Names as in ``phrases``."""

from __future__ import annotations

# With show and number; those with a section come true only when it has been chosen beforehand.
OPENINGS: dict[str, tuple[str, ...]] = {
    "terse": (
        "{show} {n}",
        "{bare}, {show}",
        "{show}",
        "{n} tix {show}",
        "{show} {section} {n} tix",
        "{n} ticket{s} {show} {section}",
        "need {n} {show}",
        "{show}, {bare}, {section}",
        "got {show}?",
        "{n} for {show}",
    ),
    "chatty": (
        "hiya! it's our anniversary soon and we fancy {show}, could you sort out {n} ticket{s} for"
        " us?",
        "hey there, hope you're having a lovely day! my cousin keeps raving about {show}, so i'd"
        " love to grab {n} seat{s} if there's anything left",
        "good evening :) after ages of saying we should go out more, we settled on {show}. {n}"
        " ticket{s} in the {section} would make us very happy",
        "hello hello, long time no see. i was told you're the one to talk to about {show}? looking"
        " for {n} seat{s}",
        "hi! my daughter turns ten on sunday and talks of nothing but {show}. {n} ticket{s},"
        " {section} if you can",
        "we went twice last year and loved it, so {show} again please, {n} seat{s} this time",
        "hope i'm not too late, are there {n} seat{s} left for {show}?",
        "so my flatmate just told me about {show} and honestly i can't wait, {n} ticket{s} please",
    ),
    "wrong order": (
        "{n} seat{s} please",
        "we'd be {bare} in total",
        "in the {section} if you still have that, {show}",
        "{n} of us, {section}, {show}",
        "the {section}, {n} ticket{s}, and it's {show} we want",
        "{section} seats please, {bare}, for {show}",
        "how do i go about getting {n} ticket{s}?",
    ),
    "mind-changer": (
        "we're thinking of {show}, {n} ticket{s}",
        "i guess {n} ticket{s} to {show}",
        "probably {show}, and {n} seat{s} in the {section}",
        "let me get {n} ticket{s} for {show} i think",
        "not sure yet, but maybe {show} for {bare}",
    ),
    "distracted": (
        "evening, i'm after {n} ticket{s} for {show}",
        "could we get into {show}? {n} people",
        "{n} ticket{s} for {show}, {section}, if possible",
        "thinking about seeing {show}, can you help with that?",
    ),
    "typo-maker": (
        "hello id like {n} ticket{s} to {show} plz",
        "want to order {n} seat{s} for {show} in {section}",
        "are there tickets for {show} still, need {n}",
        "please book {n} ticket{s} for {show} thank you",
        "looking for {show} tickets, there are {bare} of us, thanks",
    ),
    "self-corrector": (
        "{other} tickets for {show}, no wait, {bare}",
        "{show}, {other}... sorry, {n} ticket{s}",
        "i'd like {n} ticket{s} in the {wrong}, sorry, i meant the {section}, for {show}",
        "can you get me {other} tickets to {show}? scratch that, {n} ticket{s}",
        "{n} seat{s} at {show}, {wrong}, no, {section}",
        "{show} for {other}, i mean for {bare}",
        "{n} ticket{s} for {show}, not the {wrong}, the {section}",
    ),
}
BROWSING = (
    "anything good coming up in {city}?",
    "we'll be in {city}, what could we go and see there?",
    "do you sell any {category} stuff?",
    "which {category} things do you have coming up",
    "so what can one see with you these days",
)
WITH_BUDGET = (
    "looking at {show} for {bare} of us, nothing over ${budget} a head please",
    "{n} ticket{s} to {show}, we can spend ${budget} each at most",
    "{show} for {bare}, budget is {budget} dollars per ticket",
)
SEASON = (
    "do you do the {show}? i'd take one",
    "we'd be up for the {show}, me at least",
    "one {show} for me please",
    "i fancy the {show} this year",
)
