"""The link with which somebody sets a password: signed, of use once, stored nowhere."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from routiq.practices import audit
from routiq.practices.addresses import link
from routiq.practices.models import Membership, Person
from routiq.practices.tenancy import acting_for

LINK_LASTS = timedelta(days=7)
"""How long a link works, from when its letter is sent."""
_SALT = "routiq.practices.password_link"


def password_link(membership: Membership) -> str:
    """The address where this person sets a password: signed, of use once, and for :data:`LINK_LASTS`."""
    content = [membership.practice_id, membership.pk, _stamp(membership.person)]
    return link(f"/join/{signing.dumps(content, salt=_SALT)}")


def opened(token: str) -> Membership | None:
    """Whose link this is; ``None`` when it was used, is too old, or is none of ours."""
    try:
        practice_id, pk, stamp = signing.loads(token, salt=_SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
    with acting_for(practice_id):
        found = Membership.objects.select_related("person", "practice").filter(pk=pk).first()
    if found is None or not found.person.is_active or not constant_time_compare(stamp, _stamp(found.person)):
        return None
    return found


def set_password(token: str, password: str) -> Membership | None:
    """Use the link: ``None`` when somebody was quicker. ``ValidationError`` for a password that is too weak."""
    found = opened(token)
    if found is None:
        return None
    validate_password(password, found.person)
    with acting_for(found.practice_id), transaction.atomic():
        person = Person.objects.select_for_update().get(pk=found.person_id)
        if _stamp(person) != _stamp(found.person):
            return None
        person.set_password(password)
        person.save(update_fields=["password"])
        audit.record(audit.Actor("person", str(person.pk)), "login.password_set", f"person:{person.pk}")
        found.person = person
    return found


def _stamp(person: Person) -> str:
    """Another one as soon as the password is: a link that was used, and all its elder siblings, fit no more."""
    return salted_hmac(_SALT, f"{person.pk}:{person.password}", algorithm="sha256").hexdigest()[:32]
