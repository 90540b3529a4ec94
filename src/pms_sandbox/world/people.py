"""Patients: who they are and how they can be reached. Visits are added elsewhere."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from pms_sandbox.world import names
from pms_sandbox.world.phones import PhoneBook, phone

NO_MOBILE = 0.06
FAMILY = 0.16
ACCEPTED = (True, True, False, None)
REMINDERS = ("SMS & Email", "SMS & Email", "SMS", "Email", "None")
TITLES = ("Mr", "Ms", "Mrs", "Miss", "Mx", "Dr", None, None)


class Registry:
    """Draws patients one after another; families come as runs with a surname, address and phone in common."""

    def __init__(self, rng: Random, today: date) -> None:
        self.rng = rng
        self.today = today
        self.book = PhoneBook(rng)
        self._drawn = 0
        self._household: dict[str, Any] | None = None
        self._members_left = 0

    def draw(self) -> dict[str, Any]:
        """Own fields of a new patient, without id and stamps."""
        rng = self.rng
        self._drawn += 1
        member = self._members_left > 0 and self._household is not None
        if member:
            self._members_left -= 1
            assert self._household is not None
            fields = self._person(self._household["last_name"], self._age(child=rng.random() < 0.7))
            fields |= {key: held for key, held in self._household.items() if key != "last_name"}
            return fields
        fields = self._person(rng.choice(names.FAMILY), self._age(child=False))
        fields |= names.address(rng)
        fields["patient_phone_numbers"] = self._phones()
        if rng.random() < FAMILY / 2:
            self._members_left = rng.choice((1, 1, 2, 2, 3))
            shared = ("last_name", "address_1", "city", "state", "post_code", "country", "country_code")
            self._household = {key: fields[key] for key in (*shared, "patient_phone_numbers")}
        return fields

    def _person(self, family: str, born: date) -> dict[str, Any]:
        rng = self.rng
        given = rng.choice(names.GIVEN)
        fields: dict[str, Any] = {
            "title": rng.choice(TITLES),
            "first_name": given,
            "last_name": family,
            "date_of_birth": born.isoformat() if rng.random() < 0.96 else None,
            "email": f"{names.mail_local_part(given, family, self._drawn)}@example.org"
            if rng.random() < 0.83
            else None,
            "sex": rng.choice(("Female", "Male", None)),
            "reminder_type": rng.choice(REMINDERS),
            "accepted_privacy_policy": rng.choice(ACCEPTED),
            "accepted_email_marketing": rng.choice(ACCEPTED),
            "accepted_sms_marketing": rng.choice(ACCEPTED),
            "receives_confirmation_emails": rng.random() < 0.9,
            "receives_cancellation_emails": rng.random() < 0.9,
        }
        if rng.random() < 0.08:
            fields["preferred_first_name"] = rng.choice(names.KNOWN_AS)
        if rng.random() < 0.2:
            fields["occupation"] = rng.choice(names.OCCUPATIONS)
        if rng.random() < 0.03:
            fields["notes"] = rng.choice(("Prefers mornings.", "Hard of hearing.", "Needs ramp access."))
        return fields

    def _age(self, child: bool) -> date:
        rng = self.rng
        years = rng.uniform(4, 17) if child else min(96.0, max(18.0, rng.gauss(47, 18)))
        return self.today - timedelta(days=int(years * 365.25))

    def _phones(self) -> list[dict[str, Any]]:
        rng, book = self.rng, self.book
        roll = rng.random()
        if roll < NO_MOBILE:
            if roll < NO_MOBILE / 4:
                return []
            return [phone(book.typed_landline(book.landline()), "Home")]
        numbers = [phone(book.typed_mobile(book.mobile()))]
        if rng.random() < 0.12:
            numbers.append(phone(book.typed_landline(book.landline()), rng.choice(("Home", "Work"))))
        return numbers
