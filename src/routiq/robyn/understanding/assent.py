"""Yes and no, read so that a booking may rest on it: a yes with a "but" in it is none. Pure.

A yes is a part of the words that opens with one of :data:`_YESES`. It stands when no part holds a reserve, and no
question beside it turns to something else.
"""

from __future__ import annotations

import re

from routiq.robyn.understanding.acts import without_closing
from routiq.robyn.understanding.asking import asks_fact, is_question, parts, told, without_requests
from routiq.robyn.understanding.phrases import any_of, one_of
from routiq.robyn.understanding.words import word_set

_OPENING = (
    r"^(?:(?:um+|uh+|oh+|ah+|aw+|ooh+|well|hm+|hi|hello|hey|so|and|no worries|no problem|right|great|perfect|cool|"
    r"awesome|"
    r"wow|nice|thanks|thank you|sorry|robyn|then|ok|okay|alright)\W+)*"
)
_GOOD = one_of(
    "fine good great right correct perfect ok okay alright lovely ideal accurate true nice awesome fantastic "
    "wonderful "
    "excellent brilliant best exactly confirmed super suitable beautiful sweet cool amazing better terrific prefect "
    "optimal grand acceptable fabulous happy enough splendid marvellous marvelous agreeable convenient satisfactory"
)
_VERY = (
    r"(?:(?:all|so|also|just|exactly|absolutely|very|really|quite|pretty|perfectly|like|an?|totally|much|indeed|"
    r"certainly|completely|entirely|definitely|more than) )*"
)
_IT = (
    r"(?:that|this|it|everything|all|both|those|these|they|he|she|you|(?:all )?(?:that|this|the|these|those|of it|"
    r"your) (?:one|(?:day|date) and time|time|day|date|appointment|booking|details?|information|info|slot|\w+))"
)
_YESES = (
    r"i said yes|my answer is yes|(?:lock|book|pop|pencil|put|sign|count) (?:it|that|me) (?:in|up)|y|yes|yep|yeah|"
    r"yea|yup|ya|yah|aye|ye|yess+|sure(?: thing)?|ok|okay|okey|okie|k|alright|all right|absolutely|definitely|"
    r"certainly|of course|correct|exactly|indeed|confirm(?:ed)?|perfect|fine|great|good|lovely|brilliant|awesome|"
    r"excellent|wonderful|nice|fantastic|terrific|please do|please proceed|proceed|go ahead|go for it|go on|"
    r"carry on|continue|right|affirmative|positive|agreed|cool|beautiful|ripper|beauty|bonza|sweet(?: as)?|choice|"
    r"you (?:little )?(?:beauty|beaut|ripper)|"
    r"spot on|too easy|you bet|why not|by all means|for sure|no worries yes|mhm|uh huh|surely|yiss|too right|"
    r"she'?ll be right|okie dokie|righto|roger(?: that)?|precisely|totally|true|splendid|bang on|all good|works|"
    r"10 4|you (?:got|have got|have) (?:it|that)(?: right| correct)?",
    r"(?:it (?:is|does|sure is|certainly is)|(?:yes )?i (?:do|would|am|sure would|sure do|agree|accept|"
    r"approve))(?= *$| [,.])",
    r"i (?:do |can |hereby )?(?:confirm|agree|approve|accept)(?! (?:if|but|when))",
    r"most (?:definitely|certainly)|(?:i'?d|i would) (?:love|like) (?:that|it)|do it|do that|"
    r"(?:please )?try (?:that|it)|let'?s (?:do|try|go with|book|go ahead|go for|confirm) ?(?:it|that|this|with it|"
    r"with that)?(?= *$| [,.])|deal|done|super|thats? ?it|that'?s it|(?:i'?m|i am) (?:fine|good|happy|ok|"
    r"okay) with (?:that|this|it|everything)",
    rf"{_IT}(?: will| should| would|'ll|'d| does| do| is going to| could| can| must) (?:be {_VERY}{_GOOD}|work|do|"
    rf"suit|fit)",
    rf"{_IT}(?:'?s| is| are|'re| was| were| all|'ll be| will be| would be| sounds?| looks?| seems?|"
    rf" works?)? ?{_VERY}{_GOOD}",
    rf"{_IT} (?:works|suits|fits|sounds like (?:a plan|it))|(?:that|this|it) (?:does )?(?:sounds?|looks?|"
    rf"seems?) {_VERY}{_GOOD}",
    r"it'?s (?:okay|ok|good|fine|correct|confirmed|right)|yes it'?s",
    rf"(?:sounds?|looks?|seems?|works?|suits?|is) {_VERY}(?:an? )?(?:{_GOOD}|plan|for me|me)",
    r"suits(?= *$| [,.])|happy with (?:that|this|it)",
    r"(?:please )?(?:go ahead and |proceed (?:and|to|with) )?(?:book|confirm|schedule|reserve|take|make|fix|set|"
    r"lock in|get) (?:it|that|this|them|(?:the|that|this|my|an?) (?:booking|appointment|reservation|time|slot|"
    r"visit))(?! (?:for|on|at|to|with|in|a|as|not|earlier|later|instead)\b)",
    r"i(?:'?ll|'?d| will| would)?(?: like| want| wanna)?(?: to)? (?:take|have|confirm|go with|go for|do|choose|"
    r"like|want|love|book) (?:it|that|this)(?: one| time| slot| appointment)?|(?:that|this) (?:one|time|"
    r"slot)(?= *$| [,.])",
    r"that'?s (?:what i want(?:ed)?|the one|me|him|her|all correct|all right)|(?:that|this) is (?:what i|the one|"
    r"exactly what i)",
)
_YES = re.compile(rf"{_OPENING}(?:{'|'.join(_YESES)})(?![\w'])")

_NOES = (
    r"(?:yeah|yes|yep),? nah\b|no+|nope|nah|nup|naw|nuh uh|negative|never ?mind|"
    r"not (?:really|that|this|those|them|yet|now|today|quite|exactly|correct|right|interested|good|"
    r"for (?:me|now|today)|the|any|at|just|currently|needed|"
    r"necessary)|none of|neither|don'?t|do not|forget it|cancel(?: (?:that|it|this|please))*(?= *$| [.,!])|"
    r"cancel (?:that|it)|wrong|incorrect|scrap that|hold off|actually|wait|hang on|oops|on second thoughts?|"
    r"no thank(?:s| you)|i'?d rather not|rather not",
    r"(?:that|this|it|they|those)(?: (?:day|time|one))?(?:'?s| is| are) (?:not|wrong|incorrect|no good)",
    r"(?:that|this|it|they|those)(?: (?:day|time|one))? (?:does ?n'?t|does not|do ?n'?t|wo ?n'?t|will not|"
    r"is ?n'?t|wouldn'?t|would not)(?= )",
    r"i (?:do ?n'?t|do not|wo ?n'?t|will not|can'?t|cannot|would(?:n'?t| not)|did ?n'?t|am not (?:sure|interested|"
    r"keen|free|available|able|happy)|changed)(?= (?!mind\b|care\b|need an?\b)| *$)",
    r"i'?m (?:not (?:sure|interested|keen|free|available|able|happy)|all (?:good|set))|i have changed|"
    r"i'?ve changed|(?:maybe|perhaps|possibly|some) (?:later|another (?:time|day)|(?:at )?(?:a|some) (?:later|"
    r"other) time|next time)",
)
_NO = re.compile(rf"{_OPENING}(?:{'|'.join(_NOES)})(?![\w'])")
_BETHINKS = re.compile(
    rf"{_OPENING}(?:(?:actually|wait|hang on|hold on|oops|whoops|on second thoughts?|one more thing)\W+)+(?=\w)"
)
"""Something else follows, and where nothing is asked for that is no "no"."""
_NOT_NO = any_of(
    r"why not|no (?:worries|problem|problems|dramas|wuck(?:a|er)s|wukkas|rush|idea|"
    r"preference)|(?:i )?(?:don'?t|do not) (?:mind|"
    r"care|(?:really )?know)|no (?:later|earlier|sooner|more than|less|longer|matter|need to)|(?:didn'?t|did not|"
    r"couldn'?t) (?:catch|hear|get) (?:that|it|you)"
)

_RESERVED = any_of(
    r"but|unless|if|depends|depending|hm+|for (?:him|her|them|my \w+)|except|wait|hang on|hold on|hold off|"
    r"not sure|unsure|maybe|might|perhaps|actually|instead|rather|not yet|before you|as long as|only|other than|"
    r"apart from|don'?t|do not|can'?t|cannot|won'?t|wouldn'?t|nah|nup|no|not|what about|how about|change|different|"
    r"let me (?:think|check)|i'?ll (?:think|check|ask)|almost|nearly|probably|i (?:think|guess|suppose)|cancel|"
    r"wrong"
)
_TURNS = any_of(r"but|instead|what about|how about|change|different|rather|another|later|earlier|unless|not")
"""In a question beside a yes: it asks for something else than what was agreed to."""
_FOR_REFERENCE = any_of(r"for my (?:reference|records?|info|information|file)")

_LOOSELY = any_of(
    r"i (?:think|guess|suppose|believe) so|(?:the|my) usual|as (?:always|usual|before)|like last time|"
    r"(?:may|might) as well|(?:the )?same (?:as (?:always|usual|before|last time)|again|thing|one|type)|the same"
)
_NOT_THAT = any_of(r"not|other than|rather than|instead of|different|never")

_OUTRIGHT = any_of(r"yes|yep|yeah|yea|yup|ya|sure|please|of course|absolutely|definitely|i do|i would")
_OUTRIGHT_NO = re.compile(r"^(?:\w+ ,? ?)?(?:no|nope|nah|nup|naw)\b")
_NOTHING = re.compile(
    r"^(?:(?:no+|nah|nope|um+|well|,) )*(?:nothing(?: (?:else|more|really|much|special|i can think of|to add))?|"
    r"none|nil|not that i (?:can think of|know(?: of)?)|(?:i )?(?:don'?t|do not) think so|(?:that'?s|that is) (?:it|"
    r"all|everything)|can'?t think of anything|idea|dunno|not sure|(?:i )?(?:don'?t|do not) know)(?: (?:thanks|"
    r"thank you|love|dear|mate|for now|really))*\W*$"
)
_ACKNOWLEDGES = any_of(
    r"ok|okay|alright|all right|right|got it|i see|well|and|thanks|thank you|so much|very much|a lot|bye|"
    r"good ?bye|cheers|ta|appreciate (?:it|that)|i|oh|ah|so|then"
)
_PRAISE = re.compile(r"^(?:that'?s )?(?:a )?(?:good|great|fair|excellent) (?:question|point|idea|to know)\b")

_YES_WORDS = word_set(
    "said answer lock pop pencil put thing y yes yep yeah yea yup ya sure surely ok okay k alright all right "
    "absolutely definitely certainly of course correct exactly indeed confirm confirmed confirming perfect fine "
    "great good lovely brilliant awesome excellent wonderful nice fantastic please do go ahead for it cool "
    "beautiful too easy spot proceed you bet that that's this i i'd i'll i'm is are was were sounds sound looks "
    "look works work suits suit the a an and so just very really quite me my us we to with at on in book booking "
    "booked schedule make made reserve reservation appointment time slot one those these details would will be "
    "like want love take have thanks thank oh ah um uh well ideal done deal mate robyn now then wow everything "
    "it's its hi hello much let's lets can plan true am pm oclock out agree happy appreciated cheers ta worries "
    "no day by means your help try both also as super fit fits date information info visit got approve accept "
    "continue carry what wanted need needed asked fix set that'll it'll that'd it'd nicely "
)


def says_yes(said: str) -> bool:
    """A yes without reserve: no "but", no wish for another time; a question after it is no reserve."""
    said_parts = parts(said)
    if says_no(said) or _PRAISE.search(said):
        return False
    if not any(_YES.search(part) for part in said_parts[:2]):
        return False
    for part in said_parts:
        asked = is_question(part) and not _YES.search(part)
        if asked and asks_fact(part):
            continue
        if (_TURNS if asked else _RESERVED).search(_FOR_REFERENCE.sub("", _NOT_NO.sub("", without_closing(part)))):
            return False
    return True


def agrees_loosely(said: str) -> bool:
    """A yes where nothing is booked by it: "I think so" and "the usual" are one too."""
    return says_yes(said) or bool(_LOOSELY.search(said) and not says_no(said) and not _NOT_THAT.search(said))


def asks_besides(said: str) -> bool:
    """A question stands beside the yes, with or without its mark."""
    return any(is_question(part) and not _YES.search(part) for part in parts(said))


def says_little_else(said: str) -> bool:
    """Hardly a word in it besides those of a yes: what a booking may rest on."""
    own = [without_requests(part) for part in parts(said) if part in told(part) or _YES.search(part)]
    unknown = [word for word in re.findall(r"[a-z']+", " ".join(own)) if word not in _YES_WORDS]
    return len(unknown) <= 1


def says_no(said: str) -> bool:
    return bool(_NO.search(_NOT_NO.sub(" ", said) if _NOT_NO.search(said[:40]) else said))


def without_bethinking(said: str) -> str:
    """The words without the "actually" or "hang on" before them."""
    return _BETHINKS.sub("", said)


def says_no_outright(said: str) -> bool:
    """With a no-word, and not only "I can't do Tuesday"."""
    return bool(_OUTRIGHT_NO.search(said))


def only_acknowledges(said: str) -> bool:
    """Nothing but "okay, thanks": that it was heard, not that it is liked."""
    return not re.sub(r"[\W_]", "", _ACKNOWLEDGES.sub("", said))


def says_nothing(said: str) -> bool:
    """In answer to what else there is: nothing."""
    return bool(_NOTHING.match(said))


def says_yes_outright(said: str) -> bool:
    """With a yes-word, and not only praise ("great")."""
    return bool(_OUTRIGHT.search(said))
