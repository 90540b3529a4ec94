"""What those who act are called: people, programs, conversations."""

from __future__ import annotations

from collections.abc import Iterable

from routiq.practices.models import ApiToken, Membership


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """``person:3`` to the person's name, ``token:1`` to ``API token “Website”``, ``conversation:7`` to ``Robyn``.
    Only members of the practice in force are named."""
    wanted = {(kind, number) for kind, _, number in (actor.partition(":") for actor in actors if actor)}
    people = Membership.objects.filter(person__in=_ids(wanted, "person")).select_related("person")
    tokens = ApiToken.objects.filter(pk__in=_ids(wanted, "token"))
    names = {f"person:{each.person_id}": str(each.person) for each in people}
    names |= {f"token:{each.pk}": f"API token “{each.name}”" for each in tokens}
    plain = {"conversation": "Robyn", "system": "Routiq", "person": "Somebody who has left", "token": "An API token"}
    for kind, number in wanted:
        names.setdefault(f"{kind}:{number}" if number else kind, plain.get(kind, "Routiq"))
    return names


def _ids(actors: set[tuple[str, str]], kind: str) -> list[int]:
    return [int(number) for each, number in actors if each == kind and number.isdecimal()]
