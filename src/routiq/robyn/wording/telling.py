"""What is said of money and of lists."""

from __future__ import annotations

from routiq.frontdesk.wishes import Owed
from routiq.robyn.language import _
from routiq.robyn.wording.moments import spoken_date

NOTHING_OWED = _("Nothing is outstanding on your account.")
COPY_BY_TEAM = _("I have asked our team to send you the copy.")
_OWED_ONE = _("There is ${amount} outstanding, on an invoice of {since}.")
_OWED_MANY = _("There is ${amount} outstanding over {number} invoices, the oldest of {since}.")


_ON_THE_LIST = _("You are on the waiting list for {kind}. Our team will be in touch when something comes free.")
_ON_THE_LIST_WITH = _(
    "You are on the waiting list for {kind} with {practitioner}. Our team will be in touch when something comes free."
)
ON_THE_LIST_FOR_SOONER = _(
    "You are on the waiting list. Our team will be in touch when something sooner comes free; until then this stands."
)
_WAITING_FOR = _("I have noted: {when}.")


def on_the_list(kind: str, practitioner: str, when: str) -> str:
    said = (_ON_THE_LIST_WITH if practitioner else _ON_THE_LIST).format(kind=kind, practitioner=practitioner)
    return f"{said} {_WAITING_FOR.format(when=when)}" if when else said


def owed(account: Owed) -> str:
    if account.amount <= 0 or account.since is None:
        return str(NOTHING_OWED)
    return (_OWED_ONE if account.invoices == 1 else _OWED_MANY).format(
        amount=f"{account.amount:,.2f}", number=account.invoices, since=spoken_date(account.since)
    )
