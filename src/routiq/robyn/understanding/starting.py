"""What somebody comes with: to book, to move, to cancel, to ask about a booking or a bill. Pure.

Strong words for booking name the appointment; weak ones only look for something, and while something is on the table
they ask for others.
"""

from __future__ import annotations

import re

from routiq.robyn.understanding.asking import asks_fact
from routiq.robyn.understanding.phrases import any_of
from routiq.robyn.understanding.vocabulary import PROVIDER, ROOM, SERVICE, VISIT

_GAP = r"(?: [\w'&]+){0,5}"
_A = r"(?:an?|the|my|another|our|your|his|her|their|some|one|any|this|that|new|good)"
_PLAIN_VISIT = r"(?:appointments?|appts?|bookings?|sessions?|times?|slots?)\b"
_NOT_WANTED = any_of(
    rf"(?:don'?t|do not|didn'?t|no longer|not) (?:want|need|wish|like|require){_GAP} (?:{VISIT}|to (?:book|come))",
    rf"(?:no|without an?) {VISIT}",
    r"(?:want|wanted|need|like|love|wanna|gotta|wondering)(?: to)? (?:know|ask|find out)",
    r"(?:thanks|thank you)(?: \w+){0,3} for(?: the| your| my)? \w+(?: \w+)?",
    r"(?:that|this|it)(?:'s| is| was) (?:exactly |just )?what (?:i|we)[\w' ]*",
)

_BOOKS = any_of(
    rf"(?:book|schedule|scheduled|reserve|make|making|arrange|set up|set|organi[sz]e|create|fix|get|getting|need|"
    rf"want|like|have|find|after|do|try|take|come in for|chase|be seen for){_GAP} {VISIT}",
    rf"(?:book|schedule|reserve|make|arrange|get|need|want|squeeze|after|like|grab){_GAP} {ROOM}",
    r"(?:book|schedule|reserve|squeeze|fit|get|pop|pencil)(?: \w+){0,1} in|(?:book|squeeze|fit|get|pop|pencil) "
    r"(?:my|our|the) \w+ in(?! (?:touch|trouble)\b)",
    r"(?:book|reserve|schedule) (?:me|us|with|my|a|an|for|one|something|someone|him|her|the|in|on|at|there|it "
    r"(?:for|on|at|with|in)|\d+\w*)",
    rf"(?:reserve|book) (?:for|with|at|in|on|there|{_A})",
    r"(?:like|want|need|love|hoping|trying|wanting|looking|able|possible|wish|wishing|keen|wanna|gotta|supposed|"
    r"going|time|have|due|prefer|go ahead|decided|ready|me|help|needs|wants|has)(?: \w+)? to (?:book|come (?:in|and|"
    r"at|on|down|by)|see|schedule|visit|get (?:in|to|into|my \w+ (?:checked|looked|seen)|checked|looked|seen)|be "
    r"seen|make (?:an?|the|my)|"
    rf"consult|meet|reserve|go (?:in|visit|see|to (?:an?|the|my|that|this) {PROVIDER}))",
    r"(?:wanna|gotta|i'?ll|lets|let'?s|let me) (?:see|visit|book|come in|meet)(?! (?:if|what|how|when|whether)\b)",
    r"(?:can|could|may) (?:i|we) (?:please )?(?:come(?! back)|see(?! (?:if|what|how|whether|my|the|your)\b)|get in|"
    r"book|visit|be seen|grab a|jump in)",
    rf"(?:i|we)(?:'m| am|'re| are)? (?:really |just )?(?:need|want|require|after|would like|wish|due) (?:to see |"
    rf"for )?(?:{_A} )?(?:\w+ ){{0,2}}{PROVIDER}",
    rf"(?:get|have|take|see) (?:me |us |my \w+ )?(?:to |into |in with )?(?:an?|the|another) (?:\w+ "
    rf"){{0,2}}{PROVIDER}",
    rf"(?:see|visit|consult|meet) (?:an?|the|my|your|with|one of) (?:\w+ ){{0,2}}{PROVIDER}",
    r"(?:due|time|overdue) for (?:an?|my|another|his|her)(?! (?:quick )?(?:chat|question))",
    rf"(?:need|needs|want|get|like|have|after|for|due for|require){_GAP} {SERVICE}|in (?:desperate |urgent )?need "
    rf"of(?: \w+){{0,3}} (?:{PROVIDER}|{SERVICE})|needs? (?:to be )?(?:cut|looked at|look at|checked|seen|treated|"
    rf"fixed|checking|"
    r"looking at|seeing to|fixing|treating)",
    r"(?:make|start|do) a (?:new )?booking|(?:book|booking)|(?:need|want|like|have|get)(?: \w+)? (?:my|his|her|our) "
    r"(?:[\w']+ ){1,3}?(?:checked|looked at|seen to|done|cut|cleaned|fixed|treated|trimmed|adjusted|assessed)",
    rf"(?:talk|speak|chat|set me up|connect me|put me) (?:to|with) (?:an?|the|your) (?:\w+ ){{0,2}}{PROVIDER}",
    r"try (?:again|(?:to )?(?:book|schedul|mak)\w*)|(?:retry|try) (?:the|making|booking|scheduling)",
)
_DO_YOU_DO = any_of(
    rf"(?:do|does) (?:you|youse|they|the \w+|anyone|anybody)(?: guys| lot| there)? (?:do|offer|provide|run)(?! "
    rf"(?:any |an? |some )?{_PLAIN_VISIT})"
)
_COMPLAINS = any_of(
    r"(?:hurts?|hurting|sore|pains?|painful|aches?|aching|achy|injured|injury|sprain\w*|strain\w*|pulled|twisted|"
    r"rolled|stiff|crook|swollen|sciatica|whiplash|spasms?|cramps?|headaches?|migraines?|toothache|rash|"
    r"slipped disc|playing up|(?:giving|gives) me grief|killing me|unwell|sick|not feeling (?:well|great|good)|"
    r"feeling (?:off|sick)|tweaked|dodgy|seized up|locked up)",
    r"(?:done|did|put|threw|thrown|stuffed|buggered)(?: \w+)? (?:my|his|her) \w+(?: (?:in|out|up))?",
)
"""What a body complains of; as the first words of a call it is why an appointment is wanted."""
_MENTIONS = any_of(
    PROVIDER,
    SERVICE,
    VISIT,
    r"my usual|same as (?:last|before|usual)|new patient|never been|first (?:time|visit)|new here",
)
_SEEKS = any_of(
    r"(?:find|search|searching|look|looking|locate|locating|seek|seeking|recommend|suggest|hunt|hunting|finding|"
    r"check|checking|browse)(?: (?:me|us|for|out|up|again|please|an?|some|in|to|my|the|any|of|help|locally|"
    r"around))* (?!(?:if|whether|that|it|this|what|when|how|on|with|at)\b)[\w']+",
    r"(?:assistance|help|assist)(?: (?:me|us|please|to|in|with|from|you))* (?:find|search|locat|look|get|choos|"
    r"pick)\w*",
    r"(?:do you have|have you got|is there|are there|got|have you|do you know|did you find|"
    r"know of) (?:any(?!one there)|anything|anyone|anybody|something|someone|one(?! of)|a|an|some)"
    r"(?! (?:\w+ )?(?:way|"
    r"chance|idea|reason|problem|lift|ramp|difference|discount|toilet|cafe|question|pool|gym|limit|fee|gap fee|"
    r"charge|cost))",
    rf"any (?:{VISIT}|(?:slots?|spots?|times|openings?|gaps?|availability)|{PROVIDER})|(?:have|got|"
    rf"find){_GAP} {ROOM}|any chance (?:of|for)|(?:next|earliest|first) (?:available|free)|what (?:times|days|"
    rf"appointments|{PROVIDER})|when (?:can|could) (?:i|you|he|she|we)|what (?:have|do) you (?:have|"
    rf"got)(?: \w+)? (?:free|available|on|for|in|left)|who(?:'s| is| do you have) (?:free|available|on)",
    rf"(?:show|list|give|name|tell)(?: (?:me|us|out|about|the|all|some|an?|any|of|best|nearby|good))* {PROVIDER}|"
    rf"(?:where|who|which)(?: \w+)? (?:can i (?:find|get|see)|do you know|"
    rf"would you recommend)(?: \w+){{0,3}} (?:{PROVIDER}|{SERVICE})|know (?:of )?(?:any|a|"
    rf"some) (?:\w+ )?{PROVIDER}|see if (?:there'?s|there is|you (?:have|can))|(?:another|different|other|"
    rf"new) {PROVIDER}|keep (?:searching|looking)|search (?:again|more)",
)
_SEEKS_ONLY = any_of(r"(?:find|search|look|locate|recommend|suggest)\w*")

_MINE = r"(?:my|our|the|his|her|their|that|this|an?|mum'?s|dad'?s|\w+'s)"
_EXISTING = rf"{_MINE} (?:[\w':]+ ){{0,4}}?{VISIT}"
_OWN = (
    rf"(?:my|our|the|his|her|their|that|this|mum's|dad's|today's|tomorrow's|\w+day's|"
    rf"tonight's) (?:[\w':]+ ){{0,4}}?{VISIT}"
)
_MOVES = any_of(
    rf"(?:my|our|his|her) (?:[\w']+ ){{0,3}}?{VISIT}(?:'s| is)? .*(?:can|could) (?:it|i|we|you) (?:be|come|do|"
    rf"make|have|move|change)"
    r"(?! (?:back|a|an)\b)|cancel\w* .*\band (?:re ?)?book",
    r"re ?schedul\w*|postpone\w*|re ?book(?:ed|ing)? (?:my|the|our|it|this)",
    rf"(?:move|change|shift|shove|swap|switch|push|bring|put|delay|alter|swop|bump|edit|update)(?:d|ing|ping|"
    rf"ting)? (?:back |forward |out |off )?{_OWN}",
    rf"make {_OWN} (?:earlier|later|sooner|a (?:bit|little|day|week))",
    r"(?:move|shift|swap|push|bring|bump) (?:it|me|my \w+|\w+'s) (?:back|forward|out|to|from|a (?:bit|day|week)|"
    r"earlier|later)",
    r"(?:different|another|earlier|later|other|new) (?:day|time|date)(?: \w+){0,2} (?:for|than) "
    rf"(?:my|the|our|his|her) (?:[\w':]+ ){{0,3}}?{VISIT}",
    r"(?:come|get in|see \w+) (?:earlier|later|sooner)(?: \w+){0,2} (?:than|instead)",
    r"(?:can'?t|cannot|won'?t|unable to|not able to) (?:make|do|get to|attend|"
    r"come to) (?:[\w':]+ ){0,7}(?:, )?(?:can|could) (?:i|we|you) (?:come|move|do|change|make|have|get)",
)
_ONE = (
    r"(?:(?:my|our|the|his|her|(?:to|yester)?day'?s|tomorrow'?s|\w+day'?s) (?:\w+ )?(?:1|one)|"
    r"(?:the|my|our) (?:time|day|date|slot))"
)
_MOVES_ONE = re.compile(
    rf"\b(?:move|change|shift|shove|swap|switch|push|bring|put|bump)(?:d|ing|ping|ting)? (?:back |forward |out "
    rf")?{_ONE}"
    r"(?= *$| *[,.?!]| (?:to|till|until|for|back|forward|out|by|please|if|a)\b)"
)
"""What there is already called by its day or time: "shove Thursday's one to Friday", "change the time"."""
_CANCELS = any_of(
    rf"cancel(?:l?ing|l?ed)?(?: (?:out|on))?(?: \w+){{0,2}}? (?:{_EXISTING}|{VISIT}|it all|everything|"
    rf"all of (?:my|them)|both|"
    r"(?:for |on )?(?:today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|this|next)|mine|"
    r"with)",
    r"(?:need|want|like|have|ring\w*|call\w*|wish|going) to cancel|i(?:'m| am) cancel+ing|please cancel|^cancel\b",
    rf"(?:call off|pull out of|scrap|drop|delete|withdraw|get rid of|remove) {_EXISTING}",
    rf"(?:no longer|don'?t|do not|won'?t) (?:need|want|require|be needing) (?:my|the|our|his|"
    rf"her) (?:[\w':]+ ){{0,4}}?{VISIT}",
    rf"(?:can'?t|cannot|can not|won'?t|will not|unable to|not able to|not going to|"
    rf"not gonna)(?: be able to)? (?:make|attend|get to|come to|keep|make it to|come in for|be at|do) (?:my|the|"
    rf"our|his|her) (?:[\w':]+ ){{0,4}}?{VISIT}",
)
_CANNOT_COME = any_of(
    r"(?:can'?t|cannot|won'?t|unable to|not able to|not going to)(?: be able to)? (?:make it|come(?: in)?|be there|"
    r"get there)(?! (?:before|until|till|after|at|on (?:mondays|tuesdays|wednesdays|thursdays|fridays)|then|any|"
    r"earlier|later|back))",
    r"(?:won'?t|will not|not going to|not gonna) be (?:in|there|coming|able)(?! (?:before|until|till|after|at)\b)|"
    r"(?:i'?m|i am|we'?re) not (?:coming|gonna make it|going to make it)(?: in)?",
)
_EVERY = any_of(
    rf"(?:all|every|each|both)(?: (?:of|my|our|the|his|her|future|upcoming|other))* {VISIT}|(?:it|them) all|"
    rf"everything"
)
_ALREADY = any_of(
    rf"(?:my|our|his|her) (?:existing|current|other|next|upcoming|usual|regular|old|last|"
    rf"booked) (?:[\w':]+ ){{0,3}}?{VISIT}|(?:other|existing|next) {VISIT}|re ?schedul\w*|(?:my|our|his|"
    rf"her) (?:[\w':]+ ){{0,3}}?{VISIT}(?! (?:for|to be|be)\b)"
)
_ASKS_BOOKING = any_of(
    rf"(?:text|message|e ?mail|letter|reminder|note|sms)(?: \w+){{0,3}}? (?:saying|says|said|about|telling me|that)"
    rf"(?: [\w']+){{0,4}}? {VISIT}",
    r"(?:ring|ringing|rang|call|calling|want|wanted|need|like)(?: \w+){0,2}? to (?:just )?confirm(?: (?:for|about|"
    r"that|i|i'm|"
    r"i am|we|we're|today|tomorrow|the|it)\b| *$)",
    r"(?:am|are) (?:i|we) (?:still |all )*(?:on|good|right|set) for (?:today|tomorrow|this|\w+day)",
    rf"what(?:'s| is|s) (?:my|our|his|her) (?:[\w']+ )?{VISIT} (?:for|about|on|at|this|tomorrow|today)",
    rf"what(?:'s| is| was|s)(?: \w+)? (?:my|our|his|her) (?!(?:\w+ )?(?:available|free|earliest|first|soonest))"
    rf"(?:next|coming|upcoming|other|following) (?:\w+ )?{VISIT}",
    rf"(?:what|when|where) (?:my|our|his|her) (?:[\w':]+ ){{0,2}}?{VISIT}(?:'s| is| was)\b",
    rf"^\W*(?:and )?(?:my|our|his|her) next {VISIT}\W*$",
    rf"(?:when|what time|what day|what date|where|who|which \w+)(?:'s| is| are| was|s)(?: it)?(?: \w+)? (?:my|our|"
    rf"his|her|the|\w+'s) (?!(?:\w+ )?(?:available|free|earliest|first|soonest))(?:[\w':]+ ){{0,3}}?{VISIT}",
    rf"(?:do|have|did) (?:i|we) (?:have|got|already have|still have|make|book)(?: \w+)? (?:an?|any|my|the|"
    rf"another)? ?(?:[\w':]+ ){{0,2}}?{VISIT}(?! (?:available|free|left))",
    r"(?:am|are) (?:i|we) (?:still |already |definitely |actually )?(?:booked|in (?:for|on|with|at|today|"
    r"tomorrow)|down|seeing|due|scheduled|coming)",
    r"(?:who|what time|when|what day|where) (?:am|are|do) (?:i|we) (?:seeing|booked|in|coming|due|with|scheduled|"
    r"meant|supposed|having|need to be there)",
    rf"(?:confirm|check|double check|checking|confirming|remind me (?:of|about|when)|details (?:of|for|about)|"
    rf"look up|find|see)(?: \w+){{0,3}}? (?:my|our|his|her) (?:[\w':]+ ){{0,3}}?{VISIT}",
    rf"(?:is|are) (?:my|our|his|her|the|\w+'s) (?:[\w':]+ ){{0,3}}?{VISIT}(?: \w+)? (?:still|on|confirmed|booked|"
    rf"at|in|with|tomorrow|"
    r"today|definitely)",
    rf"(?:about|regarding|re|concerning) (?:my|our|his|her) (?:[\w':]+ ){{0,3}}?{VISIT}",
    rf"(?:did|has|have) (?:my|the|our|that|you) (?:[\w':]+ ){{0,3}}?{VISIT} (?:go through|been|get|gone)",
    rf"how long (?:is|does|will|are) (?:my|our|the|his|her) (?:[\w':]+ ){{0,3}}?{VISIT}",
    rf"(?:forgot|forgotten|can'?t remember|not sure|don'?t remember|don'?t know|lost)(?: \w+){{0,3}} (?:my|our|"
    rf"the) (?:[\w':]+ ){{0,3}}?{VISIT}",
    r"(?:what|which) (?:appointments?|bookings?|visits?|sessions?)(?: \w+)? (?:do|have) (?:i|we) (?:have|got)",
    r"what (?:have i got|do i have|appointments do i have|bookings do i have)(?: \w+)? (?:booked|coming|with|"
    r"on with)|what(?: \w+)? do i have (?:booked|coming)",
)
_WAITS = any_of(
    r"wait(?:ing)? ?list(?:ed)?|cancell?ations? list|stand ?by(?: list)?|short notice list",
    r"(?:let me know|call me|ring me|text me|tell me|message me|contact me|keep me posted|notify me|give me a \w+|"
    r"squeeze me in|keen|like to know|want to know|happy to take it|i'll take it|fit me in)(?: \w+){0,3} (?:if|"
    r"when|in case) (?:[\w']+ ){0,5}?(?:cancels?|opens?|comes? up|frees? up|becomes? (?:free|available)|"
    r"drops? out|pulls? out|pops? up|earlier|cancell?ations?)",
    r"(?:if|when|in case) (?:there(?:'s| is| are)|you (?:get|have)|anything|something|someone|somebody|anyone|"
    r"a spot|a slot|a time|an earlier \w+)(?: [\w']+){0,4} (?:cancels|cancell?ations?|opens? up|comes? up|"
    r"frees? up|drops? out|pulls? out|becomes? (?:free|available))",
)
_OPTS_OUT = any_of(
    r"unsubscribe|opt(?:ing)? ?out|opt me out|stop ?all",
    r"stop (?:texting|messaging|calling|ringing|emailing|contacting|sending|bothering|spamming|the (?:texts|"
    r"messages|emails|reminders|calls|sms)|(?:these|those|your|all) \w+|all)",
    r"(?:don'?t|do not|never|not to|not want to be)(?: want (?:you to|any|any more|to be)| want)? (?:text|call|"
    r"ring|message|contact|email|send|sms|texts|messages|emails|reminders|be|contacted|messaged|texted|"
    r"called)(?:ed)? ?(?:me|us|any more|anymore|again|texts|messages|emails|reminders|by (?:text|sms|"
    r"you))(?: \w+){0,3}",
    r"(?:take|remove|delete|get) (?:me|my (?:number|name|email|mobile)|us) (?:off|from|out of)(?! (?:the )?wait)",
    r"no more (?:texts?|messages?|emails?|reminders?|calls?|sms|marketing|newsletters?)",
    r"(?:don'?t|do not) want (?:any(?: more)? |your |to (?:get|receive) (?:any(?: more)? |your )?|"
    r"these )?(?:texts?|messages?|emails?|reminders?|marketing|newsletters?|sms)",
)
_OPTS_OUT_ALONE = re.compile(
    r"^\W*(?:(?:please )?stop(?: it| now| please)?|stop ?all|unsubscribe|end|quit|opt[ -]?out)\W*$"
)
_INVOICE = any_of(
    r"invoices?|receipts?|statements?|my (?:bill|account|balance)|the bill|outstanding balance|amount (?:due|"
    r"owing)",
    r"(?:how much|what) do (?:i|we) (?:still )?owe|(?:do|did) i (?:still )?owe|pay(?:ing)? (?:my|the|for my|an|"
    r"off|a) (?:\w+ )?(?:bill|account|invoice|balance|last|gap|visit|appointment)|did (?:my|the) payment|"
    r"payment (?:go|come|gone) through|(?:my|a|the) payment|tax invoice|haven'?t paid|already paid|have i paid",
)
_COPY = any_of(
    r"(?:re ?send|send|e ?mail|mail|post|forward|print|get|have|need|want|like|give)(?: \w+){0,4} (?:invoices?|"
    r"receipts?|statements?|cop(?:y|ies))|cop(?:y|ies) of",
)
_ANOTHER = any_of(r"another|second|one more|a further|also|as well|too|extra")


def wants_booking(said: str) -> bool:
    return books(said) or seeks(said)


def books(said: str) -> bool:
    """In words that name the appointment itself."""
    return bool(_BOOKS.search(_NOT_WANTED.sub(" ", said)))


def seeks(said: str) -> bool:
    """In words that look for somebody or for some time; not for a fact."""
    return bool(_SEEKS.search(_NOT_WANTED.sub(" ", said))) and not asks_fact(said)


def asks_service(said: str) -> bool:
    """Asks whether something is done here at all: a wish only where it is on the menu."""
    return bool(_DO_YOU_DO.search(said))


def looks_for(said: str) -> bool:
    """With a verb of looking: "find me somebody", not "is there anything"."""
    return seeks(said) and bool(_SEEKS_ONLY.search(said))


def hints(said: str) -> bool:
    """No word of booking, but a complaint of the body, or who or what is visited: as first words, a wish to book."""
    return bool(_COMPLAINS.search(said) or _MENTIONS.search(said))


def wants_another(said: str) -> bool:
    return bool(_ANOTHER.search(said))


def moves(said: str) -> bool:
    """Wants an existing appointment at another time."""
    return bool(_MOVES.search(said) or _MOVES_ONE.search(said))


def cancels(said: str, *, idle: bool = True) -> bool:
    """``idle``: nothing is under way, so that "I can't come tomorrow" is about an appointment there is."""
    return bool(_CANCELS.search(said) or (idle and _CANNOT_COME.search(said)))


def every(said: str) -> bool:
    """All appointments, not one."""
    return bool(_EVERY.search(said))


def is_mine(said: str) -> bool:
    """In words of an appointment that there already is, not of the one being talked about."""
    return bool(_ALREADY.search(said))


def asks_booking(said: str) -> bool:
    """Asks about an existing appointment: when, where, with whom, whether."""
    return bool(_ASKS_BOOKING.search(said))


def joins_waitlist(said: str) -> bool:
    return bool(_WAITS.search(said))


def opts_out(said: str) -> bool:
    """Wants no more messages or calls."""
    return bool(_OPTS_OUT.search(said) or _OPTS_OUT_ALONE.match(said))


def asks_copy(said: str) -> bool:
    """Wants an invoice or a receipt sent, not to know what is open."""
    return bool(_COPY.search(said))


def asks_invoice(said: str) -> bool:
    return bool(_INVOICE.search(said))
