"""Phrases of simulated buyers, by situation and style; none is in the training data.

{n} is a number before a noun, {bare} one that stands alone, {s} its plural's s; {other} and
{other_bare} are a number that is taken back in the same breath, {wrong} such a section.
"""

from __future__ import annotations

Phrases = dict[str, dict[str, tuple[str, ...]]]

PHRASES: Phrases = {
    "show": {
        "any": (
            "{show} please",
            "it's {show} we're after",
            "i'm talking about {show}",
            "{show} of course",
            "isn't {show} on?",
        ),
        "terse": ("{show}",),
        "chatty": (
            "oh sorry, should have said, it's {show} we have our eye on",
            "the one everybody talks about, {show}",
        ),
        "wrong order": ("{section}, and the show is {show}", "{show}, {n} ticket{s}"),
    },
    "section": {
        "any": (
            "the {section} sounds fine",
            "{section} for us",
            "let's sit in the {section}",
            "{section} if there's room",
            "put us in the {section}",
        ),
        "terse": ("{section}",),
        "chatty": (
            "ooh tricky, my knees aren't what they were, i'd say the {section}",
            "my partner is fond of the {section}, so that one",
            "last time we had the {wrong} and it was awful, so the {section} today",
        ),
        "wrong order": ("{n} of us, {section}", "{bare} people"),
        "self-corrector": ("{wrong}, no sorry, {section}", "the {wrong}... or rather {section}"),
    },
    "quantity": {
        "any": (
            "{bare} please",
            "we need {bare}",
            "{n} ticket{s} would do",
            "{bare}, including me",
            "make it {bare} then",
        ),
        "terse": ("{bare}",),
        "chatty": (
            "there'll be {bare} of us coming along",
            "let me count... {bare} altogether",
            "{bare}, and one of us is a child",
        ),
        "wrong order": ("{section}, {bare}", "{bare} people"),
        "self-corrector": ("{other_bare}, hang on, {bare}", "{other_bare}... no, {bare}"),
    },
    "agree": {
        "any": (
            "yes that's all correct",
            "yep go for that",
            "looks right, please do",
            "yes, hold them for us",
            "perfect, so let's have it",
            "that's it, send me the link",
        ),
        "terse": ("yes pls do", "ok do that"),
        "chatty": (
            "wonderful, yes, that's exactly what we were after, please go ahead!",
            "that all sounds brilliant, let's do that",
        ),
        "typo-maker": ("yes taht is right", "yess plese do"),
        "distracted": ("right where were we, yes please do that", "yes all good with me"),
    },
    "question": {
        "any": (
            "quick one, when does it kick off?",
            "whereabouts is that exactly?",
            "can i pay with a visa?",
            "do i need to worry about my card details with you?",
            "how much was one again?",
            "do you still have loads of seats?",
            "is there somewhere to park nearby?",
            "my dog is barking at the postman, sorry",
            "do you also deliver pizza?",
            "what's the view like from there?",
            "is it ok for wheelchairs?",
            "do i get my money back if it rains?",
            "how long will it last roughly?",
            "are kids allowed in there?",
            "must i print them out?",
            "is that the price per person?",
            "can i bring my own snacks?",
            "sorry, phone rang. what was the question?",
        ),
    },
    "change quantity": {
        "any": (
            "hmm, actually we'll be {bare}",
            "change of plan, {n} ticket{s} please",
            "could you make that {bare} after all?",
            "sorry, my brother just called, it's {bare} now",
            "yes, but {n} ticket{s}",
            "my mum wants to come, too, so that's {bare} now",
            "scratch that, {bare}",
        ),
    },
    "change section": {
        "any": (
            "hmm, i'd rather sit in the {section}",
            "on second thought the {section} would be nicer",
            "actually can we do {section} instead",
            "yes but in the {section}",
            "no, too far away for us, {section} then",
            "is the {section} still free? then that one",
        ),
    },
    "change show": {
        "any": (
            "you know what, i'd rather see {show}",
            "actually, let's do {show} instead",
            "hang on, my friends prefer {show}, can we switch to that?",
            "forget that one, {show} please",
            "could it be {show} instead?",
            "no wait, not that one, {show}",
        ),
    },
    "fix quantity": {
        "any": ("no, it should be {n} ticket{s}", "not quite, {bare} ticket{s}", "{bare} not more"),
    },
    "fix section": {
        "any": ("no, i want the {section}", "not there, {section} please"),
    },
    "fix show": {
        "any": ("no no, the show is {show}", "wrong show, i said {show}"),
    },
    "undo": {
        "any": (
            "please cancel that order then",
            "ok scrap that order, cancel it",
            "cancel the order you just made",
        ),
    },
    "cancel": {
        "any": (
            "oh dear, we can't make it, cancel the whole order please",
            "sorry, please cancel that, something came up",
            "i'd like that order gone, can you cancel it",
            "we don't need that order any longer, drop it please",
        ),
        "terse": ("cancel order", "cancel that order pls"),
    },
    "leave": {
        "any": (
            "ah well, never mind then",
            "pity, forget about it then",
            "ok then not, thanks anyway",
            "that's a shame, leave it",
            "oh no! ok, bye then",
            "i'll look elsewhere then, cheers",
            "nope, that won't work for us",
        ),
    },
    "too dear": {
        "any": (
            "too rich for my blood, never mind",
            "that's above what we can spend, forget about it",
            "can't stretch to that i'm afraid, so no tickets then",
        ),
    },
    "paid": {
        "any": (
            "paid, did you get it?",
            "just went through the payment, all ok?",
            "done paying, are we set?",
        ),
    },
    "refund some": {
        "any": (
            "{m} of us can't come after all, can i hand back {m} ticket{ms}?",
            "i'd like my money back for {m} of the tickets",
            "could you refund {m} ticket{ms} please",
            "please take {m} ticket{ms} back and send me the money",
        ),
        "terse": ("refund {m} ticket{ms} pls",),
    },
    "refund all": {
        "any": (
            "none of us can make it, i want to hand back all the tickets",
            "could i get the money back for all of them please",
            "give me a refund for the lot please",
        ),
        "terse": ("refund all tickets pls",),
    },
    "cancel yes": {
        "any": ("yes please", "yes, cancel it"),
    },
    "refund yes": {
        "any": ("yes please send it back", "correct, do refund that"),
    },
    "upgrade": {
        "any": (
            "could we move somewhere nicer, say the {section}?",
            "any chance of an upgrade to the {section}?",
            "we'd like better seats after all",
            "what would it cost to sit in the {section} instead?",
        ),
    },
    "upgrade section": {
        "any": ("the {section} would be great", "{section} then"),
    },
    "again": {
        "any": (
            "i want {n} ticket{s} for {show} in the {section}",
            "please order {n} ticket{s} for {show}, {section}",
        ),
    },
    "no more": {
        "any": ("no thank you, that's all", "no need, thanks all the same"),
    },
}
