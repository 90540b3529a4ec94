"""Who works at a practice: adding people, their roles, taking them out again. For the practice in force."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from routiq.practices import audit, letters
from routiq.practices.models import Membership, Person, Practice
from routiq.practices.passwords import LINK_LASTS
from routiq.practices.permissions import MAY_BE_LIMITED
from routiq.practices.tenancy import current_practice_id

Role = Membership.Role


class LoginRefused(Exception):
    """What was asked for is not done; the text is shown on screen."""


def listing() -> list[Membership]:
    """Everybody who belongs to the practice, by role, then name."""
    order = list(Role)
    found = Membership.objects.select_related("person")
    return sorted(found, key=lambda each: (order.index(Role(each.role)), str(each.person).lower()))


def roles_for(by: Membership) -> list[Membership.Role]:
    """The roles that this login may give: nobody makes somebody greater than themselves."""
    return [role for role in Role if role is not Role.OWNER or by.role == Role.OWNER]


@transaction.atomic
def invite(by: Membership, *, email: str, name: str, role: Membership.Role) -> Membership:
    """Add somebody, and write to them: a link to set a password, or that the usual one opens this practice too.

    ``LoginRefused`` when they belong to the practice already, or ``by`` may not give the role.
    """
    if role not in roles_for(by):
        raise LoginRefused("Only an owner can make somebody an owner.")
    address = email.strip().lower()
    person = Person.objects.filter(email=address).first()
    if person is None:
        person = Person(email=address, name=" ".join(name.split()))
        person.set_unusable_password()
        person.save()
    if Membership.objects.filter(person=person).exists():
        raise LoginRefused("Somebody with this e-mail address has a login here already. Change it in the list below.")
    added = Membership.objects.create(
        practice_id=current_practice_id(), person=person, role=role, all_patients=role not in MAY_BE_LIMITED
    )
    audit.record(_actor(by), "login.created", _target(added), role=str(role))
    if person.has_usable_password():
        _write_welcome(added, by)
    else:
        _write_link(added, f"Your login to Routiq at {_practice().name}", _INVITED.format(**_words(added, by)))
    return added


@transaction.atomic
def change(by: Membership, membership: Membership, *, role: Membership.Role, all_patients: bool) -> None:
    """Another role, or another sight of patients. ``LoginRefused`` when that would leave no owner, or is not for
    ``by`` to do."""
    found = _locked(by, membership)
    if found.role == Role.OWNER != role:
        _keep_an_owner(found)
    if role != found.role:
        if role not in roles_for(by):
            raise LoginRefused("Only an owner can make somebody an owner.")
        audit.record(_actor(by), "login.role_changed", _target(found), before=found.role, after=str(role))
        found.role = role
    sees_all = all_patients or role not in MAY_BE_LIMITED
    if sees_all != found.all_patients:
        audit.record(_actor(by), "login.patients_changed", _target(found), all_patients=sees_all)
        found.all_patients = sees_all
    found.save(update_fields=["role", "all_patients"])


@transaction.atomic
def remove(by: Membership, membership: Membership) -> None:
    """Out at the next request. What they did stays in the audit trail, and their login at other practices stays."""
    found = _locked(by, membership)
    if found.role == Role.OWNER:
        _keep_an_owner(found)
    audit.record(_actor(by), "login.removed", _target(found), role=found.role)
    found.delete()


@transaction.atomic
def send_link(by: Membership, membership: Membership) -> None:
    """Write to them once more, with a link to set a new password. Until it is used, the old one works."""
    found = _locked(by, membership)
    audit.record(_actor(by), "login.link_sent", _target(found))
    text = _NEW_LINK if found.person.has_usable_password() else _INVITED
    _write_link(found, f"Set your password for {_practice().name}", text.format(**_words(found, by)))


def _locked(by: Membership, membership: Membership) -> Membership:
    """The login as it stands, while nobody else changes any owner's. ``LoginRefused`` where ``by`` may not."""
    Practice.objects.select_for_update().get(pk=current_practice_id())
    found = Membership.objects.select_related("person").get(pk=membership.pk)
    if found.role == Role.OWNER != by.role:
        raise LoginRefused("Only an owner can change an owner’s login.")
    return found


def _keep_an_owner(leaving: Membership) -> None:
    others = Membership.objects.filter(role=Role.OWNER, person__is_active=True).exclude(pk=leaving.pk)
    if not others.exists():
        raise LoginRefused("This is the last owner. Make somebody else an owner first.")


_INVITED = """Hello {name},

{by} has given you a login to Routiq at {practice}, as {role}.

Open the address below and set a password. It works once, and for {days} days.
"""
_WELCOME = """Hello {name},

{by} has given you a login to {practice}, as {role}. Log in with this e-mail address and your usual password, and
choose the practice:

{login}
"""
_NEW_LINK = """Hello {name},

{by} at {practice} has asked for a link with which you set a new password for Routiq. Your old one works until then.

Open the address below. It works once, and for {days} days.
"""


def _words(membership: Membership, by: Membership) -> dict[str, str]:
    return {
        "name": str(membership.person),
        "by": str(by.person),
        "practice": _practice().name,
        "role": str(Role(membership.role).label),
        "days": str(LINK_LASTS.days),
        "login": letters.link(settings.LOGIN_URL),
    }


def _write_link(membership: Membership, subject: str, text: str) -> None:
    letters.tell(membership, subject, text, ends_with_link=True)


def _write_welcome(membership: Membership, by: Membership) -> None:
    letters.tell(membership, f"You can log in to {_practice().name}", _WELCOME.format(**_words(membership, by)))


def _practice() -> Practice:
    return Practice.objects.get(pk=current_practice_id())


def _actor(by: Membership) -> audit.Actor:
    return audit.Actor("person", str(by.person_id))


def _target(membership: Membership) -> str:
    return f"person:{membership.person_id}"
