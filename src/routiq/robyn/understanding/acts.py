"""What an utterance does, besides what it names: that one, others, thanks, goodbye, a person. Pure."""

from __future__ import annotations

import re

from routiq.robyn.understanding.assent import QUESTION, says_no
from routiq.robyn.understanding.commands import Choose

_OTHERS = re.compile(
    r"\b(?:any(?:thing)?|some(?:thing)?|what|which|the|have|got|see|show|hear|find|give|are there|"
    r"is there)?\s*(?:\w+ ){0,2}"
    r"(?:other|others|another|different|additional|more|alternatives?|else)(?: (?:time|times|day|days|"
    r"option|options|slot|slots|one|ones|"
    r"choice|choices|appointment|appointments|availability|available|openings?|please|date|dates|that|"
    r"free))?\b|"
    r"\bnone of (?:those|these|them|that)|\bneither\b|\bwhat else\b|\balternatives?\b|\bnext one\b"
)

_NOT_OTHERS = re.compile(
    r"\b(?:nothing|everything|or|little|bit|one|need anything|want anything|have anything) (?:else|"
    r"more)\b"
    r"(?! (?:available|free|open|on|at|in|do you have|have you|you have|for|around))|\bother (?:clinic|"
    r"location|practice|place|"
    r"half|knee|hip|leg|arm|side|foot|hand|shoulder|person)\b|\bmore (?:information|info|details|about|"
    r"help|pain)\b|"
    r"\bbook another\b|\banother (?:question|person|patient|booking)\b|\beach other\b|\bany other day\b"
)

_THANKS = re.compile(
    r"\b(?:thanks?|thank you|thankyou|thanx|thx|cheers|ta|much appreciated|appreciate(?: it| that| your|"
    r" the)?|grateful|very kind|legend)\b"
)

_NOT_THANKS = re.compile(r"^(?:no|yes|yep|yeah) ?,? thanks?\b|\bthanks? (?:but|to)\b")

_BYE = re.compile(
    r"\b(?:good ?bye|bye|bye ?bye|see (?:you|ya)(?: (?:then|later|soon))?|hooroo|catch (?:you|ya)|"
    r"take care|farewell|hang up|talk soon|"
    r"have (?:a )?(?:good|great|nice|lovely|wonderful|pleasant) (?:day|one|night|evening|weekend|"
    r"afternoon|time)|"
    r"good ?night|"
    r"(?:that'?s|that is|this is|that will be|that would be|that'?ll be|that was) (?:all|it|"
    r"everything)\b(?! (?:good|right|correct|fine|ok|wrong|one))|"
    r"(?:i'?m|i am|we'?re|all) (?:done|finished|all set|all good|set)\b|nothing (?:else|more)|"
    r"no(?:thing)? (?:more|further) (?:questions|help)|"
    r"i (?:don'?t|do not) need anything|that'?s enough|i have (?:all|everything) i need|(?:all|"
    r"everything) i (?:need|needed|wanted))\b"
)

_BOOK = re.compile(
    r"\b(?:(?:book|schedule|reserve|make|arrange|set up|organi[sz]e|get|need|want|like|have|find|after|"
    r"see|try|come in for|take)"
    r"(?: \w+'?\w*){0,6} (?:appointments?|booking|bookings|session|consult(?:ation)?|slot|visit|spot|"
    r"time|opening|reservation|check ?up|treatment|massage|adjustment)|"
    r"(?:book|schedule|reserve|squeeze|fit|get)(?: \w+){0,1} in|book (?:me|us|with|my|a|an|for|one|"
    r"something|someone|him|her|the|in|on|at|it for|it on|it at|it with)|"
    r"(?:make|start) a booking|(?:like|want|need|love|hoping|trying|wanting|looking|able|"
    r"possible) to (?:book|come (?:in|and|at|on)|see|schedule|visit|get in|be seen|make)|"
    r"(?:can|could|may) i (?:come|see|get|book|visit)|looking for|i need (?:a|an|to see|some)|"
    r"i want (?:a|an|to see)|find me|schedule (?:me|something|one|with|for)|"
    r"(?:do you have|have you got|is there|are there|got) (?:any(?:thing)?|something|a|an|some)|"
    r"when (?:can|could) (?:i|you|he|she)|any (?:appointments?|times|availability|openings?|slots?)|"
    r"booking|re ?book|what (?:times|days|appointments)"
    r"|find(?: me| us)? (?:a|an|some|someone|one))\b"
)

_CHANGES = re.compile(r"\b(?:instead|change (?:it|that|the|my)|rather|make (?:it|the appointment|that) (?!is))\b")

_GOODBYE = re.compile(
    r"\b(?:good ?bye|bye|see (?:you|ya)|hooroo|catch (?:you|ya)|take care|farewell|hang up|have a)\b"
)

_ANOTHER = re.compile(r"\b(?:another|second|one more|a further|also|as well|too)\b")

_PERSON = re.compile(
    r"\b(?:(?:speak|talk|chat|put me through|transfer(?: me)?|connect(?: me)?|pass me|speaking|"
    r"talking)(?: \w+){0,2} (?:to|with|on to|onto) "
    r"(?:a |an |the |some ?|your |another )?(?:real |actual |live )?(?:person|human|someone|somebody|"
    r"one|receptionist|reception|staff|team|manager|"
    r"operator|practice|clinic|people|front desk|anyone|supervisor)|(?:real|actual|live) (?:person|"
    r"human|people)|(?:a|any) human|"
    r"call (?:me )?back|ring (?:me )?back|have (?:someone|somebody) (?:call|ring|phone)|(?:someone|"
    r"somebody|the team|staff)(?: to| can)? (?:call|ring|phone) me|"
    r"give me a (?:call|ring)|receptionist|operator|(?:want|need|get me|is there) (?:a |the )?(?:person|"
    r"human|manager|someone real)|not a (?:robot|machine|bot)|"
    r"take a message|leave a message)\b|^(?:a )?(?:person|human|reception|staff|agent|"
    r"representative)(?: please)?\W*$"
)

_COMPLAINT = re.compile(
    r"\bcomplain|\b(?:not happy|unhappy|angry|furious|disappointed|disgusted|appalled|ridiculous|"
    r"unacceptable|rude|terrible (?:service|experience)|"
    r"awful|disgraceful|negligen|malpractice|ombudsman|lawyer|sue (?:you|the)|legal action|fed up|"
    r"waste of time)\b"
)

_BILLING = re.compile(
    r"\b(?:invoices?|bill(?:ed|ing)?|overcharged?|charged|refunds?|receipts?|rebates?|claim(?:s|ing)?|"
    r"private health|health fund|medicare|"
    r"ndis|dva|workcover|acc claim|insurance|insurer|payments?|how much (?:is|does|do|will|for|are)|"
    r"what(?:'s| is) the (?:cost|price|fee)|"
    r"costs?|prices?|fees?|pay(?:ing)? (?:for|my|the|by)|owe|outstanding balance|gap (?:fee|payment))\b"
)

_REPEAT = re.compile(
    r"\b(?:say (?:that|it) again|repeat|pardon|come again|didn'?t (?:catch|hear|get) (?:that|it|you)|"
    r"what did you say|one more time please|sorry what|what was that)\b|^(?:what|sorry|huh|eh)\W*$"
)

_GREETING = re.compile(
    r"^(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|g ?'?day|kia ora|hiya|howdy)(?: (?:there|"
    r"robyn|mate|again|to you))*\W*$"
)

_ANYONE = re.compile(
    r"\b(?:any(?:one|body)|any (?:of (?:them|the \w+)|practitioner|physio|therapist|doctor|osteo|chiro)|"
    r"whoever|don'?t (?:mind|care) (?:who|which)|"
    r"no preference|either (?:of them|is fine|one)|someone else|somebody else|(?:another|different|"
    r"other) (?:practitioner|physio|therapist|doctor|osteo|chiro|person))\b"
    r"(?! (?:there|tell|call|ring|help|else know))"
)

_ANY_PLACE = re.compile(
    r"\b(?:any|either|whichever) (?:clinic|location|place|practice)\b|\bdon'?t (?:mind|care) where\b"
)

_OTHER_PLACE = re.compile(r"\b(?:the )?other (?:clinic|location|practice|place|rooms|one in)\b")

_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "last": -1, "final": -1}

_NTH |= {"latter": -1, "former": 1, "middle": 2}

_POSITION = re.compile(
    r"\b(?:the )?(?P<nth>first|1st|second|2nd|third|3rd|last|final|middle|former|latter)(?: (?:1|one|"
    r"option|time|slot|choice|appointment|available))?\b"
    r"(?! (?:thing|time (?:i|here|for|visit|patient|seeing)|visit|week|month|name|of\b|night|january|"
    r"february|march|april|may|"
    r"june|july|august|september|october|november|december))|"
    r"\b(?:option|number|no|choice) (?P<number>[123])\b|^(?:option )?(?P<bare>[123])(?: (?:please|"
    r"thanks))?\W*$"
)

_RELATIVE = re.compile(
    r"\b(?P<which>earlier|earliest|sooner|soonest|later|latest)(?: (?:1|one|time|slot|option|of))\b|"
    r"\bthe (?P<alone>earlier|earliest|later|latest)\b"
)

_THAT = re.compile(
    r"\b(?:that|this|it|he|she|they|which)(?:'?s| is| one|'ll| will| would| one (?:is|sounds|works|"
    r"would|will)| place| time| (?:dentist|doctor|salon|therapist|option))?"
    r" ?(?:sounds?|looks?|seems?|works?|suits?|be|do|is)? ?(?:really|very|just|like)? ?(?:an? )?(?:fine|"
    r"good|great|perfect|works|suits|lovely|ideal|do|okay|ok|nice|excellent|"
    r"wonderful|optimal|suitable|awesome|best)\b|\b(?:i'?ll|i will|i'?d like|i would like|i want|let'?s|"
    r"i) (?:to )?(?:take|have|go with|go for|choose|pick|try|prefer|like|want)?"
    r" ?(?:that|this|it|him|her|them)\b(?: (?:one|place|time))?|\bgo with (?:that|this|it|them|him|"
    r"her)\b|\b(?:works|suits|good|fine|great) (?:for|with|by) me\b"
)


def asks_others(said: str) -> bool:
    return bool(_OTHERS.search(_NOT_OTHERS.sub(" ", said)))


def thanks(said: str) -> bool:
    return bool(_THANKS.search(_NOT_THANKS.sub(" ", said)))


def ends(said: str) -> bool:
    return bool(_BYE.search(said))


def changes(said: str) -> bool:
    """Asks to change what was just read back."""
    return bool(_CHANGES.search(said))


def says_goodbye(said: str) -> bool:
    """A goodbye in so many words, not only "that's all"."""
    return bool(_GOODBYE.search(said))


def wants_booking(said: str) -> bool:
    return bool(_BOOK.search(said))


def wants_another(said: str) -> bool:
    return bool(_ANOTHER.search(said))


def wants_person(said: str) -> str:
    """Why a person should take over: ``asked``, ``complaint``, ``billing``, or empty."""
    if _PERSON.search(said):
        return "asked"
    if _COMPLAINT.search(said):
        return "complaint"
    return "billing" if _BILLING.search(said) else ""


def asks_repeat(said: str) -> bool:
    return bool(_REPEAT.search(said))


def greets(said: str) -> bool:
    return bool(_GREETING.search(said))


def asks_something(said: str) -> bool:
    return bool(QUESTION.search(said))


def wants_anyone(said: str) -> bool:
    return bool(_ANYONE.search(said))


def wants_any_place(said: str) -> bool:
    return bool(_ANY_PLACE.search(said))


def wants_other_place(said: str) -> bool:
    return bool(_OTHER_PLACE.search(said))


def choice(said: str, *, several: bool) -> Choose | None:
    """Which of the things on the table is taken. "That one" counts only when there are not ``several``."""
    if match := _RELATIVE.search(said):
        earlier = (match["which"] or match["alone"]).startswith(("earl", "soon"))
        return Choose(earlier=earlier, later=not earlier)
    if match := _POSITION.search(said):
        number = match["number"] or match["bare"]
        return Choose(position=int(number) if number else _NTH[match["nth"]])
    if not several and _THAT.search(said) and not says_no(said):
        return Choose()
    return None
