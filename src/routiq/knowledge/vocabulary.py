"""The words of clinics: what patients call a thing, and what pages call it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """Ways to say one thing, each of one or more words."""

    said: tuple[str, ...]

    @property
    def alternatives(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(one.split()) for one in self.said)


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _group(name: str, *said: str) -> tuple[str, Phrases]:
    return name, Phrases((name, *said))


GROUPS: tuple[tuple[str, Phrases], ...] = (
    _group("parking", "car park", "carpark", "park my car", "park the car", "park a car", "leave my car", "park",
           "place to park", "car space"),
    _group("wheelchair", "wheel chair", "disabled access", "step free", "stairs", "steps", "ramp", "lift access",
           "lift", "elevator", "accessible", "accessibility", "mobility scooter", "walking frame", "walker",
           "disabled"),
    _group("public transport", "bus", "train", "tram", "ferry", "train station", "station", "bus stop", "tram stop"),
    _group("medicare", "epc", "enhanced primary care", "care plan", "gp management plan", "chronic disease",
           "chronic condition", "cdm", "gp plan", "gpmp", "team care"),
    _group("health fund", "private health", "private cover", "health insurance", "hicaps", "extras cover", "extras",
           "insurance", "insurer", "health cover", "rebate"),
    _group("ndis", "national disability insurance"),
    _group("dva", "veteran", "veterans affairs", "gold card", "white card"),
    _group("workcover", "work cover", "workers compensation", "workers comp", "work injury", "workplace injury",
           "worksafe", "icare", "work insurance"),
    _group("acc", "accident compensation"),
    _group("ctp", "car accident", "motor accident", "motor vehicle accident", "third party"),
    _group("bulk bill", "bulk billing", "bulk billed", "bulkbill"),
    _group("referral", "referred", "referral from my doctor", "referral from my gp", "referral from a doctor",
           "referral from a gp", "doctor referral", "gp referral", "gp letter", "letter from my gp", "letter "
           "from my doctor", "refer", "see my gp",
           "see a gp", "see a doctor first", "doctor letter"),
    _group("cancel", "late cancellation", "cancel late", "late cancel", "last minute",
           "cancellation", "cancelling", "cancelled", "not show up", "no show", "did not attend",
           "miss my appointment", "missed appointment", "miss an appointment", "reschedule", "rescheduling",
           "cannot come", "can not come", "cannot make it", "can not make it", "unable to attend",
           "change my appointment", "change an appointment", "move my appointment", "pull out"),
    _group("notice", "warning", "in advance", "ahead of time", "how far ahead", "ahead", "beforehand"),
    _group("late", "running late", "running behind", "turn up late", "arrive late"),
    _group("early", "earlier", "before my appointment", "ahead of my appointment"),
    _group("initial", "first appointment", "first visit", "first time", "first session", "first consult",
           "first consultation", "new patient", "new client", "initial appointment", "initial consultation",
           "initial consult", "initial visit", "initial assessment", "first assessment"),
    _group("follow up", "followup", "subsequent", "standard consultation", "standard appointment",
           "return visit", "review appointment", "standard consult", "second appointment", "second visit"),
    _group("long consultation", "long appointment", "long consult", "long session", "longer appointment",
           "longer session", "longer consultation", "extended consultation", "extended appointment",
           "double appointment"),
    _group("bring", "take with me", "carry"),
    _group("wear", "clothes", "clothing", "dress", "outfit", "shorts"),
    _group("telehealth", "video", "zoom", "video call", "online consultation", "online appointment",
           "virtual", "remote appointment", "phone consultation", "over the phone"),
    _group("home visit", "house call", "come to my house", "come to me", "come to my home", "visit me at home",
           "mobile service", "visit at home", "home service"),
    _group("children", "child", "kid", "toddler", "baby", "babies", "infant", "paediatric", "pediatric",
           "son", "daughter", "teenager", "year old"),
    _group("pregnancy", "pregnant", "antenatal", "prenatal", "expecting", "postnatal"),
    _group("pelvic floor", "pelvic health", "womens health", "women is health", "incontinence"),
    _group("massage", "remedial massage", "massage therapy"),
    _group("acupuncture", "dry needling", "needling", "needles"),
    _group("shockwave", "shock wave"),
    _group("orthotic", "insole", "foot support", "shoe insert", "arch support"),
    _group("nail", "ingrown toenail", "toenail", "nail surgery"),
    _group("pilates", "clinical pilates", "reformer"),
    _group("hydrotherapy", "pool", "water exercise"),
    _group("exercise class", "group class", "class", "classes"),
    _group("gym", "equipment"),
    _group("splint", "brace", "boot", "strapping", "taping"),
    _group("concession", "pensioner", "pension", "student discount", "senior discount", "seniors card",
           "health care card", "healthcare card", "discount", "student price", "concession card"),
    _group("card", "eftpos", "credit card", "debit card", "amex", "visa", "mastercard", "payment methods", "cash",
           "apple pay", "tap", "pay by", "ways to pay", "payment method", "american express"),
    _group("payment plan", "afterpay", "instalment", "pay later", "pay it off", "zip pay", "pay in instalments"),
    _group("on the day", "at the time", "upfront", "up front", "straight away", "same day"),
    _group("deposit", "prepay", "pay in advance", "pay upfront"),
    _group("receipt", "invoice", "tax invoice"),
    _group("refund", "money back"),
    _group("gift voucher", "gift card", "voucher", "gift certificate"),
    _group("saturday", "weekend", "sat"),
    _group("sunday", "weekend", "sun"),
    _group("weekend", "saturday", "sunday"),
    _group("public holiday", "christmas", "easter", "anzac day", "new year", "holiday", "holidays"),
    _group("evening", "after work", "after hours", "night", "open late", "late appointment", "evenings",
           "late night", "after 5", "after five",
           "after 6", "after six"),
    _group("morning", "before work", "early morning", "mornings"),
    _group("monday", "mondays", "mon"),
    _group("tuesday", "tue", "tues", "monday friday"),
    _group("wednesday", "wed", "monday friday"),
    _group("thursday", "thu", "thurs", "monday friday"),
    _group("friday", "fri"),
    _group("60 minute", "60 min", "one hour", "1 hour", "sixty minute", "an hour"),
    _group("30 minute", "30 min", "half hour", "half an hour", "thirty minute"),
    _group("45 minute", "45 min", "forty five minute", "three quarters of an hour"),
    _group("toilet", "bathroom", "restroom", "change room", "change table", "shower"),
    _group("wifi", "wi fi", "internet"),
    _group("dog", "pet", "assistance animal", "guide dog", "animal"),
    _group("female", "woman", "lady", "women"),
    _group("male", "man", "bloke"),
    _group("experienced", "senior", "qualified", "qualification", "specialist", "specialises", "years experience",
           "experience", "specialise"),
    _group("language", "speak", "interpreter", "translator", "mandarin", "cantonese", "vietnamese", "arabic",
           "greek", "italian", "auslan"),
    _group("email", "e mail"),
    _group("phone", "phone number", "telephone", "ring", "contact number"),
    _group("website", "web site", "online form", "form", "paperwork"),
    _group("covid", "mask", "flu", "sick", "unwell", "vaccinated", "cold"),
    _group("support person", "bring someone", "chaperone", "carer", "partner", "family member", "bring my husband",
           "bring my wife", "bring my mum", "friend"),
    _group("privacy", "records", "medical records", "confidential", "my file", "personal information"),
    _group("scan", "x ray", "xray", "mri", "ultrasound", "imaging", "results"),
    _group("sport", "sports", "athlete", "football", "running", "runner"),
    _group("wait", "waiting list", "waitlist", "wait list", "wait time", "waiting time"),
)  # fmt: skip
ONLY_ASKED = {"initial": ("assessment",)}
"""What asks for a group and does not stand for it: an assessment is an initial one, but a page's "hydrotherapy
assessment" is not what an initial consultation costs."""
PATTERNS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (said, re.compile(rf" {re.escape(said)}(?:s|es)?(?= )"), name)
    for said, name in sorted(
        ((said, name) for name, phrases in GROUPS for said in (*phrases.said, *ONLY_ASKED.get(name, ()))),
        key=lambda pair: -len(pair[0]),
    )
)
"""What is looked for in a question, the longest first, each with the group that it belongs to."""
ALTERNATIVES: dict[str, tuple[frozenset[str], ...]] = {name: phrases.alternatives for name, phrases in GROUPS}

DROPPED = word_set(
    """
    a about actually ah also am an and any anyone anything are as ask asking at be because been being but by can
    could did do does doing done either else er etc excuse for from get gets getting give given go going got guess
    had has have having hello her here hey hi him his how i if in into is it its just kind know let like list look
    looking love many may maybe me might mind mine more most must my need needed needs no not of off offer offered
    offers oh ok okay on one or other our out over own please possible possibly provide provided provides quick
    question quite really right say see she should so some somebody someone something somewhere
    anywhere soon sorry sort still such
    sure take taken takes tell thank thanks that the their them then there these they thing things think this those
    through till to too tried try um until
    us use using very via want wanted wanting was we well were what whats when where
    whether which while who whose why will wish with wonder wondering would ya yeah yep yes yet you your yours
    accept accepted accepts allow allowed available able both guys u ur mate love darling
    """
)
"""They say nothing about what is asked."""

SOFT = word_set(
    """
    appointment appointments appt booking bookings book booked session sessions visit visits consult consults
    consultation consultations clinic practice place time times day days today tomorrow week weeks people person
    patient patients client clients treatment treatments service services come comes coming in bring new first
    free usually normally typically sometimes always often usual currently now later before after during around
    near nearby work working works make made do done stay
    policy rule rules information info detail details arrange arranged organise sort sorted
    happens happen happening expect involve involved include included including per each every between getting
    physio physios physiotherapist physiotherapy podiatrist podiatry chiro chiropractor osteo osteopath therapist
    practitioner practitioners staff team reception receptionist set put find long short much
    pay paying pays payment payments extra additional problem problems issue matter far uses mum mother dad father
    wife husband nan grandmother grandfather gran
    arrive arriving turn show run same different two three second another start starting
    """
)
"""They say little: where a passage lacks them it may still be the answer."""
