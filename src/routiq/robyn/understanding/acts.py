"""What an utterance does, besides what it names: others, thanks, goodbye, a person, once more. Pure."""

from __future__ import annotations

import re

from routiq.robyn.understanding.asking import asks_fact, is_question, parts
from routiq.robyn.understanding.phrases import any_of

_OTHERS = any_of(
    r"others?|another|different|additional|more|alternatives?|else|elsewhere|any ?more|someplace else|none(?= *$)|"
    r"none of (?:those|these|them|that)|neither|next (?:one|option)|keep (?:searching|looking|going)|(?:look|"
    r"search|check) (?:again|further)",
)
_NOT_OTHERS = any_of(
    r"(?:nothing|everything|or|little|bit|one|need anything|want anything|have anything|doing anything|"
    r"nobody) (?:else|more)(?! (?:available|free|open|on|at|in|do you have|have you|you have|for|around))",
    r"other (?:clinic|location|practice|place|half|knee|hip|leg|arm|side|foot|hand|shoulder|person|people|patients?|"
    r"clients?|day|booking|"
    r"appointment)",
    r"(?:cost|costs|charge|charges|pay|paying)(?: any| me)? more|more (?:expensive|money)",
    r"(?:any ?more|more) (?:information|info|details|about|help|pain|texts|messages|calls|emails|reminders)|"
    r"need more help",
    r"(?:book|make|need|want|like|have) another (?:appointment|booking|session)|another (?:question|person|"
    r"patient|booking)|each other|any other day|the other (?:1|one|time|option)|no more|(?:not|don'?t|dont|"
    r"haven'?t|isn'?t)(?: [\w']+){0,6} (?:any ?more|anything else|any ?one else)|or (?:someone|somewhere|"
    r"something) else|more than",
)
"""Here the words mean something else than other times."""
_OTHERWISE = any_of(
    r"i'?(?:d| would|'?ll)? ?(?:much )?(?:rather|prefer)(?! (?:that|this|it|the|to (?:go|try|take|see) (?:there|"
    r"that|this|him|her))\b)|(?:changed? my mind|on second thoughts?|actually)(?=.*\b(?:i want|i need|i realis|"
    r"i realiz|look|find|search|try)\b)",
    r"i(?:'m| am) also looking|instead|(?:let'?s|maybe|please|can you|could you) try (?!that|this|it|them|him|her|"
    r"again|the (?:first|one)|to)\w+",
)
"""What is on the table is left for something else."""
_HOW_ABOUT = any_of(r"how about|what about|maybe try|try")

_THANKS = any_of(
    r"thanks?|thank you|thankyou|thanx|thx|tnx|cheers|ta|tah|much appreciated|appreciate(?: it| that| your| the)?|"
    r"grateful|gratitude|very kind|legend|nga mihi|chur|(?:great|huge|big|so|very|really|been a|a) help(?:ful)?|"
    r"helpful|life ?saver|you(?:'re| are) (?:a star|the best|awesome|great)|thanks alot|good on you|onya"
)
_FOR_HELP = any_of(
    r"(?:thanks?|thank you|thankyou|thx|cheers|grateful|gratitude)(?: \w+){0,3}? for(?: \w+){0,3}? (?:help|"
    r"helping|assist|assisting|assistance|service|support|kindness)"
)
_NOT_THANKS = re.compile(
    r"^(?:no|yes|yep|yeah) ?,? thanks?(?: you)?(?! so| very| a | for)\b|\bthanks? but\b|\bthanks? to (?!you)"
)

_GOODBYE = any_of(
    r"good ?bye|bye(?: ?bye)?|see (?:you|ya)(?: (?:then|later|soon))?|hooroo|cya|ciao|laters|catch (?:you|ya)|"
    r"take care|farewell|hang up|talk (?:to you )?(?:soon|later)|so long|ttyl|gotta (?:go|run)|(?:have|"
    r"need) to (?:go|run) now|ka kite|haere ra|signing off|wrong number|until next time|"
    r"have (?:a )?(?:\w+ )?(?:good|great|nice|lovely|wonderful|pleasant) (?:day|one|night|evening|weekend|"
    r"afternoon|time|rest)|good ?night"
)
_DEAR = (
    r"(?:love|mate|darl|darling|dear|dearie|hun|hon|sweetie|pet|champ|legend|heaps|muchly|so much|very much|a lot)"
)
_COURTESIES = re.compile(
    rf"(?<![\w'])(?:(?:(?:^|(?<=[,.] ))ta|ta(?= {_DEAR}\b)|thanks?|thank you|thankyou|thx|cheers)(?: {_DEAR})*|"
    rf"{_GOODBYE.pattern}(?: {_DEAR})*)(?![\w'])"
)
"""Thanks and goodbyes. "Ta" is also a family name: it is a thanks at the beginning, or with a dear word."""
_ALL = r"(?:all|it|everything|enough)"
_NEEDED = (
    r"(?:i|we)(?:'ll| will)?(?: \w+)?(?: to)? (?:need|needed|wanted|want|was after|were after|have|know|came for)"
)
_CLOSES = any_of(
    rf"(?:that'?s|thats|that is|this is|that will be|that would be|that'?ll be|that'?d be|that was|think that'?s|"
    rf"it is|will be|would be|it'?s|that should be) (?:about |pretty much |"
    rf"really )?{_ALL}(?: (?:that )?{_NEEDED})?"
    r"(?! (?:good|right|correct|fine|ok|okay|wrong|one|works|sounds|suits|set|great|perfect|well|done|the|a|my|"
    r"time))",
    r"(?:i'?m|i am|we'?re|we are|all) (?:all |just )*(?:done|finished|set|good|sorted|through)(?! (?:with|"
    r"for (?!now|today)|at|on|to|if|any)\b)",
    r"nothing (?:else|more|further)|no(?:thing)? (?:more|further) (?:questions|help)|no more (?:for|today|now|"
    r"thanks)",
    r"(?:don'?t|do not|won'?t|will not) (?:think i )?(?:need|want|require) (?:you|anything|any (?:more|further|"
    r"other)|more|any ?thing else|further|help)",
    rf"(?:that'?s|that is|that was) (?:enough|plenty)|(?:i have|i'?ve got|i got|got|takes care of|covers|answers|"
    rf"for) (?:all|everything|what)(?: of)?(?: (?:that )?{_NEEDED})?(?= *$| [,.!]| for| thank)|(?:all|"
    rf"everything) (?:that )?{_NEEDED}(?= *$| [,.!]| for| thank| right| to)|all the help|that (?:does|covers) it|"
    rf"that'?s a wrap",
)
_DOES = any_of(r"(?:that|this|it)(?:'ll| will| should| would)? do(?: it| me)?(?= for now| *$| [.!,])")
"""It closes when nothing is on the table; else it takes what is."""
_GUESS_CLOSES = re.compile(rf"\bi (?:think|guess|suppose)(?= (?:{_CLOSES.pattern}))")
_CHANGES = any_of(
    r"instead|change (?:it|that|the|my)|rather|prefer|make (?:it|the|that|them)(?! is)|i (?:said|meant|mean)|"
    r"switch|move it|i want(?:ed)? (?:it|the)|should be|has to be|have to be|better"
)

_REPEAT = any_of(
    r"say (?:(?:that|it) )?again|repeat|pardon|come again|(?:didn'?t|did not|couldn'?t|can'?t) (?:catch|hear|"
    r"get) (?:that|it|you)|what did you say|one more time please|sorry what|what was that|once more|again please|"
    r"run (?:that|it) (?:by|past) me|what (?:were|are) (?:they|the (?:options|times)|those|my options) again|"
    r"missed that|(?:what|which) (?:time|day|date|one)(?: \w+)? (?:was|is) (?:that|it)|who(?:'s| is| was) (?:it|"
    r"that|this) with|where(?:'s| is| was) that(?! (?:located|parked))"
)
_REPEAT_ALONE = re.compile(
    r"^(?:(?:and|so|sorry|but|ok) )*(?:what|sorry|huh|eh|hm+|excuse me|(?:who|when|what time|what day)"
    r"(?:'s| is| was)?(?: it| that)?(?: with| on| at)?(?: again)?)\W*$"
)
_GREETING = re.compile(
    r"^(?:hi+|hello|hey|hiya|howdy|good (?:morning|afternoon|evening|day)|morning|arvo|g ?'?day|kia ora|"
    r"tena koe)(?: (?:there|robyn|mate|again|to you|how are you|how's it going))*\W*$"
)
_ANYONE = any_of(
    r"any(?:one|body)(?:'s|s| is) (?:fine|ok|okay|good|all right|sweet)",
    r"(?:any(?:one|body)|any (?:of (?:them|the \w+)|practitioner|physio|therapist|doctor|osteo|chiro)|whoever|"
    r"don'?t (?:mind|care) (?:who|which)|no preference|either (?:of them|is fine|one)|someone else|somebody else|"
    r"(?:another|different|other) (?:practitioner|physio|therapist|doctor|osteo|chiro|person))(?! (?:there|tell|"
    r"call|ring|help|else know))",
)
_ANY_PLACE = any_of(r"(?:any|either|whichever) (?:clinic|location|place|practice)|don'?t (?:mind|care) where")
_OTHER_PLACE = any_of(r"(?:the )?other (?:clinic|location|practice|place|rooms|one in)")


def asks_others(said: str) -> bool:
    return bool(_OTHERS.search(_NOT_OTHERS.sub(" ", said)))


def asks_otherwise(said: str) -> bool:
    """Leaves what is on the table for something else, in words that only mean it while something is."""
    return bool(_OTHERWISE.search(said)) or any(
        _HOW_ABOUT.search(part) and is_question(part) and not asks_fact(part) for part in parts(said)
    )


def thanks(said: str) -> bool:
    return bool(_THANKS.search(_NOT_THANKS.sub(" ", said)))


def without_courtesies(said: str) -> str:
    """The words without thanks and goodbyes, which are nobody's name."""
    return " ".join(_COURTESIES.sub(" ", said).split())


def thanks_for_help(said: str) -> bool:
    """Thanks that sum up: for the help, not for an answer."""
    return bool(_FOR_HELP.search(said))


def ends(said: str) -> bool:
    """A goodbye, or that nothing else is needed."""
    return bool(_GOODBYE.search(said) or _CLOSES.search(said))


def closes(said: str) -> bool:
    """Nothing else is needed; to "anything else?" that is a no."""
    return bool(_CLOSES.search(said) or _DOES.search(said))


def without_closing(part: str) -> str:
    """The words without those that say that nothing else is needed."""
    return _CLOSES.sub("", _GUESS_CLOSES.sub("", part))


def says_goodbye(said: str) -> bool:
    """A goodbye in so many words, not only "that's all"."""
    return bool(_GOODBYE.search(said))


def changes(said: str) -> bool:
    """Asks to change what was just read back."""
    return bool(_CHANGES.search(said))


def asks_repeat(said: str) -> bool:
    return bool(_REPEAT.search(said) or _REPEAT_ALONE.match(said))


def greets(said: str) -> bool:
    return bool(_GREETING.search(said))


def wants_anyone(said: str) -> bool:
    return bool(_ANYONE.search(said))


def wants_any_place(said: str) -> bool:
    return bool(_ANY_PLACE.search(said))


def wants_other_place(said: str) -> bool:
    return bool(_OTHER_PLACE.search(said))
