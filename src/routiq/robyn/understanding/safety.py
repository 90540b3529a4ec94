"""Red flags, read before anything else: emergencies, self-harm, and questions only a clinician may answer.

Wide on purpose: a sentence too many about the emergency number harms nobody. Words that are ordinary in a clinic
("my back pain", "stroke rehab", "a heart condition") are not flags by themselves.
"""

from __future__ import annotations

import re

from routiq.robyn.understanding.commands import Danger

_MY = r"(?:my|me|his|her|the|their)"
"""Whose body it is: "me chest" is "my chest"."""
_SELF = r"(?:my|me) ?self"
_SELF_HARM = re.compile(
    rf"\bsuicid|\b(?:kill|top)(?:p?ing)? {_SELF}\b|\bend(?:ing)? (?:(?:my|me|it|my own) (?:life|all))\b|\btak(?:e|"
    r"ing) my (?:own )?life\b|"
    rf"\b(?:hurt|harm|cut)(?:ting|ing)? {_SELF} (?:on purpose|again|tonight|today|badly)|"
    r"\bself[ -]?harm|\b(?:want|wanted|going|ready|wish|rather|like) (?:to|i could|i would|i was|i were)? ?(?:die|"
    r"dead|be dead)\b|\bbetter off (?:dead|without me)\b|\b(?:no|any|see the|see a) (?:reason|point) (?:to|"
    r"in) (?:live|living|life|go on|going on|being here|being alive)\b|"
    r"\b(?:don'?t|can'?t|cannot|do not|not|hardly) (?:really )?see (?:the|any|a) point(?= any ?more\b| *$| *[.,!])|"
    r"\b(?:nothing|not much|no reason) (?:left )?to live for\b|\b(?:not|isn'?t) worth living\b|"
    r"\b(?:want|need|going|urges?|thoughts?|thinking|feel like|thought)(?: \w+){0,3} (?:hurt(?:ing)?|"
    rf"harm(?:ing)?|cut(?:ting)?) {_SELF}\b|\bdon'?t (?:want|wanna)(?: to)? (?:be alive|live|be here|"
    r"wake up)(?: any ?more)?\b|\bwant to (?:end|finish) (?:it|everything)\b|"
    r"\b(?:thoughts?|thinking|thought|going|ready|feel like)(?: \w+){0,3} end(?:ing)? (?:it|things|everything)\b|"
    r"\bend it all\b|\b(?:can'?t|cannot|can not) go on(?: living| like this| any ?more)?(?= *$| [.,!?]| and\b)|"
    r"\bdisappear (?:for good|forever)\b|\btaken? (?:an? )?overdose\b|\boverdosed\b"
)
_LONG_AGO = (
    r"(?! (?:last|in (?:19|20)|rehab|recovery|patient|ago|years?|(?:an? |\w+ |a few |a couple of )?(?:years?|"
    r"months?|decades?))\b)"
)
"""An attack of back then is a history, not an emergency."""
_BREATH = (
    r"\b(?:can'?t|cannot|can not|unable to|struggling to|hard to|trouble|difficulty|not) breath|"
    r"\bshort(?:ness)? of breath|\bstopped breathing|\bchoking\b|\bblue lips|\blips (?:are |have )?(?:gone |turned |"
    rf"turning )?blue|\b(?:can'?t|cannot|can not) (?:catch|get) (?:{_MY}|a|any) breath|"
    r"\b(?:gasping|struggling|fighting) for (?:breath|air)\b|\bdrown(?:ed|ing)\b"
)
_HEART = (
    rf"\bchest (?:pain|pains|tightness|pressure|hurts|(?:is|feels|has gone) (?:\w+ )?(?:tight|heavy))|"
    rf"\b(?:pains?|tight\w*|pressure|crushing|heav(?:y|iness)|elephant|weight)(?: \w+){{0,3}} (?:in|on|across|"
    rf"around) {_MY} chest|\bheart attack\b{_LONG_AGO}|\bheart(?:'s| has)? stopped\b"
)
_BRAIN = (
    r"\b(?:having|had|have|get|getting|think|signs?|symptoms?|be|is it|like) (?:(?:it'?s|it is|i'?m having|"
    rf"of) )?(?:a |an? )?(?:stroke|seizure|heart attack)\b{_LONG_AGO}|"
    r"\bhaving (?:a|another) fit\b(?! of\b)|\bconvuls|\bface (?:is |has |'s )?(?:droop|dropp|numb)|"
    r"\bfac(?:e|ial) droop|\bslurr(?:ed|ing)\b|\b(?:words|speech|talking)(?: (?:is|are|all|just|keeps?|"
    r"coming|comes|going|gone|sounds?|out))+ (?:funny|wrong|jumbled|garbled|mixed up|weird)\b|"
    r"\bnumb(?:ness)?(?: \w+){0,2} (?:down|on|all along) (?:one|(?:my|me|his|her|the) (?:\w+ )?(?:left|"
    r"right)) side\b(?! of (?:my|me|his|her|the) (?:foot|knee|leg|thigh|hand|finger|toe|ankle|hip))|"
    r"\b(?:unconscious|passed out|collapsed|keeled over|not responding|unresponsive|won'?t wake up|blacked out|"
    r"lost consciousness|knocked out cold)\b|\b(?:can'?t|cannot) wake (?:him|her|them|my \w+)\b|"
    rf"\b(?:hit|knock|bang|bump|smash|crack)(?:ed|s)? {_MY} head\b.*\b(?:confus|vomit|drows|throwing up|spew)|"
    r"\bworst headache (?:of|in|ever)|"
    r"\bsudden(?:ly)?(?: \w+){0,2} (?:weakness|numbness|blind|loss of vision|vision loss)"
)
_SPINE = (
    rf"\b(?:lost|losing|no) (?:control of|feeling in) (?:{_MY} )?(?:bladder|bowels?|legs|groin|saddle)|"
    rf"\b(?:can'?t|cannot) (?:feel|move) (?:{_MY}|either) (?:legs?|arms?|face|side|body)\b|\b(?:numb|numbness|"
    rf"tingling)(?: \w+){{0,3}} (?:groin|saddle|genital|between (?:my|me) legs)|"
    r"\b(?:can'?t|cannot|can not|unable to|not able to) (?:wee|pee|urinate|pass urine)\b|"
    r"\b(?:can'?t|cannot|don'?t|can not|not able to) (?:feel|tell|control)(?: \w+){0,5} (?:wee|pee|"
    r"urinat\w+|bladder|bowels?|toilet)\b"
)
_BLOOD = (
    r"\b(?:severe|heavy|bad|lots of|won'?t stop|can'?t stop|uncontroll\w+) (?:the )?bleeding\b|"
    r"\bbleeding (?:heavily|badly|heaps|loads|lots|a lot|like (?:crazy|mad)|won'?t stop|and it won'?t|"
    r"everywhere)|\b(?:coughing|vomiting|spewing|throwing|bringing|chucking)(?: up)? blood|"
    r"\bbone (?:is )?(?:sticking|poking)|\b(?:being|been|getting) (?:attacked|stabbed|shot)\b"
)
_POISON = (
    r"\banaphyla|\b(?:throat|tongue) (?:is |has |'s )?(?:closing|swelling|swollen|swelled|swole)|"
    r"\b(?:face|lips?|mouth) (?:is |are |has |have )?(?:swelling up|blown up|blowing up)|\bpoison(?:ed|ing)\b|"
    r"\bswallowed (?:an? |some |the |his |her |my |\w+ )?(?:\w+ )?(?:batter(?:y|ies)|magnets?|bleach|pills|"
    r"tablets)\b|"
    r"\b(?:snake|spider) ?bit|\bbitten by (?:a|some) (?:\w+ )?(?:snake|spider)|\belectrocuted\b"
)
_CALLS_FOR = (
    r"\b(?:medical|an|this is an|it'?s an|real) emergency\b|"
    r"\b(?:call|need|send|get|ring)(?:ing)?(?: me)?(?: an?| the)? (?:ambulance|ambos?|triple (?:0|o))\b"
)
_EMERGENCY = re.compile("|".join((_BREATH, _HEART, _BRAIN, _SPINE, _BLOOD, _POISON, _CALLS_FOR)))
_NOT_NOW = re.compile(
    r"\b(?:not|isn'?t|no|wasn'?t|never) (?:really )?(?:an? )?(?:\w+ )?(?:emergency|chest pains?|suicid\w*)\b|"
    r"\bemergency (?:contact|number|exit)\b|\bcollapsed (?:arch(?:es)?|foot|feet|discs?|vertebrae?)\b|"
    r"\barch(?:es)? (?:has |have |is |are )?collapsed\b|\bchoking up\b"
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
    r"\bdo(?:es)? (?:i|he|she|we) (?:need|have) to (?:stop|rest|keep|avoid|wear|ice|take|worry|be worried)\b|"
    r"\b(?:reckon|think|suppose) (?:i|he|she|we)(?:'ll| will| might| should)? (?:need|have|get)s? (?:an? |some )?"
    r"(?:x ?rays?|scans?|mri|ultrasound|surgery|antibiotics|cortisone|injections?) ?(?:\w+ ){0,3}\?|"
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
