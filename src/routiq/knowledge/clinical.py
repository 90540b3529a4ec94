"""Questions that only a clinician may answer. Asked before anything is looked up, and stricter than needed: whatever
stands in a note or on a page, a question about a body is not answered from it (KB-05, V2). Pure."""

from __future__ import annotations

import re

from routiq.knowledge.questions import plain

_BODY = (
    r"(?:ankles?|knees?|hips?|shoulders?|backs?|necks?|wrists?|elbows?|foot|feet|heels?|toes?|toenails?|hands?|fingers?|"
    r"thumbs?|jaws?|ribs?|spines?|legs?|arms?|calf|calves|hamstrings?|groin|glutes?|muscles?|joints?|tendons?|"
    r"ligaments?|discs?|nerves?|head|chest|stomach|pelvis|bladder|skin|bones?|achilles|rotator cuff|meniscus|acl)"
)
_TROUBLE = (
    r"(?:pains?|painful|sore|soreness|aches?|aching|hurts?|hurting|swollen|swelling|numb|numbness|tingling|"
    r"pins and needles|sprain\w*|strain\w*|torn|tears?|tore|fractur\w+|broken|broke|bruis\w+|injur\w+|inflam\w+|"
    r"sciatica|arthritis|osteoarthritis|bursitis|tendin\w+|tendon\w+|fasciitis|migraines?|headaches?|dizzy|dizziness|"
    r"vertigo|fevers?|rash|wounds?|stitches|surgery|operation|post op|bulging|slipped|stiff|stiffness|spasms?|"
    r"cramps?|infect\w+|diabet\w+|clots?|dvt|concuss\w+|scoliosis|osteopor\w+|bunions?|warts?|corns?|fungal|blisters?|plantar|"
    r"frozen shoulder|whiplash|symptoms?|conditions?|stress fracture|shin splints|incontinen\w+|prolapse|"
    r"pregnan\w+|ingrown|flat feet|"
    r"weak|weakness|clicking|locking|lumps?|flare\w*|pulled)"
)
_REMEDY = (
    r"(?:ice|icing|heat|heat packs?|rest|resting|stretch\w*|exercis\w+|painkillers?|pain relief|panadol|nurofen|"
    r"ibuprofen|paracetamol|voltaren|codeine|aspirin|cortisone|steroids?|medications?|medicines?|tablets?|pills?|drugs?|"
    r"antibiotics?|anti inflammator\w+|creams?|gels?|magnesium|turmeric|supplements?|injections?|foam roll\w*|"
    r"x rays?|xrays?|scans?|mris?|ultrasounds?|crutches|moon boot|brace|splint|strapping|tape|orthotics?)"
)
_ADVICE = (
    r"(?:(?:is|are)\b.{0,60}\b(?:safe|dangerous|harmful|risky|ok|okay|advisable)|should (?:i|he|she|we|they|my "
    r"\w+|you)|(?:can|could|may) (?:i|he|she|we)|is it|are they|would it|will it|"
    r"do i (?:need|have)|does (?:he|she|my \w+) (?:need|have)|how (?:do|can|should|would) (?:i|you|we)|"
    r"what (?:should|can|do|could) (?:i|we|you)|what is|what are|what does|what causes?|what helps?|why (?:is|are|do|"
    r"does|am|has|have)|how (?:long|many|much|often|bad|serious)|when (?:can|should|will|do)|which|any (?:tips|"
    r"advice|"
    r"suggestions?|ideas?|exercises)|best (?:way|thing)|is my|are my|am i|will (?:i|my)|do you think|could "
    r"(?:it|this|"
    r"that)|tell me (?:how|what|if)|what kind of)"
)
_ALWAYS = re.compile(
    r"\b(?:what is wrong|diagnos\w+ (?:me|my|it|this)|side effects?|dos(?:e|es|age)|is (?:it|this|that) "
    r"(?:normal|serious|"
    r"dangerous|broken|infected|healing|getting worse)|how (?:long|soon) (?:until|till|before|will|does|do)\b.{0,60}"
    r"\b(?:heal\w*|recover\w*|better|walk|run|play|train|drive|lift|go away|settle|return to)|"
    r"home remed\w+|second opinion|(?:get|getting) rid of|treat\b.{0,40}\b(?:myself|at home)|"
    r"(?:sleep|sit|lie|run|walk|train|exercise|lift|swim|cycle|drive|fly|play) (?:on|with|after) "
    r"(?:it|my|a|an|this|the)\b.{0,30}" + _TROUBLE + r"|recovery time|"
    r"(?:what|which) (?:stretch\w*|exercis\w+|medicat\w+|medicine|painkillers?|cream|treatment|therapy) "
    r"(?:should|can|is best|is good|will|would|do|are|works?|helps?)|"
    r"what (?:is|are) (?:the )?(?:causes?|symptoms?|signs?) of|make(?:s|ing)? it (?:worse|better))\b"
)
_ASKS_ADVICE = re.compile(rf"\b{_ADVICE}\b")
_OF_A_BODY = re.compile(rf"\b(?:{_TROUBLE}|(?:my|his|her|their|the|a) (?:\w+ )?{_BODY})\b")
_A_REMEDY = re.compile(rf"\b{_REMEDY}\b")
_SERVICE = re.compile(
    r"\b(?:do|does|can|could|would|will) (?:you|the clinic|your \w+|anyone|any of you\w*|someone)(?: guys| also|"
    r" still| "
    r"ever|all)? (?:treat|see|help|do|offer|deal|work|specialise|specialize|have|provide|accept|take|run|sell|"
    r"fit|make|"
    r"look)\b|\bis there (?:someone|anyone|anybody|a \w+) (?:who|that|for)\b|\bhave you (?:got|treated|seen|any)\b|"
    r"\bwho (?:do i see|treats|would i see|should i (?:see|book)|is (?:the )?best|deals|sees|does)\b|"
    r"\b(?:see|book|make|get|have|come in) (?:in )?(?:with |to see |an? |the )?(?:\w+ )?(?:appointment|someone|"
    r"somebody|physio\w*|podiatrist|osteo\w*|chiro\w*|therapist|practitioner|booking|massage|session)\b|"
    r"\bhow much (?:is|are|does|do|would|will)\b|\bcosts?\b|\bprices?\b|\bfees?\b|\bcharge\b|\brebates?\b|"
    r"\b(?:need|require|have to have) (?:an? |my )?(?:gp |doctor is )?(?:referral|letter|appointment)\b|\bbring\b|"
    r"\b(?:is|are)\b.{0,40}\b(?:covered|claimable|bulk billed|included)\b|\bclaim\b|\bwhat services\b|"
    r"\bwhat (?:sort|kind|type)s? of (?:things|conditions|problems|injuries) do you\b|\bwhat do you (?:treat|help)\b"
)


def is_clinical(question: str) -> bool:
    """Does this ask for a judgement about somebody's body, or for what to do about it? Whether the practice does a
    thing, who does it and what it costs is not clinical."""
    said = plain(question)
    if _ALWAYS.search(said):
        return True
    if _SERVICE.search(said):
        return False
    return bool(_ASKS_ADVICE.search(said) and (_OF_A_BODY.search(said) or _A_REMEDY.search(said)))
