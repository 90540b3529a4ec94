"""What every practice's patients ask about: the cards of the readiness page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    key: str
    label: str
    ask: str
    """What patients want to know, for whoever writes the note."""
    headings: str
    """PostgreSQL query for a title or heading that is about it."""
    words: str
    """PostgreSQL query for a passage that is about it, whatever it is called."""
    from_system: bool = False
    """What the practice's own system holds is enough."""


TOPICS = (
    Topic(
        "services",
        "Services and pricing",
        "What you offer, and what each costs.",
        "fee | price | pricing | cost",
        "fee & (consult | appointment | session | initial) | price & (consult | appointment | session) | cost & "
        "consult",
    ),
    Topic(
        "practitioners",
        "Practitioners",
        "Who works here, their experience and special interests.",
        "team | practitioner | physiotherapist | podiatrist | staff",
        "(graduat | experienc | qualifi | interest) & (physiotherapist | podiatrist | practitioner | "
        "chiropractor | osteopath)",
        from_system=True,
    ),
    Topic(
        "locations",
        "Locations",
        "Where to find you.",
        "locat | address | (find & us) | direct",
        "(locat | address) & (street | road | st | rd | level)",
        from_system=True,
    ),
    Topic(
        "hours",
        "Opening hours",
        "When you are open, also on weekends and public holidays.",
        "(open & hour) | hour",
        "open & (monday | friday | saturday | weekday)",
    ),
    Topic(
        "booking",
        "Booking rules",
        "How to book, how far ahead, whether a referral is needed.",
        "book | referr",
        "referr | (book & (online | ahead | advanc))",
        from_system=True,
    ),
    Topic(
        "cancellation",
        "Cancellation policy",
        "How much notice you need, and what a late cancellation costs.",
        "cancel",
        "cancel & (notic | hour | fee)",
        from_system=True,
    ),
    Topic(
        "preparation",
        "Before the appointment",
        "What to bring and wear, and when to arrive.",
        "(first & (visit | appoint)) | bring | prepar | expect | wear",
        "bring | wear | (arriv & (earli | minut))",
    ),
    Topic(
        "parking",
        "Parking and access",
        "Where to park, public transport, stairs and lifts.",
        "park | access | transport",
        "park | wheelchair | (train & station) | bus | tram",
    ),
    Topic(
        "payment",
        "Payment and rebates",
        "How to pay, health funds, Medicare, NDIS, WorkCover, ACC.",
        "payment | pay | rebat | fund | medicar | ndi | hicap",
        "hicap | (medicar & (rebat | claim | plan)) | ndis | eftpo | (privat & health) | workcov | rebat | dva",
    ),
)  # fmt: skip


def topic(key: str) -> Topic:
    """``KeyError`` for one that is not there."""
    return next((each for each in TOPICS if each.key == key), None) or _unknown(key)


def _unknown(key: str) -> Topic:
    raise KeyError(key)
