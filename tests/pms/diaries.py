"""A combination that can be booked in the sandbox as Cliniko."""

from __future__ import annotations

from typing import Any

from pms_sandbox.testing import RunningSandbox
from routiq.pms.gateway import Stream
from tests.bookable import Bookable


class Desk(Bookable):
    """The first combination that is open for online bookings."""

    notes = ""

    def __init__(self, sandbox: RunningSandbox, clinic: Any) -> None:
        super().__init__(clinic)
        types = {kind.id: kind for kind in clinic.all(Stream.APPOINTMENT_TYPES)}
        people = {person.id: person for person in clinic.all(Stream.PRACTITIONERS)}
        places = {place.id: place for place in clinic.all(Stream.LOCATIONS)}
        self.patient_id = sandbox.characters()["returning"]["patient_ids"][0]
        for offering in clinic.all(Stream.OFFERINGS):
            kind = types[offering.appointment_type_id]
            online = [who for who in offering.practitioner_ids if people[who].online and people[who].active]
            if online and kind.online and kind.max_attendees == 1 and places[offering.location_id].online:
                self.kind, self.practitioner_id, self.location_id = kind, online[0], offering.location_id
                break
        sandbox.clear_requests()
