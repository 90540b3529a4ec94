"""What the front desk decides about people on the waiting list."""

from __future__ import annotations

from routiq.frontdesk.models import SlotOffer, WaitlistEntry
from routiq.frontdesk.rules import desk_rules
from routiq.frontdesk.waitlist import Joining
from routiq.practices.decisions import AsSet, By, Data, Decision, Topic

TAB = "Front desk"


def _how_often() -> AsSet:
    most = desk_rules().offers_a_day
    return AsSet(f"Nobody is offered more than {most} {'time' if most == 1 else 'times'} in a day.")


def _how_long() -> AsSet:
    return AsSet(f"A time is one patient’s to take for {desk_rules().offer_minutes} minutes.")


DECISIONS = (
    Decision(
        code="frontdesk.waiting",
        topic=Topic.WAITING_LIST,
        name="Joining the waiting list",
        decided="whether a patient’s wish for an earlier or better time goes on the waiting list",
        data=(Data.STATUS, Data.VISITS, Data.WORDS),
        by=By.ALONE,
        effect="Somebody who is not on the list is not offered times that come free.",
        person="A wish that does not fit the list goes to the team, who can put anybody on it.",
        covers=tuple(Joining),
        made_in=("frontdesk.waitlist.join",),
    ),
    Decision(
        code="frontdesk.freed_time",
        topic=Topic.WAITING_LIST,
        name="Who is offered a time that came free",
        decided="who on the waiting list is offered a time that came free, one after the other: whom it fits, by "
        "the priority that the practice gave, then by how long they wait",
        data=(Data.WAITING, Data.VISITS, Data.STATUS),
        by=By.ALONE,
        effect="One patient is offered the earlier time, and others who wait are not.",
        person="The team rings whoever was chosen. They can change the priority, and book anybody by hand.",
        covers=(SlotOffer.State.OPEN, *WaitlistEntry.Priority),
        made_in=("frontdesk.offering.offer_next", "frontdesk.jobs.offer_freed_time"),
        as_set=_how_often,
        set_under=TAB,
    ),
    Decision(
        code="frontdesk.left_alone",
        topic=Topic.WAITING_LIST,
        name="Being passed over",
        decided="who on the waiting list is passed over, because they asked not to be contacted",
        data=(Data.STOP, Data.PHONE),
        by=By.ALONE,
        effect="The patient stays on the list and is offered no time.",
        person="The team sees it on the list, and can book them when they ring.",
        covers=(SlotOffer.State.WITHDRAWN,),
        made_in=("frontdesk.left_alone.want_to_be_left_alone",),
    ),
    Decision(
        code="frontdesk.offer",
        topic=Topic.WAITING_LIST,
        name="How long an offer stands",
        decided="whether a yes to an offered time still counts: not after its time is over, nor where somebody else "
        "was booked meanwhile",
        data=(Data.WAITING,),
        by=By.ALONE,
        effect="A patient who answers too late does not get the time. They stay on the list.",
        person="The team takes the answer on the phone, and tells how it stands.",
        covers=(
            SlotOffer.State.ACCEPTED,
            SlotOffer.State.BOOKED,
            SlotOffer.State.DECLINED,
            SlotOffer.State.EXPIRED,
            SlotOffer.State.GONE,
        ),
        made_in=("frontdesk.offered.accept", "frontdesk.offered.run_out", "frontdesk.jobs.go_over_the_waiting_list"),
        as_set=_how_long,
        set_under=TAB,
    ),
    Decision(
        code="frontdesk.off_the_list",
        topic=Topic.WAITING_LIST,
        name="Coming off the waiting list",
        decided="who comes off the waiting list: whoever was booked for what they wait for, whose last day has "
        "passed, or who is no current patient any more",
        data=(Data.WAITING, Data.VISITS, Data.STATUS),
        by=By.ALONE,
        effect="The patient is offered no more times.",
        person="The patient, or the team, puts them on the list again.",
        covers=tuple(WaitlistEntry.State),
        made_in=("frontdesk.ending.take_off_who_was_booked", "frontdesk.offered._let_lapse"),
    ),
)
