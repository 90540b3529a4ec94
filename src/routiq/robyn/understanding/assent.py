"""Yes and no, read so that a booking may rest on it: a yes with a "but" in it is none. Pure."""

from __future__ import annotations

import re

from routiq.robyn.understanding.words import word_set

QUESTION = re.compile(
    r"\?|(?:^|[.,!] |\band |\balso |\bbut )(?:what|where|who|why|how|which|is there|are there|do (?:you|"
    r"i|they)|does|did|can (?:you|i)|could (?:you|i)|would you|may i|is (?:it|the|that|this|parking)|"
    r"are you|"
    r"will (?:i|it|you)|tell me|whats|wheres)\b"
)
_OPENING = (
    r"(?:(?:um+|uh+|oh+|ah+|well|hm+|hi|hello|hey|so|and|no worries|no problem|right|great|perfect|cool|"
    r"awesome|wow|nice|thanks|thank you|sorry|robyn)\W+)*"
)

_YES = re.compile(
    rf"^{_OPENING}(?:i said yes|my answer is yes|(?:lock|book|pop) (?:it|that|me) in|y|yes|yep|yeah|"
    rf"yea|yup|ya|yah|aye|ye|yess+|sure|ok|okay|okey|okie|k|alright|all right|"
    rf"absolutely|"
    r"definitely|certainly|of course|correct|exactly|indeed|confirm(?:ed)?|perfect|fine|great|good|"
    r"lovely|brilliant|awesome|"
    r"excellent|wonderful|please do|go ahead|go for it|right|affirmative|agreed|cool|beautiful|ripper|"
    r"beauty|too easy|"
    r"you bet|why not|by all means|for sure|no worries yes|mhm|uh huh|(?:it (?:is|does)|i (?:do|would|"
    r"am|sure would|confirm|agree)|please)(?= *$| ,)|most definitely|"
    r"(?:i'?d|i would) love (?:that|to|it)|that (?:will|should|would|'ll) (?:work|do|suit)|"
    r"it'?s (?:okay|ok|good|fine|correct|confirmed|right)|(?:it|this|that) is (?:okay|ok|good|fine|cool|"
    r"correct|confirmed|right|exactly)|most certainly|do it|do that|let'?s do (?:it|that)|deal|done|"
    r"super|thats? ?it|"
    r"(?:that|this|it|everything|all|both)(?:'?s| is| all|'ll| will| would| does)? ?(?:sounds?|looks?|"
    r"seems?|works?|suits?|be|be|all|so|also|just|exactly|"
    r"absolutely|very|really|the)? ?(?:fine|good|great|right|correct|perfect|ok|okay|alright|lovely|"
    r"ideal|works|suits|do|it|one|accurate|true|nice|awesome|fantastic|wonderful|excellent|brilliant|"
    r"best)|"
    r"(?:sounds?|looks?|seems?|works?|suits?) (?:like |really |very |just |pretty )?(?:a )?(?:good|"
    r"great|fine|perfect|right|plan|ok|okay|lovely|nice|awesome|fantastic|excellent|wonderful|correct|"
    r"for me|me)|"
    r"(?:please )?(?:go ahead and )?(?:book|confirm|schedule|reserve|take|make) (?:it|that|this|them|"
    r"the booking|the appointment)(?! (?:for|on|at|to|with|in|a|as|not)\b)|"
    r"i'?(?:ll| will| would like to| want to) (?:take|have|confirm|go with|do) (?:it|that|this)|"
    r"i want (?:it|that)|"
    r"that'?s (?:what i want|the one|me|him|her|all correct|all right))\b"
)

_NO = re.compile(
    rf"^{_OPENING}(?:(?:yeah|yes|yep),? nah\b|(?:no+|nope|nah|negative|never ?mind|not (?:really|that|"
    rf"this|those|them|yet|now|today|quite|exactly|correct|right|"
    r"interested|good|for me|the|any|at)|none of|neither|don'?t|do not|forget it|cancel that|wrong|"
    r"incorrect|"
    r"scrap that|hold off|that'?s (?:not|wrong|incorrect)|that is (?:not|wrong|incorrect)|"
    r"(?:that|this|it|they|those) (?:does ?n'?t|does not|do ?n'?t|wo ?n'?t|will not|is ?n'?t|is not|"
    r"wouldn'?t) |"
    r"i (?:do ?n'?t|do not|wo ?n'?t|will not|can'?t|cannot|would(?:n'?t| not)|did ?n'?t|am not (?:sure|"
    r"interested|keen|free|available|able|happy)|changed) ?(?!mind|care|need an? )|i'?m (?:not (?:sure|"
    r"interested|keen|free|available|able|happy)|all (?:good|set))|"
    r"i have changed|i'?ve changed|on second thoughts?|actually|wait|hang on|oops)\b)"
)

_NOT_NO = re.compile(
    r"^no (?:worries|problem|problems|dramas|wuckas|rush|idea|preference)\b|^(?:i )?(?:don'?t|"
    r"do not) (?:mind|care)"
)

_RESERVED = re.compile(
    r"\b(?:but|unless|if|depends|depending|hm+|for (?:him|her|them|my \w+)|except|wait|hang on|"
    r"hold on|hold off|not sure|unsure|maybe|"
    r"might|perhaps|"
    r"actually|instead|rather|not yet|before you|as long as|only|other than|apart from|don'?t|do not|"
    r"can'?t|"
    r"cannot|won'?t|wouldn'?t|nah|no|not|what about|how about|change|different|let me (?:think|check)|"
    r"i'?ll (?:think|check|ask)|"
    r"almost|nearly|probably|i (?:think|guess|suppose)|cancel|wrong)\b"
)

_OUTRIGHT = re.compile(r"\b(?:yes|yep|yeah|yea|yup|ya|sure|please|of course|absolutely|definitely|i do|i would)\b")

_SENTENCES = re.compile(
    r"[.?!]| ,? ?(?:and|also)? ?(?=\b(?:what|where|who|when|how|can you|could you|do you|does|is there|"
    r"are there|do they|is it|"
    r"are they)\b)"
)

_PRAISE = re.compile(r"^(?:that'?s )?(?:a )?(?:good|great|fair|excellent) (?:question|point|idea|to know)\b")

_TURNS = re.compile(
    r"\b(?:but|instead|what about|how about|change|different|rather|another|later|earlier|unless|not)\b"
)

_YES_WORDS = word_set(
    "said answer lock pop thing y yes yep yeah yea yup ya sure ok okay k alright all right "
    "absolutely definitely certainly of course "
    "correct exactly indeed confirm confirmed confirming perfect fine great good lovely brilliant awesome "
    "excellent wonderful please do go ahead for it cool beautiful too easy you bet that that's this i i'd "
    "i'll i'm is sounds sound looks works work suits suit the a an and so just very really me my us we to "
    "with at on in book booking booked schedule make reserve appointment time slot one would will be like "
    "want love take have thanks thank oh ah um uh well nice ideal done deal mate robyn now then wow "
    "everything it's its hi hello much let's lets can plan true right am pm oclock out details agree "
    "happy appreciated cheers ta worries no day by means"
)


def _sentences(said: str) -> list[str]:
    return [part for part in _SENTENCES.split(said) if part.strip(" ,.?!")]


def says_yes(said: str) -> bool:
    """A yes without reserve: no "but", no wish for another time; a question after it is no reserve."""
    sentences = _sentences(said)
    if not any(_YES.search(sentence.strip(" ,")) for sentence in sentences[:2]) or says_no(said):
        return False
    if _PRAISE.search(said):
        return False
    for sentence in sentences:
        asked = QUESTION.search(sentence) and not _YES.search(sentence)
        if (_TURNS if asked else _RESERVED).search(_NOT_NO.sub("", sentence)):
            return False
    return True


def asks_besides(said: str) -> bool:
    """A question stands beside the yes, with or without its mark."""
    return any(QUESTION.search(part.strip(" ,")) and not _YES.search(part.strip(" ,")) for part in _sentences(said))


def says_little_else(said: str) -> bool:
    """Hardly a word in it besides those of a yes: what a booking may rest on."""
    told = [sentence for sentence in _sentences(said) if not QUESTION.search(sentence) or _YES.search(sentence)]
    unknown = [word for word in re.findall(r"[a-z']+", " ".join(told)) if word not in _YES_WORDS]
    return len(unknown) <= 1


def says_no(said: str) -> bool:
    return bool(_NO.search(said)) and not _NOT_NO.search(said)


def says_yes_outright(said: str) -> bool:
    """With a yes-word, and not only praise ("great")."""
    return bool(_OUTRIGHT.search(said))
