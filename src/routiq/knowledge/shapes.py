"""What a sentence holds: money, a length of time, a time of day; and what of a page is never said. Pure."""

from __future__ import annotations

import re

from routiq.knowledge.questions import Kind

_MONEY = re.compile(
    r"\$\s?\d|\b\d+(?:\.\d\d)? ?dollars?\b|\baud ?\d|\b\d+ ?% of the (?:full )?(?:fee|price|cost)|\b(?:the|in) "
    r"full fee\b",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"(?<!feel )(?<!step[- ])(?<!-)\b(?:free of charge|free|no (?:charge|cost|fee|gap|out of pocket)|bulk[ "
    r"-]bill\w*|complimentary|not charged?|"
    r"do(?:es)? not charge|don['’]t charge|no out[ -]of[ -]pocket)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\$\s?\d[\d,]*(?:\.\d+)?|\b\d+ ?%|\b\d+(?:\.\d\d)? ?dollars?\b", re.IGNORECASE)
_LENGTH = re.compile(
    r"\b(?:\d+|an?|one|two|three|half an|thirty|forty[ -]?five|sixty|twenty|fifteen|ten)[ -]?(?:to[ -]?\d+[ -]?)?"
    r"(?:min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?)\b|\bhalf (?:an )?hour\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b\d{1,2}(?:[:.]\d\d)? ?(?:am|pm)\b|\b\d{1,2}[:.]\d\d\b|\b(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)"
    r"(?:days?)?\b|\b(?:noon|midday|weekends?|weekdays?|public holidays?|closed|open 24 hours)\b",
    re.IGNORECASE,
)
_TO_A_MACHINE = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|rules?|prompts?|previous|prior|above|"
    r"guidelines|polic(?:y|ies)|everything|safety)\b|"
    r"\byou are (?:now |no longer )?(?:an? )?(?:ai|assistant|bot|chatbot|language model|robyn|agent|dan|in \w+ mode|"
    r"unrestricted|free to|allowed to|authori[sz]ed to)\b|"
    r"\b(?:system|developer|hidden|initial|secret) (?:prompt|message|instructions?|mode)\b|"
    r"^\W*(?:system|assistant|user|developer|instructions?|human|ai|robyn|note to (?:ai|assistants?|bots?|"
    r"robyn))\s*[:>\]]|"
    r"\b(?:ai|language model|assistants?|bots?|chatbots?|virtual receptionists?|robyn|llms?|agents?)\b.{0,60}"
    r"\b(?:must|should|shall|has to|have to|need to|will now|are instructed|is instructed|are required)\b|"
    r"\b(?:as|dear|attention|hey|if you are|to all|for) (?:an? |any |the |all )?(?:ai|language model|assistants?|"
    r"chatbots?|bots?|llms?|robyn|virtual receptionists?|automated)\b|"
    r"\b(?:do not|don['’]t|never) (?:tell|inform|mention|reveal|warn|let)\b.{0,30}\b(?:patients?|callers?|users?|"
    r"them|anyone|staff|clinic)\b|"
    r"\b(?:tell|inform|instruct) (?:the |all |every |any |each )?(?:callers?|users?)\b|"
    r"(?:^|\b(?:and|then|please|now|instead)\b)\W*(?:reveal|print|output|repeat|show|leak|send|e-?mail|export|list|share)\b"
    r".{0,40}\b(?:prompt|instructions|"
    r"api keys?|passwords?|credentials?|(?:patients?|callers?)['’]? (?:names?|details|data|records|numbers?|list)|"
    r"date of birth|database)\b|"
    r"\b(?:book|cancel|delete|move|reschedule)\b.{0,30}\b(?:without (?:asking|confirm\w*|a yes)|all (?:of )?(?:the |"
    r"today['’]?s? )?(?:appointments|bookings|patients))|"
    r"\b(?:jailbreak|prompt injection|role-?play|pretend (?:to be|you)|act as|respond only|reply only|"
    r"say exactly|answer only with|from now on,? (?:you|always|respond|answer))\b|"
    r"<\s*/?\s*(?:script|system|tool|function|instructions?|im_start|\|)|\[/?inst\]|\{\{|\}\}|\btool_call|"
    r"\bfunction_call|\bbase64\b|\bignore la?s? instruc",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\b\d+ ?m[gl]\b|\b(?:ibuprofen|nurofen|paracetamol|panadol|voltaren|codeine|aspirin|antibiotics?|anti-?"
    r"inflammator\w+|cortisone|painkillers?|medication)\b.{0,60}\b(?:take|dose|daily|twice|times|every|hours?)|"
    r"\b(?:take|taking)\b.{0,30}\b(?:ibuprofen|nurofen|paracetamol|panadol|voltaren|aspirin|tablets?|painkillers?|"
    r"medication)\b|\b(?:apply|use|using|put)\b.{0,25}\b(?:ice|heat|heat packs?|ice packs?|cream|gel)\b|"
    r"\b(?:ice|heat|rest|elevate|elevation|compress\w*)\b.{0,40}\b(?:minutes|hours|times|a day|swelling|sprain|"
    r"injur\w+|pain)\b|\b(?:\d+|three|two) sets\b|\b(?:\d+|ten) rep(?:s|etitions)\b|"
    r"\b(?:see|call|go to|visit)\b.{0,20}\b(?:emergency|ambulance|hospital|your (?:gp|doctor) (?:if|immediately))\b|"
    r"\b(?:heals?|recover\w*|gets? better|settles?)\b.{0,40}\b(?:weeks?|months?|days)\b|"
    r"\b(?:symptoms?|signs?) (?:of|include)\b|\bis (?:usually |often )?(?:a sign|caused by|normal to)\b",
    re.IGNORECASE,
)


def names_money(unit: str) -> bool:
    return bool(_MONEY.search(unit))


def says_free(unit: str) -> bool:
    return bool(_FREE.search(unit))


def without_amounts(unit: str) -> str:
    """Without amounts of money and shares, whose digits are not what a question names."""
    return _AMOUNT.sub(" ", unit)


def fits(kind: Kind, unit: str) -> bool:
    """Does this sentence hold what such a question asks for?"""
    if kind is Kind.PRICE:
        return names_money(unit) or says_free(unit)
    if kind is Kind.LENGTH:
        return bool(_LENGTH.search(unit))
    if kind is Kind.HOURS:
        return bool(_WHEN.search(unit))
    return True


def may_be_said(unit: str) -> bool:
    """Not what is addressed to a machine (V6), not advice that only a clinician may give (KB-05), and no question."""
    return not (_TO_A_MACHINE.search(unit) or _ADVICE.search(unit) or unit.rstrip().endswith("?"))
