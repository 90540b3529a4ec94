"""Red flags, read before anything else: emergencies, self-harm, and questions only a clinician may answer.

Wide on purpose: a sentence too many about the emergency number harms nobody. Words that are ordinary in a clinic
("my back pain", "stroke rehab", "a heart condition") are not flags by themselves.
"""

from __future__ import annotations

import re

from routiq.robyn.understanding.commands import Danger

_SELF_HARM = re.compile(
    r"\bsuicid|\bkill(?:ing)? my ?self\b|\bend(?:ing)? (?:my|it|my own) (?:life|all)\b|\btak(?:e|"
    r"ing) my (?:own )?life\b|\b(?:hurt|harm|cut)(?:ting|ing)? my ?self (?:on purpose|again|tonight|today|badly)|"
    r"\bself[ -]?harm|\b(?:want|wanted|going|ready|wish|rather|like) (?:to|i could|i would|i was|i were)? ?(?:die|"
    r"dead|be dead)\b|\bbetter off (?:dead|without me)\b|\bno (?:reason|point) (?:to|in) (?:live|living|go on|"
    r"going on)\b|\b(?:want|need|going|urges?|thoughts?|thinking|feel like|thought)(?: \w+){0,3} (?:hurt(?:ing)?|"
    r"harm(?:ing)?|cut(?:ting)?) my ?self\b|\bdon'?t (?:want|wanna)(?: to)? (?:be alive|live|be here|"
    r"wake up)(?: any ?more)?\b|\bwant to (?:end|finish) (?:it|everything)\b|\bend it all\b|"
    r"\btaken? (?:an? )?overdose\b|\boverdosed\b"
)
_EMERGENCY = re.compile(
    r"\bchest (?:pain|pains|tightness|pressure|hurts|is tight|feels tight)|\b(?:pain|tight\w*|pressure|"
    r"crushing)(?: \w+){0,3} (?:in|on|across) (?:my|his|her|the|their) chest|\b(?:can'?t|cannot|can not|unable to|"
    r"struggling to|hard to|trouble|difficulty|not) breath|\bshort(?:ness)? of breath|\bstopped breathing|"
    r"\bchoking\b|\bheart attack\b(?! (?:last|in|years?|two|rehab|ago|recovery))|\b(?:having|had|have|get|getting|"
    r"think|signs?|be|is it|like) (?:(?:it'?s|it is|i'?m having|of) )?(?:a |an? )?(?:stroke|seizure|"
    r"heart attack)\b(?! (?:last|in (?:19|20)|years?|\w+ years?|rehab|ago|recovery|patient|a (?:year|month)))|"
    r"\bface (?:is |has |'s )?(?:droop|dropp|numb)|\bfac(?:e|ial) droop|\bslurr(?:ed|ing)\b|\bspeech is slurred|"
    r"\b(?:unconscious|passed out|collapsed|not responding|unresponsive|won'?t wake up|blacked out)\b|\b(?:severe|"
    r"heavy|bad|lots of|won'?t stop|can'?t stop|uncontroll\w+) (?:the )?bleeding\b|\bbleeding (?:heavily|badly|"
    r"a lot|won'?t stop|and it won'?t|everywhere)|\bcoughing up blood|\bvomiting blood|\banaphyla|"
    r"\bthroat (?:is )?(?:closing|swelling)|\b(?:lost|losing|no) (?:control of|feeling in) (?:my |his |"
    r"her )?(?:bladder|bowels?|legs|groin|saddle)|\b(?:can'?t|cannot) (?:feel|move) (?:my|his|her|"
    r"either) (?:legs?|arms?|face|side|body)\b|\b(?:numb|numbness|tingling)(?: \w+){0,3} (?:groin|saddle|genital|"
    r"between my legs)|\bworst headache (?:of|in|ever)|\bsudden(?:ly)?(?: \w+){0,2} (?:weakness|numbness|blind|"
    r"loss of vision|vision loss)|\b(?:medical|an|this is an|it'?s an|real) emergency\b|\b(?:call|need|send|"
    r"get)(?: me)?(?: an?| the)? ambulance\b|\bbone (?:is )?(?:sticking|poking)|\b(?:being|been|"
    r"getting) (?:attacked|stabbed|shot)\b|\bpoison(?:ed|ing)\b|\bblue lips|\blips (?:are |have )?(?:gone |"
    r"turned |turning )?blue"
)
_NOT_NOW = re.compile(
    r"\b(?:not|isn'?t|no|wasn'?t|never) (?:really )?(?:an? )?(?:\w+ )?(?:emergency|chest pains?|suicid\w*)\b|"
    r"\bemergency (?:contact|number|exit)\b"
)
_CLINICAL = re.compile(
    r"\b(?:is|are) (?:it|this|that|these|they) (?:normal|serious|dangerous|broken|bad|safe|infected|ok to|okay to|"
    r"a bad sign|something serious|something to worry)\b|\bshould (?:i|he|she|we|my \w+) (?:be (?:worried|"
    r"concerned|taking|icing)|take|ice|rest|stop|keep|stretch|exercise|use|put|apply|see a (?:doctor|gp|surgeon)|"
    r"go to (?:hospital|emergency|the ed)|get (?:an? )?(?:x ?ray|scan|mri)|have (?:an? )?(?:x ?ray|scan|mri|"
    r"surgery)|wear (?:an?|my|this) \w+|continue|run|walk|lift)|\bwhat (?:is|'s|could be|might be|do you think "
    r"is) (?:wrong|causing)|"
    r"\bwhat'?s wrong with (?:me|my|him|her)|\bdo (?:i|you think i) (?:have|need) (?:an? )?(?:torn|fracture|"
    r"broken|infection|x ?ray|scan|mri|surgery|antibiotics|prescription|slipped|bulging)|\bwhat (?:should|can|"
    r"do) i (?:do|take|use) (?:for|about|to (?:fix|help|stop|ease|relieve))|\b(?:can|could|may) i (?:take|mix|"
    r"keep taking|stop taking|drive after|exercise with|run on|walk on)|\bhow (?:many|much|"
    r"often)(?: \w+){0,2} (?:ibuprofen|panadol|paracetamol|nurofen|tablets?|pills?|should i take|can i take|"
    r"medication|ice|heat)|\b(?:dose|dosage|side effects?|diagnos\w+ (?:me|this|it|my))\b|\bwhat medication\b|"
    r"\bhow long (?:will|does|until|before) (?:it|this|my \w+) (?:take to )?(?:heal|recover|hurt|get better)|"
    r"\b(?:ice or heat|heat or ice)\b|\bdo you think (?:it'?s|it is|it might be|i'?ve|i have) (?:an? )?(?:broken|"
    r"torn|serious|fractured?|infected|sprain|strain)"
)


def red_flag(said: str) -> Danger | None:
    """``said`` is normalised."""
    if _SELF_HARM.search(said):
        return Danger.SELF_HARM
    calm = _NOT_NOW.sub(" ", said)
    return Danger.EMERGENCY if _EMERGENCY.search(calm) else None


def asks_clinical(said: str) -> bool:
    return bool(_CLINICAL.search(said))
