"""When words are for a person: somebody is asked for, something went wrong, or money is in dispute. Pure."""

from __future__ import annotations

import re

from routiq.robyn.understanding.phrases import any_of
from routiq.robyn.understanding.vocabulary import FUND, VISIT

_SOMEONE = (
    r"(?:person|human|humans|someone|somebody|one|receptionist|reception|staff|team|manager|operator|practice|"
    r"clinic|people|front desk|anyone|supervisor|owner|boss|agent|admin|office)"
)
_TALK = (
    r"(?:speak|talk|chat|have a (?:chat|word)|get hold|get through|put (?:me|us) (?:through|on)|transfer(?: me|"
    r" us)?|"
)
_TALK += r"connect(?: me| us)?|pass (?:me|us)|speaking|talking|chatting|hand me over|put through)"
_PERSON = any_of(
    rf"{_TALK}(?: \w+){{0,2}}? (?:to|with|on to|onto|of|over to) (?:a |an |the |some ?|your |another |one of the |"
    rf"one of your )?(?:real |actual |live |nice )?{_SOMEONE}",
    r"(?:real|actual|live|proper) (?:person|human|people)|(?:a|any) human|(?:call|ring|phone|buzz) (?:me )?back|"
    r"(?:call|ring|phone) me(?= *$| [.,!?]| (?:please|asap|today|tomorrow|this|on|at|later|about|to|when you|"
    r"instead|urgently))",
    r"have (?:someone|somebody|one of \w+) (?:call|ring|phone|contact)|(?:someone|somebody|the team|staff|"
    r"anyone)(?: to| can| could| please)* (?:call|ring|phone|contact|help) me|give (?:me|us|him|her) a (?:call|ring|"
    r"bell|buzz)|receptionist|operator",
    r"(?:want|need|get me|is there|prefer|rather have) (?:a |the |an )?(?:person|human|manager|someone real|real)|"
    rf"{_SOMEONE} (?:i|we) (?:can|could) (?:speak|talk|chat)|"
    r"not (?:a |an )?(?:robot|machine|bot|computer|ai)",
    r"(?:take|leave|pass on|give) (?:\w+ )?(?:a |the )?message|no (?:robots|bots|machines)|put (?:me|us) "
    r"(?:straight )?through|(?:to|get|with) (?:the|one of the) (?:girls?|lady|ladies|lass|woman|women|bloke|blokes|"
    r"fella|guys?|people) (?:on|at|in) (?:the )?(?:front|desk|front desk|counter|phones?|reception|office)",
)
_FOR_STAFF = any_of(
    r"(?:update|change|correct)(?: \w+)? (?:my|our|his|her) (?:\w+ )?(?:address|details|number|e ?mail|name|phone|"
    r"mobile|surname)|(?:address|details|number|e ?mail|phone|mobile|surname) (?:has|have|is|'s) (?:changed|"
    r"different|new)",
    rf"(?:missed|forgot(?:ten)?(?: about)?) (?:my|our|the|his|her|an) (?:[\w']+ ){{0,2}}?{VISIT}|forgot to (?:come|"
    rf"show)|"
    r"(?:medical|doctor'?s|sick|attendance) certificate|(?:my|the) (?:\w+ )?(?:results|report)|(?:a|the|my) letter "
    r"(?:for|from|to)",
)
"""What only staff can do."""
_LATE = any_of(
    r"(?:running|be|am|i'?m) (?:\w+ ){0,3}late(?! (?:in|on|morning|afternoon|arvo))|stuck in traffic|held up"
)
_SOMEBODY_LATE = re.compile(
    r"\b(?:is|are|will) (?!it\b|this\b|that\b)(?:\w+ ){1,3}?(?:running|be) (?:\w+ ){0,3}?late\b"
)
"""Somebody else is asked about: only staff can tell."""
_WHAT_SPEAKS = (
    r"(?:an? |the )?(?:real |actual |live |proper )?(?:robots?|machine|(?:chat ?)?bot|computer|human|person|real|ai|"
    r"recording|automated|(?:physio\w*|doctor|nurse|receptionist|practitioner)(?! (?:clinic|practice|place|centre)))"
)
_MACHINE = any_of(
    rf"(?:are|r) (?:you|u)(?: (?:not|really|actually|just|sure (?:you'?re|you are)(?: not)?))* {_WHAT_SPEAKS}",
    rf"(?:is this|am i (?:talking|speaking|chatting) (?:to|with)) {_WHAT_SPEAKS}",
    rf"you(?:'re| are)(?: (?:not|really|actually|just))* {_WHAT_SPEAKS}(?=(?: ,)? (?:\?|right|aren'?t you|are you|"
    r"hey|eh|yeah))",
    r"who am i (?:talking|speaking|chatting) (?:to|with)|who(?:'s| is) (?:this|speaking)|who are you|what(?:'s| is) "
    r"your name",
)
"""Asks what is speaking, which is no wish for somebody else."""
_RING = any_of(
    r"(?:ring|call|phone|buzz)(?: (?:me|us))?(?: back)?|give (?:me|us) a (?:ring|call|bell|buzz)|call ?back"
)
_PERSON_ALONE = re.compile(
    r"^(?:a )?(?:person|human|reception|staff|agent|representative|receptionist)(?: please)?\W*$"
)
_NAMED = any_of(
    rf"{_TALK}(?: \w+){{0,2}}? (?:to|with|on to|onto|of|through to)|(?:leave|pass|take|give|"
    rf"get)(?: [\w']+){{0,3}}? "
    r"(?:message|note|word) (?:for|to|on to)|(?:have|get|ask|can|could|tell|let) (?:\w+ ){1,3}?(?:to )?(?:call|"
    r"ring|phone|text|email|contact|know|get back to|give me an? (?:call|ring|bell|buzz))(?: me)?|message for|"
    r"(?:call|phone) from|\w+ (?:can|could|will|would) (?:please )?(?:call|ring|phone|text|contact) (?:me|us)|"
    r"(?:tell|remind) (?!me\b|us\b)(?:\w+ ){1,3}?(?:that|i|i'm|i'll|i've|we|my|thanks|about)"
)
"""Before or around the name of a practitioner: speaks to them, or leaves them a message."""
_COMPLAINT = any_of(
    r"complain\w*|not happy|unhappy|angry|furious|disappointed|disappointing|dissatisfied|unsatisfied|disgusted|"
    r"disgusting|appalled|appalling|ridiculous|not (?:impressed|satisfied)|(?:treated|handled|dealt with)(?: \w+)? "
    r"(?:badly|poorly|terribly|like (?:dirt|rubbish|crap|a number))|how (?:i|we)(?: was| were|'ve been| have been) "
    r"(?:treated|spoken to)|pissed off|peeved|ropeable|"
    r"worse off (?:than|now|after|since)|worse (?:after|since) (?:seeing|(?:my|the|your|that)(?: last)? "
    r"(?:visit|appointment|session|treatment|adjustment))|"
    r"you(?:'re| are)(?: all| bloody| absolutely| so| just)* (?:useless|hopeless|pathetic|a joke)|bullshit|"
    r"this is (?:a (?:\w+ )?joke|crap)|"
    r"unacceptable|rude|terrible (?:service|experience)|awful|disgraceful|negligen\w*|malpractice|ombudsman|"
    r"lawyer|sue (?:you|the)|legal action|fed up|waste of time|not good enough|shocking|ripped off|rip off|"
    r"stuffed (?:me|us|up)|mucked (?:me|us) (?:around|about)|made (?:it|my \w+) worse|hurt me|"
    r"kept me waiting|incompetent|unprofessional|health complaints"
)
_DISPUTE = any_of(
    r"over ?charg\w*|double charg\w*|charged (?:me )?(?:twice|wrong\w*|too much|for|incorrectly|extra)|charged me|"
    r"wrongly charged|(?:why (?:am|was|were|did|have)|what (?:was|were|did|have)) (?:i|we)(?: been| get| got)? "
    r"(?:billed|charged|invoiced)|billed (?:me|us|for|twice|wrong\w*)|(?:not|won'?t be|refuse to|refusing to|"
    r"shouldn'?t have to) pay(?:ing)? (?:(?:for )?(?:that|this|the|your|it))|refund\w*|money back|debt collect\w*|"
    r"billing (?:issue|problem|question|mistake|matter)|"
    r"reimburs\w*"
)
_MONEY = any_of(r"invoices?|bills?|accounts?|receipts?|statements?|payments?|fees?|charges?|claims?", FUND)
_WRONG = any_of(
    r"wrong|incorrect|mistake|error|not right|dispute|query|didn'?t|shouldn'?t|never|twice|too (?:much|high)|"
    r"hasn'?t|haven'?t received|disagree"
)


def wants_person(said: str) -> str:
    """Why a person should take over: ``asked``, ``late``, ``complaint``, ``billing``, or empty."""
    if _PERSON.search(said) or _PERSON_ALONE.match(said) or _FOR_STAFF.search(said):
        return "asked"
    if _SOMEBODY_LATE.search(said):
        return "asked"
    if _LATE.search(said):
        return "late"
    if _COMPLAINT.search(said):
        return "complaint"
    return "billing" if _DISPUTE.search(said) or (_MONEY.search(said) and _WRONG.search(said)) else ""


def asks_to_be_rung(said: str) -> bool:
    """In words of a telephone, so that a time beside them is when to ring."""
    return bool(_RING.search(said))


def asks_machine(said: str) -> bool:
    return bool(_MACHINE.search(said))


def without_machine(said: str) -> str:
    return _MACHINE.sub(" ", said)


def speaks_to(said: str) -> bool:
    """Words of speaking to somebody who is named beside them."""
    return bool(_NAMED.search(said))
