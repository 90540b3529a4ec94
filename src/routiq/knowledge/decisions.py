"""What this room's programs decide about people."""

from __future__ import annotations

from routiq.knowledge.answering import Missing
from routiq.practices.decisions import By, Data, Decision, Topic

DECISIONS = (
    Decision(
        code="knowledge.answers",
        topic=Topic.SAID,
        name="Which questions are answered",
        decided="whether a question about the practice is answered, in the practice’s own words, or passed on",
        data=(Data.WORDS,),
        by=By.ALONE,
        effect="A question, for example about a price, may not be answered at once.",
        person="What is not answered goes to the team, who ring back.",
        covers=(Missing.UNKNOWN, Missing.PRICE),
        made_in=("knowledge.answering.find",),
    ),
)
