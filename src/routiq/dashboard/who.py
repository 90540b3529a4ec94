"""What those who act are called: people, programs, conversations."""

from __future__ import annotations

from collections.abc import Iterable

from routiq.practices.models import ApiToken, AuditEntry, Membership, Person


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """``person:3`` to the person's name, ``token:1`` to ``API token “Website”``, ``conversation:7`` to ``Robyn``.
    Only people of the practice in force are named: those who belong to it, and those who were taken out of it."""
    wanted = {(kind, number) for kind, _, number in (actor.partition(":") for actor in actors if actor)}
    people = Membership.objects.filter(person__in=_ids(wanted, "person")).select_related("person")
    tokens = ApiToken.objects.filter(pk__in=_ids(wanted, "token"))
    names = {f"person:{each.person_id}": str(each.person) for each in people}
    if left := [pk for pk in _ids(wanted, "person") if f"person:{pk}" not in names]:
        names |= _left(left)
    names |= {f"token:{each.pk}": f"API token “{each.name}”" for each in tokens}
    plain = {"conversation": "Robyn", "system": "Routiq", "person": "Somebody who has left", "token": "An API token"}
    for kind, number in wanted:
        names.setdefault(f"{kind}:{number}" if number else kind, plain.get(kind, "Routiq"))
    return names


def _left(people: Iterable[int]) -> dict[str, str]:
    """Of ``people``, those whom the audit trail knows to have been taken out of the practice. Their name is kept
    nowhere but with their login, which stays theirs; the e-mail address of somebody without one is not shown."""
    targets = [f"person:{pk}" for pk in people]
    removed = AuditEntry.objects.filter(action="login.removed", target__in=targets).values_list("target", flat=True)
    ids = {int(target.partition(":")[2]) for target in removed}
    named = Person.objects.filter(pk__in=ids).exclude(name="").values_list("pk", "name")
    return {f"person:{pk}": f"{name} (has left)" for pk, name in named}


def _ids(actors: set[tuple[str, str]], kind: str) -> list[int]:
    return [int(number) for each, number in actors if each == kind and number.isdecimal()]
