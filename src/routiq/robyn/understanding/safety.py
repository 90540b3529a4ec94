"""Red flags, read before anything else: emergencies, self-harm, and questions only a clinician may answer.

Wide on purpose: a sentence too many about the emergency number harms nobody. Words that are ordinary in a clinic
("my back pain", "stroke rehab", "a heart condition") are not flags by themselves.
"""

from __future__ import annotations

import re

from routiq.robyn.understanding.commands import Danger

_SELF_HARM = re.compile(
    r"\bsuicid|\bkill(?:ing)? my ?self\b|\bend(?:ing)? (?:my|it|my own) (?:life|all)\b|\btak(?:e|"
    r"ing) my (?:own )?life\b|"
    r"\b(?:hurt|harm|cut)(?:ting|ing)? my ?self (?:on purpose|again|tonight|today|badly)|"
    r"\bself[ -]?harm|"
    r"\b(?:want|wanted|going|ready|wish|rather|like) (?:to|i could|i would|i was|i were)? ?(?:die|dead|"
    r"be dead)\b|"
    r"\bbetter off (?:dead|without me)\b|\bno (?:reason|point) (?:to|in) (?:live|living|go on|"
    r"going on)\b|"
    r"\b(?:want|need|going|urges?|thoughts?|thinking|feel like|thought)(?: \w+){0,3} (?:hurt(?:ing)?|"
    r"harm(?:ing)?|"
    r"cut(?:ting)?) my ?self\b|\bdon'?t (?:want|wanna)(?: to)? (?:be alive|live|be here|"
    r"wake up)(?: any ?more)?\b|"
    r"\bwant to (?:end|finish) (?:it|everything)\b|\bend it all\b|\btaken? (?:an? )?overdose\b|"
    r"\boverdosed\b"
)
_EMERGENCY = re.compile(
    r"\bchest (?:pain|pains|tightness|pressure|hurts|is tight|feels tight)|\b(?:pain|tight\w*|pressure|"
    r"crushing)"
    r"(?: \w+){0,3} (?:in|on|across) (?:my|his|her|the|their) chest|"
    r"\b(?:can'?t|cannot|can not|unable to|struggling to|hard to|trouble|difficulty|not) breath|"
    r"\bshort(?:ness)? of breath|"
    r"\bstopped breathing|\bchoking\b|\bheart attack\b(?! (?:last|in|years?|two|rehab|ago|recovery))|"
    r"\b(?:having|had|have|get|getting|think|signs?|be|is it|like) (?:(?:it'?s|it is|i'?m having|"
    r"of) )?(?:a |an? )?(?:stroke|"
    r"seizure|heart attack)\b(?! (?:last|in (?:19|20)|years?|\w+ years?|rehab|ago|recovery|patient|"
    r"a (?:year|month)))|"
    r"\bface (?:is |has |'s )?(?:droop|dropp|numb)|\bfac(?:e|ial) droop|\bslurr(?:ed|ing)\b|"
    r"\bspeech is slurred|"
    r"\b(?:unconscious|passed out|collapsed|not responding|unresponsive|won'?t wake up|blacked out)\b|"
    r"\b(?:severe|heavy|bad|lots of|won'?t stop|can'?t stop|uncontroll\w+) (?:the )?bleeding\b|"
    r"\bbleeding (?:heavily|badly|a lot|won'?t stop|and it won'?t|everywhere)|\bcoughing up blood|"
    r"\bvomiting blood|"
    r"\banaphyla|\bthroat (?:is )?(?:closing|swelling)|\b(?:lost|losing|no) (?:control of|"
    r"feeling in) (?:my |his |her )?"
    r"(?:bladder|bowels?|legs|groin|saddle)|\b(?:can'?t|cannot) (?:feel|move) (?:my|his|her|either) "
    r"(?:legs?|arms?|face|side|body)\b|\b(?:numb|numbness|tingling)(?: \w+){0,3} (?:groin|saddle|"
    r"genital|between my legs)|"
    r"\bworst headache (?:of|in|ever)|\bsudden(?:ly)?(?: \w+){0,2} (?:weakness|numbness|blind|"
    r"loss of vision|vision loss)|"
    r"\b(?:medical|an|this is an|it'?s an|real) emergency\b|\b(?:call|need|send|get)(?: me)?(?: an?|"
    r" the)? ambulance\b|"
    r"\bbone (?:is )?(?:sticking|poking)|\b(?:being|been|getting) (?:attacked|stabbed|shot)\b|"
    r"\bpoison(?:ed|ing)\b|"
    r"\bblue lips|\blips (?:are |have )?(?:gone |turned |turning )?blue"
)
_NOT_NOW = re.compile(
    r"\b(?:not|isn'?t|no|wasn'?t|never) (?:really )?(?:an? )?(?:\w+ )?(?:emergency|chest pains?|suicid\w*)\b|"
    r"\bemergency (?:contact|number|exit)\b"
)
_CLINICAL = re.compile(
    r"\b(?:is|are) (?:it|this|that|these|they) (?:normal|serious|dangerous|broken|bad|safe|infected|"
    r"ok to|okay to|a bad sign|"
    r"something serious|something to worry)\b|\bshould (?:i|he|she|we|my \w+) (?:be (?:worried|"
    r"concerned|taking|icing)|take|ice|"
    r"rest|stop|keep|stretch|exercise|use|put|apply|see a (?:doctor|gp|surgeon)|go to (?:hospital|"
    r"emergency|the ed)|get (?:an? )?"
    r"(?:x ?ray|scan|mri)|have (?:an? )?(?:x ?ray|scan|mri|surgery)|wear|continue|run|walk|lift)|"
    r"\bwhat (?:is|'s|could be|might be|do you think is) (?:wrong|causing)|\bwhat'?s wrong with (?:me|"
    r"my|him|her)|"
    r"\bdo (?:i|you think i) (?:have|need) (?:an? )?(?:torn|fracture|broken|infection|x ?ray|scan|mri|"
    r"surgery|antibiotics|"
    r"prescription|slipped|bulging)|\bwhat (?:should|can|do) i (?:do|take|use) (?:for|about|to (?:fix|"
    r"help|stop|ease|relieve))|"
    r"\b(?:can|could|may) i (?:take|mix|keep taking|stop taking|drive after|exercise with|run on|"
    r"walk on)|"
    r"\bhow (?:many|much|often)(?: \w+){0,2} (?:ibuprofen|panadol|paracetamol|nurofen|tablets?|pills?|"
    r"should i take|can i take|"
    r"medication|ice|heat)|\b(?:dose|dosage|side effects?|diagnos\w+ (?:me|this|it|my))\b|"
    r"\bwhat medication\b|"
    r"\bhow long (?:will|does|until|before) (?:it|this|my \w+) (?:take to )?(?:heal|recover|hurt|"
    r"get better)|"
    r"\b(?:ice or heat|heat or ice)\b|\bdo you think (?:it'?s|it is|it might be|i'?ve|"
    r"i have) (?:an? )?(?:broken|torn|serious|"
    r"fractured?|infected|sprain|strain)"
)


def red_flag(said: str) -> Danger | None:
    """``said`` is normalised."""
    if _SELF_HARM.search(said):
        return Danger.SELF_HARM
    calm = _NOT_NOW.sub(" ", said)
    return Danger.EMERGENCY if _EMERGENCY.search(calm) else None


def asks_clinical(said: str) -> bool:
    return bool(_CLINICAL.search(said))
